"""Requests that no browser makes, on every address: whatever comes, it is answered, and never as a fault of ours."""

import asyncio
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes, unquote, urlencode

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings

from adminui.accounts.roles import Role
from adminui.asgi import application
from tests.addresses.conftest import RULED
from tests.addresses.rules import RULES
from tests.addresses.world import World, as_role

SECRET = b"s" * 32
FORM = b"application/x-www-form-urlencoded"
VALUES = [
    *(
        "",
        "\0",
        "a\0b",
        "\ud800",
        "\udfff\ud800",
        "￿",
        "\u202e",
        "\r\nSet-Cookie: a=b",
        "<script>",
        "' OR 1=1 --",
        "%00",
    ),
    *("{{ 7*7 }}", "../../etc/passwd", "-1", "1e999", "99999999999999999999999", "٣", "NaN", "null", "[" * 3000, "{"),
    *('{"a": ' * 500, "x" * 300_000, "é" * 5000, "add:runtime_server.env", "remove:capabilities.99999999999999999999"),
    *(
        "up:capabilities.0",
        "revert:" + "." * 2000,
        'revert:["',
        "a.b.c.0.key",
        "end:x",
        "00000000-0000-0000-0000-00000000",
    ),
]
QUERIES = [
    *(
        b"\xff",
        b"%ff%fe",
        b"%",
        b"%zz",
        b"&&&=&=&",
        b"=",
        b"a=1&" * 3000,
        b"form=%00",
        b"form=" + b"a" * 8000,
        b"next=%00",
    ),
    *(
        b"next=%ed%a0%80",
        b"limit=-1&cursor=%0d%0a",
        b"limit=%d9%a3",
        b"limit=99999999999999999999",
        b"q=%00",
        b"state=,,,,",
    ),
    *(
        b"cursor=" + b"x" * 5000,
        b"word=a:b:c",
        b"read&word=%00",
        b"since=%00",
        b"code=%00&state=%00",
        b"error=%0a&state=x",
    ),
    *(b"iss=x&state=&code=", b"all&org=%00&ws=%2e%2e", b"why=%00", b"focus=%22%3e%3c", b"page=1e9", b"a=&a=" * 900),
]
COOKIES = [
    *(
        b"\xff\xfe",
        b";;;=;=",
        b"=" * 4000,
        b"a=\0b",
        b'adminui-session="\x01"',
        b"adminui-session=" + b"a" * 9000,
        b"$Version=1",
    ),
    *(
        b"adminui-csrf=\xff" + SECRET,
        b"adminui-session=../../x; adminui-session=%00",
        b"a=b; " * 800,
        b'x="unclosed; y=1',
    ),
]
KINDS = [
    *(
        b"",
        b"text/plain",
        b"application/json",
        b"multipart/form-data",
        b"multipart/form-data; boundary=",
        b"\xff/\xff",
        b";;;",
    ),
    *(
        b"multipart/form-data; boundary=" + b"b" * 500,
        b"multipart/form-data; boundary=\xff",
        b"multipart/mixed; boundary=b",
    ),
    *(FORM + b"; charset=utf-7", FORM + b"; charset=zlib", FORM + b"; charset=rot13", FORM + b"; charset=nonsense"),
    *(FORM + b"; charset=utf-16", FORM + b"; charset=\0", FORM + b"; charset=idna", FORM + b'; charset="', b"a" * 5000),
]
BODIES = [
    *(
        b"",
        b"\0",
        b"\xff\xfe\xfd",
        b"a=%",
        b"a=%zz&%00=%00",
        b"=" * 5000,
        b"&" * 5000,
        b"{}",
        b'{"a":',
        b"--b",
        b"--b--",
    ),
    b'--b\r\nContent-Disposition: form-data; name="form"\r\n\r\nx\r\n--b--\r\n',
    b'--b\r\nContent-Disposition: form-data; name="f"; filename="../../x\0"\r\n\r\nx\r\n--b--\r\n',
    b"--b\r\nContent-Disposition: form-data\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--b--\r\n",
    b'--b\r\nContent-Disposition: form-data; name="' + b"n" * 9000 + b'"\r\n\r\n\xff\r\n',
    b"--b\r\n" + b"X: y\r\n" * 2000,
]
HEADERS = [
    *((b"host", b"evil.example"), (b"host", b"a:b:c"), (b"host", b"\xff"), (b"host", b""), (b"referer", b"http://[")),
    *((b"hx-request", b"true"), (b"hx-current-url", b"http://["), (b"hx-current-url", b"\xff\0"), (b"origin", b"null")),
    *((b"origin", b"http://["), (b"user-agent", b"\xff" * 4000), (b"user-agent", b"\x1b[2J"), (b"range", b"bytes=9-1")),
    *((b"x-forwarded-for", b"x"), (b"accept", b"\xff"), (b"if-modified-since", b"never"), (b"if-none-match", b"\xff")),
    *((b"x-http-method-override", b"DELETE"), (b"expect", b"100-continue"), (b"accept-encoding", b"br;q=x, \xff")),
]
PARTS = [
    "%00",
    "%ff",
    "..",
    "%2e%2e",
    "%2f",
    "a" * 6000,
    "%e2%80%ae",
    "%0d%0aX:y",
    "-",
    "%F0%9F%92%A5",
    "a;b",
    "*",
    "~",
]


@dataclass
class Hostile:
    """One request as a server hands it on: path and query as sent, headers, body."""

    method: str
    path: str
    query: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    def answer(self) -> int:
        """The status of the whole application's answer."""
        sent: list[Any] = []

        messages = [{"type": "http.request", "body": self.body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if not messages:
                await asyncio.Event().wait()  # the browser stays until it is answered
            return messages.pop()

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": unquote(self.path),
            "raw_path": self.path.encode(),
            "query_string": self.query,
            "headers": [*self.headers, (b"content-length", str(len(self.body)).encode())],
            "server": ("testserver", 80),
            "client": ("127.0.0.1", 1),
        }
        async_to_sync(application)(scope, receive, send)
        status: int = sent[0]["status"]
        return status


def encoded(data: Mapping[str, str]) -> bytes:
    """A form as a browser encodes it, and lone surrogates as no browser does."""
    return urlencode(
        {name: value.encode("utf-8", "surrogatepass") for name, value in data.items()}, quote_via=_quoted
    ).encode()


def _quoted(text: str | bytes, *_: Any) -> str:
    return quote_from_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True)
class Target:
    """An address with what is rightly sent there."""

    name: str
    path: str
    query: bytes
    data: dict[str, str]


def targets(world: World) -> list[Target]:
    """Every address of the program."""
    return [
        Target(one.name, one.path(world), RULES[one.name].query(world)[1:].encode(), dict(RULES[one.name].data(world)))
        for one in RULED
    ]


def requests(world: World, seed: int, count: int) -> Iterator[tuple[str, Hostile]]:
    """So many requests, each wrong in one to three things and right in all others, of a signed-in person."""
    chance = random.Random(seed)
    known = targets(world)
    for at in range(count):
        target = known[at % len(known)]
        post = chance.random() < 0.6
        session = world.visitor.client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = b"adminui-session=%s; adminui-csrf=%s" % (session.encode(), SECRET)
        one = Hostile("POST" if post else "GET", target.path, target.query)
        headers = {b"host": b"testserver", b"x-csrftoken": SECRET, b"cookie": cookie}
        data, extra, kind = dict(target.data), list[tuple[bytes, bytes]](), FORM
        one.body = encoded(data) if post else b""
        for what in chance.sample(
            ["value", "query", "cookie", "kind", "body", "header", "path", "method"], chance.randint(1, 3)
        ):
            match what:
                case "value":
                    for name in chance.sample(
                        [*data, "do", "form", "raw", "reveal", "seq", "\0", "next", "x" * 400], 3
                    ):
                        data[name] = chance.choice(VALUES)
                    one.body = encoded(data) if post else b""
                case "query":
                    one.query = chance.choice(QUERIES)
                case "cookie":
                    headers[b"cookie"] = b"; ".join([cookie, chance.choice(COOKIES)])
                case "kind":
                    kind = chance.choice(KINDS)
                case "body":
                    one.body, kind = chance.choice(BODIES), chance.choice([kind, b"multipart/form-data; boundary=b"])
                case "header":
                    extra.append(chance.choice(HEADERS))
                case "path":
                    parts = one.path.split("/")
                    parts[chance.randrange(1, len(parts))] = chance.choice(PARTS)
                    one.path = "/".join(parts)
                case "method":
                    one.method = chance.choice(
                        ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "BREW", "PROPFIND"]
                    )
        headers.update(extra)
        one.headers = [*headers.items(), (b"content-type", kind)]
        yield target.name, one


@pytest.mark.parametrize(
    ("seed", "count"), [(1, 400), pytest.param(2, 6000, marks=pytest.mark.long)], ids=["some", "many"]
)
def test_whatever_comes_is_answered(world: World, seed: int, count: int, caplog: pytest.LogCaptureFixture) -> None:
    world.visitor = as_role(world.box, "alice", Role.EDITOR)
    failed: list[str] = []
    statuses: set[int] = set()
    for name, one in requests(world, seed, count):
        caplog.clear()
        status = one.answer()
        statuses.add(status)
        if status >= 500:
            why = [repr(record.exc_info[1]) for record in caplog.records if record.exc_info]
            failed.append(f"{status} {name} {why[-1:]}: {str(one)[:700]}")
        if name in ("signin", "signin-back", "signout"):
            world.visitor = as_role(world.box, "alice", Role.EDITOR)
    assert not failed, "\n".join(failed)
    assert {200, 302, 400, 403, 404, 405, 422} <= statuses, "some of them have to reach the pages themselves"
