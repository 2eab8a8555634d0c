"""Writing very many events at once, for records that are made up: a year of them in minutes.

What a save or a page witnesses is written by events.append. The chain, the guards and the index are the same here.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from operator import itemgetter
from types import SimpleNamespace
from typing import Any, Final, cast
from uuid import UUID

from django.db import connection, transaction

from adminui.contract.document import Json
from adminui.record import verifier
from adminui.record.events import locked_head
from adminui.record.loading import Loader, put_many
from adminui.record.models import Event, Head
from adminui.record.verifier import FORMAT, canonical

_BATCH: Final = 10_000
_COLUMNS: Final = itemgetter(*verifier.FIELDS)


def append_many(chain: str, made: Iterable[Mapping[str, Json]]) -> Iterator[int]:
    """Appends events to a chain and yields how many there are so far; each batch is committed with its head.

    Each of `made` holds the fields of verifier.FIELDS but those of its place in the chain, as they are exported, in
    the order of their times. The index is written at the end: who stops before calls history_index. Raises
    django.db.Error.
    """
    loader = Loader()
    source, count = iter(made), 0
    while batch := list(islice(source, _BATCH)):
        count += len(batch)
        with transaction.atomic():
            _plan_for_many()
            _append(chain, batch, loader)
        yield count
    with transaction.atomic():
        loader.finish()


def _plan_for_many() -> None:
    """Has PostgreSQL look for the last event of a chain by its index until the transaction ends.

    The guard asks for it at each row, and the plan is kept: of a table that was empty at first it would read all.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_sort = off")


def _append(chain: str, batch: Iterable[Mapping[str, Json]], loader: Loader) -> None:
    head = locked_head(chain)
    events: list[Event] = []
    put_many("record_event", (*verifier.FIELDS, "hash"), _chained(head, batch, events))
    loader.take(events)
    head.save(force_update=True)


def _chained(head: Head, batch: Iterable[Mapping[str, Json]], events: list[Event]) -> Iterator[tuple[Any, ...]]:
    """The rows of some events, which are told to `events` as the index reads them; the head goes along."""
    for one in batch:
        fields = {**one, "format": FORMAT, "chain": head.chain, "seq": head.seq + 1, "previous": head.hash}
        head.seq, head.hash = head.seq + 1, verifier.hash_of(fields)
        texts = {"paths": _json(one["paths"]), "data": _json(one["data"])}
        yield (*_COLUMNS({**fields, **texts}), head.hash)
        events.append(_event(fields))


def _json(value: Json) -> str:
    return canonical(value).decode() if value else "[]" if isinstance(value, list) else "{}"


def _event(fields: Mapping[str, Any]) -> Event:
    """What the index reads of an event. A model's row takes ten times as long to make."""
    runtime = fields["runtime"]
    read = {"runtime": UUID(runtime) if runtime else None, "at": datetime.fromisoformat(fields["at"])}
    return cast("Event", SimpleNamespace(**{**fields, **read, "save_id": fields["save"]}))
