"""The one entrance: what is sent, when, how often, and what is written down of it."""

import asyncio
import threading

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import DatabaseError

from adminui.accounts.here import Who
from adminui.contract.document import Json, edit
from adminui.contract.envelope import Envelope
from adminui.platform import errors
from adminui.record import documents, seen
from adminui.record.models import DigestKey, Document, Event
from adminui.saving import steps, tasks
from adminui.saving.models import Draft, Save
from adminui.saving.protocol import State
from adminui.saving.send import Unrecorded, submit
from tests.saving.conftest import BASE, MINE, RUNTIME, TRACE, FakePlatform, order

ENVELOPE = Envelope(code=422, detail="Validation error", type="validation_error", errors=())


def saved(who: Who, **changes: Json) -> Save:
    """Submits one order and waits for what becomes of it."""
    return async_to_sync(submit)(order(who, **changes), who, TRACE)


def kinds() -> list[str]:
    return list(Event.objects.order_by("seq").values_list("kind", flat=True))


def test_a_save_is_one_put_of_the_whole_document(alice: Who, upstream: FakePlatform) -> None:
    save = saved(alice)
    assert save.state == State.STORED
    assert upstream.puts == [MINE]
    assert save.found == save.sent
    assert save.paths == ["resources.cpu_cores"]
    assert kinds() == ["save.intent", "save.stored"]
    assert not Draft.objects.exists()


def test_an_event_of_a_save_that_landed_names_all_that_changed_in_what_is_stored(
    alice: Who, upstream: FakePlatform
) -> None:
    base = edit(BASE, ("capabilities",), [{"name": "web"}, {"name": "sql"}])
    swapped: list[Json] = [{"name": "sql", "version": "2"}, {"name": "web"}]

    def store(platform: FakePlatform, document: Json) -> object:
        platform.stored = edit(document, ("capabilities",), swapped)
        return platform.answer()

    upstream.stored = base
    upstream.on_put = [store]  # type: ignore[list-item]
    saved(alice, base=base, document=edit(base, ("resources", "cpu_cores"), 4))
    sent, stored = Event.objects.order_by("seq")
    assert sent.paths == ["resources.cpu_cores"]
    assert stored.paths == ["resources.cpu_cores", 'capabilities["sql"].version', "capabilities"]
    assert stored.data["moved"] == ["capabilities"]


def test_the_intent_is_committed_before_the_put(alice: Who, upstream: FakePlatform) -> None:
    seen: list[tuple[str, list[str]]] = []

    def look(platform: FakePlatform, document: Json) -> object:
        # In a thread of its own, so on a connection of its own: only what is committed can be seen.
        async def committed() -> None:
            state = await Save.objects.values_list("state", flat=True).aget()
            seen.append((state, await sync_to_async(kinds)()))

        thread = threading.Thread(target=async_to_sync(committed))
        thread.start()
        thread.join()
        platform.stored = document
        return platform.answer()

    upstream.on_put = [look]  # type: ignore[list-item]
    saved(alice)
    assert seen == [("sending", ["save.intent"])]


def test_without_a_record_nothing_is_sent(alice: Who, upstream: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise DatabaseError("disk full")

    asked = order(alice)
    monkeypatch.setattr(steps, "intend", full)
    with pytest.raises(Unrecorded):
        async_to_sync(submit)(asked, alice, TRACE)
    assert upstream.puts == []
    assert Draft.objects.count() == 1


def test_without_the_digests_key_nothing_is_sent_and_nobody_waits(alice: Who, upstream: FakePlatform) -> None:
    asked = order(alice)
    DigestKey.objects.update(sealed=b"broken")
    with pytest.raises(Unrecorded):
        async_to_sync(submit)(asked, alice, TRACE)
    assert upstream.puts == []


def test_a_claim_that_fails_in_any_way_is_heard_of(
    alice: Who, upstream: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(steps, "claim", wrong)
    with pytest.raises(ZeroDivisionError):
        async_to_sync(submit)(order(alice), alice, TRACE)


def test_an_outcome_is_written_down_though_a_state_can_t_be_opened(alice: Who, upstream: FakePlatform) -> None:
    """One that was seen after the save was sent, while nobody knew what became of it."""
    save = saved(alice)
    intent = Event.objects.get(save_id=save.pk, kind="save.intent")
    other = documents.keep(RUNTIME, edit(BASE, ("resources", "memory_mb"), 4096))
    seen.mark(RUNTIME, other, intent.seq + 1)
    Save.objects.filter(pk=save.pk).update(state=State.UNKNOWN)
    Document.objects.filter(digest=other).update(sealed=b"broken")
    steps.conclude(save.pk, State.STORED, {"phase": "read back"}, found=MINE)
    assert Event.objects.latest("seq").kind == "save.settled"


def test_a_document_changed_elsewhere_is_not_overwritten(alice: Who, upstream: FakePlatform) -> None:
    upstream.stored = edit(BASE, ("resources", "memory_mb"), 4096)
    save = saved(alice)
    assert save.state == State.CHANGED
    assert upstream.puts == []
    assert Draft.objects.get().revision == save.revision + 1


def test_what_is_stored_already_may_be_sent(alice: Who, upstream: FakePlatform) -> None:
    upstream.stored = MINE
    assert saved(alice).state == State.STORED


@pytest.mark.parametrize(
    "refusal",
    [
        errors.Invalid("no", status=422, envelope=ENVELOPE),
        errors.Forbidden("no", status=403, envelope=ENVELOPE),
        errors.RateLimited("wait", status=429, envelope=ENVELOPE, retry_after=90),
        errors.UpgradeRequired("old", status=426, envelope=ENVELOPE),
    ],
)
def test_a_refusal_keeps_the_draft_at_a_new_revision(
    alice: Who, upstream: FakePlatform, refusal: errors.Refused
) -> None:
    upstream.on_put = [refusal]
    save = saved(alice)
    assert save.state == State.REJECTED
    assert save.evidence["status"] == refusal.status
    assert save.envelope
    assert len(upstream.puts) == 1
    assert upstream.stored == BASE
    assert Draft.objects.get().revision == save.revision + 1
    assert kinds() == ["save.intent", "save.rejected"]


@pytest.mark.parametrize("landed", [True, False])
@pytest.mark.parametrize(
    "doubt",
    [
        errors.ServerFailed("down", status=504),
        errors.TimedOut("late"),
        errors.CutOff("cut"),
        errors.Foreign("?", status=302),
    ],
)
def test_doubt_is_read_back_and_never_resent(
    alice: Who, upstream: FakePlatform, doubt: errors.Unclear, landed: bool, settings: object
) -> None:
    settings.PLATFORM_REQUEST_LIMIT = 0.2  # type: ignore[attr-defined]

    def answer(platform: FakePlatform, document: Json) -> object:
        if landed:
            platform.stored = document
        raise doubt

    upstream.on_put = [answer]  # type: ignore[list-item]
    save = saved(alice)
    assert len(upstream.puts) == 1
    assert save.state == (State.STORED if landed else State.NOT_STORED)
    assert kinds() == ["save.intent", "save.unknown", "save.settled"]
    assert Draft.objects.exists() is not landed


def test_a_connection_that_was_refused_is_tried_three_times(alice: Who, upstream: FakePlatform) -> None:
    upstream.on_put = [errors.NotSent("refused")] * 3
    save = saved(alice)
    assert len(upstream.puts) == 3
    assert save.state == State.NOT_SENT
    assert kinds() == ["save.intent", "save.not_sent"]


def test_a_bad_certificate_is_tried_once(alice: Who, upstream: FakePlatform) -> None:
    upstream.on_put = [errors.Insecure("certificate")] * 3
    assert saved(alice).evidence["kind"] == "Insecure"
    assert len(upstream.puts) == 1


def test_a_short_rate_limit_is_waited_out_once(alice: Who, upstream: FakePlatform) -> None:
    limited = errors.RateLimited("wait", status=429, envelope=ENVELOPE, retry_after=0)
    upstream.on_put = [limited]
    assert saved(alice).state == State.STORED
    upstream.stored, upstream.on_put, upstream.puts = BASE, [limited, limited], []
    assert saved(alice).state == State.REJECTED
    assert len(upstream.puts) == 2


def test_the_same_order_again_is_the_first_one_s_result(alice: Who, upstream: FakePlatform) -> None:
    asked = order(alice)

    async def many() -> list[Save]:
        return await asyncio.gather(*(submit(asked, alice, TRACE) for _ in range(100)))

    saves = async_to_sync(many)()
    assert len(upstream.puts) == 1
    assert {save.id for save in saves} == {saves[0].id}
    again = async_to_sync(submit)(asked, alice, TRACE)
    assert again.id == saves[0].id
    assert len(upstream.puts) == 1


def test_a_browser_that_leaves_does_not_stop_a_save(alice: Who, upstream: FakePlatform) -> None:
    asked = order(alice)

    async def left() -> None:
        begun = asyncio.Event()

        async def slow(token: str, ref: object, document: Json) -> object:
            begun.set()
            upstream.puts.append(document)
            await asyncio.sleep(0.05)
            upstream.stored = document
            return upstream.answer()

        upstream.replace_config = slow  # type: ignore[assignment, method-assign]
        page = asyncio.create_task(submit(asked, alice, TRACE))
        await begun.wait()
        page.cancel()
        with pytest.raises(asyncio.CancelledError):
            await page
        assert await tasks.drain(5) == 0

    async_to_sync(left)()
    assert Save.objects.get().state == State.STORED


def test_an_accepted_save_that_stored_nothing_is_not_called_saved(alice: Who, upstream: FakePlatform) -> None:
    upstream.on_put = [lambda platform, _: platform.answer()]
    save = saved(alice)
    assert save.state == State.ALTERED
    assert save.found == save.base
