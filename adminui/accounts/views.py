"""The pages of this room: sign in, sign out, account."""

from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_http_methods

from adminui.accounts import sessions
from adminui.accounts import signin as signing
from adminui.accounts.failures import error_page
from adminui.accounts.here import Who, own_path, page, signed_in, who
from adminui.accounts.signin import NotSignedIn

NOTICES: dict[str, str] = {
    "ended": "Your session has ended. Sign in to go on where you were.",
    "token": "The platform no longer accepts your session’s token, so it was ended. Sign in to go on where you were.",
    "form": "This page had been open for too long, so nothing was sent. Try again; if it comes back, let your browser "
    "keep this site’s cookies.",
}


@dataclass(frozen=True)
class ComingBack:
    """Where somebody comes back to after signing in, as far as the address tells."""

    org: str
    workspace: str | None
    runtime: str | None


@require_http_methods(["GET", "HEAD", "POST"])
async def signin(request: HttpRequest) -> HttpResponse:
    """The form for a token, and in a demo a button for each of its people."""
    back = own_path(request.GET.get("next", ""))
    if request.method != "POST":
        if await who(request) is not None:
            return HttpResponseRedirect(back or reverse("home"))
        return _form(request, back)
    token = _token(request)
    try:
        if not token:
            raise NotSignedIn("Enter your API token.")
        await signing.by_token(request, token)
    except NotSignedIn as error:
        return _form(request, back, error)
    return HttpResponseRedirect(back or reverse("home"))


def _token(request: HttpRequest) -> str:
    """What was typed, without the space that comes with copying; or the token of the demo person chosen."""
    if settings.DEMO:
        for person in signing.DEMO_PEOPLE:
            if request.POST.get("as") == person.name:
                return person.token
    return request.POST.get("token", "").strip()


def _form(request: HttpRequest, back: str | None, error: NotSignedIn | None = None) -> HttpResponse:
    context = {
        "error": error,
        "back": None if back is None else _coming_back(back),
        "notice": NOTICES.get(request.GET.get("why", "")) if error is None else None,
        "demo_people": signing.DEMO_PEOPLE if settings.DEMO else (),
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


async def signout(request: HttpRequest) -> HttpResponse:
    """Ends the session and destroys its token; the browser drops what it kept of these pages."""
    if request.method != "POST":
        response = error_page(
            request,
            status=405,
            title="Nothing was done",
            sentence="Signing out takes the button in the menu with your name, so that no link can do it.",
        )
        response["Allow"] = "POST"
        return response
    await sync_to_async(sessions.end)(request)
    response = HttpResponseRedirect(reverse("signin"))
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@signed_in
async def account(request: HttpRequest, who: Who) -> HttpResponse:
    """Who is signed in, since when and until when."""
    began, ends = sessions.times(request)
    context = {
        "began": began,
        "ends": ends,
        "idle_minutes": settings.SESSION_IDLE_MINUTES,
        "platform": settings.PLATFORM_URL,
    }
    return page(request, "accounts/account.html", context, who=who)
