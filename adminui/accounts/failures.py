"""What nobody handled: errors of the platform, and Django's own, each as a page that says what happened and goes on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from asgiref.sync import markcoroutinefunction
from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from adminui.accounts import sessions
from adminui.accounts.here import Who, elsewhere, in_log, known, page, page_of, signin_address, to_account
from adminui.accounts.models import Credential, PersonalToken
from adminui.accounts.oidc.errors import Down, ProviderError
from adminui.accounts.places import Place, is_loud
from adminui.platform import errors


@dataclass(frozen=True)
class Way:
    """A way on from an error page."""

    label: str
    href: str


class PlatformFailures:
    """Middleware: an error of the platform that left a view becomes a page, or the way to the sign-in."""

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing to do but on an exception."""
        return await self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Called by Django in the request's own thread, so it may use the database."""
        if isinstance(exception, ProviderError):
            return provider_page(request, exception, [Way("Try again", page_of(request) or reverse("home"))])
        if not isinstance(exception, errors.PlatformError):
            return None
        note(request, exception)
        if isinstance(exception, errors.Unauthorized):
            return token_lost(request, known(request), page_of(request))
        return platform_page(request, exception)


def note(request: HttpRequest, error: errors.PlatformError) -> None:
    """Puts the platform's failure into this request's line of the log."""
    in_log(
        request, platform_error=type(error).__name__, platform_status=error.status, platform_request=error.request_id
    )


def token_lost(request: HttpRequest, who: Who | None, back: str | None) -> HttpResponse:
    """Where somebody goes whose token the platform no longer accepts, to come back to the path `back`.

    Who pasted a token is asked for another one. Where the provider merely isn't there to give a new one, nobody is
    signed out: a page says so. Else the session ends. Synchronous, as it uses the database.
    """
    if who is not None and who.way == "sso" and settings.SAVES_WITH == "personal":
        PersonalToken.objects.filter(person=who.person).update(refused_at=timezone.now())
        return to_account(request, back)
    if who is not None and Credential.objects.filter(id=who.credential, later_at__gt=timezone.now()).exists():
        down = Down("the token ended, and the provider isn’t there to give a new one")
        return provider_page(request, down, [Way("Try again", back or reverse("home"))])
    sessions.end(request)
    return elsewhere(request, signin_address(back, "token"))


def provider_page(request: HttpRequest, error: ProviderError, ways: list[Way]) -> HttpResponse:
    """The page of something that went wrong at the provider or for it; from here nothing leads on by itself."""
    in_log(request, signin_failed=type(error).__name__, why=error.why)
    name = settings.OIDC.name if settings.OIDC else ""
    return error_page(
        request,
        status=error.status,
        title=error.title.replace("{name}", name),
        sentence=error.sentence.replace("{name}", name),
        ways=ways,
    )


def platform_page(request: HttpRequest, error: errors.PlatformError) -> HttpResponse:
    """The page of an error of the platform, with the status that fits it."""
    status, title = _told(error, _kwargs(request))
    wait = "" if error.retry_after is None else f" Try again in {error.retry_after} seconds."
    response = error_page(
        request,
        status=status,
        title=title,
        sentence=error.sentence + wait,
        platform_request=error.request_id,
        again=status == 429 or status >= 500,
        ways=_ways_for_another() if isinstance(error, errors.Forbidden) else None,
    )
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response


def _told(error: errors.PlatformError, where: dict[str, str]) -> tuple[int, str]:
    """Status and title of the page for an error."""
    match error:
        case errors.NotFound() | errors.Misaddressed() | errors.Foreign(status=404):
            return 404, _not_there(where)
        case errors.Forbidden():
            return 403, f"No access to {_named(where)}" if where else "No access"
        case errors.RateLimited():
            return 429, "Too many requests for the platform"
        case errors.Refused():
            return error.status, "The platform refused this"
        case errors.Insecure():
            return 502, "No secure connection to the platform"
        case errors.NotSent():
            return 503, "The platform can’t be reached"
        case errors.TimedOut():
            return 504, "The platform isn’t answering"
        case errors.ServerFailed():
            return 502, "The platform failed"
        case _:
            return 502, "The platform can’t be understood"


def _not_there(where: dict[str, str]) -> str:
    if "runtime" in where:
        return f"No such runtime in {where['ws']}"
    if "ws" in where:
        return f"No such workspace in {where['org']}"
    return "No such organization" if "org" in where else "Not found"


def _named(where: dict[str, str]) -> str:
    return " / ".join(where[part] for part in ("org", "ws") if part in where)


def error_page(
    request: HttpRequest,
    *,
    status: int,
    title: str,
    sentence: str,
    platform_request: str = "",
    again: bool = False,
    ways: list[Way] | None = None,
) -> HttpResponse:
    """The page of any error: what happened, the request's id, and `ways` on, by default to the pages above this one.

    With `again`, an error of a GET may pass by itself: the first way on is to try once more.
    """
    where = _kwargs(request)
    place = Place(where.get("org"), where.get("ws"), loud="ws" in where and is_loud(where["ws"]))
    context = {
        "status": status,
        "title": title,
        "sentence": sentence,
        "platform_request": platform_request,
        "again": request.get_full_path() if again and request.method == "GET" else None,
        "ways": _ways(request, where) if ways is None else ways,
    }
    return page(request, "error.html", context, status=status, place=place)


def _ways(request: HttpRequest, where: dict[str, str]) -> list[Way]:
    """Where to go from here: the nearest page above this one first, then the start."""
    ways: list[Way] = []
    if "ws" in where:
        address = reverse("workspace-runtimes", kwargs={"org": where["org"], "ws": where["ws"]})
        ways.append(Way(f"Runtimes of {where['ws']}", address))
    if "org" in where:
        ways.append(Way(f"Workspaces of {where['org']}", reverse("org", kwargs={"org": where["org"]})))
    ways.append(Way("Organizations", f"{reverse('home')}?all"))
    return [way for way in ways if way.href != request.path][:2]


def _ways_for_another() -> list[Way]:
    """Where to go when one's token opens nothing here: the pages above this one are likely closed as well."""
    return [Way("Organizations", f"{reverse('home')}?all"), Way("Whose token is this?", reverse("account"))]


def _kwargs(request: HttpRequest) -> dict[str, str]:
    """The names in this request's address: org, ws, runtime, as far as it has them."""
    match = request.resolver_match
    return {} if match is None else {key: str(value) for key, value in match.kwargs.items()}


# Django's own errors. Their functions run in a thread that is nobody's, so they touch no database.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a request that no page of ours makes; 413: one that is too large."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return error_page(
            request,
            status=413,
            title="Too much at once",
            sentence="More was sent than this program takes in one form, so nothing was done.",
        )
    if isinstance(exception, DisallowedHost):
        sentence = "This program isn’t known by the name that was asked for. Its settings list the names it has."
    else:
        sentence = "Something in it is not as it should be. Go back, load the page again, and try once more."
    return error_page(request, status=400, title="This request can’t be read", sentence=sentence)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 of our own, with the reason where one is given."""
    sentence = str(exception) or "You may not do this here."
    return error_page(request, status=403, title="Not allowed", sentence=sentence)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: an address that we don't have."""
    return error_page(
        request,
        status=404,
        title="No such page",
        sentence="There is nothing at this address. It may be mistyped, or the page may have moved.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of this program; its traceback is in the log under the request's id."""
    return error_page(
        request,
        status=500,
        title="This program failed",
        sentence="The fault is ours, not yours. The log knows this request by the number below.",
        again=True,
    )
