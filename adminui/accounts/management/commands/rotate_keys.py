"""`manage.py rotate_keys`: seals all that is kept with the first key, while everybody works on."""

import base64
import secrets
import sys
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from adminui.accounts import keys
from adminui.accounts.keys import Rotation

EVERY = 200
"""Values between two lines of progress."""


class Command(BaseCommand):
    """Can be stopped and begun again at any time. Exit status 1: something is sealed with a key that isn't given."""

    help = (
        "Seals tokens, drafts and documents with the first key, so that the other keys can go. "
        "May run while the program runs, be stopped, and be begun again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What else it can do."""
        parser.add_argument("--lost", metavar="ID", help="destroy what this key sealed, as it is lost for good")
        parser.add_argument("--new-key", action="store_true", help="print a key to put among the others, and end")

    def handle(self, *_: Any, **options: Any) -> None:
        """Rotates, and says what was done."""
        if options["new_key"]:
            fresh = base64.b64encode(secrets.token_bytes(32)).decode()
            self.stdout.write(f"{timezone.now():%Y-%m-%d}-{secrets.token_hex(2)}:{fresh}")
            return
        if options["lost"] is not None:
            self._give_up(options["lost"])
            return
        run = Rotation()
        for run in keys.rotate():
            if run.anew and run.anew.total() % EVERY == 0:
                self.stdout.write(f"{run.anew.total()} so far")
        self.stdout.write(f"Sealed with {settings.KEYRING.keys[0].id}: {_listed(run.anew) or 'all was already'}.")
        for one in run.unopened:
            self.stdout.write(f"Not opened: {one.column.field.holding}, {one.row}: {one.why}.")
        if run.unopened:
            sys.exit(1)

    def _give_up(self, name: str) -> None:
        if name in {key.id for key in settings.KEYRING.keys}:
            raise CommandError(f"The key {name} is among those given, so it isn’t lost. Nothing was done.")
        run = keys.give_up(name)
        self.stdout.write(f"Given up with {name}: {_listed(run.given_up) or 'nothing was sealed with it'}.")


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{what} ({count})" for what, count in counts.items())
