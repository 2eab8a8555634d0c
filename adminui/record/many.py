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

from django.db import transaction

from adminui.contract.document import Json
from adminui.record import index, verifier
from adminui.record.events import locked_head
from adminui.record.models import Event
from adminui.record.verifier import FORMAT, canonical

_BATCH: Final = 10_000
_COLUMNS: Final = itemgetter(*verifier.FIELDS)


def append_many(chain: str, made: Iterable[Mapping[str, Json]]) -> Iterator[int]:
    """Appends events to a chain and yields how many there are so far; each batch is committed with its head.

    Each of `made` holds the fields of verifier.FIELDS but those of its place in the chain, as they are exported, in
    the order of their times. The index is written at the end: who stops before calls history_index. Raises
    django.db.Error.
    """
    loader = index.Loader()
    source, count = iter(made), 0
    while batch := list(islice(source, _BATCH)):
        count += len(batch)
        with transaction.atomic():
            _append(chain, batch, loader)
        yield count
    with transaction.atomic():
        loader.finish()


def _append(chain: str, batch: Iterable[Mapping[str, Json]], loader: index.Loader) -> None:
    head = locked_head(chain)
    rows, events = [], []
    for one in batch:
        fields = {**one, "format": FORMAT, "chain": chain, "seq": head.seq + 1, "previous": head.hash}
        head.seq, head.hash = head.seq + 1, verifier.hash_of(fields)
        texts = {"paths": _json(one["paths"]), "data": _json(one["data"])}
        rows.append((*_COLUMNS({**fields, **texts}), head.hash))
        events.append(_event(fields))
    index.put_many("record_event", (*verifier.FIELDS, "hash"), rows)
    loader.take(events)
    head.save(force_update=True)


def _json(value: Json) -> str:
    return canonical(value).decode() if value else "[]" if isinstance(value, list) else "{}"


def _event(fields: Mapping[str, Any]) -> Event:
    """What the index reads of an event. A model's row takes ten times as long to make."""
    runtime = fields["runtime"]
    read = {"runtime": UUID(runtime) if runtime else None, "at": datetime.fromisoformat(fields["at"])}
    return cast("Event", SimpleNamespace(**{**fields, **read, "save_id": fields["save"]}))
