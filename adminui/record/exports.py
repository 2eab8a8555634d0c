"""Events as files: NDJSON that verifier.py proves, and CSV for people with spreadsheets. Both are streamed.

Neither holds a value of a config: those are in the sealed documents alone, which NDJSON takes along on request.
"""

import base64
import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from adminui.contract.visible import visible
from adminui.record.chain import written
from adminui.record.fields import ExactTimeField
from adminui.record.models import DigestKey, Document, Event, Head
from adminui.record.verifier import FORMAT, GENESIS, canonical

BATCH: Final = 1000
"""Events that are held at once."""

COLUMNS: Final = (
    *("at", "person", "what", "kind", "outcome", "origin", "organization", "workspace", "runtime", "paths", "reason"),
    *("platform_user", "request", "event", "save", "chain", "seq", "hash"),
)
"""The columns of a CSV."""


def all_of(chain: str) -> Iterator[list[Event]]:
    """Every event of a chain in its order, a batch at a time. Safe while others append."""
    seq = 0
    while batch := list(Event.objects.filter(chain=chain, seq__gt=seq).order_by("seq")[:BATCH]):
        yield batch
        seq = batch[-1].seq


def ndjson(chain: str, batches: Iterable[list[Event]], *, whole: bool, query: str = "") -> Iterator[bytes]:
    """An export of one chain, a piece a batch: `whole` for `all_of` it, else a selection by `query`, in their order."""
    yield _line({"export": {"chain": chain, "format": FORMAT, "query": query, "whole": whole}})
    last: Event | None = None
    count = 0
    for batch in batches:
        yield b"".join(_line({"event": written(event), "hash": event.hash}) for event in batch)
        last, count = batch[-1], count + len(batch)
    yield _line({"head": {"events": count, **_head(chain, last, whole=whole)}})


def _head(chain: str, last: Event | None, *, whole: bool) -> dict[str, object]:
    """The last event that was written; of a selection the chain's own head, so that it can be compared later."""
    head = None if whole else Head.objects.filter(chain=chain).first()
    end = head or last
    return {"seq": end.seq if end else 0, "hash": end.hash if end else GENESIS}


def sealed() -> Iterator[bytes]:
    """The key of the documents' digests and every document that is kept, still sealed, a line each."""
    for key in DigestKey.objects.all():
        yield _line({"digest_key": {"sealed": base64.b64encode(bytes(key.sealed)).decode()}})
    for row in Document.objects.order_by("id").iterator(chunk_size=200):
        text = base64.b64encode(bytes(row.sealed)).decode()
        yield _line({"document": {"digest": row.digest, "runtime": str(row.runtime), "sealed": text}})


def _line(value: object) -> bytes:
    return canonical(value) + b"\n"


def table(batches: Iterable[list[Event]]) -> Iterator[bytes]:
    """The same as CSV (RFC 4180, UTF-8 with a mark that spreadsheets look for), a piece a batch."""
    yield b"\xef\xbb\xbf" + _rows([COLUMNS])
    for batch in batches:
        yield _rows(map(_row, batch))


def _rows(rows: Iterable[Iterable[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [[cell(one) for one in row] for row in rows]
    )
    return out.getvalue().encode()


def cell(value: object) -> str:
    """A value as a cell that no spreadsheet takes for a formula: one that begins like it gets an apostrophe in front.

    Invisible and direction-changing characters are written out, line ends within become spaces. Full-width signs, as
    East Asian keyboards write them, count as what they stand for.
    """
    text = visible(" ".join(("" if value is None else str(value)).splitlines()))
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return f"'{text}" if first in {"=", "+", "-", "@", "|", "%"} or text[:1] == "\t" else text


def _row(event: Event) -> list[object]:
    data = event.data if isinstance(event.data, dict) else {}
    paths = event.paths if isinstance(event.paths, list) else [event.paths]
    return [
        event.at if isinstance(event.at, str) else ExactTimeField.write(event.at),
        event.name,
        event.sentence,
        event.kind,
        data.get("state", ""),
        event.origin,
        event.organization,
        event.workspace,
        event.runtime,
        "; ".join(map(str, paths)),
        event.reason,
        event.platform_name,
        event.request_id,
        event.id,
        event.save_id,
        event.chain,
        event.seq,
        event.hash,
    ]
