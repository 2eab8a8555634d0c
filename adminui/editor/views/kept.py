"""Keeping what was typed when it can't go on: a dead session, a stale CSRF token, somebody else's form.

A POST of the editor carries a signed word that says whose form it is and what it was typed over. So its values can be
kept as that person's draft without knowing who is here now, and only that person finds them again.
"""

from typing import Any
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from adminui.accounts import sessions
from adminui.accounts.here import page, to_signin
from adminui.editor.drafting import keep
from adminui.editor.form import ConfigForm
from adminui.saving import drafts
from adminui.saving.drafts import BaseGone, Late
from adminui.saving.forms import BadForm, Form, from_word

OURS = frozenset(
    {
        *("csrfmiddlewaretoken", "form", "do", "revision", "reason", "reveal", "seq", "cap", "own", "offers"),
        *("cap_is_platforms", "touched", "in_view"),
    }
)
"""Posted names that are about the page, not about the config."""


def pairs_of(request: HttpRequest) -> list[tuple[str, str]]:
    """The posted controls of the config."""
    return [(name, value) for name, values in request.POST.lists() if name not in OURS for value in values]


def reason_of(request: HttpRequest) -> str:
    """The posted reason, as a database can hold it: PostgreSQL takes no NUL."""
    return request.POST.get("reason", "").replace("\r\n", "\n").replace("\0", "\ufffd")


def number_of(request: HttpRequest, name: str) -> int | None:
    """A whole number that a page posts about itself; None when there is none that a database could take."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def keep_posted(request: HttpRequest) -> Form | None:
    """Keeps what a POST of the editor or of a review carries; None when it isn't a form of ours."""
    try:
        form = from_word(request.POST.get("form", ""))
        pairs = pairs_of(request)
        if pairs:
            keep(form, ConfigForm.posted(drafts.base_of(form), pairs), number_of(request, "seq"))
        if "reason" in request.POST:
            drafts.note_reason(form, reason_of(request))
    except Late:
        pass
    except (BadForm, BaseGone):
        return None
    return form


def address(form: Form, name: str = "config") -> str:
    """Where a kept form is taken up again."""
    where = {"org": form.organization, "ws": form.workspace, "runtime": str(form.runtime)}
    return f"{reverse(name, kwargs=where)}?form={form.id}"


def back(request: HttpRequest, form: Form) -> str:
    """The page that a kept POST came from."""
    return address(form, "config-review" if "revision" in request.POST else "config")


async def keep_of_stranger(request: HttpRequest, **_: Any) -> HttpResponseBase:
    """A POST without a living session: keeps it and asks to sign in, from where it goes on."""
    form = await sync_to_async(keep_posted)(request)
    if form is None:
        return to_signin(request)
    return HttpResponseRedirect(signin_address(back(request, form)))


def signin_address(goes_on: str, why: str = "ended") -> str:
    """The sign-in page of a session that ended, from where it goes on to an address of ours."""
    return f"{reverse('signin')}?{urlencode({'next': goes_on, 'why': why})}"


def keep_unsent(request: HttpRequest) -> HttpResponse | None:
    """A POST whose CSRF token is stale: kept, and the person is asked to go on. None when it is no form of ours."""
    form = keep_posted(request)
    if form is None:
        return None
    if request.resolver_match is not None and request.resolver_match.url_name == "config-check":
        said = "You signed in or out since this page was opened. What you type is kept."
        return unchecked(request, 403, said, form, "Open it anew")
    if sessions.present(request) is None:
        return HttpResponseRedirect(signin_address(back(request, form)))
    return page(request, "editor/kept.html", {"go_on": back(request, form), "form": form}, status=403)


def unchecked(request: HttpRequest, status: int, said: str, form: Form | None = None, way: str = "") -> HttpResponse:
    """The answer to a live check that can't be made: a sentence for the page's bar, and a `way` on."""
    href = ""
    if form is not None:
        href = signin_address(address(form)) if status == 401 else address(form)
    context = {"said": said, "href": href, "way": way}
    return render(request, "editor/unchecked.html", context, status=status)
