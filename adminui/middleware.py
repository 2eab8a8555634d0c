"""What every HTTP request passes: as plain ASGI what holds for every answer, static files included; then Django's own.

Django's middleware classes hop into a thread for each of their steps, which costs two thirds of the requests per
second. What is used of them here only computes, so the subclasses call it in the event loop.
"""

import re
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import http_date
from django.utils.module_loading import import_string

from adminui.accounts import sessions
from adminui.accounts.here import in_log, to_signin
from adminui.accounts.oidc import discovery

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

log = structlog.get_logger(__name__)


def content_security_policy() -> str:
    """Styles, scripts, pictures and requests from here only; no inline ones, no plugins, no frames, no other base.

    Forms lead here, and on to the provider: Chromium asks the policy for the address of a redirect as well.
    """
    return _policy(discovery.origins(settings.OIDC) if settings.OIDC else ())


@lru_cache(maxsize=16)
def _policy(form_targets: tuple[str, ...]) -> str:
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            " ".join(["form-action 'self'", *form_targets]),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    # Within this program the CSRF check reads the Referer; outside nobody learns where one was.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
YEAR = 365 * 24 * 60 * 60
PROBES = ("/healthz", "/readyz")
"""They address this process by number and without TLS, past the proxy."""
PLAIN_HTTP = (
    "This program answers over https only. Where a proxy speaks TLS for it, the proxy has to send X-Forwarded-Proto, "
    "and FORWARDED_ALLOW_IPS has to name its address.\n"
)
LARGE = 256 * 1024
"""Bytes of an answer that is compressed in a thread."""


def secured(application: Application) -> Application:
    """Adds the security headers to every answer, and `no-store` to all but static files."""
    fixed = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                keep = scope["path"].startswith(settings.STATIC_URL) and message["status"] in (200, 206, 304)
                ours = [*fixed, (b"content-security-policy", content_security_policy().encode())]
                if not keep:
                    ours.append((b"cache-control", b"no-store"))
                if scope["scheme"] == "https" and not settings.DEMO:
                    ours.append((b"strict-transport-security", f"max-age={YEAR}".encode()))
                names = {name for name, _ in ours}
                theirs = [header for header in message.get("headers", []) if header[0].lower() not in names]
                message = {**message, "headers": [*theirs, *ours]}
            await send(message)

        await application(scope, receive, sending)

    return answer


def encrypted(application: Application) -> Application:
    """Outside of a demo answers over https only, as the server or a proxy that it trusts says; probes come as they may.

    A form that comes in the clear has given away its token already; what is said here tells who set up the proxy.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if settings.DEMO or scope["scheme"] == "https" or scope["path"] in PROBES:
            await application(scope, receive, send)
        else:
            await _plain(send, 403, PLAIN_HTTP)

    return answer


def bounded(application: Application) -> Application:
    """Refuses, before it is read, a body that is larger than any form of ours or doesn't say how large it is.

    Headers with control characters are refused as well: servers should, and Python trips over them in odd places.
    """
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        if any(_CONTROLS.search(value) for value in headers.values()):
            await _plain(send, 400, "A header holds a control character.\n")
        elif not (length.isdigit() and len(length) < 20):
            await _plain(send, 400, "Content-Length must be a whole number of bytes.\n")
        elif int(length) > limit:
            await _plain(send, 413, f"This is more than the {limit} bytes that this program takes at once.\n")
        elif b"transfer-encoding" in headers:
            await _plain(send, 411, "A request must say how long it is, by Content-Length.\n")
        else:
            await application(scope, receive, send)

    return answer


def observed(application: Application) -> Application:
    """Gives every request an id, says it in X-Request-ID, and writes one line about it when it is answered.

    The line holds method, path, status, milliseconds and the id, and what others put into `scope["adminui.log"]`;
    never a query string. An id that the request brings along is not taken over: it is anyone's text.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        request_id, more, began = uuid.uuid4().hex, dict[str, Any](), time.perf_counter()
        status = 499  # until an answer begins: the browser left

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (b"x-request-id", request_id.encode())]}
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                inner = {**scope, "adminui.request_id": request_id, "adminui.log": more}
                await application(inner, receive, sending)
            except Exception:  # the last one to see it; what Django raises it has answered itself
                log.exception("failed outside of Django")
                if status != 499:
                    raise
                await _plain(sending, 500, "This program failed. Its log knows this request by its X-Request-ID.\n")
            finally:
                took = round((time.perf_counter() - began) * 1000, 1)
                log.info("request", method=scope["method"], path=scope["path"], status=status, ms=took, **more)

    return answer


async def _plain(send: Send, status: int, text: str) -> None:
    body = text.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Direct(MiddlewareMixin):
    """Calls a middleware's steps in the event loop; for those that only compute."""

    sync_capable = False

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """Request, view, response."""
        steps: Any = self  # the class beside this one has them
        response: HttpResponseBase | None = steps.process_request(request)
        if response is None:
            response = await steps.get_response(request)
        done: HttpResponseBase = steps.process_response(request, response)
        return done


class Compressed(GZipMiddleware):
    """Compresses pages; a large one in a thread, since that takes as long as some requests.

    Secrets can't be guessed from a page's length: Django pads it by chance, masks the CSRF token anew each time, and
    the session's cookie doesn't come with requests that other sites make.
    """

    sync_capable = False

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """The view's answer, shorter where the browser takes it so."""
        following: Any = self.get_response  # async, since this class is for nothing else
        response: HttpResponseBase = await following(request)
        if not isinstance(response, HttpResponse):
            return response  # what is streamed goes out as it comes
        if len(response.content) < LARGE:
            return self.process_response(request, response)
        return await sync_to_async(self.process_response, thread_sensitive=False)(request, response)


class Common(Direct, CommonMiddleware):
    """Refuses foreign hosts and adds a missing slash. Probes address this process by number: not for them."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """Raises DisallowedHost."""
        return None if request.path in PROBES else super().process_request(request)


@dataclass(frozen=True)
class _Rejection:
    reason: str


class Csrf(Direct, CsrfViewMiddleware):
    """Django's protection; the view for what it rejects runs in a thread, since it may keep what was typed."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return _Rejection(reason)

    async def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:  # type: ignore[override] # Django awaits it
        """None lets the view answer."""
        response: Any = super().process_view(request, *view)
        if not isinstance(response, _Rejection):
            return None
        in_log(request, rejected=response.reason)
        refused: HttpResponse = await sync_to_async(import_string(settings.CSRF_FAILURE_VIEW))(
            request, reason=response.reason
        )
        return refused


class Sessions(SessionMiddleware):
    """Django's sessions, loaded when first asked for and saved through their async methods."""

    sync_capable = False

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """The session before the view, its cookie after it."""
        self.process_request(request)
        following: Any = self.get_response  # async, since this class is for nothing else
        return await self._keep(request, await following(request))

    async def _keep(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        session, name = request.session, settings.SESSION_COOKIE_NAME
        if session.is_empty():
            if name in request.COOKIES:
                response.delete_cookie(name, samesite="Lax")
                patch_vary_headers(response, ("Cookie",))
            return response
        if session.accessed:
            patch_vary_headers(response, ("Cookie",))
        if not session.modified or response.status_code >= 500 or sessions.left_behind(request):
            return response
        try:
            await session.asave()
        except UpdateError:  # signed out meanwhile, in another tab
            return to_signin(request, why="ended")
        age = await session.aget_expiry_age()
        response.set_cookie(
            name,
            session.session_key or "",
            max_age=age,
            expires=http_date(time.time() + age),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response
