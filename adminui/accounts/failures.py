"""What nobody handled: errors of the platform, and Django's own, each as a page that says what happened and goes on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from asgiref.sync import markcoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import NoReverseMatch, reverse

from adminui.accounts import sessions
from adminui.accounts.here import known, page, to_signin
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
        """Called by Django in a thread, so it may use the database."""
        if not isinstance(exception, errors.PlatformError):
            return None
        note(request, exception)
        if isinstance(exception, errors.Unauthorized):
            sessions.end(request)
            vars(request)["_who"] = None
            return to_signin(request, why="token")
        return platform_page(request, exception)


def note(request: HttpRequest, error: errors.PlatformError) -> None:
    """Puts the platform's failure into this request's line of the log."""
    scope: dict[str, Any] = getattr(request, "scope", {})
    more: dict[str, object] = scope.get("adminui.log", {})
    more.update(platform_error=type(error).__name__, platform_status=error.status, platform_request=error.request_id)


def platform_page(request: HttpRequest, error: errors.PlatformError) -> HttpResponse:
    """The page of an error of the platform, with the status that fits it."""
    status, title = _told(error, _kwargs(request))
    response = error_page(
        request, status=status, title=title, sentence=error.sentence, platform_request=error.request_id, again=True
    )
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response


def _told(error: errors.PlatformError, where: dict[str, str]) -> tuple[int, str]:
    """Status and title of the page for an error."""
    match error:
        case errors.NotFound() | errors.Misaddressed():
            return 404, _not_there(where)
        case errors.Foreign(status=404):
            return 404, _not_there(where)
        case errors.Forbidden():
            return 403, "No access" + "".join(
                f" {'/' if key == 'ws' else 'to'} {where[key]}" for key in ("org", "ws") if key in where
            )
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


def error_page(
    request: HttpRequest,
    *,
    status: int,
    title: str,
    sentence: str,
    platform_request: str = "",
    again: bool = False,
) -> HttpResponse:
    """The page of any error: what happened, the request's id, a way back, and with `again` a way to try it again."""
    context = {
        "status": status,
        "title": title,
        "sentence": sentence,
        "platform_request": platform_request,
        "again": request.get_full_path() if again and request.method == "GET" else None,
        "ways": _ways(request),
    }
    return page(request, "error.html", context, status=status, who=known(request))


def _ways(request: HttpRequest) -> list[Way]:
    """Where to go from here: the nearest page above this one first, then the start."""
    where = _kwargs(request)
    ways: list[Way] = []
    if "ws" in where:
        ways.append(Way(f"Runtimes of {where['ws']}", _address("workspace-runtimes", org=where["org"], ws=where["ws"])))
    if "org" in where:
        ways.append(Way(f"Workspaces of {where['org']}", _address("org", org=where["org"])))
    ways.append(Way("Start", _address("home")))
    return [way for way in ways if way.href not in ("", request.path)][:2]


def _kwargs(request: HttpRequest) -> dict[str, str]:
    match = request.resolver_match
    return {} if match is None else {key: str(value) for key, value in match.kwargs.items()}


def _address(name: str, **kwargs: str) -> str:
    try:
        return reverse(name, kwargs=kwargs)
    except NoReverseMatch:
        return ""


# Django's own errors. They run in a thread of their own and touch no database.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a request that no browser of ours sends."""
    return error_page(
        request,
        status=400,
        title="This request can’t be read",
        sentence="Something in it is not as it should be. Go back and try again.",
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 of our own."""
    return error_page(request, status=403, title="Not allowed", sentence="You may not do this here.")


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
        sentence="It is our fault, not yours. Nothing more was done. The log knows this request by its number.",
        again=True,
    )
