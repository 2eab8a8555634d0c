"""Retention: documents that nothing current speaks of go after a while. Events never do."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from adminui.record import documents, events
from adminui.record.fields import ExactTimeField
from adminui.record.models import Seen
from adminui.saving.models import Draft, Save
from adminui.saving.protocol import OPEN


@transaction.atomic
def drop(before: datetime) -> int:
    """Drops the documents that were last written of before a time; how many. That they were dropped is an event.

    What a draft was made from, what a save that isn't settled takes, and the state of a runtime that is known last
    are kept however old they are. Raises ValueError for a time less than a day ago, and django.db.Error.
    """
    dropped = documents.drop_older(before, frozenset(_current()))
    if dropped:
        events.append(
            events.NewEvent(
                kind="documents.dropped",
                chain=events.SITE,
                origin="site",
                data={"count": dropped, "until": ExactTimeField.write(before)},
            )
        )
    return dropped


def _current() -> Iterator[tuple[UUID, str]]:
    """The documents that are needed whatever their age."""
    yield from Draft.objects.values_list("runtime", "base")
    yield from Seen.objects.values_list("runtime", "digest")
    for runtime, *digests in Save.objects.filter(state__in=OPEN).values_list("runtime", "base", "sent", "found"):
        yield from ((runtime, digest) for digest in digests)
