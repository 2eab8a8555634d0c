"""`manage.py history_retain`: drops documents of the history that are older than they are to be kept."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from adminui.history import retention


class Command(BaseCommand):
    """Meant for cron: without days it says so and does nothing."""

    help = "Drops documents that nothing current speaks of. Events stay, and say which states there were."

    def add_arguments(self, parser: CommandParser) -> None:
        """How old."""
        parser.add_argument("--days", type=int, help="in place of ADMINUI_HISTORY_DAYS")

    def handle(self, *_: Any, **given: Any) -> None:
        """Drops them."""
        days = settings.HISTORY_DAYS if given["days"] is None else given["days"]
        if days < 0:
            raise CommandError("Give a number of days from 1 on.")
        if days == 0:
            self.stdout.write("Documents are kept for good: ADMINUI_HISTORY_DAYS is 0.")
            return
        dropped = retention.drop(timezone.now() - timedelta(days=days))
        self.stdout.write(f"{dropped} documents from more than {days} days ago were dropped")
