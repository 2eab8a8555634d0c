"""`python -m tests.saving.verify CHAIN`: whether a chain of the record is whole, as JSON."""

import json
import sys
from dataclasses import asdict

import django

if __name__ == "__main__":
    django.setup()
    from adminui.record.events import verify

    verdict = verify(sys.argv[1])
    sys.stdout.write(json.dumps({**asdict(verdict), "whole": verdict.whole}))
