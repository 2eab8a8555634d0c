"""One method an endpoint: what it asks for and what it makes of the answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adminui.platform import answers
from adminui.platform.address import RuntimeRef
from adminui.platform.client import Platform
from adminui.platform.errors import Foreign, Misaddressed, NotFound, PlatformError, Unauthorized
from adminui.platform.transport import Answer
from tests.platform import fault_server as fs
from tests.platform.fault_server import FaultServer, Seen

pytestmark = pytest.mark.anyio

TOKEN = "s3cret-token-of-alice"
UUID = "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0"
REF = RuntimeRef("acme", "research", UUID)
NAMED = {"id": "1", "key": "acme", "name": "Acme"}
Call = Callable[[Platform], Awaitable[object]]

CALLS: dict[str, tuple[Call, object]] = {
    "/user": (lambda p: p.user(TOKEN), {"id": "u1"}),
    "/user/organizations": (lambda p: p.organizations(TOKEN), [NAMED]),
    "/org/acme": (lambda p: p.organization(TOKEN, "acme"), NAMED),
    "/org/acme/ws": (lambda p: p.workspaces(TOKEN, "acme"), {"workspaces": [NAMED]}),
    "/org/acme/ws/research": (lambda p: p.workspace(TOKEN, "acme", "research"), NAMED),
    "/org/acme/ws/research/runtimes": (lambda p: p.runtimes(TOKEN, "acme", "research"), {"items": [NAMED]}),
    f"/org/acme/ws/research/runtimes/{UUID}": (lambda p: p.runtime(TOKEN, REF), NAMED),
    f"/org/acme/ws/research/runtimes/{UUID}/config": (lambda p: p.config(TOKEN, REF), {"config": {}}),
    "/user/secrets": (lambda p: p.secrets(TOKEN), {"secrets": [{"id": "s1", "name": "DB"}]}),
    "/org/acme/capabilities": (lambda p: p.capabilities(TOKEN, "acme"), {"items": [{"name": "web"}]}),
}


@pytest.mark.parametrize("path", CALLS)
async def test_each_endpoint_is_asked_at_its_path(faults: FaultServer, platform: Platform, path: str) -> None:
    call, answer = CALLS[path]
    faults.on(path, fs.reply(200, answer))
    assert await call(platform)
    assert [(seen.method, urlsplit(seen.target).path) for seen in faults.seen] == [("GET", f"/api/v1{path}")]


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("body", [b"", b"null", b"3", b'"x"', b"[3]", b'{"items": 3}', b"<html>", b"[" * 5000, b"\xff"])
async def test_an_answer_of_another_shape_is_foreign(
    faults: FaultServer, platform: Platform, path: str, body: bytes
) -> None:
    faults.on(path, fs.reply(200, body))
    with pytest.raises(Foreign):
        await CALLS[path][0](platform)


@pytest.mark.parametrize("path", CALLS)
async def test_an_endpoint_that_is_lacking_says_404(faults: FaultServer, platform: Platform, path: str) -> None:
    faults.on(path, fs.reply(404, b"<h1>404</h1>"))
    with pytest.raises(Foreign) as bare:
        await CALLS[path][0](platform)
    assert bare.value.status == 404
    faults.on(path, fs.reply(404, fs.envelope(404, "Not Found")))
    with pytest.raises(NotFound):
        await CALLS[path][0](platform)


async def test_lists_come_bare_or_under_their_key(faults: FaultServer, platform: Platform) -> None:
    faults.on("/ws", fs.reply(200, [NAMED]))
    faults.on("/organizations", fs.reply(200, {"organizations": [NAMED]}))
    assert [each.key for each in await platform.workspaces(TOKEN, "acme")] == ["acme"]
    assert [each.name for each in await platform.organizations(TOKEN)] == ["Acme"]


async def test_filters_and_cursor_go_into_the_query_and_stay_there(faults: FaultServer, platform: Platform) -> None:
    faults.on("/runtimes", fs.reply(200, {"items": [], "next_cursor": "ab=="}))
    cursor = "x&limit=1#ü/../\r\n%00\ud800"
    page = await platform.runtimes(
        TOKEN, "acme", "research", limit=7, cursor=cursor, states=("idle", "paused"), project_id="p/1", mine=True
    )
    assert page.next_cursor == "ab=="
    target = urlsplit(faults.seen[0].target)
    assert target.path == "/api/v1/org/acme/ws/research/runtimes"
    assert parse_qsl(target.query) == [
        ("limit", "7"),
        ("cursor", "x&limit=1#ü/../\r\n%00?"),
        ("state", "idle,paused"),
        ("project_id", "p/1"),
        ("owner", "me"),
    ]


@pytest.mark.parametrize("cursor", [3, {}, "x" * 2001])
async def test_a_cursor_that_is_none_is_foreign(faults: FaultServer, platform: Platform, cursor: object) -> None:
    faults.on("/runtimes", fs.reply(200, {"items": [], "next_cursor": cursor}))
    with pytest.raises(Foreign):
        await platform.runtimes(TOKEN, "acme", "research")


@pytest.mark.parametrize("cursor", [None, ""])
async def test_without_a_cursor_nothing_follows(faults: FaultServer, platform: Platform, cursor: object) -> None:
    faults.on("/runtimes", fs.reply(200, {"items": [NAMED], "next_cursor": cursor}))
    assert (await platform.runtimes(TOKEN, "acme", "research")).next_cursor is None


@pytest.mark.parametrize("put", [False, True])
async def test_a_stored_config_comes_whole(faults: FaultServer, platform: Platform, put: bool) -> None:
    body = '{"config":{"z":1,"a":{"ü":[1e2,12345678901234567890]}},"runtime_id":"r1","config_digest":"d1","new":true}'
    faults.on("/config", fs.reply(200, body.encode()))
    before = datetime.now(UTC)
    stored = await (platform.replace_config(TOKEN, REF, {}) if put else platform.config(TOKEN, REF))
    assert stored.document == {"z": 1, "a": {"ü": [100.0, 12345678901234567890]}}
    assert list(stored.document) == ["z", "a"]
    assert (stored.text, stored.why_not) == (body, None)
    assert (stored.runtime_id, stored.config_digest) == ("r1", "d1")
    assert stored.request_id == faults.seen[0].header("X-Request-ID")
    assert before <= stored.read_at <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("config", "word"),
    [
        (b'{"a": 1, "a": 2}', "Duplicate"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"a": "\xff"}', "UTF-8"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "deep"),
    ],
)
async def test_a_config_that_cannot_be_carried_says_why(
    faults: FaultServer, platform: Platform, config: bytes, word: str
) -> None:
    faults.on("/config", fs.reply(200, b'{"config": ' + config + b"}"))
    stored = await platform.config(TOKEN, REF)
    assert stored.document is None
    assert stored.why_not is not None
    assert word in stored.why_not
    assert config.decode(errors="replace") in stored.text


async def test_a_document_as_deep_as_may_be_passes(faults: FaultServer, platform: Platform) -> None:
    config = b'{"a":' * 64 + b"1" + b"}" * 64
    faults.on("/config", fs.reply(200, b'{"config": ' + config + b"}"))
    assert (await platform.config(TOKEN, REF)).document is not None


@pytest.mark.parametrize(("size", "aside"), [(1000, False), (300_000, True)])
async def test_a_large_answer_is_read_beside_the_event_loop(
    faults: FaultServer, platform: Platform, monkeypatch: pytest.MonkeyPatch, size: int, aside: bool
) -> None:
    threads: list[bool] = []

    def parse(answer: Answer) -> answers.Stored:
        threads.append(threading.current_thread() is threading.main_thread())
        return stored(answer)

    stored = answers.stored
    monkeypatch.setattr(answers, "stored", parse)
    faults.on("/config", fs.reply(200, b'{"config": {}}'.ljust(size)))
    assert (await platform.config(TOKEN, REF)).document == {}
    assert threads == [not aside]


async def test_a_document_that_no_wire_carries_is_never_sent(faults: FaultServer, platform: Platform) -> None:
    with pytest.raises(ValueError, match="JSON"):
        await platform.replace_config(TOKEN, REF, {"a": float("nan")})
    assert faults.seen == []


async def test_a_hostile_name_is_not_sent(faults: FaultServer, platform: Platform) -> None:
    with pytest.raises(Misaddressed):
        await platform.workspaces(TOKEN, "a/../../admin")
    assert faults.connections == 0


async def test_the_token_is_the_calls_own(faults: FaultServer, platform: Platform) -> None:
    async def only_alice(request: Seen, writer: asyncio.StreamWriter) -> None:
        known = request.header("Authorization") == f"Bearer {TOKEN}"
        answer = fs.reply(200, {"id": "alice"}) if known else fs.reply(401, fs.envelope(401, "Who?"))
        await answer(request, writer)

    faults.on("/user", only_alice)
    assert (await platform.user(TOKEN)).id == "alice"
    with pytest.raises(Unauthorized):
        await platform.user("another-token")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_bytes_come_nothing_leaves_the_tree(data: st.DataObject) -> None:
    head = data.draw(
        st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b'HTTP/1.0 422 \r\n\r\n{"detail":'])
    )
    answer = head + data.draw(st.binary(max_size=200))

    async def ask() -> None:
        async with fs.running() as faults:
            faults.on("/config", fs.raw(answer))
            with suppress(PlatformError):
                await Platform(faults.url, deadline=5).config(TOKEN, REF)

    asyncio.run(ask())
