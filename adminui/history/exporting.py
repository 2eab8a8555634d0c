"""Exports of what a search finds, by the page and by the command: the same walk, the same files."""

from collections.abc import Iterator
from typing import Final, Literal

from asgiref.sync import async_to_sync

from adminui.history.access import Access
from adminui.history.finding import walk
from adminui.history.query import Query
from adminui.record import exports
from adminui.record.index import Scope
from adminui.record.models import Event

Kind = Literal["ndjson", "csv"]
KINDS: Final[dict[Kind, tuple[str, str]]] = {
    "ndjson": ("NDJSON", "application/x-ndjson"),
    "csv": ("CSV", "text/csv; charset=utf-8"),
}
"""What each kind is called, and its content type."""


def written(
    kind: Kind, chain: str, batches: Iterator[list[Event]], *, query: str, whole: bool = False
) -> Iterator[bytes]:
    """A file, piece by piece."""
    if kind == "csv":
        return exports.table(batches)
    return exports.ndjson(chain, batches, whole=whole, query=query)


def seen(access: Access, scope: Scope, query: Query) -> Iterator[list[Event]]:
    """The events that are found and that the person may see. Called in a thread of the request's."""
    for batch in walk(scope, query):
        known = async_to_sync(access.runtimes)({event.runtime for event in batch if event.runtime is not None})
        if mine := [event for event in batch if event.runtime is None or event.runtime in known]:
            yield mine
