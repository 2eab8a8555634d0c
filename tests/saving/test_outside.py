"""Changes made elsewhere: each told once, whoever notices it, and nothing of ours ever told as one."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import DatabaseError, connections
from django.utils import timezone

from adminui.accounts.here import Who
from adminui.contract.document import Json, edit
from adminui.platform.address import RuntimeRef
from adminui.platform.errors import TimedOut
from adminui.record import documents, events, seen
from adminui.record.models import Document, Event, Seen
from adminui.saving import reading, steps
from adminui.saving.models import Save
from adminui.saving.protocol import State
from adminui.saving.reading import noted, read_config
from adminui.saving.send import Unrecorded, submit
from tests.saving.conftest import BASE, MINE, RUNTIME, TRACE, FakePlatform, order

REF = RuntimeRef("acme", "research", str(RUNTIME))
THEIRS = edit(BASE, ("resources", "memory_mb"), 4096)


def look() -> None:
    """A page reads the config."""
    async_to_sync(read_config)("demo-alice", REF)


def told() -> list[tuple[str, list[str]]]:
    """The kinds and paths of the runtime's events, in their order."""
    rows = Event.objects.filter(runtime=RUNTIME).order_by("seq").values_list("kind", "paths")
    return [(kind, list(paths)) for kind, paths in rows]


OUTSIDE = ("change.outside", ["resources.memory_mb"])


def test_a_change_made_elsewhere_is_told_once(alice: Who, upstream: FakePlatform) -> None:
    look()
    Seen.objects.update(seen_at=timezone.now() - timedelta(hours=1))
    upstream.stored = THEIRS
    for _ in range(3):
        look()
    assert told() == [OUTSIDE]
    event = Event.objects.get(kind="change.outside")
    assert (event.origin, event.name, event.chain, event.workspace) == ("outside", "", "acme", "research")
    assert documents.load(RUNTIME, str(event.before)) == BASE
    assert documents.load(RUNTIME, str(event.after)) == THEIRS
    assert event.data["since"] < f"{timezone.now() - timedelta(minutes=59):%Y-%m-%dT%H:%M:%SZ}" < event.data["until"]
    assert "between" in event.sentence
    assert events.verify("acme").whole


def test_a_state_that_is_there_still_moves_the_time_on(alice: Who, upstream: FakePlatform) -> None:
    look()
    Seen.objects.update(seen_at=timezone.now() - timedelta(hours=1))
    look()
    assert Seen.objects.get().seen_at > timezone.now() - timedelta(minutes=1)
    assert told() == []


def test_back_and_forth_are_two_changes(alice: Who, upstream: FakePlatform) -> None:
    look()
    for document in (THEIRS, BASE, THEIRS):
        upstream.stored = document
        look()
    assert told() == [OUTSIDE] * 3


def test_the_first_reading_tells_nothing(alice: Who, upstream: FakePlatform) -> None:
    look()
    assert told() == []


def test_own_saves_are_none(alice: Who, upstream: FakePlatform) -> None:
    look()
    async_to_sync(submit)(order(alice), alice, TRACE)
    look()
    assert [kind for kind, _ in told()] == ["save.intent", "save.stored"]


def test_the_platforms_own_writing_is_none(alice: Who, upstream: FakePlatform) -> None:
    upstream.stored = {**BASE, "sandbox": {"exposed_ports": [80, 22]}}  # type: ignore[dict-item]
    look()
    upstream.stored = {**BASE, "sandbox": {"exposed_ports": [22, 80], "workspace_mount": True}}  # type: ignore[dict-item]
    look()
    assert told() == []
    assert Seen.objects.get().digest == documents.digest_of(RUNTIME, upstream.stored)


def test_the_reading_before_a_save_notices(alice: Who, upstream: FakePlatform) -> None:
    look()
    asked = order(alice)
    upstream.stored = THEIRS
    save = async_to_sync(submit)(asked, alice, TRACE)
    assert save.state == State.CHANGED
    assert told() == [OUTSIDE]


def test_the_same_change_made_elsewhere_first_is_theirs(alice: Who, upstream: FakePlatform) -> None:
    look()
    asked = order(alice)
    upstream.stored = MINE
    save = async_to_sync(submit)(asked, alice, TRACE)
    assert save.state == State.STORED
    assert told() == [
        ("change.outside", ["resources.cpu_cores"]),
        ("save.intent", ["resources.cpu_cores"]),
        ("save.stored", []),
    ]


@pytest.mark.parametrize("state", [State.SENDING, State.UNKNOWN])
def test_nothing_is_told_while_a_save_is_out(alice: Who, upstream: FakePlatform, state: State) -> None:
    look()
    save, _ = steps.claim(order(alice), alice.person, alice.credential, TRACE)
    steps.intend(save.id, save.base)
    if state is State.UNKNOWN:
        steps.conclude(save.id, State.UNKNOWN, {"kind": "TimedOut"})
    upstream.stored = THEIRS
    look()
    assert "change.outside" not in {kind for kind, _ in told()}
    if state is State.SENDING:
        steps.conclude(save.id, State.NOT_SENT, {})
    else:
        steps.conclude(save.id, State.NOT_STORED, {})
    for _ in range(3):
        look()
        assert told()[-1] == OUTSIDE
        assert told().count(OUTSIDE) == 1, "after the settlement it is told, and once"


def during(what: Callable[[], None], upstream: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page's reading, during which something happens after the platform has answered."""
    real = upstream.config

    async def late(token: str, ref: RuntimeRef) -> Any:
        answer = await real(token, ref)
        await sync_to_async(what)()
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(upstream, "config", late)
        look()


def test_a_reading_that_began_before_an_outcome_tells_nothing(
    alice: Who, upstream: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    look()
    save, _ = steps.claim(order(alice), alice.person, alice.credential, TRACE)
    steps.intend(save.id, save.base)

    def ends() -> None:
        steps.conclude(save.id, State.STORED, {"phase": "put"}, found=MINE)

    during(ends, upstream, monkeypatch)  # found the document that was there before
    upstream.stored = MINE
    look()
    assert [kind for kind, _ in told()] == ["save.intent", "save.stored"]


def test_a_first_reading_that_was_overtaken_tells_nothing(
    alice: Who, upstream: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other() -> None:
        upstream.stored = THEIRS
        stored = upstream.answer()
        noted(REF, seen.known(RUNTIME), stored)

    during(other, upstream, monkeypatch)
    look()
    assert told() == []


def test_of_readers_at_once_one_tells(alice: Who, upstream: FakePlatform) -> None:
    look()
    before = seen.known(RUNTIME)
    upstream.stored = THEIRS
    found, together, trouble = upstream.answer(), threading.Barrier(6), []

    def reader() -> None:
        try:
            together.wait()
            noted(REF, before, found)
        except Exception as error:  # to be seen by the test, in another thread
            trouble.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=reader) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    assert told() == [OUTSIDE]
    assert events.verify("acme").whole


def test_what_others_made_on_top_of_a_save_is_told_beside_it(alice: Who, upstream: FakePlatform) -> None:
    look()

    def lost(platform: FakePlatform, document: Json) -> Any:
        platform.stored = edit(document, ("resources", "memory_mb"), 4096)
        raise TimedOut("no answer", request_id="p")

    upstream.on_put = [lost]
    save = async_to_sync(submit)(order(alice), alice, TRACE)
    assert save.state == State.OVERTAKEN
    assert told()[-2:] == [("save.settled", ["resources.cpu_cores"]), OUTSIDE]
    own, last = Event.objects.get(kind="save.settled"), Event.objects.get(kind="change.outside")
    assert documents.load(RUNTIME, str(own.after)) == documents.load(RUNTIME, str(last.before)) == MINE
    look()
    assert len(told()) == 4


def test_a_save_that_was_given_up_and_landed_is_its_persons(alice: Who, upstream: FakePlatform, settings: Any) -> None:
    look()
    first, _ = steps.claim(order(alice), alice.person, alice.credential, TRACE)
    steps.intend(first.id, first.base)
    steps.conclude(first.id, State.UNKNOWN, {"kind": "TimedOut"})
    async_to_sync(submit)(order(alice, THEIRS), alice, TRACE)
    assert Save.objects.get(pk=first.pk).state == State.SUPERSEDED
    upstream.stored = MINE
    look()
    late = Event.objects.filter(runtime=RUNTIME).order_by("-seq")[0]
    assert (late.kind, late.save_id, late.name) == ("save.settled", first.pk, "alice")
    assert set(late.paths) == {"resources.cpu_cores", "resources.memory_mb"}
    assert late.sentence.endswith("turned out to be stored")
    settings.PLATFORM_REQUEST_LIMIT = 0
    for document in (THEIRS, MINE):  # once its time has passed, somebody else put the same there
        upstream.stored = document
        look()
    assert [kind for kind, _ in told()[-2:]] == ["change.outside"] * 2


def test_a_page_is_shown_though_nothing_can_be_written_and_the_next_one_tells(
    alice: Who, upstream: FakePlatform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> None:
        raise DatabaseError("disk full")

    look()
    upstream.stored = THEIRS
    logged: list[str] = []
    monkeypatch.setattr(reading.log, "exception", logged.append)
    with monkeypatch.context() as patch:
        patch.setattr(events, "append", full)
        look()
        with pytest.raises(Unrecorded):
            async_to_sync(submit)(order(alice), alice, TRACE)
    assert logged == ["change_unrecorded"]
    assert upstream.puts == []
    assert told() == []
    look()
    assert told() == [OUTSIDE]


def test_a_dropped_document_leaves_the_paths_untold(alice: Who, upstream: FakePlatform) -> None:
    look()
    Document.objects.all().delete()
    upstream.stored = THEIRS
    look()
    assert told() == [("change.outside", [])]


def test_a_document_that_was_tampered_with_keeps_no_event_away(alice: Who, upstream: FakePlatform) -> None:
    look()
    asked = order(alice)
    Document.objects.filter(digest=asked.form.base).update(sealed=b"broken")
    async_to_sync(submit)(asked, alice, TRACE)
    assert told()[-1] == ("save.stored", ["resources.cpu_cores"])
    Document.objects.update(sealed=b"broken")
    upstream.stored = THEIRS
    look()
    assert told()[-1] == ("change.outside", [])


def test_the_paths_of_a_save_are_those_that_it_changed(alice: Who, upstream: FakePlatform) -> None:
    """What the platform writes its own way, and what it leaves out, is told as it is stored."""
    base: Json = {**BASE, "sandbox": {"exposed_ports": [80]}}  # type: ignore[dict-item]
    upstream.stored = base
    sent = edit(
        edit(base, ("sandbox", "exposed_ports"), [443, 80, 80]), ("sandbox", "egress"), {"allow": ["A.Example.org"]}
    )

    def store(platform: FakePlatform, document: Json) -> Any:
        stored = edit(document, ("sandbox", "exposed_ports"), [80, 443])
        stored = edit(stored, ("sandbox", "egress"), {"allow": ["a.example.org"]})
        platform.stored = edit(stored, ("build",), {"profile": "default"})
        return platform.answer()

    upstream.on_put = [store]
    async_to_sync(submit)(order(alice, sent, base), alice, TRACE)
    assert told()[-1] == ("save.stored", ['sandbox.exposed_ports["443"]', "sandbox.egress.allow"])


def test_what_the_platform_left_out_is_asked_for_and_not_changed(alice: Who, upstream: FakePlatform) -> None:
    def store(platform: FakePlatform, document: Json) -> Any:
        platform.stored = edit(MINE, ("resources", "accelerator"), {"kind": "gpu"})
        return platform.answer()

    upstream.on_put = [store]
    async_to_sync(submit)(order(alice, edit(MINE, ("metadata",), {"labels": {"a": "b"}})), alice, TRACE)
    event = Event.objects.get(kind="save.stored")
    assert event.paths == ["resources.cpu_cores", "metadata.labels.a", "resources.accelerator.kind"]
    assert event.data["dropped"] == ["metadata.labels.a"]


def heard(listed: str | None) -> None:
    """A page that doesn't need the config hears the platform's own digest of it."""
    async_to_sync(reading.read_if_changed)("demo-alice", REF, listed)


def reads(upstream: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by one with each config that is read."""
    found: list[str] = []
    real = upstream.config

    async def config(token: str, ref: RuntimeRef) -> Any:
        found.append(token)
        return await real(token, ref)

    monkeypatch.setattr(upstream, "config", config)
    return found


def test_another_digest_of_the_platform_leads_to_a_reading(
    alice: Who, upstream: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = reads(upstream, monkeypatch)
    for listed, count in (("one", 1), ("one", 1), (None, 1), ("", 1)):
        heard(listed)
        assert len(asked) == count
    upstream.stored = THEIRS
    heard("one")
    assert told() == []
    for _ in range(2):
        heard("two" * 100)
        assert told() == [OUTSIDE]
    assert len(asked) == 2


def test_a_digest_heard_while_a_save_is_out_is_followed_after_it(alice: Who, upstream: FakePlatform) -> None:
    look()
    save, _ = steps.claim(order(alice), alice.person, alice.credential, TRACE)
    steps.intend(save.id, save.base)
    upstream.stored = THEIRS
    heard("two")
    steps.conclude(save.id, State.NOT_SENT, {})
    assert OUTSIDE not in told()
    heard("two")
    assert told()[-1] == OUTSIDE


def test_a_digest_that_can_not_be_followed_holds_no_page_up(
    alice: Who, upstream: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(token: str, ref: RuntimeRef) -> Any:
        raise TimedOut("no answer", request_id="p")

    look()
    upstream.stored = THEIRS
    with monkeypatch.context() as patch:
        patch.setattr(upstream, "config", gone)
        heard("two")
    heard("two")
    assert told() == [OUTSIDE]
