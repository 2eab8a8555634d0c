"""What goes out, and what a misbehaving other side can't do."""

from __future__ import annotations

import asyncio
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

import pytest

from adminui.platform.address import RuntimeRef
from adminui.platform.client import Platform
from adminui.platform.errors import (
    CutOff,
    Foreign,
    Misaddressed,
    NotSent,
    PlatformError,
    RateLimited,
    ServerFailed,
    TimedOut,
)
from tests.platform import fault_server as fs
from tests.platform.fault_server import FaultServer

pytestmark = pytest.mark.anyio

TOKEN = "s3cret-token-of-alice"
REF = RuntimeRef("acme", "research", "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0")
CONFIG = {"config": {"version": "v2"}}
EVERY_PLACE = 8 * 32


async def raised(platform: Platform, *, put: bool = False) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        await (platform.replace_config(TOKEN, REF, {}) if put else platform.config(TOKEN, REF))
    return caught.value


async def test_a_get_carries_these_headers_and_no_other(faults: FaultServer, platform: Platform) -> None:
    faults.on("/config", fs.reply(200, CONFIG))
    stored = await platform.config(TOKEN, REF)
    assert sorted(faults.seen[0].headers) == [
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),
        ("Authorization", f"Bearer {TOKEN}"),
        ("Connection", "close"),
        ("Host", f"127.0.0.1:{faults.port}"),
        ("User-Agent", "adminui"),
        ("X-Request-ID", stored.request_id),
    ]


async def test_a_put_adds_type_and_length(faults: FaultServer, platform: Platform) -> None:
    faults.on("/config", fs.reply(200, CONFIG))
    await platform.replace_config(TOKEN, REF, {"version": "v2", "ä": [1, 2.5, None]})
    seen = faults.seen[0]
    assert seen.method == "PUT"
    assert seen.target == f"/api/v1/org/acme/ws/research/runtimes/{REF.runtime}/config"
    assert seen.body == '{"config":{"version":"v2","ä":[1,2.5,null]}}'.encode()
    assert {name for name, _ in seen.headers} == {
        "Accept",
        "Accept-Encoding",
        "Authorization",
        "Connection",
        "Content-Length",
        "Content-Type",
        "Host",
        "User-Agent",
        "X-Request-ID",
    }
    assert seen.header("Content-Type") == "application/json"


async def test_a_request_looks_for_no_module(
    faults: FaultServer, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that isn't there is looked for in every folder at each attempt to import it."""
    looked_for: list[str] = []

    class Finder:
        def find_spec(self, name: str, *_: object) -> None:
            looked_for.append(name)

    faults.on("/config", fs.reply(200, CONFIG))
    await platform.config(TOKEN, REF)
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    await platform.config(TOKEN, REF)
    assert looked_for == []


async def test_nobody_else_gets_a_cookie(faults: FaultServer, platform: Platform) -> None:
    faults.on("/config", fs.reply(200, CONFIG, ("Set-Cookie", "session=of-alice; Path=/")))
    await platform.config(TOKEN, REF)
    await platform.config("token-of-bob", REF)
    assert [seen.header("Cookie") for seen in faults.seen] == [None, None]


async def test_the_environments_proxies_are_not_honoured(
    faults: FaultServer, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    faults.on("/config", fs.reply(200, CONFIG))
    client = Platform(faults.url)
    assert (await client.config(TOKEN, REF)).document == {"version": "v2"}
    await client.aclose()


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
async def test_a_redirect_is_foreign_and_not_followed(faults: FaultServer, platform: Platform, status: int) -> None:
    faults.on("/config", fs.reply(status, b"", ("Location", f"{faults.url}/elsewhere")))
    error = await raised(platform, put=True)
    assert type(error) is Foreign
    assert error.status == status
    assert len(faults.seen) == 1


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "identity, gzip", "x"])
async def test_a_compressed_answer_is_not_read(faults: FaultServer, platform: Platform, encoding: str) -> None:
    faults.on("/config", fs.reply(200, CONFIG, ("Content-Encoding", encoding)))
    error = await raised(platform)
    assert type(error) is Foreign
    assert "compressed" in error.sentence


async def test_a_gzip_bomb_goes_unread(faults: FaultServer, platform: Platform) -> None:
    faults.on("/config", fs.gzip_bomb(64 * 1024 * 1024))
    assert type(await raised(platform)) is Foreign


async def test_identity_said_aloud_is_no_encoding(faults: FaultServer, platform: Platform) -> None:
    faults.on("/config", fs.reply(200, CONFIG, ("Content-Encoding", "Identity")))
    assert (await platform.config(TOKEN, REF)).document == {"version": "v2"}


@pytest.mark.parametrize(
    ("head", "chunk"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", b" " * 65536),
    ],
)
async def test_a_body_without_end_is_counted(
    faults: FaultServer, platform: Platform, head: bytes, chunk: bytes
) -> None:
    faults.on("/config", fs.endless(head, chunk))
    error = await raised(platform)
    assert type(error) is Foreign
    assert "4,194,304 bytes" in error.sentence


async def test_the_cap_is_the_last_size_that_passes(faults: FaultServer) -> None:
    body = b'{"config": {}}'.ljust(1000)
    faults.on("/config", fs.reply(200, body))
    fits, tight = Platform(faults.url, max_body=1000), Platform(faults.url, max_body=999)
    assert (await fits.config(TOKEN, REF)).document == {}
    assert type(await raised(tight)) is Foreign


async def test_a_server_error_stays_one_though_its_body_is_out_of_bounds(
    faults: FaultServer, platform: Platform
) -> None:
    faults.on("/config", fs.reply(502, b"x", ("Content-Encoding", "gzip")))
    error = await raised(platform)
    assert type(error) is ServerFailed
    assert error.status == 502


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n" + b"X-Many: y\r\n" * 20_000 + b"\r\n{}",
    ],
)
async def test_a_flood_of_headers_is_foreign(faults: FaultServer, platform: Platform, head: bytes) -> None:
    faults.on("/config", fs.raw(head))
    assert type(await raised(platform)) is Foreign


async def test_interim_answers_are_passed_over(faults: FaultServer, platform: Platform) -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 50
    faults.on("/config", fs.raw(interim + fs.message(200, b'{"config": {}}')))
    assert (await platform.config(TOKEN, REF)).document == {}


async def test_interim_answers_without_end_meet_the_deadline(faults: FaultServer) -> None:
    faults.on("/config", fs.endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"))
    assert type(await raised(Platform(faults.url, deadline=1))) is TimedOut


async def test_switching_protocols_is_foreign(faults: FaultServer, platform: Platform) -> None:
    faults.on("/config", fs.raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nboo"))
    assert type(await raised(platform, put=True)) is Foreign


async def test_what_is_no_http_is_foreign(faults: FaultServer, platform: Platform) -> None:
    faults.on("/config", fs.raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"))
    assert type(await raised(platform, put=True)) is Foreign


@pytest.mark.parametrize("put", [False, True])
@pytest.mark.parametrize(
    ("before", "status"),
    [
        (b"", None),
        (b"HTTP/1.1 200 OK\r\nContent-Le", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n", 200),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{"config": {}}', 200),
        (b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ne\r\n{"config": {}}\r\n', 200),
    ],
)
@pytest.mark.parametrize("end", [fs.cut, fs.raw], ids=["reset", "closed"])
async def test_a_cut_connection_is_told_as_such(
    faults: FaultServer, before: bytes, status: int | None, end: type, put: bool
) -> None:
    faults.on("/config", end(before))
    error = await raised(Platform(faults.url), put=put)
    assert type(error) is CutOff
    # A reset may overtake what was sent before it.
    assert error.status in ({status} if end is fs.raw else {status, None})
    assert len(faults.seen) == 1, "sent once"


async def test_a_body_longer_than_stated_is_cut_to_its_length(faults: FaultServer, platform: Platform) -> None:
    faults.on("/config", fs.raw(fs.message(200, b'{"config": {}} and more', length=14)))
    assert (await platform.config(TOKEN, REF)).document == {}


async def test_what_follows_an_answer_is_nobodys_next_answer(faults: FaultServer) -> None:
    surplus = fs.message(200, b'{"config": {"of": "alice"}}')
    faults.on("/config", fs.raw(fs.message(200, b'{"config": {}}') + surplus))
    platform = Platform(faults.url)
    # More calls than there are transports, so that each comes round again.
    documents = [(await platform.config("token-of-bob", REF)).document for _ in range(20)]
    assert documents == [{}] * 20
    assert faults.connections == 20


async def test_an_answer_that_hangs_is_timed_out_and_holds_nobody_up(faults: FaultServer) -> None:
    faults.on("/slow/config", faults.hang())
    faults.on("/quick/config", fs.reply(200, CONFIG))
    platform = Platform(faults.url, deadline=600)
    slow = asyncio.create_task(platform.config(TOKEN, RuntimeRef("acme", "research", "slow")))
    await faults.hanging.wait()
    for _ in range(20):
        await platform.config(TOKEN, RuntimeRef("acme", "research", "quick"))
    assert not slow.done()
    slow.cancel()
    await asyncio.gather(slow, return_exceptions=True)
    assert slow.cancelled()


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200 OK\r\nConte", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
async def test_the_deadline_spans_headers_and_body(faults: FaultServer, before: bytes) -> None:
    faults.on("/config", faults.hang(before))
    error = await raised(Platform(faults.url, deadline=1), put=True)
    assert type(error) is TimedOut
    assert "within 1 second" in error.sentence


async def test_a_dripping_answer_meets_the_deadline(faults: FaultServer) -> None:
    faults.on("/config", fs.drip(fs.message(200, b'{"config": {}}')))
    assert type(await raised(Platform(faults.url, deadline=1))) is TimedOut


async def test_abandoned_calls_give_their_places_back(faults: FaultServer) -> None:
    faults.on("/slow/config", faults.hang())
    faults.on("/quick/config", fs.reply(200, CONFIG))
    platform = Platform(faults.url, deadline=600, connect=600)
    slow, quick = (RuntimeRef("acme", "research", name) for name in ("slow", "quick"))
    hanging = [asyncio.create_task(platform.config(TOKEN, slow)) for _ in range(EVERY_PLACE + 50)]
    await faults.arrived(EVERY_PLACE)
    waiting = asyncio.create_task(platform.config(TOKEN, quick))
    for task in hanging:
        task.cancel()
    assert (await waiting).document == {"version": "v2"}
    await asyncio.gather(*hanging, return_exceptions=True)
    stored = await asyncio.gather(*(platform.config(TOKEN, quick) for _ in range(EVERY_PLACE)))
    assert len(stored) == EVERY_PLACE


async def test_no_free_place_is_not_sent(faults: FaultServer) -> None:
    faults.on("/config", faults.hang())
    platform = Platform(faults.url, deadline=600, connect=3)
    waiting = []
    for place in range(EVERY_PLACE):
        waiting.append(asyncio.create_task(platform.config(TOKEN, REF)))
        await faults.arrived(place + 1)
    error = await raised(platform, put=True)
    assert type(error) is NotSent
    assert "Too many calls" in error.sentence
    assert len(faults.seen) == EVERY_PLACE
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_refused_connection_is_not_sent() -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    error = await raised(Platform(f"http://127.0.0.1:{port}"), put=True)
    assert type(error) is NotSent
    assert error.request_id
    assert error.sentence == "The platform could not be reached. Nothing was sent."


async def test_an_unknown_host_is_not_sent() -> None:
    assert type(await raised(Platform("http://no-such-host.invalid"))) is NotSent


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("0", 0), ("99999999999999999999", 86400), ("-1", None), ("soon", None), ("", None), ("1.5", None)],
)
async def test_retry_after_in_seconds(faults: FaultServer, platform: Platform, value: str, seconds: int | None) -> None:
    faults.on("/config", fs.reply(429, fs.envelope(429, "slow down"), ("Retry-After", value)))
    error = await raised(platform, put=True)
    assert type(error) is RateLimited
    assert error.retry_after == seconds


@pytest.mark.parametrize(("ahead", "least", "most"), [(90, 60, 90), (-500, 0, 0), (10**9, 86400, 86400)])
async def test_retry_after_as_a_date(
    faults: FaultServer, platform: Platform, ahead: int, least: int, most: int
) -> None:
    date = formatdate(time.time() + ahead, usegmt=True)
    faults.on("/config", fs.reply(429, fs.envelope(429, "slow down"), ("Retry-After", date)))
    error = await raised(platform)
    assert error.retry_after is not None
    assert least <= error.retry_after <= most


@pytest.mark.parametrize("token", ["", " ", "a b", "a\r\nX-Evil: 1", "tökén", "a\x00", "a\ud800", "x" * 9000])
async def test_a_token_that_no_header_can_carry_is_not_sent(
    faults: FaultServer, platform: Platform, token: str
) -> None:
    with pytest.raises(Misaddressed) as caught:
        await platform.user(token)
    assert not token.strip() or token not in repr(caught.value)
    assert not faults.connections


def test_one_client_serves_many_event_loops_and_opens_again_after_closing(thread_server: str) -> None:
    platform = Platform(thread_server)

    async def ask(*, close: bool) -> str:
        user = await platform.user(TOKEN)
        if close:
            await platform.aclose()
            await platform.aclose()
            await platform.user(TOKEN)
        return user.id

    assert [asyncio.run(ask(close=close)) for close in (False, True, False)] == ["u1"] * 3
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: asyncio.run(ask(close=True)), range(8))) == ["u1"] * 8
