"""…/config/check/: the live check. Keeps what is typed as the draft and answers with what follows from it.

The answer is the parts of the page that follow what is typed; the page's script puts them in place. Nothing is asked of
the platform: the base is the one that the page was made from, and the organization's cap and what can be picked came
with the page.
"""

from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST

from adminui.accounts.here import Who, signed_in
from adminui.contract.document import same
from adminui.editor.blame import marks
from adminui.editor.drafting import keep
from adminui.editor.form import ConfigForm, Facts
from adminui.editor.offers import NOTHING, Offers, carried
from adminui.editor.refusals import last_refusal
from adminui.editor.subject import Subject, bare
from adminui.editor.views.kept import keep_posted, number_of, pairs_of, unchecked
from adminui.saving import drafts
from adminui.saving.drafts import BaseGone, Late
from adminui.saving.forms import BadForm, Form, from_word

EVERYTHING = "*"
"""Posted as touched by a page that shows all its errors already."""
PICKED = "picked"
"""Posted as `own` by a page on which the person's secrets are ticked by name."""


async def of_stranger(request: HttpRequest, **_: Any) -> HttpResponseBase:
    """A check without a living session: what was typed is kept for its person, who is asked to sign in."""
    return await sync_to_async(_of_stranger)(request)


def _of_stranger(request: HttpRequest) -> HttpResponse:
    form = keep_posted(request)
    said = "Your session has ended. What you type is kept." if form else "Your session has ended."
    return unchecked(request, 401, said, form, "Sign in")


@require_POST
@signed_in(on_stranger=of_stranger)
async def check(request: HttpRequest, who: Who, org: str, ws: str, runtime: str) -> HttpResponse:
    """What follows from what is typed in one form; `do` presses a button of it."""
    about = bare(org, ws, runtime)
    own, platforms = "own" in request.POST, "cap_is_platforms" in request.POST
    facts = Facts(number_of(request, "cap"), org, _offers(request), own=own, cap_is_platforms=platforms)
    return await sync_to_async(_checked)(request, who.person.platform_id, about, facts)


def _offers(request: HttpRequest) -> Offers:
    """What can be picked, as the page knows it: posted where fields may have to be drawn anew. Else it is enough to
    know that secrets are ticked there.
    """
    if "offers" in request.POST:
        return carried(request.POST["offers"])
    return Offers(secrets=()) if request.POST.get("own") == PICKED else NOTHING


def _checked(request: HttpRequest, owner: str, about: Subject, facts: Facts) -> HttpResponse:
    try:
        word = from_word(request.POST.get("form", ""))
        base = drafts.base_of(word)
    except (BadForm, BaseGone):
        said = "This page is too old to be checked while you type. Review keeps what you typed."
        return unchecked(request, 409, said)
    if (word.owner, str(word.runtime)) != (owner, about.ref.runtime):
        keep_posted(request)
        return unchecked(request, 403, "This page was opened by somebody else. What is typed is kept for them.")
    typed = ConfigForm.posted(base, pairs_of(request), facts=facts)
    fresh, focus = _pressed(typed, request.POST.get("do", ""))
    late = _kept(word, fresh, number_of(request, "seq"))
    refusal = last_refusal(word.id, owner)
    if refusal is not None:
        fresh.place(refusal.errors, sent=refusal.sent)
    touched = request.POST.getlist("touched")
    if EVERYTHING not in touched:
        fresh.tell_only(touched)
    return _answer(request, about, typed, fresh, {"word": word, "late": late, "focus": focus})


def _pressed(typed: ConfigForm, command: str) -> tuple[ConfigForm, str]:
    """The form after a button, form and Raw in step; and the control that should have the focus then."""
    if command == "discard":
        return ConfigForm.opened(typed.base, facts=typed.facts), ""
    if not command:
        return typed.in_step(), ""
    acted = typed.act(command)
    return ConfigForm.posted(typed.base, acted.values, facts=typed.facts).in_step(), acted.focus


def _kept(word: Form, form: ConfigForm, seq: int | None) -> int | None:
    """Keeps the draft, or forgets it when nothing is typed any more; the later state's number when there is one."""
    if not form.typed:
        drafts.discard(word.id, word.owner, word.runtime, seq=seq or 0)
        return None
    try:
        keep(word, form, seq)
    except Late as late:
        return late.seq
    return None


def _answer(
    request: HttpRequest, about: Subject, typed: ConfigForm, fresh: ConfigForm, more: dict[str, object]
) -> HttpResponse:
    held = {name: entry.held for name, entry in typed.entries.items()}
    anew = {
        name
        for name, entry in fresh.entries.items()
        if entry.held != held[name] or fresh.pastes.pairs(name) != typed.pastes.pairs(name)
    }
    text, since = _raw(typed, fresh, in_view="in_view" in request.POST)
    if anew:  # what is drawn anew says as before who changed it last
        fresh.blame = marks(about, fresh)
    context: dict[str, object] = {"form": fresh, "anew": anew, "raw_text": text, "raw_since": since, **more}
    return render(request, "editor/checked.html", context)


def _raw(typed: ConfigForm, fresh: ConfigForm, *, in_view: bool) -> tuple[str | None, str | None]:
    """A text for Raw where the page's is another document, and the document that it comes from.

    Where Raw is out of view nobody waits for its text, which may be long; then it is what it was made from as before.
    """
    here, there = typed.raw, fresh.in_raw
    if fresh.raw.changed:
        return (None if fresh.raw.typed == here.typed else there.text), there.since
    if not here.wrong and same(here.document, fresh.document()):
        return None, there.since
    return (there.text, there.since) if in_view or here.typed is not None else (None, None)
