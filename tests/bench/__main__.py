"""`python -m tests.bench [WORD…]`: what pages cost, beside a bare page; with words, only cases that have one of them.

Ends with 1 when a page doesn't do what it is there for. How long something took is never a failure: machines differ.
"""

import sys

from tests.bench import editor
from tests.bench.harness import Failed, bench, measured, report

DELAYS = (0.0, 0.05)
"""Seconds that the platform takes for each answer."""


def main(words: list[str]) -> int:
    """Prints the table once everything is measured."""
    rows = []
    try:
        with bench() as here:
            for case in editor.cases(here):
                if not words or any(word in case.name for word in words):
                    sys.stderr.write(f"{case.name}\n")
                    rows += [measured(here, case, delay) for delay in DELAYS]
    except Failed as failed:
        sys.stderr.write(f"Failed: {failed}\n")
    else:
        sys.stdout.write(report(rows))
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
