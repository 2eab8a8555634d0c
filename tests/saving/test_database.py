"""A database that can't be written: every save is refused, and nothing is sent."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, connections
from django.db.backends.signals import connection_created

from adminui.accounts.here import Who
from adminui.contract.document import edit
from adminui.saving.models import Save
from adminui.saving.send import Unrecorded, submit
from tests.saving.conftest import MINE, TRACE, FakePlatform, order

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="said by other means on PostgreSQL")


@contextmanager
def every_connection(*pragmas: str) -> Iterator[None]:
    """New connections begin with these; the old ones are closed before and after."""

    def begin(connection: Any, **_: Any) -> None:
        with connection.cursor() as cursor:
            for pragma in pragmas:
                cursor.execute(pragma)

    connections.close_all()
    connection_created.connect(begin)
    try:
        yield
    finally:
        connection_created.disconnect(begin)
        connections.close_all()


def refused(who: Who, asked: Any) -> None:
    with pytest.raises(Unrecorded, match="Nothing was sent"):
        async_to_sync(submit)(asked, who, TRACE)


def test_read_only(alice: Who, upstream: FakePlatform) -> None:
    asked = order(alice)
    with every_connection("PRAGMA query_only = ON"):
        refused(alice, asked)
    assert upstream.puts == []
    assert not Save.objects.exists()


def test_full(alice: Who, upstream: FakePlatform) -> None:
    large = edit(MINE, ("defaults",), {"system_prompt": secrets.token_hex(200_000)})
    asked = order(alice, large)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # what earlier tests deleted leaves free pages
    with every_connection("PRAGMA max_page_count = 1"):
        refused(alice, asked)
    assert upstream.puts == []


def test_locked(alice: Who, upstream: FakePlatform) -> None:
    asked = order(alice)
    name = str(connection.settings_dict["NAME"])
    with every_connection("PRAGMA busy_timeout = 50"):
        other = sqlite3.connect(name, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            refused(alice, asked)
        finally:
            other.execute("ROLLBACK")
            other.close()
    assert upstream.puts == []


def test_and_then_it_goes_on(alice: Who, upstream: FakePlatform) -> None:
    asked = order(alice)
    with every_connection("PRAGMA query_only = ON"):
        refused(alice, asked)
    assert async_to_sync(submit)(asked, alice, TRACE).state == "stored"
    assert len(upstream.puts) == 1
