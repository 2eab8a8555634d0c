"""
One request to the platform and its whole answer, within bounds.

What holds for every request:

- the headers on the wire are those of `_headers` and Host and Content-Length, nothing else;
- no proxy, netrc or certificate variable of the environment is honoured, no redirect is followed, no cookie is kept:
  requests go to httpx's transports directly, which know none of these;
- a connection carries one request. A used one may be closed by the other side just as a PUT sets out on it, and what a
  confused gateway sent beyond the end of one answer would be read as the answer to the next person's request;
- an overall deadline spans all of it, connection and body included; httpx's own timeouts are per read;
- the body is asked for uncompressed, refused compressed (1 MB of gzip can be 1 GiB) and counted as it arrives.
"""

from __future__ import annotations

import asyncio
import itertools
import ssl
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlencode

import httpcore
import httpx

from adminui.platform.address import bearer
from adminui.platform.errors import CutOff, Foreign, Insecure, NotSent, PlatformError, ServerFailed, TimedOut, failure

# httpcore imports sniffio at each lock of a request; where there is none, Python searches all its folders each time:
# seven times and 0.4 ms a request.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment] # Python's own sign for what is known not to be there

# One transport scans all its connections at each request and collapses near 100 concurrent calls; eight of 32 don't.
_TRANSPORTS = 8
_CONNECTIONS = 32
_LONGEST_WAIT = 24 * 60 * 60


@dataclass(frozen=True)
class Answer:
    """A whole answer: `body` as bytes, at most the cap; `retry_after` in whole seconds from now."""

    status: int
    body: bytes
    request_id: str
    retry_after: int | None


class _Progress:
    """
    How far a request got, from the phases that httpx's `trace` extension reports.

    The exception alone doesn't tell: a connection may be lost before the first byte left or after the platform acted.
    """

    def __init__(self) -> None:
        self.sent = False
        self.status: int | None = None

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith(".send_request_headers.started"):
            self.sent = True


class Transport:
    """
    Sends requests to one platform; safe to be used from many event loops, each has connections of its own.

    base_url: "https://host[:port][/prefix]", without "/api/v1". Raises ValueError when it is none.
    deadline, connect: seconds, for a whole exchange and for a connection (or a free slot for one).
    max_body: bytes of an answer's body.
    verify: True for the system’s authorities, or a context that knows others.
    """

    def __init__(
        self, base_url: str, *, deadline: float, connect: float, max_body: int, verify: ssl.SSLContext | bool
    ) -> None:
        self._base = _base(base_url)
        self._deadline = deadline
        self._connect = connect
        self._max_body = max_body
        if verify is False:
            raise ValueError("The platform’s certificate is always verified; pass a context that knows its authority.")
        self._tls = verify if isinstance(verify, ssl.SSLContext) else _authorities(self._base)
        self._lanes: dict[asyncio.AbstractEventLoop, _Lanes] = {}

    async def exchange(
        self,
        method: str,
        path: str,
        *,
        token: str,
        query: Sequence[tuple[str, str]] = (),
        body: bytes | None = None,
    ) -> Answer:
        """
        The answer to one request, sent once; `path` is under /api/v1 and made by address.path.

        Raises NotSent and its kinds, TimedOut, CutOff, and Foreign for an answer that goes beyond the bounds.
        """
        request_id = uuid.uuid4().hex
        progress = _Progress()
        request = self._request(method, path, query, _headers(token, request_id, body), body)
        request.extensions = {"trace": progress, "timeout": self._timeouts()}
        # Raised after the except clauses, so that no exception of httpx or ssl hangs behind ours as its context.
        failed: PlatformError
        try:
            async with asyncio.timeout(self._deadline):
                return await self._send(request, progress, request_id)
        except TimeoutError:
            failed = self._too_late(progress, request_id)
        except (httpx.TransportError, httpx.StreamError, OSError) as error:
            failed = self._broken(error, progress, request_id)
        raise failed

    async def aclose(self) -> None:
        """Closes the connections of the running event loop. A later call opens new ones."""
        lanes = self._lanes.pop(asyncio.get_running_loop(), None)
        if lanes is not None:
            await lanes.aclose()

    async def _send(self, request: httpx.Request, progress: _Progress, request_id: str) -> Answer:
        response = await self._here().next().handle_async_request(request)
        try:
            progress.status = response.status_code
            encoding = response.headers.get("Content-Encoding", "").strip().lower()
            if encoding not in {"", "identity"}:
                raise _unread("It came compressed, though asked for uncompressed.", response, request_id)
            return Answer(
                status=response.status_code,
                body=await self._body(response, request_id),
                request_id=request_id,
                retry_after=_retry_after(response.headers.get("Retry-After")),
            )
        finally:
            await response.aclose()

    async def _body(self, response: httpx.Response, request_id: str) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > self._max_body:
                raise _unread(f"It is larger than {self._max_body:,} bytes.", response, request_id)
        return bytes(body)

    def _request(
        self,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]],
        headers: list[tuple[str, str]],
        body: bytes | None,
    ) -> httpx.Request:
        url = f"{self._base}/api/v1{path}"
        if query:
            url += "?" + urlencode(query, errors="replace")
        return httpx.Request(method, url, headers=headers, content=body)

    def _timeouts(self) -> dict[str, float | None]:
        return {"connect": self._connect, "pool": self._connect, "read": None, "write": None}

    def _here(self) -> _Lanes:
        loop = asyncio.get_running_loop()
        lanes = self._lanes.get(loop)
        if lanes is None:
            for other in [known for known in self._lanes if known.is_closed()]:
                self._lanes.pop(other, None)
            lanes = self._lanes[loop] = _Lanes(self._tls)
        return lanes

    def _too_late(self, progress: _Progress, request_id: str) -> PlatformError:
        if not progress.sent:
            return NotSent(
                f"The platform could not be reached within {_seconds(self._deadline)}. Nothing was sent.",
                request_id=request_id,
            )
        return TimedOut(
            f"The platform did not answer within {_seconds(self._deadline)}.",
            request_id=request_id,
            status=progress.status,
        )

    def _broken(self, error: Exception, progress: _Progress, request_id: str) -> PlatformError:
        if not progress.sent:
            return self._not_sent(error, request_id)
        if isinstance(error, httpx.RemoteProtocolError) and not _is_end(error):
            return Foreign(
                "What came back is no answer in HTTP, or its headers are too large.",
                request_id=request_id,
                status=progress.status,
            )
        return CutOff(
            "The connection to the platform broke before its answer was complete.",
            request_id=request_id,
            status=progress.status,
        )

    def _not_sent(self, error: Exception, request_id: str) -> NotSent:
        tls = _tls_failure(error)
        if tls is not None:
            why = getattr(tls, "verify_message", "") or tls.reason or "no common protocol"
            return Insecure(
                f"The connection to the platform is not secure: {why}. Nothing was sent.", request_id=request_id
            )
        if isinstance(error, httpx.PoolTimeout):
            words = "Too many calls to the platform are under way from here."
        elif isinstance(error, httpx.ConnectTimeout):
            words = f"The platform could not be reached within {_seconds(self._connect)}."
        else:
            words = "The platform could not be reached."
        return NotSent(f"{words} Nothing was sent.", request_id=request_id)


class _Lanes:
    """The transports of one event loop, dealt round-robin."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=0)
        self._all = [httpx.AsyncHTTPTransport(verify=tls, trust_env=False, limits=limits) for _ in range(_TRANSPORTS)]
        self._round = itertools.cycle(self._all)

    def next(self) -> httpx.AsyncHTTPTransport:
        return next(self._round)

    async def aclose(self) -> None:
        for transport in self._all:
            await transport.aclose()


def _headers(token: str, request_id: str, body: bytes | None) -> list[tuple[str, str]]:
    """Every header that goes out; httpx.Request adds Host, and Content-Length where there is a body."""
    headers = [
        ("Authorization", bearer(token)),
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
        ("User-Agent", "adminui"),
        ("X-Request-ID", request_id),
    ]
    if body is not None:
        headers.append(("Content-Type", "application/json"))
    return headers


def _base(base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise ValueError(f"The platform’s address is no URL: {error}") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("The platform’s address must begin with https:// (or http://) and a host.")
    if url.userinfo or url.query or url.fragment:
        raise ValueError("The platform’s address may not hold a user, a query or a fragment.")
    return base_url.rstrip("/")


def _authorities(base: str) -> ssl.SSLContext:
    """The system's certificate authorities, which take a while to load; none where TLS isn't spoken."""
    return ssl.create_default_context() if base.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _unread(why: str, response: httpx.Response, request_id: str) -> Foreign | ServerFailed:
    """The error of an answer beyond the bounds; a failure of the server stays one, whatever its body."""
    status = response.status_code
    if status >= 500:
        return failure(
            status, None, request_id=request_id, retry_after=_retry_after(response.headers.get("Retry-After"))
        )
    return Foreign(f"The platform’s answer was not read. {why}", request_id=request_id, status=status)


def _tls_failure(error: Exception) -> ssl.SSLError | None:
    """The TLS error under what httpx and httpcore wrapped around it; None when they wrapped something else."""
    found: BaseException | None = error
    while isinstance(found, httpx.ConnectError | httpcore.ConnectError):
        found = found.__cause__ or found.__context__
    return found if isinstance(found, ssl.SSLError) else None


def _seconds(number: float) -> str:
    return f"{number:g} second{'' if number == 1 else 's'}"


def _is_end(error: httpx.RemoteProtocolError) -> bool:
    """Whether the other side closed too early, in the words of httpcore (before an answer) and of h11 (within one)."""
    return str(error).startswith(("Server disconnected", "peer closed connection"))


def _retry_after(value: str | None) -> int | None:
    """Whole seconds from now, at most a day, of a Retry-After header (seconds or a date); None when it is neither."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:10]), _LONGEST_WAIT)
    try:
        when = parsedate_to_datetime(text)
        seconds = when.replace(tzinfo=when.tzinfo or UTC).timestamp() - time.time()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return max(0, min(round(seconds), _LONGEST_WAIT))
