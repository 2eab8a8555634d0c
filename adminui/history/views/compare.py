"""…/history/compare/?a=&b=: two states of a runtime side by side, or a state and what is stored today."""

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from adminui.accounts.here import Who, signed_in
from adminui.accounts.places import canonical
from adminui.history import states
from adminui.history.states import State
from adminui.history.subject import Subject, subject
from adminui.platform.address import RuntimeRef
from adminui.platform.errors import NotFound
from adminui.saving.reading import read_config

NOW = "now"


@require_safe
@signed_in
async def compare(request: HttpRequest, who: Who, org: str, ws: str, runtime: str) -> HttpResponse:
    """`a` and `b` name states: `now`, an event's id for the state after it, `{id}.before` for the one before it."""
    if elsewhere := await canonical(request, who, org, ws, runtime):
        return elsewhere
    about = await subject(request, who, org, ws, runtime)
    landed = await sync_to_async(states.landed)(about.scope)
    newest = str(landed[0].id) if landed else NOW
    a = await _state(about, request.GET.get("a") or (f"{newest}.before" if landed else NOW))
    b = await _state(about, request.GET.get("b") or NOW)
    whole = "all" in request.GET
    chosen = [one.event for one in (a, b) if one.event is not None]
    offered = await sync_to_async(states.around)(about.scope, landed, chosen)
    context: dict[str, object] = {
        "a": a,
        "b": b,
        "choices": [(str(one.id), states.label(one)) for one in offered],
        "newest": states.LISTED if len(landed) == states.LISTED else 0,
        "whole": whole,
        "revealed": frozenset(),
        "groups": states.groups(states.changes_between(a.document, b.document)),
        "lines": states.difference(a.document, b.document, whole=whole)
        if a.document is not None and b.document is not None
        else [],
    }
    return about.render("history/compare.html", context)


async def _state(about: Subject, key: str) -> State:
    if key != NOW:
        found = await sync_to_async(states.of_event)(about.scope, key)
        return found or State(key, "a state that isn’t recorded here", None, "There is no such state of this runtime.")
    ref = RuntimeRef(about.scope.chain, about.scope.workspace, str(about.scope.runtime))
    try:
        stored = await read_config(about.who.token, ref)
    except NotFound:
        return State(NOW, "what is stored today", None, "The runtime is gone from the platform.")
    return State(NOW, "what is stored today", stored.document, stored.why_not or "")
