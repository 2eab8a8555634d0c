"""…/config/merge/: a draft and what was changed elsewhere since. What both changed is asked, no choice made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from adminui.accounts.here import Who, signed_in
from adminui.accounts.places import canonical
from adminui.contract import paths
from adminui.contract.changes import Change, Told, tell
from adminui.contract.document import same
from adminui.contract.jsondiff import MASK
from adminui.contract.merge import Merge, Overlap, merge, resolve
from adminui.contract.paths import Path
from adminui.editor.drafting import over, rebase
from adminui.editor.pages import Page
from adminui.editor.subject import form_id, kept_draft, subject
from adminui.editor.views.kept import keep_of_stranger
from adminui.saving import drafts
from adminui.saving.drafts import BaseGone, Kept
from adminui.saving.forms import BadForm, Form, from_word
from adminui.saving.reading import read_config

Side = Literal["theirs", "mine"]


@dataclass(frozen=True)
class Choice:
    """One field that both changed, with what was chosen so far."""

    name: str
    told: Told
    before: str
    theirs: str
    mine: str
    chosen: str


@dataclass(frozen=True)
class Task:
    """One merge: the draft, the form over the document it goes onto, and the merge of the two."""

    kept: Kept
    onto: Form
    merged: Merge


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(on_stranger=keep_of_stranger)
async def conflict(request: HttpRequest, who: Who, org: str, ws: str, runtime: str) -> HttpResponse:
    """What both changed, to choose from, and what doesn't touch; POST goes on to the review of the merge."""
    if elsewhere := await canonical(request, who, org, ws, runtime):
        return elsewhere
    at = Page(request, who, await subject(who, org, ws, runtime))
    asked = form_id(request.GET.get("form"))
    kept = await kept_draft(asked, who, at.about) if asked else None
    if kept is None or at.about.why_not is not None:
        return HttpResponseRedirect(at.about.url("config") + (f"?form={asked}" if asked else ""))
    form = at.about.form_posted(kept.base, kept.values)
    if not form.is_valid():  # what can't be read can't be merged: first that, with everything typed
        return HttpResponseRedirect(f"{at.about.url('config')}?form={kept.form.id}")
    if request.method == "POST":
        return await _chosen(at, kept)
    stored = await read_config(who.token, at.about.ref)
    if stored.document is None or same(kept.base, stored.document):
        return HttpResponseRedirect(f"{at.about.url('config-review')}?form={kept.form.id}")
    onto = await over(at.about, who, stored.document, stored.read_at, kept.form.id)
    return _page(at, Task(kept, onto, merge(kept.base, stored.document, form.document())), {})


async def _chosen(at: Page, kept: Kept) -> HttpResponse:
    try:
        onto = from_word(at.request.POST.get("onto", ""))
        found = await sync_to_async(drafts.base_of)(onto)
    except (BadForm, BaseGone):
        return HttpResponseRedirect(at.request.get_full_path())
    form = at.about.form_posted(kept.base, kept.values)
    task = Task(kept, onto, merge(kept.base, found, form.document()))
    choices = _choices(at.request, task.merged)
    agreed = "agree" in at.request.POST or "mine" not in choices.values()
    if onto.id != kept.form.id or len(choices) < len(task.merged.overlaps) or not agreed:
        return _page(at, task, choices, agreed=agreed, status=422)
    await sync_to_async(rebase)(at.about, onto, found, resolve(task.merged, choices))
    return HttpResponseRedirect(f"{at.about.url('config-review')}?form={onto.id}&since={kept.form.base}")


def _choices(request: HttpRequest, merged: Merge) -> dict[Path, Side]:
    sides: dict[str, Side] = {"theirs": "theirs", "mine": "mine"}
    posted = {one.path: request.POST.get(f"choice.{paths.text(one.path)}", "") for one in merged.overlaps}
    return {path: sides[side] for path, side in posted.items() if side in sides}


def _page(
    at: Page, task: Task, choices: Mapping[Path, Side], *, agreed: bool = True, status: int = 200
) -> HttpResponse:
    merged, form = task.merged, task.kept.form
    taken = {overlap.path for overlap in merged.overlaps}
    context: dict[str, object] = {
        "onto": task.onto.word(),
        "choices": [_choice(overlap, choices.get(overlap.path, "")) for overlap in merged.overlaps],
        "theirs": [tell(change) for change in merged.theirs if not _touches(change.path, taken)],
        "mine": [tell(change) for change in merged.mine if not _touches(change.path, taken)],
        "back": f"{at.about.url('config')}?form={form.id}",
        "action": f"{at.about.url('config-merge')}?form={form.id}",
        "open": len(merged.overlaps) - len(choices),
        "wrong": status == 422,
        "agreed": agreed,
        "read_at": form.read_at,
        "found_at": task.onto.read_at,
    }
    return at.render("editor/conflict.html", context, status)


def _touches(path: Path, taken: set[Path]) -> bool:
    return any(path[: len(one)] == one or one[: len(path)] == path for one in taken)


def _choice(overlap: Overlap, chosen: str) -> Choice:
    told = tell(Change(overlap.path, "changed", overlap.base, overlap.mine))
    other = tell(Change(overlap.path, "changed", overlap.base, overlap.theirs))

    def said(text: str | None) -> str:
        return "not set" if text is None else MASK if told.secret else text

    return Choice(
        name=paths.text(overlap.path),
        told=told,
        before=said(told.before),
        theirs=said(other.after),
        mine=said(told.after),
        chosen=chosen,
    )
