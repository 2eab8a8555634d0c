"""`manage.py history_index`: makes the tables that history is searched by anew, from the events alone."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from adminui.record import exports, index
from adminui.record.loading import Loader
from adminui.record.models import Head


class Command(BaseCommand):
    """Holds the record's heads meanwhile, so that nothing is appended: saves wait, or are refused unsent."""

    help = "Makes the search tables of history anew. Saves have to wait meanwhile; a million events take some minutes."

    @transaction.atomic
    def handle(self, *_: Any, **__: Any) -> None:
        """Makes them."""
        heads = list(Head.objects.select_for_update().order_by("chain"))
        index.clear()
        loader = Loader()
        for head in heads:
            count = 0
            for batch in exports.all_of(head.chain):
                loader.take(batch)
                count += len(batch)
            self.stdout.write(f"{head.chain}: {count} events")
        loader.finish()
