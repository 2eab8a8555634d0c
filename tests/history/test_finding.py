"""Finding events: the index gives what looking at every event gives, page by page, up and down."""

from datetime import datetime
from uuid import UUID

import pytest

from adminui.history import finding
from adminui.history.finding import find, walk
from adminui.history.query import Query, parse
from adminui.record import index
from adminui.record.index import Scope, terms
from adminui.record.models import Event
from tests.history.conftest import RUNTIMES, write
from tests.record.guards import lifted

WORKSPACE = Scope("acme", "research")
ONE = Scope("acme", "research", RUNTIMES[0])
QUERIES = [
    *("", "show:all", "person:bob", 'person:"carol ann"', "-person:ci", "person:bob -outcome:rejected"),
    *("path:resources", "path:resources.cpu_cores", 'path:capabilities["web"].version', "path:sandbox.egress"),
    *("outcome:unknown", "outcome:rejected person:ci", "kind:reveal", "kind:save.intent", "origin:restore"),
    *("ops 881", "größer", "OPS-881 person:bob", "cheaper -person:bob origin:bulk", "nothing-like-it", "req-1"),
    *("runtime:00000000-0000-0000-0000-000000000002", "show:all -kind:save.intent", "person:nobody"),
    *("-OPS-881", "ops -OPS-881 person:bob", "00000000-0000-0000-0000-000000000002 -person:bob"),
]


def plainly(scope: Scope, query: Query) -> list[int]:
    """The numbers of the events asked for, newest first, by looking at every one."""
    found = []
    last: dict[UUID | None, int] = {}
    for event in Event.objects.filter(chain=scope.chain, workspace=scope.workspace).order_by("-seq"):
        passed = event.save_id and last.setdefault(event.save_id, event.seq) > event.seq
        has = terms(event)
        if (
            (scope.runtime is None or event.runtime == scope.runtime)
            and (query.every or not passed)
            and all(not has.isdisjoint(group) for group in query.groups)
            and not any(all(not has.isdisjoint(group) for group in one) for one in query.nots)
            and (query.since is None or (isinstance(event.at, datetime) and event.at >= query.since))
        ):
            found.append(event.seq)
    return found


def numbers(found: finding.Found) -> list[int]:
    return [hit.event.seq for hit in found.hits]


@pytest.mark.parametrize("scope", [WORKSPACE, ONE], ids=["workspace", "runtime"])
@pytest.mark.parametrize("frequent", [2000, 2], ids=["rare terms", "frequent terms"])
def test_every_query_finds_what_it_asks_for(
    busy: list[Event], scope: Scope, frequent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "NEAR", frequent)
    for text in QUERIES:
        query = parse(text)
        expected = plainly(scope, query)
        assert numbers(find(scope, query, most=1000)) == expected, text
        walked = [event.seq for batch in walk(scope, query) for event in batch]
        assert walked == plainly(scope, Query(query.terms, query.groups, query.nots, every=True))[::-1], text


@pytest.mark.parametrize("small", [False, True])
def test_pages_down_and_up_hold_each_event_once(
    busy: list[Event], small: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if small:  # many batches and windows
        for name, value in (("BATCH", 4), ("WINDOW", 7), ("WINDOWS", 2), ("MOST_LOADED", 20)):
            monkeypatch.setattr(finding, name, value)
    for text in ("", "person:bob", "path:resources -person:ci", "show:all"):
        expected = plainly(WORKSPACE, parse(text))
        assert paged_down(parse(text)) == expected, text
        assert paged_up(parse(text)) == expected[::-1], text


def paged_down(query: Query) -> list[int]:
    """The numbers on all pages, from the newest on."""
    down: list[int] = []
    below: int | None = None
    for _ in range(1000):
        found = find(WORKSPACE, query, below=below, most=7)
        down += numbers(found)
        if not found.more and found.stopped is None:
            return down
        below = numbers(found)[-1] if found.more else found.stopped
    raise AssertionError("there is no end")


def paged_up(query: Query) -> list[int]:
    """The numbers on all pages, from the oldest on."""
    up: list[int] = []
    above = 0
    for _ in range(1000):
        found = find(WORKSPACE, query, above=above, up=True, most=7)
        up += numbers(found)[::-1]
        if not found.more and found.stopped is None:
            return up
        above = numbers(found)[0] if found.more else found.stopped or 0
    raise AssertionError("there is no end")


def test_time_bounds_are_exact(busy: list[Event]) -> None:
    middle = [event for event in busy if event.workspace == "research"][30]
    query = Query(since=middle.at, every=True)
    assert numbers(find(WORKSPACE, query, most=1000)) == plainly(WORKSPACE, query)
    before = numbers(find(WORKSPACE, Query(until=middle.at, every=True), most=1000))
    assert sorted(before + plainly(WORKSPACE, query)) == sorted(plainly(WORKSPACE, Query(every=True)))


def test_a_save_comes_with_its_course(db: None) -> None:
    save = UUID(int=99)
    intent = write(kind="save.intent", data={}, save=save)
    unknown = write(kind="save.unknown", data={"state": "unknown"}, save=save)
    (hit,) = find(WORKSPACE, Query(), most=10).hits
    assert [event.seq for event in hit.course] == [intent.seq, unknown.seq]
    settled = write(kind="save.settled", data={"state": "stored"}, save=save)
    (hit,) = find(WORKSPACE, Query(), most=10).hits
    assert (hit.event.seq, hit.is_passed, len(hit.course)) == (settled.seq, False, 3)
    assert [one.is_passed for one in find(WORKSPACE, parse("show:all"), most=10).hits] == [False, True, True]


def test_what_the_index_says_wrongly_is_not_believed(busy: list[Event]) -> None:
    """A row of the index that leads to another's event shows nothing of it."""
    other = next(event for event in busy if event.workspace == "production")
    key = WORKSPACE.key("person:mallory")
    index._insert("record_term (term, seq)", [(key, other.seq), (key, busy[0].seq)], "DO NOTHING")
    assert numbers(find(WORKSPACE, parse("person:mallory"), most=10)) == []


def test_the_pages_without_a_filter_need_no_index(busy: list[Event]) -> None:
    expected = plainly(WORKSPACE, Query())
    index.clear()
    assert numbers(find(WORKSPACE, Query(), most=1000)) == expected


def test_a_damaged_row_is_found_and_fails_nothing(busy: list[Event]) -> None:
    with lifted() as cursor:
        cursor.execute(
            "UPDATE record_event SET at = 'yesterday', paths = '7', data = '[]', runtime = 'none', kind = 'new.kind'"
            " WHERE workspace = 'research'"
        )
    assert numbers(find(WORKSPACE, Query(), most=1000))
    assert numbers(find(WORKSPACE, parse("person:bob after:30d"), most=1000)) == []
    assert list(walk(WORKSPACE, parse("kind:reveal"))) == []
