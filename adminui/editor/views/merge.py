"""…/config/saves/{save}/merge/: both changed the same fields. Base, theirs and mine for each, no choice made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from adminui.accounts.here import Who, signed_in
from adminui.contract import paths
from adminui.contract.changes import Change, Told, tell
from adminui.contract.document import Json
from adminui.contract.merge import Merge, Overlap, merge, resolve
from adminui.contract.paths import Path
from adminui.editor.drafting import rebase
from adminui.editor.pages import Page
from adminui.editor.subject import canonical, kept_draft, subject
from adminui.record import documents
from adminui.saving.drafts import Kept
from adminui.saving.models import Save
from adminui.saving.protocol import State

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


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
async def conflict(request: HttpRequest, who: Who, org: str, ws: str, runtime: str, save: UUID) -> HttpResponse:
    """The choice for each field that both changed; POST goes on to the review of the merge."""
    if elsewhere := await canonical(request, who, org, ws, runtime):
        return elsewhere
    at = Page(request, who, await subject(who, org, ws, runtime))
    row = await Save.objects.filter(pk=save, owner=who.person.platform_id, runtime=at.about.id).afirst()
    if row is None:
        raise Http404("No such save of yours.")
    kept = await kept_draft(row.form, who, at.about)
    found = await sync_to_async(documents.load)(row.runtime, row.found) if row.found else None
    if row.state != State.CHANGED or kept is None or found is None or kept.form.base != row.base:
        # Settled already, maybe in another tab.
        return HttpResponseRedirect(at.about.url("config-review") + f"?form={row.form}")
    form = at.about.form_posted(kept.base, kept.values)
    merged = merge(kept.base, found, form.document())
    if request.method == "POST":
        return await _chosen(at, row, kept, found, merged)
    return _page(at, row, kept, merged, {})


async def _chosen(at: Page, row: Save, kept: Kept, found: Json, merged: Merge) -> HttpResponse:
    choices: dict[Path, Side] = {}
    for overlap in merged.overlaps:
        match at.request.POST.get(f"choice.{paths.text(overlap.path)}"):
            case "theirs":
                choices[overlap.path] = "theirs"
            case "mine":
                choices[overlap.path] = "mine"
            case _:
                pass
    overwrites = "mine" in choices.values()
    agreed = "agree" in at.request.POST or not overwrites
    if len(choices) < len(merged.overlaps) or not agreed:
        return _page(at, row, kept, merged, choices, agreed=agreed, status=422)
    await sync_to_async(rebase)(at.about, kept.form, row, found, resolve(merged, choices))
    return HttpResponseRedirect(f"{at.about.url('config-review')}?form={row.form}&merged={row.id}")


def _page(
    at: Page,
    row: Save,
    kept: Kept,
    merged: Merge,
    choices: Mapping[Path, Side],
    *,
    agreed: bool = True,
    status: int = 200,
) -> HttpResponse:
    open_ = len(merged.overlaps) - len(choices)
    taken = {overlap.path for overlap in merged.overlaps}
    context: dict[str, object] = {
        "save": row,
        "choices": [_choice(overlap, choices.get(overlap.path, "")) for overlap in merged.overlaps],
        "theirs": [tell(change) for change in merged.theirs if not _below(change.path, taken)],
        "mine": [tell(change) for change in merged.mine if not _below(change.path, taken)],
        "back": f"{at.about.url('config')}?form={kept.form.id}",
        "open": open_,
        "wrong": status == 422,
        "agreed": agreed,
        "read_at": kept.form.read_at,
        "found_at": row.checked_at,
    }
    return at.render("editor/conflict.html", context, status)


def _below(path: Path, taken: set[Path]) -> bool:
    return any(path[: len(one)] == one or one[: len(path)] == path for one in taken)


def _choice(overlap: Overlap, chosen: str) -> Choice:
    told = tell(Change(overlap.path, "changed", overlap.base, overlap.mine))
    other = tell(Change(overlap.path, "changed", overlap.base, overlap.theirs))
    hide = told.secret or other.secret

    def said(text: str | None) -> str:
        return "not set" if text is None else "••••••••" if hide else text

    return Choice(
        name=paths.text(overlap.path),
        told=told,
        before=said(told.before),
        theirs=said(other.after),
        mine=said(told.after),
        chosen=chosen,
    )
