"""From a Django request to an answer: the method, who calls, the body, and refusals as envelopes."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, QueryDict

from adminui.contract.document import Json, Unfaithful, read
from adminui.contract.envelope import FieldError

from . import store
from .answers import Answer, Refusal, refused
from .models import Person

View = Callable[..., Coroutine[Any, Any, HttpResponse]]


@dataclass(frozen=True)
class Call:
    """One request as its handler sees it."""

    person: Person | None
    query: QueryDict
    content_type: str
    body: bytes

    @property
    def caller(self) -> Person:
        """Who calls; a 401 when no one is known by the token."""
        if self.person is None:
            raise Refusal(
                401,
                "The token is missing, expired or revoked.",
                headers={"www-authenticate": 'Bearer realm="platform"'},
            )
        return self.person

    def json(self) -> Json:
        """The body, read strictly; a 415 or 400 when it is not a JSON document that can be kept as it is."""
        if self.content_type != "application/json":
            raise Refusal(415, "The body must be sent as application/json.")
        try:
            return read(self.body)
        except Unfaithful as fault:
            raise Refusal(400, fault.reason, FieldError(("body",), fault.reason, "json_invalid")) from fault


def endpoint(handlers: Mapping[str, Callable[..., Answer]], *, anyone: bool = False) -> View:
    """A view that gives each method to its handler, called as handler(call, **parts of the path).

    Handlers run in the database's thread. Unless `anyone` may call, they are reached with a known token only.
    """
    allowed = sorted({*handlers, "HEAD"} if "GET" in handlers else handlers)

    async def view(request: ASGIRequest, **where: str) -> HttpResponse:
        handler = handlers.get("GET" if request.method == "HEAD" else request.method or "")
        if handler is None:
            said = ", ".join(allowed)
            return response(refused(405, f"This path takes {said} only.", headers={"allow": said}))
        call = Call(request.scope.get("box.person"), request.GET, request.content_type or "", request.body)

        def perform() -> Answer:
            try:
                if not anyone:
                    _ = call.caller
                return handler(call, **where)
            except Refusal as refusal:
                return refusal.answer

        return response(await store.run(perform))

    return view


def response(answer: Answer) -> HttpResponse:
    """The answer in Django's terms."""
    return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))


def unknown_path(request: HttpRequest, exception: Exception) -> HttpResponse:
    return response(refused(404, "There is nothing at this path."))


def broken(request: HttpRequest) -> HttpResponse:
    return response(refused(500, "The box itself failed; its log says how."))
