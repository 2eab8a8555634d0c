"""…/config/: the editor. GET makes or resumes a form; POST keeps what was typed and goes on to the review."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from adminui.accounts.here import Who, signed_in
from adminui.accounts.places import canonical
from adminui.editor import meanwhile, notices, pastes
from adminui.editor.blame import marked
from adminui.editor.drafting import keep, keep_last, over
from adminui.editor.form import ConfigForm
from adminui.editor.notices import Notice
from adminui.editor.offers import lately, offers
from adminui.editor.pages import Page, editor_page, unreadable_page
from adminui.editor.refusals import last_refusal
from adminui.editor.subject import form_id, kept_draft, subject
from adminui.editor.views.kept import keep_of_stranger, number_of, pairs_of
from adminui.platform.address import RuntimeRef
from adminui.platform.answers import Stored
from adminui.platform.errors import NotSent, PlatformError, Unclear
from adminui.record import documents
from adminui.saving import drafts
from adminui.saving.drafts import BaseGone, Kept, Pairs
from adminui.saving.forms import BadForm, Form, from_word
from adminui.saving.reading import read_config


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(on_stranger=keep_of_stranger)
async def edit(request: HttpRequest, who: Who, org: str, ws: str, runtime: str) -> HttpResponse:
    """The editor of one runtime's config, by its lower-case UUID; by key or otherwise it redirects there."""
    if elsewhere := await canonical(request, who, org, ws, runtime):
        return elsewhere
    if request.method == "POST":
        return await _posted(Page(request, who, await subject(who, org, ws, runtime, offering=lately)))
    asked = form_id(request.GET.get("form"))
    if asked is None:
        read = read_config(who.token, RuntimeRef(org, ws, runtime))
        about, stored = await asyncio.gather(
            subject(who, org, ws, runtime, offering=offers), read, return_exceptions=True
        )
        if isinstance(about, BaseException):
            raise about
        at = Page(request, who, about)
        if isinstance(stored, NotSent | Unclear):
            return await _without_the_platform(at, stored)
        if isinstance(stored, BaseException):
            raise stored
        return await _fresh(at, stored)
    at = Page(request, who, await subject(who, org, ws, runtime, offering=offers))
    try:
        kept = await sync_to_async(drafts.load)(asked, who.person.platform_id, at.about.id)
    except BaseGone as gone:
        if gone.values:
            return await _over_what_is_stored(at, gone.values)
        kept = None
    return await _fresh(at, said=[notices.GONE]) if kept is None else await _resumed(at, kept)


async def _resumed(at: Page, kept: Kept) -> HttpResponse:
    """The editor with a draft in it, and with what the platform refused of it as far as it still stands there."""
    form = at.about.form_posted(kept.base, kept.values)
    form.focus = at.request.GET.get("focus")
    refusal = await sync_to_async(last_refusal)(kept.form.id, kept.form.owner)
    if refusal is not None:
        form.place(refusal.errors, sent=refusal.sent)
    around = await sync_to_async(meanwhile.around)(kept.form.owner, kept.form.runtime)
    return editor_page(at, await marked(at.about, form), kept.form, around=around)


async def _without_the_platform(at: Page, error: PlatformError) -> HttpResponse:
    """What is stored can't be read: the person's newest draft is shown, to go on with; without one it is an error."""
    left = await sync_to_async(drafts.left)(at.who.person.platform_id, at.about.id)
    kept = await kept_draft(left[0].form, at.who, at.about) if left else None
    if kept is None:
        raise error
    form = at.about.form_posted(kept.base, kept.values)
    said = notices.unreachable(error, kept.form.read_at)
    return editor_page(at, form, kept.form, notices=[said], off=notices.OFF, status=503)


async def _fresh(at: Page, stored: Stored | None = None, *, said: Sequence[Notice] = ()) -> HttpResponse:
    """The editor over what is stored now, with the drafts that were left above it."""
    stored = stored or await read_config(at.who.token, at.about.ref)
    if stored.document is None:
        return _unreadable(at, stored)
    around = await sync_to_async(meanwhile.around)(at.who.person.platform_id, at.about.id, with_left=True)
    word = await over(at.about, at.who, stored.document, stored.read_at)
    form = at.about.form_opened(stored.document, to_propose="propose" in at.request.GET)
    return editor_page(at, await marked(at.about, form), word, notices=said, around=around)


def _unreadable(at: Page, stored: Stored) -> HttpResponse:
    why = f"It couldn’t be sent back as it is: {stored.why_not}"
    return unreadable_page(at, stored.text, notices.bad("This config can’t be edited here.", why))


async def _posted(at: Page) -> HttpResponse:
    do = at.request.POST.get("do", "review")
    if do == "forget":
        return await _forgotten(at)
    try:
        word = from_word(at.request.POST.get("form", ""))
        base = await sync_to_async(drafts.base_of)(word)
    except (BadForm, BaseGone):
        return await _over_what_is_stored(at, pairs_of(at.request))
    if (word.owner, word.runtime) != (at.who.person.platform_id, at.about.id):
        await sync_to_async(keep)(word, ConfigForm.posted(base, pairs_of(at.request)))
        return at.render("editor/others.html", {}, status=403)
    if do == "discard":
        await sync_to_async(drafts.discard)(word.id, word.owner, word.runtime)
        return HttpResponseRedirect(at.about.url("config"))
    if do == "review":
        return await _reviewed(at, at.about.form_posted(base, pairs_of(at.request)), word)
    return await _acted(at, at.about.form_typed(base, pairs_of(at.request)), word, do)


async def _acted(at: Page, form: ConfigForm, word: Form, command: str) -> HttpResponse:
    """One of the form's own buttons, pressed without JavaScript: the page comes back with it done."""
    acted = form.act(command)
    await sync_to_async(keep)(word, at.about.form_posted(form.base, acted.values))
    query = urlencode({"form": word.id, "focus": acted.focus})
    return HttpResponseRedirect(f"{at.about.url('config')}?{query}#{acted.focus}")


async def _reviewed(at: Page, form: ConfigForm, word: Form) -> HttpResponse:
    """Keeps the draft and goes on to its review; what is wrong stands at the fields, with everything typed."""
    valid = form.is_valid()
    if valid and not form.changes() and not form.pastes.waiting:
        await sync_to_async(drafts.discard)(word.id, word.owner, word.runtime)
        return editor_page(at, await marked(at.about, form), word, notices=[notices.NOTHING])
    await sync_to_async(keep_last)(word, form, number_of(at.request, "seq"))
    if not valid:
        return editor_page(at, await marked(at.about, form), word, status=422)
    if form.pastes.waiting:
        form.focus = pastes.NAME + form.pastes.waiting[0]
        return editor_page(at, await marked(at.about, form), word, notices=[notices.PASTED], status=422)
    return HttpResponseRedirect(f"{at.about.url('config-review')}?form={word.id}")


async def _over_what_is_stored(at: Page, values: Pairs) -> HttpResponse:
    """A form that can't be told any more what it was typed over: its values stand over what is stored now."""
    stored = await read_config(at.who.token, at.about.ref)
    if stored.document is None:
        return _unreadable(at, stored)
    await sync_to_async(documents.mend)(at.about.id, stored.document)  # else that is what can't be told again
    word = await over(at.about, at.who, stored.document, stored.read_at)
    form = at.about.form_posted(stored.document, values)
    is_posted = at.request.method == "POST"
    if is_posted:
        await sync_to_async(keep)(word, form)
    status = 409 if is_posted else 200
    return editor_page(at, await marked(at.about, form), word, notices=[notices.TOO_OLD], status=status)


async def _forgotten(at: Page) -> HttpResponse:
    draft: UUID | None = form_id(at.request.POST.get("draft"))
    if draft is not None:
        await sync_to_async(drafts.discard)(draft, at.who.person.platform_id, at.about.id)
    return HttpResponseRedirect(at.about.url("config"))
