"""`manage.py history_export`: the history as a file, with filters as on the page, or a whole chain with its proofs."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from adminui.history.exporting import KINDS, Kind, written
from adminui.history.finding import walk
from adminui.history.query import parse
from adminui.record import events, exports
from adminui.record.index import Scope
from adminui.record.models import Event, Head


class Command(BaseCommand):
    """Writes an export. What it takes away is written down first, so that the export tells of itself."""

    help = "Exports the history as NDJSON, which the verifier proves, or CSV. Progress is shown on a terminal."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to export, and where to."""
        parser.add_argument("chain", help="an organization’s key, or @site for what belongs to none")
        parser.add_argument("--workspace", help="this workspace alone")
        parser.add_argument("--runtime", type=UUID, help="this runtime of the workspace alone")
        parser.add_argument("--query", default="", help="what is searched for, as on the page; needs --workspace")
        parser.add_argument("--format", choices=list(KINDS), default="ndjson")
        parser.add_argument("--documents", action="store_true", help="take along the sealed documents (NDJSON)")
        parser.add_argument("--output", type=Path, help="the file; else it goes to standard output")

    def handle(self, *_: Any, **given: Any) -> None:
        """Writes it."""
        kind = cast("Kind", given["format"])
        scope, query = _scope(given), parse(given["query"])
        if query.problem:
            raise CommandError(query.problem)
        if not Head.objects.filter(chain=given["chain"]).exists():
            known = ", ".join(Head.objects.order_by("chain").values_list("chain", flat=True)) or "none"
            raise CommandError(f"There is no chain “{given['chain']}”. There are: {known}.")
        if given["documents"] and kind != "ndjson":
            raise CommandError("Documents go along with NDJSON only.")
        _note(given["chain"], scope, kind, given["query"])
        batches = exports.all_of(given["chain"]) if scope is None else walk(scope, query)
        pieces = written(
            kind, given["chain"], _counted(batches, _total(given["chain"])), query=given["query"], whole=scope is None
        )
        if given["output"] is None:
            _write(pieces, sys.stdout.buffer, documents=given["documents"])
        else:
            with given["output"].open("wb") as file:
                _write(pieces, file, documents=given["documents"])


def _scope(given: dict[str, Any]) -> Scope | None:
    """The workspace or runtime that is asked for; None for a whole chain."""
    if given["workspace"]:
        return Scope(given["chain"], given["workspace"], given["runtime"])
    if given["runtime"] or given["query"]:
        raise CommandError("A runtime and a query are of a workspace: give --workspace, too.")
    return None


def _note(chain: str, scope: Scope | None, kind: Kind, query: str) -> None:
    events.append(
        events.NewEvent(
            kind="export",
            chain=chain,
            origin="history",
            organization="" if chain == events.SITE else chain,
            workspace=scope.workspace if scope else "",
            runtime=scope.runtime if scope else None,
            data={"what": f"the history as {KINDS[kind][0]}, by a command on the host", "query": query},
        )
    )


def _total(chain: str) -> int:
    return Head.objects.get(chain=chain).seq


def _counted(batches: Iterator[list[Event]], total: int) -> Iterator[list[Event]]:
    """The batches; on a terminal, with a line that says how far they are."""
    count, shown = 0, 0.0
    for batch in batches:
        yield batch
        count += len(batch)
        if sys.stderr.isatty() and time.monotonic() - shown > 0.2:
            shown = time.monotonic()
            sys.stderr.write(f"\r{count:,} events, up to number {batch[-1].seq:,} of {total:,}")
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{count:,} events{' ' * 40}\n")


def _write(pieces: Iterator[bytes], file: BinaryIO, *, documents: bool) -> None:
    for piece in pieces:
        file.write(piece)
    if documents:
        for line in exports.sealed():
            file.write(line)
    file.flush()
