"""The table of states, and what evidence is worth."""

from datetime import UTC, datetime

import pytest

from adminui.contract.document import Json, edit
from adminui.contract.envelope import Envelope
from adminui.platform import errors
from adminui.platform.answers import Stored
from adminui.saving.protocol import LANDED, NEXT, OPEN, Impossible, State, classify, settle, step

BASE: Json = {"version": "v2", "resources": {"cpu_cores": 2, "memory_mb": 2048}, "future": {"x": [1]}}
SENT = edit(BASE, ("resources", "cpu_cores"), 4)
ENVELOPE = Envelope(code=422, detail="no", type="validation_error", errors=())


def stored(document: Json) -> Stored:
    return Stored(
        document=document,
        text="",
        why_not=None,
        runtime_id=None,
        config_digest=None,
        request_id="r",
        read_at=datetime.now(UTC),
    )


def test_every_state_is_open_or_closed_and_reachable() -> None:
    reachable = {State.COMPARING} | {to for targets in NEXT.values() for to in targets}
    assert reachable == set(State)
    assert {State.COMPARING, State.SENDING, State.UNKNOWN} == OPEN
    assert not LANDED & OPEN


@pytest.mark.parametrize("closed", sorted(set(State) - OPEN))
def test_a_closed_save_stays_closed(closed: State) -> None:
    for to in State:
        with pytest.raises(Impossible):
            step(closed, to)


def test_nothing_is_told_stored_without_having_been_sent() -> None:
    assert not NEXT[State.COMPARING] & (LANDED | {State.UNKNOWN, State.NOT_STORED})


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (stored(SENT), State.STORED),
        (stored(BASE), State.ALTERED),
        (stored({"version": "v2"}), State.ALTERED),
        (errors.NotSent("refused"), State.NOT_SENT),
        (errors.Insecure("certificate"), State.NOT_SENT),
        (errors.Invalid("no", status=422, envelope=ENVELOPE), State.REJECTED),
        (errors.RateLimited("wait", status=429, envelope=ENVELOPE), State.REJECTED),
        (errors.ServerFailed("down", status=504), State.UNKNOWN),
        (errors.TimedOut("late"), State.UNKNOWN),
        (errors.CutOff("cut"), State.UNKNOWN),
        (errors.Foreign("html", status=404), State.UNKNOWN),
        (errors.Foreign("moved", status=302), State.UNKNOWN),
    ],
)
def test_what_an_answer_proves(answer: Stored | errors.PlatformError, state: State) -> None:
    assert classify(SENT, answer) is state


@pytest.mark.parametrize(
    ("found", "late", "state"),
    [
        (SENT, False, State.STORED),
        (SENT, True, State.STORED),
        (BASE, False, State.UNKNOWN),
        (BASE, True, State.NOT_STORED),
        (edit(SENT, ("resources", "memory_mb"), 4096), False, State.OVERTAKEN),
        (edit(BASE, ("resources", "memory_mb"), 4096), False, State.UNKNOWN),
        (edit(BASE, ("resources", "memory_mb"), 4096), True, State.UNKNOWN),
        (edit(BASE, ("resources", "cpu_cores"), 8), True, State.UNKNOWN),
        (edit(SENT, ("future", "y"), 1), False, State.OVERTAKEN),
    ],
)
def test_what_a_document_read_back_proves(found: Json, late: bool, state: State) -> None:
    assert settle(BASE, SENT, found, late=late) is state


def test_a_normalised_document_read_back_is_ours() -> None:
    sent = edit(BASE, ("sandbox",), {"exposed_ports": [9090, 8080, 8080]})
    found = edit(BASE, ("sandbox",), {"exposed_ports": [8080, 9090], "workspace_mount": True})
    assert settle(BASE, sent, found, late=False) is State.STORED
