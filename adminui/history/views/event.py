"""…/history/{event}/: one event, whole. A masked value is shown to who asks by a POST, which is an event itself."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from adminui.accounts.failures import error_page
from adminui.accounts.here import Who, signed_in
from adminui.accounts.may import why_not
from adminui.accounts.places import canonical
from adminui.accounts.roles import Deed
from adminui.accounts.witness import origin_of
from adminui.contract.changes import Change, is_variable, tell_masked
from adminui.contract.document import Json, same
from adminui.contract.jsondiff import MASK
from adminui.contract.stored import normalised
from adminui.history import states, telling
from adminui.history.listing import event_href
from adminui.history.states import groups
from adminui.history.subject import Subject, subject
from adminui.history.telling import Told
from adminui.platform.address import RuntimeRef
from adminui.platform.errors import PlatformError, Unauthorized
from adminui.record.chain import hash_of
from adminui.record.index import has_landed, outcome, told_data
from adminui.record.models import Checked, Event
from adminui.record.verifier import GENESIS, Unhashable
from adminui.saving import witness
from adminui.saving.reading import read_config
from adminui.saving.steps import Trace

_LISTED: Final = 200
"""Paths that a page lists where the values are gone."""
_AIMED: Final = ("event", "of")
"""Where the data of an event names another one."""


@require_safe
@signed_in
async def of_workspace(request: HttpRequest, who: Who, org: str, ws: str, event: UUID) -> HttpResponse:
    """An event that is about the workspace."""
    about = await subject(request, who, org, ws)
    return await _page(about, await _found(about, event))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
async def of_runtime(request: HttpRequest, who: Who, org: str, ws: str, runtime: str, event: UUID) -> HttpResponse:
    """An event that is about a runtime. POST reveals the values at the path `reveal`."""
    if elsewhere := await canonical(request, who, org, ws, runtime):
        return elsewhere
    about = await subject(request, who, org, ws, runtime)
    found = await _found(about, event)
    if request.method != "POST":
        return await _page(about, found)
    if reason := why_not(who, Deed.REVEAL):
        return error_page(request, status=403, title="Not yours to reveal", sentence=reason.text)
    path = request.POST.get("reveal", "")
    if path not in await sync_to_async(_masked)(about, found):  # nothing is revealed, so nothing is written down
        return await _page(about, found)
    origin = origin_of(request)
    trace = Trace(origin.request_id, origin.ip, origin.agent)
    ref = RuntimeRef(org, ws, runtime)
    await sync_to_async(witness.revealed_of_event)(ref, who.person, path, event, trace)
    return await _page(about, found, revealed={path})


def _masked(about: Subject, event: Event) -> set[str]:
    """The paths of the values that the page of an event masks."""
    old, new = (_document(about, digest)[0] for digest in telling.sides(event, _course(event)))
    return {told.path for told in map(tell_masked, states.changes_between(old, new)) if told.secret}


async def _found(about: Subject, event: UUID) -> Event:
    found = await sync_to_async(states.event_of)(about.scope, event)
    if found is None:
        raise Http404("There is no such event here.")
    return found


async def _page(about: Subject, event: Event, revealed: Collection[str] = ()) -> HttpResponse:
    today = await _today(about)
    context = await sync_to_async(_context)(about, event, frozenset(revealed), today)
    return about.render("history/event.html", context)


async def _today(about: Subject) -> Json | None:
    """What the platform stores now; None where that can't be had. The page can do without."""
    if about.runtime is None or about.runtime.gone:
        return None
    ref = RuntimeRef(about.scope.chain, about.scope.workspace, str(about.runtime.id))
    try:
        return (await read_config(about.who.token, ref)).document
    except Unauthorized:
        raise
    except PlatformError:
        return None


@dataclass(frozen=True)
class Link:
    """A neighbour in the chain; `href` is empty when it isn't an event of this page's runtime or workspace."""

    seq: int
    hash: str
    href: str
    here: bool = False


def _context(about: Subject, event: Event, revealed: frozenset[str], today: Json | None) -> dict[str, object]:
    course = _course(event)
    before, sent = telling.sides(event, course)
    old, why_old = _document(about, before)
    new, why_new = _document(about, sent)
    stored, _ = _document(about, event.after)
    answer, _ = _document(about, told_data(event).get("envelope"))
    at_hand = {
        (about.scope.runtime, digest): document
        for digest, document in ((before, old), (sent, new), (told_data(event).get("envelope"), answer))
        if about.scope.runtime and isinstance(digest, str) and document is not None
    }
    told = Told(event, course, at_hand)
    telling_ = telling.tell(told)
    changes = states.changes_between(old, new)
    aim = _aim(about, event)
    return {
        "event": event,
        "telling": telling_,
        "text": telling_.title(about.name),
        "outcome": outcome(event),
        "groups": groups(changes),
        "why_none": (why_old or why_new) if event.before or sent else "",
        "paths": event.paths[:_LISTED] if isinstance(event.paths, list) else [],
        "lines": states.difference(old, new, revealed=revealed) if old is not None and new is not None else [],
        "revealed": revealed,
        "may_reveal": why_not(about.who, Deed.REVEAL) is None,
        "why_not_reveal": why_not(about.who, Deed.REVEAL),
        "refusal": telling.refusal(told) if answer else "",
        "errors": _errors(answer),
        "answer": _shown(answer),
        "normalised": _normalised(new, stored) if sent != event.after else [],
        "course": [(each, event_href(about.scope, each), each.id == event.id) for each in course] if course[1:] else [],
        "data": {key: value for key, value in told_data(event).items() if not aim or key not in _AIMED},
        "landed": has_landed(event),
        "kept": {"before": old is not None, "after": stored is not None},
        "now": _now(today, stored if event.after else old),
        "is_now": today is not None and stored is not None and same(stored, today),
        "aim": aim,
        "chain": _chain(about, event),
        "proven": _proven(event),
        "checked": Checked.objects.filter(chain=event.chain).first(),
    }


def _aim(about: Subject, event: Event) -> tuple[str, str, str] | None:
    """The event that another one goes back to, or of which a value was revealed: how, its name, and its page."""
    named = told_data(event).get("event" if event.kind in {"restore", "undo", "reveal"} else "of")
    try:
        other = states.event_of(about.scope, UUID(str(named)))
    except ValueError:
        return None
    what = {"restore": "Goes back to", "undo": "Takes back"}.get(event.origin, "Seen at")
    return None if other is None else (what, states.label(other), event_href(about.scope, other))


def _course(event: Event) -> tuple[Event, ...]:
    if event.save_id is None:
        return (event,)
    rows = Event.objects.filter(save_id=event.save_id).order_by("seq")
    found = tuple(one for one in rows if (one.chain, one.workspace, one.runtime) == _place(event))
    return found or (event,)


def _place(event: Event) -> tuple[str, str, UUID | None]:
    return event.chain, event.workspace, event.runtime


def _document(about: Subject, digest: object) -> tuple[Json | None, str]:
    if about.scope.runtime is None or not isinstance(digest, str):
        return None, ""
    return states.kept(about.scope.runtime, digest)


def _errors(answer: Json | None) -> list[str]:
    errors = answer.get("errors") if isinstance(answer, dict) else None
    listed = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    return [said for one in listed if (said := telling.error_text(one))]


def _shown(answer: Json | None) -> str:
    """The platform's answer as JSON; what it says of the environment may repeat a value and is left out."""
    if not isinstance(answer, dict):
        return ""
    errors = answer.get("errors")
    listed = [_told(one) for one in errors] if isinstance(errors, list) else errors
    return json.dumps({**answer, "errors": listed}, ensure_ascii=False, indent=2)


def _told(error: Json) -> Json:
    return {**error, "msg": MASK} if isinstance(error, dict) and telling.is_of_environment(error) else error


def _normalised(sent: Json | None, stored: Json | None) -> list[dict[str, object]]:
    """What the platform changed on its own between what was sent and what it stored."""
    if sent is None or stored is None:
        return []
    from_to: list[dict[str, object]] = []
    for one in normalised(sent, stored):
        masked = is_variable(one.path)
        change = tell_masked(Change(one.path, "changed", one.sent, one.stored))
        sides = (MASK, MASK) if masked else (change.before, change.after)
        from_to.append(
            {"label": change.label, "path": change.path, "how": one.how, "sent": sides[0], "stored": sides[1]}
        )
    return from_to


def _now(today: Json | None, then: Json | None) -> str:
    """How what is stored now compares with the state of the event."""
    if today is None or then is None:
        return ""
    count = len(states.changes_between(then, today))
    if same(then, today):
        return "What is stored today is the same."
    return f"Today {count} {'value differs' if count == 1 else 'values differ'} from it."


def _chain(about: Subject, event: Event) -> list[Link]:
    rows = Event.objects.filter(chain=event.chain, seq__gte=event.seq - 1, seq__lte=event.seq + 1).order_by("-seq")
    return [
        Link(
            one.seq,
            one.hash,
            event_href(about.scope, one) if _place(one) == _place(event) and one.id != event.id else "",
            one.id == event.id,
        )
        for one in rows
    ]


def _proven(event: Event) -> bool:
    """Whether the event has the hash of its fields, and its neighbours are linked to it."""
    before = Event.objects.filter(chain=event.chain, seq=event.seq - 1).values_list("hash", flat=True).first()
    after = Event.objects.filter(chain=event.chain, seq=event.seq + 1).values_list("previous", flat=True).first()
    try:
        own = hash_of(event) == event.hash
    except Unhashable:
        return False
    return own and event.previous == (before or GENESIS) and after in (None, event.hash)
