"""What becomes of saves whose worker died."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from adminui.accounts.here import Who
from adminui.contract.document import edit
from adminui.record.models import Event
from adminui.saving import recovery, steps, tasks
from adminui.saving.models import Draft, Save
from adminui.saving.protocol import State
from tests.conftest import Visitor
from tests.saving.conftest import BASE, MINE, TRACE, FakePlatform, order


@pytest.fixture
def token(alice: Who) -> None:
    """A living token of alice."""
    Visitor().sign_in("alice")


def dead(who: Who, state: State) -> Save:
    """A save whose worker died in that state, its lease run out."""
    save, _ = steps.claim(order(who), who.person, who.credential, TRACE)
    if state is not State.COMPARING:
        steps.intend(save.id, save.base)
    if state is State.UNKNOWN:
        steps.conclude(save.id, State.UNKNOWN, {"phase": "put", "kind": "TimedOut", "platform_request": ""})
    Save.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    return save


def recovered() -> Save:
    """What becomes of it."""

    async def work() -> None:
        for save in await recovery.recover():
            await tasks.wait(save, 10)

    async_to_sync(work)()
    return Save.objects.get()


def test_what_was_comparing_has_sent_nothing(alice: Who, upstream: FakePlatform) -> None:
    dead(alice, State.COMPARING)
    assert recovered().state == State.NOT_SENT
    assert upstream.puts == []
    assert Draft.objects.count() == 1


@pytest.mark.parametrize("state", [State.SENDING, State.UNKNOWN])
def test_what_had_landed_is_told_stored(alice: Who, token: None, upstream: FakePlatform, state: State) -> None:
    upstream.stored = MINE
    dead(alice, state)
    assert recovered().state == State.STORED
    assert upstream.puts == []
    assert [event.kind for event in Event.objects.order_by("seq")] == ["save.intent", "save.unknown", "save.settled"]


def test_what_had_not_landed_is_told_so_once_it_cannot_any_more(
    alice: Who, token: None, upstream: FakePlatform
) -> None:
    dead(alice, State.SENDING)
    Save.objects.update(sent_at=timezone.now() - timedelta(minutes=5))
    assert recovered().state == State.NOT_STORED
    assert Draft.objects.count() == 1


def test_a_third_document_with_ours_in_it_is_told_so(alice: Who, token: None, upstream: FakePlatform) -> None:
    upstream.stored = edit(MINE, ("resources", "memory_mb"), 4096)
    dead(alice, State.SENDING)
    assert recovered().state == State.OVERTAKEN


def test_without_a_token_it_waits_for_its_person(alice: Who, upstream: FakePlatform) -> None:
    dead(alice, State.SENDING)
    save = recovered()
    assert save.state == State.UNKNOWN
    assert upstream.gets == 0
    assert save.leased_until is not None
    assert save.leased_until > timezone.now()


def test_what_stays_unknown_is_looked_at_again_later(alice: Who, token: None, upstream: FakePlatform) -> None:
    upstream.stored = edit(BASE, ("resources", "memory_mb"), 4096)
    dead(alice, State.UNKNOWN)
    Save.objects.update(sent_at=timezone.now() - timedelta(minutes=5))
    assert recovered().state == State.UNKNOWN
    gets = upstream.gets
    assert gets > 0
    assert recovered().state == State.UNKNOWN
    assert upstream.gets == gets


def test_a_living_worker_s_save_is_left_to_it(alice: Who, token: None, upstream: FakePlatform) -> None:
    dead(alice, State.SENDING)
    Save.objects.update(leased_until=timezone.now() + timedelta(seconds=30))
    assert recovered().state == State.SENDING


def test_of_two_workers_one_takes_it(alice: Who) -> None:
    dead(alice, State.SENDING)
    assert len(recovery.take()) == 1
    assert recovery.take() == []


def test_a_server_that_stops_leaves_what_is_being_read_back_to_recovery(
    alice: Who, token: None, upstream: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adminui.saving.settle.PAUSES", (30.0,))
    dead(alice, State.UNKNOWN)
    real = tasks.may_be_left

    async def work() -> int:
        reading = asyncio.Event()

        def left() -> None:
            real()
            reading.set()

        monkeypatch.setattr(tasks, "may_be_left", left)
        await recovery.recover()
        await asyncio.wait_for(reading.wait(), 10)
        return await tasks.drain(20)

    assert async_to_sync(work)() == 1
    assert Save.objects.get().state == State.UNKNOWN
