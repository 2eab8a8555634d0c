"""`manage.py history_checkpoint`: the signed heads of all chains, to be kept off this host."""

import base64
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from adminui.record import checkpoints


class Command(BaseCommand):
    """Prints a line a chain, or the public keys that prove them."""

    help = "Prints the signed head of each chain, a line each. Keep them where this host can’t reach."

    def add_arguments(self, parser: CommandParser) -> None:
        """The one choice."""
        parser.add_argument(
            "--public-key",
            action="store_true",
            help="print what proves the lines instead: a key each",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Prints."""
        if options["public_key"]:
            for key in checkpoints.public_keys():
                self.stdout.write(base64.b64encode(key).decode())
            return
        for line in checkpoints.lines():
            self.stdout.write(line)
