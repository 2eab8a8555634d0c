"""The one client of this process."""

import asyncio
import ssl
from pathlib import Path

import pytest
import trustme
from pytest_django.fixtures import Settings

from adminui.accounts.upstream import platform
from adminui.platform.errors import Insecure
from tests.platform import fault_server as fs


def test_there_is_one_for_the_settings_that_hold(settings: Settings) -> None:
    first = platform()
    assert platform() is first
    settings.PLATFORM_URL = "http://127.0.0.1:10"
    assert platform() is not first


def test_an_authority_of_ones_own_is_trusted_and_no_other(settings: Settings, tmp_path: Path) -> None:
    authority = trustme.CA()
    own = tmp_path / "own.pem"
    authority.cert_pem.write_to_path(own)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    async def ask(ca_file: Path | None) -> str:
        async with fs.running(context) as faults:
            faults.on("/user", fs.reply(200, {"id": "u1"}))
            settings.PLATFORM_URL = faults.url
            settings.PLATFORM_CA_FILE = ca_file
            return (await platform().user("a-token")).id

    assert asyncio.run(ask(own)) == "u1"
    with pytest.raises(Insecure):
        asyncio.run(ask(None))
