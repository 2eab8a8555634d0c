"""…/config/review/: the changes before they are saved. GET shows them; POST saves, or shows a masked value.

Who may not save gets them as a proposal instead.
"""

from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from adminui.accounts.here import Who, signed_in
from adminui.accounts.places import canonical
from adminui.contract.changes import Told, diff, tell
from adminui.editor import notices
from adminui.editor.form import ConfigForm
from adminui.editor.offers import lately
from adminui.editor.pages import Page, reason_error, review_page
from adminui.editor.subject import form_id, kept_draft, subject, trace
from adminui.editor.views.back import goes_back
from adminui.editor.views.kept import keep_of_stranger, reason_of
from adminui.editor.views.proposal import proposal
from adminui.editor.views.refused import changed_elsewhere, refused
from adminui.record import documents
from adminui.saving import drafts, unsettled, witness
from adminui.saving.drafts import Kept
from adminui.saving.forms import BadForm, from_word
from adminui.saving.models import Save
from adminui.saving.protocol import State
from adminui.saving.send import Unrecorded, submit
from adminui.saving.steps import Order


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(on_stranger=keep_of_stranger)
async def review(request: HttpRequest, who: Who, org: str, ws: str, runtime: str) -> HttpResponse:
    """One form's changes. A form that is gone leads to its save, or to the editor."""
    if elsewhere := await canonical(request, who, org, ws, runtime):
        return elsewhere
    at = Page(request, who, await subject(who, org, ws, runtime, offering=lately))
    asked = _form_id(request)
    kept = await kept_draft(asked, who, at.about) if asked else None
    if kept is None:
        return await _gone(at, asked)
    form = at.about.form_posted(kept.base, kept.values)
    if not form.is_valid():
        return HttpResponseRedirect(f"{at.about.url('config')}?form={kept.form.id}")
    if at.about.why_not is not None or "propose" in request.GET:
        return proposal(at, kept, form)
    if request.method == "POST":
        return await _posted(at, kept, form)
    earlier = await sync_to_async(unsettled.unknown)(kept.form.owner, kept.form.runtime)
    back = await goes_back(at, kept, form.document())
    return review_page(at, kept, form, theirs=await _theirs(at, kept), earlier=earlier, back=back)


async def _theirs(at: Page, kept: Kept) -> list[Told]:
    """What was changed elsewhere and is part of this draft's base now: `since` names the base before a merge."""
    since = at.request.GET.get("since", "")
    before = await sync_to_async(documents.find)(at.about.id, since) if since else None
    return [] if before is None else [tell(change) for change in diff(before, kept.base)]


def _form_id(request: HttpRequest) -> UUID | None:
    if request.method != "POST":
        return form_id(request.GET.get("form"))
    try:
        return from_word(request.POST.get("form", "")).id
    except BadForm:
        return None


async def _gone(at: Page, form: UUID | None) -> HttpResponse:
    """The form was saved, maybe in another tab: its last save tells. Else it was discarded, and the editor says so."""
    if form is None:
        return HttpResponseRedirect(at.about.url("config"))
    mine = Save.objects.filter(form=form, owner=at.who.person.platform_id, runtime=at.about.id)
    last = await mine.order_by("-revision").afirst()
    if last is not None:
        return HttpResponseRedirect(at.about.url("config-save", save=last.id))
    return HttpResponseRedirect(f"{at.about.url('config')}?form={form}")


async def _posted(at: Page, kept: Kept, form: ConfigForm) -> HttpResponse:
    reason = reason_of(at.request).strip()
    await sync_to_async(drafts.note_reason)(kept.form, reason)
    if "reveal" in at.request.POST:
        return await _reveal(at, kept, form, at.request.POST["reveal"])
    if reason_error(reason):
        return review_page(at, kept, form, status=422)
    revision = at.request.POST.get("revision", "")
    if revision != str(kept.revision):
        return await _other_revision(at, kept, form, revision)
    if (busy := await _in_the_way(at, kept, form)) is not None:
        return busy
    order = Order(kept.form, kept.revision, kept.base, form.document(), kept.origin, reason, kept.of)
    try:
        save = await submit(order, at.who, trace(at.request))
    except Unrecorded as error:
        notice = notices.bad(str(error), "Your changes are as they were; try again in a moment.")
        return review_page(at, kept, form, notice=notice, status=503)
    if save.state == State.CHANGED:
        return await changed_elsewhere(at, kept, form, save)
    if save.state == State.REJECTED:
        return await refused(at, kept, form, save)
    return HttpResponseRedirect(at.about.url("config-save", save=save.id))


async def _in_the_way(at: Page, kept: Kept, form: ConfigForm) -> HttpResponse | None:
    """An own save of this runtime that isn't settled: one under way is shown, an unknown one is read back and told."""
    owner, runtime = kept.form.owner, kept.form.runtime
    running = await sync_to_async(unsettled.under_way)(owner, runtime)
    if running is not None and (running.form, running.revision) != (kept.form.id, kept.revision):
        return HttpResponseRedirect(at.about.url("config-save", save=running.id))
    left = [
        save
        for save in await sync_to_async(unsettled.unknown)(owner, runtime)
        if not await unsettled.looked_at(save, at.who.token)
    ]
    if not left or at.request.POST.get("despite") == str(left[0].id):
        return None
    return review_page(at, kept, form, notice=notices.EARLIER, earlier=left, status=409)


async def _other_revision(at: Page, kept: Kept, form: ConfigForm, revision: str) -> HttpResponse:
    """A resent save shows the first one's result; a review of what has changed since is shown again."""
    number = int(revision) if revision.isascii() and revision.isdecimal() and len(revision) < 9 else 0
    first = await Save.objects.filter(form=kept.form.id, revision=number, owner=kept.form.owner).afirst()
    if first is not None:
        return HttpResponseRedirect(at.about.url("config-save", save=first.id))
    return review_page(at, kept, form, notice=notices.MOVED_ON, status=409)


async def _reveal(at: Page, kept: Kept, form: ConfigForm, path: str) -> HttpResponse:
    """Shows one masked value, and writes that down first."""
    if path not in {told.path for told in map(tell, form.changes()) if told.secret}:
        return review_page(at, kept, form)
    await sync_to_async(witness.revealed)(kept.form, at.who.person, path, trace(at.request))
    return review_page(at, kept, form, revealed={path})
