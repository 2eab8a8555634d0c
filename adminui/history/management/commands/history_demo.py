"""`manage.py history_demo`: a made-up year of history, to see how the pages do with much of it."""

import secrets
import sys
import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from adminui.history.demo import Year
from adminui.record.many import append_many


class Command(BaseCommand):
    """Appends events that never happened, so only in demo mode: nothing can take them out of a record again."""

    help = "Fills the record with a made-up year. In demo mode only: what is recorded stays recorded."

    def add_arguments(self, parser: CommandParser) -> None:
        """How much, and where."""
        parser.add_argument("--events", type=int, default=10_000)
        parser.add_argument("--organization", default="acme")
        parser.add_argument("--workspace", action="append", help="also repeated; research and production where none is")
        parser.add_argument(
            "--runtime", action="append", type=UUID, help="a runtime’s id, also repeated; others are made up"
        )
        parser.add_argument("--runtimes", type=int, default=200, help="how many in all, those given too")
        parser.add_argument("--days", type=int, default=365)
        parser.add_argument("--seed", type=int, help="the same one makes the same events; by default another each time")

    def handle(self, *_: Any, **given: Any) -> None:
        """Writes them."""
        if not settings.DEMO:
            raise CommandError("This is not a demo. A record takes nothing back, so nothing is made up in it.")
        if min(given["events"], given["days"], given["runtimes"]) < 1:
            raise CommandError("Give a number of events, days and runtimes from 1 on.")
        year = Year(
            events=given["events"],
            organization=given["organization"],
            workspaces=tuple(given["workspace"] or ("research", "production")),
            known=tuple(given["runtime"] or ()),
            runtimes=given["runtimes"],
            days=given["days"],
            seed=secrets.randbits(32) if given["seed"] is None else given["seed"],
        )
        began, count = time.monotonic(), 0
        for count in append_many(given["organization"], year.made()):
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{count:,} of {given['events']:,} events")
        if sys.stderr.isatty():
            sys.stderr.write("\r")
        self.stdout.write(f"{count:,} events in {time.monotonic() - began:.0f} s")
