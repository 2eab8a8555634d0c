"""Each guard is shown to fail when the bug it guards against is planted."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async

from adminui.accounts.here import Who
from adminui.contract.config import RuntimeConfig
from adminui.contract.document import Json
from adminui.platform.errors import Unclear
from adminui.record import seen
from adminui.saving import drafts, protocol, reading, send, steps, tasks
from adminui.saving.models import Save
from adminui.saving.protocol import State
from tests.saving import test_send, test_stateful
from tests.saving.conftest import FakePlatform
from tests.saving.test_stateful import TwoPeople, model, run

__all__ = ["model"]

MOST = 400
"""Interleavings that may pass before a planted bug shows; the first that shows it ends the test."""


def test_an_intent_after_the_put_is_caught(alice: Who, upstream: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    late: list[tuple[UUID, str]] = []
    real = steps.intend

    async def put_first(*args: Any) -> Any:
        answer = await real_put(*args)
        await sync_to_async(real)(*late.pop())
        return answer

    real_put = send._put
    monkeypatch.setattr(steps, "intend", lambda *args: late.append(args))
    monkeypatch.setattr(send, "_put", put_first)
    with pytest.raises(AssertionError):
        test_send.test_the_intent_is_committed_before_the_put(alice, upstream)


def test_a_resend_after_doubt_is_caught(model: type[TwoPeople], monkeypatch: pytest.MonkeyPatch) -> None:
    real = send._put

    async def again(*args: Any) -> Any:
        who, answer = await real(*args)
        return await real(*args) if isinstance(answer, Unclear) else (who, answer)

    monkeypatch.setattr(send, "_put", again)
    with pytest.raises(AssertionError, match="a second PUT"):
        run(model, MOST, shrink=False)


def test_a_body_made_by_the_model_is_caught(
    alice: Who, upstream: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = send._put

    async def dumped(ref: Any, who: Who, document: Json) -> Any:
        return await real(ref, who, RuntimeConfig.model_validate(document).model_dump())

    monkeypatch.setattr(send, "_put", dumped)
    with pytest.raises(AssertionError):
        test_send.test_a_save_is_one_put_of_the_whole_document(alice, upstream)


def test_a_save_that_ends_with_its_browser_is_caught(
    alice: Who, upstream: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def tied(save: UUID, patience: float) -> None:
        """Waits as if the save were part of the request: a cancelled wait cancels it."""
        if (task := tasks._running.get(save)) is not None:
            await asyncio.gather(task)

    monkeypatch.setattr(tasks, "wait", tied)
    with pytest.raises(AssertionError):
        test_send.test_a_browser_that_leaves_does_not_stop_a_save(alice, upstream)


def test_hope_is_caught(model: type[TwoPeople], monkeypatch: pytest.MonkeyPatch) -> None:
    """Doubt that is called saved: seen right then, or when the next reading finds what was stored all along."""

    def hopeful(sent: Json, answer: Any) -> State:
        found = protocol.classify(sent, answer)
        return State.STORED if found is State.UNKNOWN else found

    monkeypatch.setattr(send, "classify", hopeful)
    with pytest.raises(AssertionError, match=r"called saved, and it isn't|a false alarm"):
        run(model, MOST, shrink=False)


def test_a_save_without_a_look_is_caught(model: type[TwoPeople], monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison left out: the other's change is overwritten unseen."""
    monkeypatch.setattr(send, "same", lambda *_: True)
    with pytest.raises(AssertionError, match=r"overwrote what its saver hadn't seen|left unknown"):
        run(model, MOST, shrink=False)


def test_a_draft_that_is_dropped_at_a_refusal_is_caught(
    model: type[TwoPeople], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = steps.conclude

    def dropping(save: UUID, state: State, *args: Any, **more: Any) -> Save:
        row = real(save, state, *args, **more)
        if state not in protocol.OPEN:
            drafts.discard(row.form, row.owner, row.runtime)
        return row

    monkeypatch.setattr(steps, "conclude", dropping)
    with pytest.raises(AssertionError, match="a lost draft"):
        run(model, MOST, shrink=False)


def test_a_reading_that_trusts_itself_is_caught(model: type[TwoPeople], monkeypatch: pytest.MonkeyPatch) -> None:
    """The state that was known when a reading began, and what was written down since, not looked at: false alarms."""

    def hasty(ref: Any, before: seen.Known, stored: Any) -> None:
        reading.noted(ref, seen.known(UUID(ref.runtime)), stored)

    monkeypatch.setattr(test_stateful, "noted", hasty)
    with pytest.raises(AssertionError, match="a false alarm"):
        run(model, MOST, shrink=False)
