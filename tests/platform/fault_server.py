"""A small HTTP server that misbehaves on purpose: what a path answers, and how it ends, is given by the test."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Seen:
    """One request as it came: the target undecoded, header names as they were spelt."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


Behaviour = Callable[[Seen, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class FaultServer:
    """
    port: where it listens, on 127.0.0.1.
    seen: the requests that arrived whole.
    connections: how many were accepted.
    hanging: set once a request hangs; release: lets all that hang go on.
    """

    port: int = 0
    scheme: str = "http"
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _answers: dict[str, Behaviour] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def on(self, path_end: str, behaviour: Behaviour) -> None:
        """What paths ending so are answered with; the latest given counts."""
        self._answers = {path_end: behaviour, **{key: old for key, old in self._answers.items() if key != path_end}}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        # A client that hangs up midway is what many of the tests are about.
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            while True:
                request = await _read(reader)
                async with self._news:
                    self.seen.append(request)
                    self._news.notify_all()
                await self._behaviour(request)(request, writer)
                await writer.drain()
                if request.header("Connection") == "close":
                    break
        writer.close()

    async def arrived(self, count: int) -> None:
        """Returns once so many requests have arrived whole."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.seen) >= count)

    def _behaviour(self, request: Seen) -> Behaviour:
        path = urlsplit(request.target).path
        return next(
            (answer for end, answer in self._answers.items() if path.endswith(end)),
            reply(404, envelope(404, "no such")),
        )

    def hang(self, before: bytes = b"") -> Behaviour:
        """Sends `before` and then nothing until released or hung up on."""

        async def answer(_: Seen, writer: asyncio.StreamWriter) -> None:
            writer.write(before)
            await writer.drain()
            self.hanging.set()
            await self.release.wait()

        return answer


async def _read(reader: asyncio.StreamReader) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    method, target, _ = first.split(" ")
    length = int(next((value for name, value in headers if name.lower() == "content-length"), "0"))
    return Seen(method, target, headers, await reader.readexactly(length))


@asynccontextmanager
async def running(tls: ssl.SSLContext | None = None) -> AsyncIterator[FaultServer]:
    """A server for the length of the block."""
    faults = FaultServer(scheme="https" if tls else "http")
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await faults.serve(reader, writer)
        finally:
            tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    faults.port = server.sockets[0].getsockname()[1]
    try:
        yield faults
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def raw(data: bytes) -> Behaviour:
    """These bytes and an orderly end."""

    async def answer(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return answer


def message(status: int, body: bytes, *headers: tuple[str, str], length: int | None = None) -> bytes:
    """An HTTP answer as bytes; `length` states a Content-Length other than the true one."""
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers)]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def reply(status: int, body: object, *headers: tuple[str, str]) -> Behaviour:
    """A well-formed answer; a body that isn't bytes goes as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return raw(message(status, data, *headers))


def envelope(code: int, detail: str, errors: object = None) -> dict[str, object]:
    found: dict[str, object] = {"code": code, "detail": detail, "type": "error"}
    return found if errors is None else {**found, "errors": errors}


def cut(before: bytes = b"") -> Behaviour:
    """These bytes, then the connection is reset."""

    async def answer(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(before)
        await writer.drain()
        writer.transport.abort()

    return answer


def endless(head: bytes, chunk: bytes) -> Behaviour:
    """The head and then the chunk again and again until the client hangs up."""

    async def answer(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while not writer.transport.is_closing():
            writer.write(chunk)
            await writer.drain()

    return answer


def drip(data: bytes) -> Behaviour:
    """One byte at a time, the loop let run between them, and the last one never."""

    async def answer(_: Seen, writer: asyncio.StreamWriter) -> None:
        for at in range(len(data) - 1):
            writer.write(data[at : at + 1])
            await writer.drain()
            await asyncio.sleep(0)
        await asyncio.Event().wait()

    return answer


def gzip_bomb(size: int) -> Behaviour:
    """`size` bytes of JSON whitespace, compressed."""
    return reply(200, gzip.compress(b" " * size), ("Content-Encoding", "gzip"), ("Content-Type", "application/json"))
