"""The box's outer door, as ASGI: bounds the body, learns who calls, carries out faults and keeps the request log."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Literal

from allauth.idp.oidc.models import Token
from django.core.handlers.asgi import ASGIHandler

from . import faults, store
from .answers import LIMIT, Answer, refused
from .models import Person, Request

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

KEPT = 1000
"""How many requests the log tells of."""
BODILESS = (204, 304)


class Gate:
    """Hands requests to Django, past its own ASGI entrance: that would open and close a connection of the database
    for each, in a thread of its own. Needs uvicorn: a connection is cut through its transport.
    """

    def __init__(self, inner: ASGIHandler) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await whole_body(receive)
        except ConnectionAbortedError:
            return
        if scope["path"].startswith("/api/v1/_"):
            await deliver(await self.answer(scope, body), None, receive, send)
            return
        person, order = await store.run(arrive, scope)
        scope["box.person"] = person
        if order is None:
            answer = await self.answer(scope, body)
            await store.run(log, scope, answer.status)
            await deliver(answer, None, receive, send)
            return
        answer = order.answer(await self.answer(scope, body) if order.applied else None)
        # Written before the wait: who gives up meanwhile finds the request in the log.
        await store.run(log, scope, None if order.cut == "before" else answer.status)
        await asyncio.sleep(order.delay_ms / 1000)
        await deliver(answer, order.cut, receive, send)

    async def answer(self, scope: Scope, body: bytes | None) -> Answer:
        """Let the application answer, to the end, whether or not the caller still waits."""
        if body is None:
            return refused(413, f"The body is larger than {LIMIT} bytes.", headers={"connection": "close"})
        request, _ = self.inner.create_request(scope, BytesIO(body))
        if request is None:
            return refused(400, "The address is no UTF-8.")
        response = await self.inner.get_response_async(request)
        headers = {name.lower(): value for name, value in response.headers.items()}
        cookies = tuple(morsel.OutputString() for morsel in response.cookies.values())
        return Answer(response.status_code, response.getvalue(), headers, cookies)


async def whole_body(receive: Receive) -> bytes | None:
    """The request's body, or None when it is over the limit; ConnectionAbortedError when it didn't come whole."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LIMIT:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def arrive(scope: Scope) -> tuple[Person | None, faults.Order | None]:
    """Who calls, by either header, and the fault that awaits the request."""
    headers = {name.lower(): value.decode("latin-1") for name, value in reversed(scope["headers"])}
    scheme, _, token = headers.get(b"authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = headers.get(b"x-api-key", "")
    return known(token.strip()), faults.take(scope["method"], scope["path"])


def known(token: str) -> Person | None:
    """Whose token it is: one of the platform's own, or an access token of the provider."""
    if not token:
        return None
    person = Person.objects.filter(api_token=token).first()
    if person is None:
        found = Token.objects.lookup(Token.Type.ACCESS_TOKEN, token)
        person = found.user if found else None
    return person


def log(scope: Scope, status: int | None) -> None:
    """Remember the request and, now and then, forget those that are long past."""
    person: Person | None = scope["box.person"]
    line = Request.objects.create(
        method=scope["method"],
        path=scope["path"],
        user=person.username if person else None,
        status=status,
        headers=json.dumps(sorted({name.decode("latin-1").lower() for name, _ in scope["headers"]})),
        at=datetime.now(UTC),
    )
    if line.id % 100 == 0:
        Request.objects.filter(id__lte=line.id - KEPT).delete()


def logged(since: datetime | None = None) -> list[Request]:
    """The last requests, oldest first; those that began after `since` where it is given."""
    found = Request.objects.order_by("-id")
    if since is not None:
        found = found.filter(at__gt=since)
    return list(found[:KEPT])[::-1]


async def deliver(answer: Answer, cut: Literal["before", "middle"] | None, receive: Receive, send: Send) -> None:
    """Send the answer, or as much of it as the cut leaves."""
    transport: asyncio.Transport = send.__self__.transport  # type: ignore[attr-defined]  # uvicorn's own bound method
    if cut == "before":
        transport.abort()
        await left(receive)
        return
    body = b"" if answer.status in BODILESS else answer.body
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    headers += [(b"set-cookie", cookie.encode("latin-1")) for cookie in answer.cookies]
    if answer.status not in BODILESS and "content-length" not in answer.headers:
        headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if cut is None:
        await send({"type": "http.response.body", "body": body})
        return
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    # Unlike an abort this lets the first half go out.
    transport.close()
    await left(receive)


async def left(receive: Receive) -> None:
    """Wait until the server knows that the connection is gone, else it would complain of an unfinished answer."""
    while (await receive())["type"] != "http.disconnect":
        pass
