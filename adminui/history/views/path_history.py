"""…/history/path/?path=…: every change of one place in a runtime's config, by identity, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from adminui.accounts.here import Who, signed_in
from adminui.accounts.places import canonical
from adminui.contract import paths
from adminui.contract.changes import Change, Told, locate, tell_masked
from adminui.contract.document import ABSENT, Absent, Json, get, same
from adminui.contract.paths import Path
from adminui.history.asked import Asked
from adminui.history.finding import Found, find
from adminui.history.listing import event_href
from adminui.history.query import Query, Term, parse
from adminui.history.subject import Subject, subject
from adminui.record import documents
from adminui.record.index import Scope, has_landed
from adminui.record.models import Event

ROWS: Final = 30
_LOOKED: Final = 6
"""Pages of events that are looked through for one of changes."""


@dataclass(frozen=True)
class Step:
    """One change of the place. `told` is None where the documents are no longer kept."""

    event: Event
    told: Told | None
    href: str


@require_safe
@signed_in
async def path_history(request: HttpRequest, who: Who, org: str, ws: str, runtime: str) -> HttpResponse:
    """The changes of the path that the address names."""
    if elsewhere := await canonical(request, who, org, ws, runtime):
        return elsewhere
    about = await subject(request, who, org, ws, runtime)
    text = request.GET.get("path", "")[:1000]
    try:
        path: Path | None = paths.parse(text)
    except ValueError:
        path = None
    asked = Asked.read(request.GET, {})
    context: dict[str, object] = {"path": text, "label": "", "steps": [], "older": "", "newest": ""}
    context["wrong"] = path is None
    if path:
        context |= await sync_to_async(_context)(about, path, asked.below)
    return about.render("history/path.html", context, 200 if path else 404)


def _context(about: Subject, path: Path, below: int | None) -> dict[str, object]:
    text, begun = paths.text(path), below
    query = parse(str(Query((Term("path", text),))))
    steps: list[Step] = []
    for _ in range(_LOOKED):
        found = find(about.scope, query, below=below, most=ROWS)
        steps += _steps(about.scope, path, found)
        below = found.hits[-1].event.seq if found.more else found.stopped
        if below is None or len(steps) >= ROWS:
            break
    return {
        "label": tell_masked(Change(path, "changed", None, None)).label,
        "steps": steps,
        "older": f"?{urlencode({'path': text, 'before': below})}" if below else "",
        "newest": f"?{urlencode({'path': text})}" if begun else "",
    }


def _steps(scope: Scope, path: Path, found: Found) -> list[Step]:
    landed = [hit.event for hit in found.hits if has_landed(hit.event)]
    pairs = [(scope.runtime, digest) for event in landed for digest in (event.before, event.after)]
    at_hand = documents.load_small([(runtime, digest) for runtime, digest in pairs if runtime and digest])
    return [step for event in landed if (step := _step(scope, path, event, at_hand)) is not None]


def _step(scope: Scope, path: Path, event: Event, at_hand: Mapping[tuple[UUID, str], Json]) -> Step | None:
    """What an event did at the place; None when it changed something around it, and not this."""
    href = event_href(scope, event)
    before, after = (_document(scope, digest, at_hand) for digest in (event.before, event.after))
    if before is None or after is None:
        return Step(event, None, href)
    old, new = _at(before, path), _at(after, path)
    if _is_same(old, new):
        return None
    change = Change(path, "added" if old is ABSENT else "removed" if new is ABSENT else "changed", old, new)
    return Step(event, tell_masked(change), href)


def _document(scope: Scope, digest: str | None, at_hand: Mapping[tuple[UUID, str], Json]) -> Json | None:
    return None if scope.runtime is None or digest is None else at_hand.get((scope.runtime, digest))


def _at(document: Json, path: Path) -> Json | Absent:
    found = locate(document, path)
    return ABSENT if found is None else get(document, found)


def _is_same(old: Json | Absent, new: Json | Absent) -> bool:
    if old is ABSENT or new is ABSENT:
        return old is new
    return same(old, new)
