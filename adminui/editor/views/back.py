"""…/history/{event}/restore/ and …/undo/: what going back would change; POST makes the draft of it.

The draft is an ordinary one, over what is stored today: reviewed, checked by today's rules and saved like any other.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from asgiref.sync import sync_to_async
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from adminui.accounts.here import Who, signed_in
from adminui.accounts.places import canonical
from adminui.contract import paths
from adminui.contract.changes import Change, tell_masked
from adminui.contract.document import Json, same
from adminui.editor import goingback
from adminui.editor.drafting import keep, over
from adminui.editor.goingback import Aim, Back, Flag, Kind, Offer
from adminui.editor.offers import lately, offers
from adminui.editor.pages import Group, Page, groups
from adminui.editor.subject import subject, trace
from adminui.platform.answers import Stored
from adminui.record import index
from adminui.record.models import Event
from adminui.saving import drafts, witness
from adminui.saving.drafts import BaseGone, Kept
from adminui.saving.forms import BadForm, Form, from_word
from adminui.saving.models import Draft
from adminui.saving.reading import read_config


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
async def restore(request: HttpRequest, who: Who, org: str, ws: str, runtime: str, event: UUID) -> HttpResponse:
    """A recorded state: `state=before` the one before the event; `path=…`, also repeated, ticks single fields."""
    return await _back(request, who, (org, ws, runtime), event, "restore")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
async def undo(request: HttpRequest, who: Who, org: str, ws: str, runtime: str, event: UUID) -> HttpResponse:
    """A change taken back, as far as nobody changed the same places since."""
    return await _back(request, who, (org, ws, runtime), event, "undo")


@dataclass(frozen=True)
class Task:
    """One way back: what to, the form over today's document, and what may be changed of that."""

    aim: Aim
    onto: Form
    offer: Offer


async def _back(request: HttpRequest, who: Who, place: tuple[str, str, str], event: UUID, kind: Kind) -> HttpResponse:
    if elsewhere := await canonical(request, who, *place):
        return elsewhere
    offering = lately if request.method == "POST" else offers
    at = Page(request, who, await subject(who, *place, offering=offering))
    stored = await read_config(who.token, at.about.ref)  # who may not read it is told so here
    aim = await sync_to_async(_aim)(at, event, kind)
    if stored.document is None or aim.gone:
        return _nothing(at, aim, stored)
    if request.method == "POST":
        return await _posted(at, aim, stored)
    onto = await over(at.about, who, stored.document, stored.read_at)
    return _page(at, Task(aim, onto, goingback.offer(aim, stored.document)))


def _aim(at: Page, event: UUID, kind: Kind) -> Aim:
    ref = at.about.ref
    row = Event.objects.filter(pk=event, chain=ref.org, workspace=ref.workspace, runtime=at.about.id).first()
    aim = row and goingback.aim(row, kind, "before" if at.request.GET.get("state") == "before" else "after")
    if not aim:
        raise Http404("Nothing came to be stored by this event, so there is no state to go back to.")
    return aim


async def _posted(at: Page, aim: Aim, stored: Stored) -> HttpResponse:
    task = await sync_to_async(_shown)(at, aim)
    if task is None:  # from a page without a list of changes, or one that is too old
        onto = await over(at.about, at.who, stored.document, stored.read_at)
        task = Task(aim, onto, goingback.offer(aim, stored.document))
        if task.offer.overlaps or not task.offer.changes:
            return HttpResponseRedirect(at.request.get_full_path())
    if at.about.why_not is not None:
        return _page(at, task, status=403)
    chosen = at.request.POST.getlist("path") if at.request.POST.get("do") == "some" else None
    if same(task.offer.document(chosen), task.offer.base):
        return _page(at, task, wrong=True, status=422)
    taken_up = await sync_to_async(_take_up)(at, task, chosen)
    return HttpResponseRedirect(f"{at.about.url('config-review')}?form={taken_up.id}")


def _shown(at: Page, aim: Aim) -> Task | None:
    """What the page offered, over the document that it was made from."""
    try:
        onto = from_word(at.request.POST.get("onto", ""))
        base = drafts.base_of(onto)
    except (BadForm, BaseGone):
        return None
    if (onto.owner, onto.runtime) != (at.who.person.platform_id, at.about.id):
        return None
    return Task(aim, onto, goingback.offer(aim, base))


def _take_up(at: Page, task: Task, chosen: Collection[str] | None) -> Form:
    form = at.about.form_rebased(task.offer.base, task.offer.document(chosen))
    kind, of = task.aim.kind, task.aim.event.pk
    changed = tuple(paths.text(change.path) for change in form.changes())
    with transaction.atomic():
        onto = _untouched(task.onto, kind, of)
        keep(onto, form)
        drafts.came_from(onto, kind, of)
        witness.taken_up(onto, at.who.person, trace(at.request), kind=kind, of=of, paths=changed)
    return onto


def _untouched(onto: Form, kind: Kind, of: UUID) -> Form:
    """A form whose draft nobody edited: that of an earlier try at the same, the page's, or a new one.

    So who presses twice has one draft, and who goes back to the page after editing loses nothing.
    """
    mine = Draft.objects.filter(owner=onto.owner, runtime=onto.runtime)
    same_try = mine.filter(origin=kind, of=of, base=onto.base, revision=1).values_list("form", flat=True).first()
    edited = mine.filter(form=onto.id, revision__gt=1).exists()
    return replace(onto, id=same_try or (uuid4() if edited else onto.id))


def _page(at: Page, task: Task, *, wrong: bool = False, status: int = 200) -> HttpResponse:
    asked = at.request.POST.getlist("path") or at.request.GET.getlist("path")
    offered = [paths.text(one.path) for one in (*task.offer.changes, *task.offer.overlaps)]
    ticked = {path for path in offered if any(_lies_in(path, one) for one in asked)}
    whole = task.offer.document(ticked if ticked else None)
    context: dict[str, object] = {
        "aim": task.aim,
        "onto": task.onto.word(),
        "changes": _groups(at, task.offer.changes),
        "overlaps": _groups(at, task.offer.overlaps),
        "ticked": ticked,
        "absent": [one for one in asked if not any(_lies_in(path, one) for path in ticked)],
        "flags": flagged(at, task.offer.base, whole),
        "wrong": wrong,
        "unreadable": "",
    }
    return at.render("editor/back.html", context, status)


def _lies_in(path: str, whole: str) -> bool:
    """Whether a change path is one that was asked for, or within it."""
    return whole in index.above(path)


def _groups(at: Page, changes: Sequence[Change]) -> list[Group]:
    return groups(changes, at.about.offers.secrets or (), tell=tell_masked)


def flagged(at: Page, base: Json, document: Json) -> list[Flag]:
    """What stands against a document that is to be put back over today's."""
    secrets = at.about.offers.secrets
    ids = None if secrets is None else [one.id for one in secrets]
    return goingback.flags(base, document, ids, at.about.timeout_cap)


async def goes_back(at: Page, kept: Kept, document: Json) -> Back | None:
    """What a draft goes back to; None for one that was typed."""
    event = await Event.objects.filter(pk=kept.of, runtime=at.about.id).afirst() if kept.of else None
    if event is None:
        return None
    said = f"change {event.seq}{goingback.made_by(event)}"
    name = f"Takes back {said}." if kept.origin == "undo" else f"Goes back to {said}."
    return Back(name, event.pk, flagged(at, kept.base, document))


def _nothing(at: Page, aim: Aim, stored: Stored) -> HttpResponse:
    """What is stored can't be carried, or the recorded document is no longer kept."""
    context: dict[str, object] = {"aim": aim, "unreadable": stored.why_not or "", "wrong": False}
    return at.render("editor/back.html", context, 409 if at.request.method == "POST" else 200)
