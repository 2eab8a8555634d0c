"""What a save leads to that the platform refused, or that found the config changed elsewhere."""

from asgiref.sync import sync_to_async
from django.http import HttpResponse, HttpResponseRedirect

from adminui.accounts.failures import token_lost
from adminui.contract.document import same
from adminui.contract.jsondiff import Line, lines
from adminui.contract.merge import merge
from adminui.editor import notices
from adminui.editor.blame import marked
from adminui.editor.drafting import over, rebase
from adminui.editor.form import ConfigForm
from adminui.editor.pages import Page, editor_page, review_page
from adminui.editor.refusals import Refusal, refusal_of
from adminui.editor.subject import helper, kept_draft
from adminui.editor.views.kept import address
from adminui.record import documents
from adminui.saving.drafts import Kept
from adminui.saving.models import Save
from adminui.saving.reading import read_config


async def refused(at: Page, kept: Kept, form: ConfigForm, save: Save) -> HttpResponse:
    """The page for a refusal, by its status: what was said on top, each error at its field, everything typed kept."""
    refusal = await sync_to_async(refusal_of)(save)
    if refusal is None:
        return HttpResponseRedirect(at.about.url("config-save", save=save.id))
    match refusal.kind:
        case "Unauthorized":
            return await sync_to_async(token_lost)(at.request, at.who, address(kept.form, "config-review"))
        case "RateLimited":
            again = await kept_draft(kept.form.id, at.who, at.about) or kept  # at its new revision
            return review_page(at, again, form, notice=notices.limited(refusal), status=429)
        case "Forbidden":
            form = ConfigForm.posted(kept.base, kept.values, readonly=notices.not_yours(at.about.owner))
        case _:
            pass
    form.place(refusal.errors)
    beside = await _stored_beside(at, form) if refusal.kind == "Conflict" else []
    form = await marked(at.about, form)
    return editor_page(
        at, form, kept.form, notices=[notices.refused(refusal, beside)], off=_off(refusal), status=refusal.status
    )


def _off(refusal: Refusal) -> str:
    """Why saving is off on the page of this refusal; empty when it isn't."""
    if refusal.kind == "UpgradeRequired":
        return "Saving is off until this page is opened again."
    return ""


async def _stored_beside(at: Page, form: ConfigForm) -> list[Line]:
    """What is stored now, as a difference to what was to be saved; nothing when it can't be read."""
    stored = await helper(read_config(at.who.token, at.about.ref))
    if stored is None or stored.document is None:
        return []
    return lines(stored.document, form.document())


async def changed_elsewhere(at: Page, kept: Kept, form: ConfigForm, save: Save) -> HttpResponse:
    """Changes that don't touch each other are merged and go back to the review; else the merge's page asks."""
    found = await sync_to_async(documents.find)(save.runtime, save.found)
    if found is None or same(found, kept.base):
        return HttpResponseRedirect(f"{at.about.url('config-review')}?form={kept.form.id}")
    merged = merge(kept.base, found, form.document())
    if merged.overlaps:
        return HttpResponseRedirect(f"{at.about.url('config-merge')}?form={kept.form.id}")
    onto = await over(at.about, at.who, found, save.checked_at or save.created_at, kept.form.id)
    await sync_to_async(rebase)(at.about, onto, found, merged.document)
    return HttpResponseRedirect(f"{at.about.url('config-review')}?form={kept.form.id}&since={kept.form.base}")
