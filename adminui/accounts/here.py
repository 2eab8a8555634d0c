"""Who is here, and the pages they get: what every view of the other rooms begins and ends with."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, overload
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from adminui.accounts import preferences, refresh, sessions
from adminui.accounts.models import Person
from adminui.accounts.oidc.errors import ProviderError
from adminui.accounts.roles import BY_TOKEN, Role
from adminui.accounts.sessions import Present
from adminui.platform.errors import Unauthorized

if TYPE_CHECKING:
    from adminui.accounts.places import Place

NEXT_LIMIT = 2000  # characters of an address to come back to
Why = Literal["ended", "token", "form", "out", "failed"]
"""Why someone is on the sign-in page, which says it in words; only who has none or "ended" is sent on to a provider."""


@dataclass(frozen=True)
class Who:
    """The person of a request, their platform token ("" where they have yet to give one), and their session.

    `credential` is the id of the session's row, `version` counts its refreshes, `way` is how they came.
    """

    person: Person
    token: str = field(repr=False)
    credential: UUID
    roles: frozenset[Role] = BY_TOKEN
    way: str = "token"
    version: int = 0


View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]  # (request, **kwargs)
OwnView = Callable[..., Coroutine[Any, Any, HttpResponseBase]]  # (request, who, **kwargs)


@overload
def signed_in(view: OwnView) -> View: ...
@overload
def signed_in(*, on_stranger: View | None = None, without_token: bool = False) -> Callable[[OwnView], View]: ...
def signed_in(
    view: OwnView | None = None, *, on_stranger: View | None = None, without_token: bool = False
) -> View | Callable[[OwnView], View]:
    """Gives an async view the person who is here, `view(request, who, **kwargs)`; who is not signed in is sent there.

    `on_stranger=…`: a POST of somebody who isn't signed in is answered by that async `on_stranger(request, **kwargs)`,
    so that what was typed can be kept before it goes to the sign-in page. Who has yet to give a token is sent to the
    account, unless the view does `without_token`.

    When the platform refuses the token, it is refreshed where it can be and the view is asked once more: a view must
    have done nothing that can't be done twice by the time it lets Unauthorized through.
    """

    def decorate(view: OwnView) -> View:
        @wraps(view)
        async def decorated(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            here = await who(request)
            if here is None:
                if on_stranger is not None and request.method == "POST":
                    return await on_stranger(request, **kwargs)
                return to_signin(request)
            if not (here.token or without_token):
                return to_account(request)
            try:
                return await view(request, here, **kwargs)
            except Unauthorized:
                fresh = await refreshed(here)
                if fresh is None:
                    raise
            vars(request)["_who"] = fresh
            return await view(request, fresh, **kwargs)

        return decorated

    return decorate if view is None else decorate(view)


async def who(request: HttpRequest) -> Who | None:
    """The person of this request, None when nobody is signed in; looked up once a request.

    An access token that is about to end is refreshed first. When the provider isn't there, it is left as it is.
    """
    if "_who" not in vars(request):
        stranger = settings.SESSION_COOKIE_NAME not in request.COOKIES  # not worth a hop into a thread
        found = None if stranger else await sync_to_async(_present)(request)
        if found is not None and refresh.is_due(found.credential):
            found = await _ahead(request, found)
        vars(request)["_who"] = None if found is None else _who(found)
    return known(request)


def _present(request: HttpRequest) -> Present | None:
    found = sessions.present(request)
    # A sign-in under way has a session too, which nobody would miss.
    vars(request)["_stranger"] = found is None and not request.session.is_empty()
    return found


async def _ahead(request: HttpRequest, found: Present) -> Present | None:
    try:
        fresh = await refresh.renewed(found.credential.id, found.credential.version)
    except ProviderError:
        return found
    if fresh is None and found.credential.expires_at is not None and found.credential.expires_at > timezone.now():
        fresh = await sync_to_async(sessions.present)(request)
    elif fresh is None:
        await sync_to_async(sessions.end)(request)
    return fresh


async def refreshed(who: Who) -> Who | None:
    """The same person with a newer token, after the platform refused theirs; None when there is none to be had.

    Raises ProviderError when the provider can't be asked right now.
    """
    if who.way != "sso" or settings.SAVES_WITH != "sso":
        return None
    found = await refresh.renewed(who.credential, who.version)
    return None if found is None else _who(found)


def _who(found: Present) -> Who:
    row = found.credential
    return Who(
        person=row.person, token=found.token, credential=row.id, roles=row.role_set, way=row.way, version=row.version
    )


def known(request: HttpRequest) -> Who | None:
    """The person of this request as far as `who` was asked already; touches no database."""
    found: Who | None = vars(request).get("_who")
    return found


def to_signin(request: HttpRequest, why: Why | None = None) -> HttpResponse:
    """A redirect to the sign-in page, from where the person comes back to the page they are on.

    `why` is told there; left out, it is found: a session cookie that leads to nobody is a session that ended.
    """
    if why is None and settings.SESSION_COOKIE_NAME in request.COOKIES and not vars(request).get("_stranger"):
        why = "ended"
    return elsewhere(request, signin_address(page_of(request), why))


def to_account(request: HttpRequest, back: str | None = None) -> HttpResponse:
    """A redirect to the account, for who has to give a token first; from there they come back to where they are."""
    back = back or page_of(request)
    return elsewhere(request, reverse("account") + (f"?{urlencode({'next': back})}" if back not in (None, "/") else ""))


def elsewhere(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect of the whole page, also where htmx asked for a part of it."""
    if "HX-Request" in request.headers:
        # htmx would follow a redirect itself and put the other page into the part it asked for.
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def signin_address(back: str | None, why: Why | None) -> str:
    """The sign-in page that comes back to the path `back` (None: the start) and tells why."""
    query = {"next": back if back != "/" else None, "why": why}
    given = {name: value for name, value in query.items() if value is not None}
    return reverse("signin") + (f"?{urlencode(given)}" if given else "")


def page_of(request: HttpRequest) -> str | None:
    """The path of the page that the person looks at: this one, or the one that sent the form or the part request."""
    shown = request.headers.get("HX-Current-URL")
    if shown is None and request.method not in ("GET", "HEAD"):
        shown = request.headers.get("Referer")
    if shown is not None:
        try:
            parts = urlsplit(shown)
        except ValueError:
            return own_path(request.get_full_path())
        if parts.netloc == request.get_host():
            return own_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return own_path(request.get_full_path())


def own_path(text: str) -> str | None:
    """`text` where it is the path of a page of this program to come back to, with its query; else None."""
    if not text.startswith("/") or text.startswith("//") or len(text) > NEXT_LIMIT:
        return None
    # Browsers drop tabs and line ends from addresses and take a backslash for a slash.
    if "\\" in text or not text.isprintable() or " " in text:
        return None
    if not url_has_allowed_host_and_scheme(text, allowed_hosts=None):
        return None
    if urlsplit(text).path in [reverse(name) for name in ("signin", "signin-back", "signout")]:
        return None
    return text


def request_id(request: HttpRequest) -> str:
    """The id that this request has in the log and in its answer's X-Request-ID; "" outside the ASGI application."""
    scope: dict[str, Any] = getattr(request, "scope", {})
    return str(scope.get("adminui.request_id", ""))


def in_log(request: HttpRequest, **more: object) -> None:
    """Puts more into this request's line of the log: no values of its query, no token."""
    scope: dict[str, Any] = getattr(request, "scope", {})
    scope.get("adminui.log", {}).update(more)


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    who: Who | None = None,
    place: "Place | None" = None,
) -> HttpResponse:
    """A whole page by its template, which gets `context` and what base.html needs.

    Without `who`, the header shows the person that this request is known to be of, if any. `find_box: False` in
    `context` leaves out the header's search. No answer but a static file is ever stored (middleware.py).
    """
    here = who or known(request)
    shared = {
        "who": here,
        "prefers": preferences.Preferences() if here is None else preferences.of(request),
        "place": place,
        "find_box": True,
        "request_id": request_id(request),
        "provider": settings.OIDC.name if here is not None and here.way == "sso" and settings.OIDC else None,
    }
    return render(request, template, {**shared, **(context or {})}, status=status)
