"""What begins and ends with the process."""

import asyncio
from typing import Any

import pytest
from django.db import OperationalError

from adminui.accounts import keys
from adminui.asgi import application
from adminui.saving import tasks


def lived() -> list[Any]:
    """What the application says to a server that starts it and then stops it."""
    sent: list[Any] = []

    async def live() -> None:
        messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

        async def receive() -> Any:
            return next(messages)

        async def send(message: Any) -> None:
            sent.append(message)

        await application({"type": "lifespan"}, receive, send)

    asyncio.run(live())
    return sent


@pytest.fixture
def keys_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The start asks no database for keys."""
    monkeypatch.setattr(keys, "noted", lambda: None)


def test_the_server_is_told_when_it_may_begin_and_end(keys_there: None) -> None:
    assert [said["type"] for said in lived()] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_a_lost_key_stops_the_start_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> None:
        raise keys.LostKeys("The key “old” isn’t among the keys any more.")

    monkeypatch.setattr(keys, "noted", lost)
    assert lived() == [
        {"type": "lifespan.startup.failed", "message": "The key “old” isn’t among the keys any more."},
    ]


def test_a_database_that_is_not_there_yet_does_not_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> None:
        raise OperationalError

    monkeypatch.setattr(keys, "noted", unreachable)
    assert lived()[0] == {"type": "lifespan.startup.complete"}


def test_a_save_that_runs_is_waited_for_before_the_end(monkeypatch: pytest.MonkeyPatch, keys_there: None) -> None:
    async def nothing_left() -> list[Any]:
        return []

    monkeypatch.setattr("adminui.saving.recovery.recover", nothing_left)
    happened: list[str] = []

    async def live() -> None:
        messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

        async def save() -> None:
            for _ in range(10):
                await asyncio.sleep(0)
            happened.append("saved")

        async def receive() -> Any:
            return next(messages)

        async def send(message: Any) -> None:
            happened.append(message["type"])
            if message["type"] == "lifespan.startup.complete":
                tasks.start(save())

        await application({"type": "lifespan"}, receive, send)

    asyncio.run(live())
    assert happened == ["lifespan.startup.complete", "saved", "lifespan.shutdown.complete"]
