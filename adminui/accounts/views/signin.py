"""The pages of signing in: by the provider, by a platform API token, and in a demo as one of its people."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_http_methods, require_safe

from adminui.accounts import arrival, throttle
from adminui.accounts import signin as signing
from adminui.accounts.failures import Way, error_page, provider_page
from adminui.accounts.here import own_path, page, signin_address, who
from adminui.accounts.oidc import discovery, flow
from adminui.accounts.oidc.config import Provider
from adminui.accounts.oidc.errors import NotAdmitted, ProviderError
from adminui.accounts.signin import NotSignedIn, too_many

NOTICES: dict[str, str] = {
    "ended": "Your session has ended. Sign in to go on where you were.",
    "token": "The platform no longer accepts your session’s token, so it was ended. Sign in to go on where you were.",
    "form": "This page had been open for too long, so nothing was sent. Try again; if it comes back, let your browser "
    "keep this site’s cookies.",
    "out": "You are signed out here.",
}
PATIENCE = 2.0
"""Seconds that the page waits to learn where the provider's form leads; its policy has to name it."""


@dataclass(frozen=True)
class ComingBack:
    """Where somebody comes back to after signing in, as far as the address tells."""

    org: str
    workspace: str | None
    runtime: str | None


def sso() -> Provider | None:
    """The provider, where people may sign in with it."""
    found: Provider | None = settings.OIDC
    return found if "sso" in settings.WAYS_IN else None


@require_http_methods(["GET", "HEAD", "POST"])
async def signin(request: HttpRequest) -> HttpResponse:
    """A button for the provider, a form for a token, and in a demo a button for each of its people."""
    back = own_path(request.GET.get("next", ""))
    provider = sso()
    if request.method == "POST":
        if provider is not None and request.POST.get("with") == "sso":
            return await _to_provider(request, provider, back)
        return await _by_token(request, back)
    if await who(request) is not None:
        return HttpResponseRedirect(back or reverse("home"))
    only_way = settings.WAYS_IN == ("sso",) and request.GET.get("why", "ended") == "ended"
    if provider is not None and only_way and request.method == "GET":
        return await _to_provider(request, provider, back)
    return await _form(request, back)


async def _to_provider(request: HttpRequest, provider: Provider, back: str | None) -> HttpResponse:
    try:
        return HttpResponseRedirect(await flow.begin(request, provider, back))
    except ProviderError as error:
        return failed(request, provider, error, back)


@require_safe
async def back(request: HttpRequest) -> HttpResponse:
    """Where the provider sends people back to."""
    provider = sso()
    if provider is None:
        return error_page(request, status=404, title="No such page", sentence="Nobody signs in by a provider here.")
    try:
        return HttpResponseRedirect(await arrival.by_provider(request, provider) or reverse("home"))
    except throttle.TooMany as error:
        refused = too_many(error)
        response = error_page(
            request, status=429, title="Too many sign-ins", sentence=refused.sentence, ways=_ways(None)
        )
        response["Retry-After"] = str(error.seconds)
        return response
    except ProviderError as error:
        if error.status == 400 and await who(request) is not None:  # the browser's way back led here once more
            return HttpResponseRedirect(reverse("home"))
        return failed(request, provider, error, None)


def failed(request: HttpRequest, provider: Provider, error: ProviderError, back: str | None) -> HttpResponse:
    """The page of a sign-in that failed at the provider or for it."""
    ways = _ways(back)
    other_account = flow.end_session_url(request, provider) if isinstance(error, NotAdmitted) else None
    if other_account is not None:
        ways.append(Way(f"Sign out of {provider.name}", other_account))
    return provider_page(request, error, ways)


def _ways(back: str | None) -> list[Way]:
    return [Way("Sign in again", signin_address(back, "failed"))]


async def _by_token(request: HttpRequest, back: str | None) -> HttpResponse:
    token = _token(request)
    try:
        if "token" not in settings.WAYS_IN:
            raise NotSignedIn("Nobody signs in by a token here.", status=403)
        if not token:
            raise NotSignedIn("Enter your API token.")
        await signing.by_token(request, token)
    except NotSignedIn as error:
        return await _form(request, back, error)
    return HttpResponseRedirect(back or reverse("home"))


def _token(request: HttpRequest) -> str:
    """What was typed, without the space that comes with copying; or the token of the demo person chosen."""
    if settings.DEMO:
        for person in signing.DEMO_PEOPLE:
            if request.POST.get("as") == person.name:
                return person.token
    return request.POST.get("token", "").strip()


async def _form(request: HttpRequest, back: str | None, error: NotSignedIn | None = None) -> HttpResponse:
    provider = sso()
    if provider is not None:
        await discovery.warm(provider, PATIENCE)
    by_token = "token" in settings.WAYS_IN
    context = {
        "error": error,
        "back": None if back is None else _coming_back(back),
        "notice": NOTICES.get(request.GET.get("why", "")) if error is None else None,
        "sso": provider.name if provider is not None else None,
        "by_token": by_token,
        "demo_people": signing.DEMO_PEOPLE if settings.DEMO and by_token else (),
        "hours": settings.SESSION_HOURS,
        "idle_minutes": settings.SESSION_IDLE_MINUTES,
    }
    response = page(request, "accounts/signin.html", context, status=200 if error is None else error.status)
    if error is not None and error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response


def _coming_back(path: str) -> ComingBack | None:
    try:
        kwargs = resolve(path.partition("?")[0]).kwargs
    except Resolver404:
        return None
    if "org" not in kwargs:
        return None
    return ComingBack(str(kwargs["org"]), kwargs.get("ws"), kwargs.get("runtime"))
