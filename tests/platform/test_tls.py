"""TLS is verified: a certificate that isn't the platform's stops the call before anything is sent."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from adminui.platform.address import RuntimeRef
from adminui.platform.client import Platform
from adminui.platform.errors import CutOff, Insecure, NotSent
from tests.platform import fault_server as fs

pytestmark = pytest.mark.anyio

TOKEN = "s3cret-token-of-alice"
REF = RuntimeRef("acme", "research", "analyst")


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def served_by(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def insecure(platform: Platform, faults: fs.FaultServer) -> Insecure:
    with pytest.raises(Insecure) as caught:
        await platform.replace_config(TOKEN, REF, {})
    assert faults.seen == []
    assert "Nothing was sent" in caught.value.sentence
    return caught.value


async def test_a_good_certificate_is_spoken_to(authority: trustme.CA) -> None:
    async with fs.running(served_by(authority.issue_cert("127.0.0.1"))) as faults:
        faults.on("/config", fs.reply(200, {"config": {}}))
        stored = await Platform(faults.url, verify=trusting(authority)).replace_config(TOKEN, REF, {})
    assert stored.document == {}


async def test_another_name_is_insecure(authority: trustme.CA) -> None:
    async with fs.running(served_by(authority.issue_cert("other.example"))) as faults:
        error = await insecure(Platform(faults.url, verify=trusting(authority)), faults)
    assert "127.0.0.1" in error.sentence


async def test_an_unknown_authority_is_insecure(authority: trustme.CA) -> None:
    async with fs.running(served_by(authority.issue_cert("127.0.0.1"))) as faults:
        await insecure(Platform(faults.url, verify=trusting(trustme.CA())), faults)
        await insecure(Platform(faults.url), faults)
        assert faults.connections == 0, "no handshake came to its end, and none was tried again over plain HTTP"


async def test_an_expired_certificate_is_insecure(authority: trustme.CA) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    async with fs.running(served_by(authority.issue_cert("127.0.0.1", not_after=yesterday))) as faults:
        error = await insecure(Platform(faults.url, verify=trusting(authority)), faults)
    assert "expired" in error.sentence


@asynccontextmanager
async def greeting(words: bytes, *, stay: bool) -> AsyncIterator[str]:
    """The https address of a server that says these words to any hello, and hangs up or not."""
    stop = asyncio.Event()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(words)
        if stay:
            await stop.wait()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        stop.set()


async def test_plain_http_where_tls_was_expected_is_insecure(authority: trustme.CA) -> None:
    async with greeting(b"HTTP/1.1 400 Bad Request\r\n\r\n", stay=False) as url:
        with pytest.raises(Insecure):
            await Platform(url, verify=trusting(authority)).replace_config(TOKEN, REF, {})


@pytest.mark.parametrize("stay", [True, False], ids=["hangs", "hangs up"])
async def test_a_handshake_without_end_is_not_sent_and_not_called_insecure(authority: trustme.CA, stay: bool) -> None:
    async with greeting(b"", stay=stay) as url:
        with pytest.raises(NotSent) as caught:
            await Platform(url, verify=trusting(authority), connect=0.5).replace_config(TOKEN, REF, {})
    assert type(caught.value) is NotSent


async def test_a_cut_within_tls_is_cut_off_and_a_closed_port_is_not_sent(authority: trustme.CA) -> None:
    async with fs.running(served_by(authority.issue_cert("127.0.0.1"))) as faults:
        faults.on("/config", fs.cut())
        with pytest.raises(CutOff):
            await Platform(faults.url, verify=trusting(authority)).replace_config(TOKEN, REF, {})
    with pytest.raises(NotSent):
        await Platform(faults.url, verify=trusting(authority)).replace_config(TOKEN, REF, {})


async def test_verification_cannot_be_turned_off() -> None:
    with pytest.raises(ValueError, match="always verified"):
        Platform("https://platform.example", verify=False)


@pytest.mark.parametrize(
    "url", ["", "platform.example", "ftp://x", "https://", "https://u:p@x", "https://x?y", "https://x#y", "https://x:y"]
)
async def test_an_address_that_is_none_stops_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Platform(url)
