"""The tables made from the events: what they hold, that they are made anew alike, and that they follow a rollback."""

from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from adminui.record import events, index
from adminui.record.index import Scope
from adminui.record.models import Event
from tests.record.conftest import RUNTIME, Append, new_event
from tests.record.test_commands import run

MAIN = Scope("acme", "main")
ONE = Scope("acme", "main", RUNTIME)


def contents() -> dict[str, list[Any]]:
    """All rows of the tables."""
    found = {}
    with connection.cursor() as cursor:
        for table in index.TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
            found[table] = cursor.fetchall()
    return found


def test_an_event_is_found_by_what_it_says(append: Append) -> None:
    found = index.terms(append(paths=('capabilities["web"].version', "resources"), data={"platform_request": "R-9"}))
    assert {
        *("kind:save.intent", "origin:editor", "outcome:open", "person:bob", f"runtime:{RUNTIME}"),
        *('at:capabilities["web"].version', 'path:capabilities["web"].version', 'path:capabilities["web"]'),
        *("path:capabilities", "at:resources", "path:resources", "word:more", "word:room", "word:bob"),
        *("word:req", "word:1", "word:r", "word:9", "word:aaaaaaaa", "word:bbbbbbbb"),
        "word:0190a5f2-0000-7000-8000-000000000001",
    } <= found
    assert "at:capabilities" not in found


def test_a_list_that_was_reordered_is_no_change_of_its_items(append: Append) -> None:
    event = append(kind="save.stored", paths=("capabilities",), data={"state": "stored", "moved": ["capabilities"]})
    assert index.places(event) == {"below capabilities"}
    assert index.latest(ONE, ["below capabilities", "at capabilities"]) == {"below capabilities": event.seq}


def test_what_the_platform_left_out_is_no_change(append: Append) -> None:
    data: Any = {"state": "altered", "dropped": ["a.b"]}
    assert index.places(append(kind="save.stored", paths=("a.b", "c"), data=data)) == {"below c", "at c"}


def test_of_a_whole_object_what_it_held_was_changed(append: Append) -> None:
    data: Any = {"state": "stored", "parts": {"metadata": ["metadata.labels.team"], "defaults": []}}
    assert index.places(append(kind="save.stored", paths=("metadata", "defaults"), data=data)) == {
        *("below metadata", "below metadata.labels", "below metadata.labels.team"),
        "at metadata.labels.team",
    }


@pytest.mark.parametrize(
    ("kind", "state", "landed"),
    [
        ("save.intent", None, False),
        ("save.stored", "stored", True),
        ("save.stored", "altered", True),
        ("save.settled", "overtaken", True),
        ("save.settled", "not_stored", False),
        ("save.rejected", "rejected", False),
        ("change.outside", None, True),
    ],
)
def test_only_what_landed_is_the_last_change(append: Append, kind: str, state: str | None, landed: bool) -> None:
    more = {"since": "2026-11-01", "until": "2026-11-02"} if kind == "change.outside" else {"state": state, "status": 1}
    event = append(kind=kind, data=more)
    found = index.latest(ONE, ["at resources.cpu_cores", "below resources", "at resources"])
    assert found == ({"at resources.cpu_cores": event.seq, "below resources": event.seq} if landed else {})


def test_days_are_counted_without_intents(append: Append) -> None:
    append()
    append(kind="save.stored")
    append(kind="save.rejected", data={"state": "rejected", "status": 422})
    at = append(kind="signout", runtime=None).at
    assert index.tallies(MAIN, "2000-01-01", "3000-01-01") == [(f"{at:%Y-%m-%d}", 3, 1)]
    assert index.tallies(ONE, "2000-01-01", "3000-01-01") == [(f"{at:%Y-%m-%d}", 2, 1)]
    assert index.tallies(Scope("acme", "other"), "2000-01-01", "3000-01-01") == []
    assert index.tallies(MAIN, "2000-01-01", f"{at:%Y-%m-%d}") == []


def test_who_did_last_comes_first(append: Append) -> None:
    for name in ("Bob", "Alice", "Bob", "Carol", "Alice"):
        append(person=events.Person("i", name, name))
    assert index.names(MAIN) == ["Alice", "Carol", "Bob"]
    assert index.names(MAIN, most=1) == ["Alice"]


def test_the_tables_are_made_anew_alike(append: Append) -> None:
    for number in range(25):
        append(kind="save.stored", paths=(f'capabilities["{number % 3}"]',), reason=f"the {number}th")
        append(chain="other", organization="other", workspace="", runtime=None)
    before = contents()
    index.clear()
    assert all(rows == [] for rows in contents().values())
    status, said = run("history_index")
    assert (status, said) == (0, "acme: 25 events\nother: 25 events\n")
    assert contents() == before
    run("history_index")
    assert contents() == before


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_indexed() -> None:
    events.append(new_event())
    before = contents()
    with transaction.atomic():
        events.append(new_event(reason="never"))
        transaction.set_rollback(True)
    assert contents() == before


def test_many_paths_and_odd_ones_are_indexed(append: Append) -> None:
    paths = (*(f"runtime_server.env.V{number}" for number in range(2500)), "no path [", "", "\ufffd")
    event = append(kind="save.stored", paths=paths)
    found = index.latest(ONE, [f"at {path}" for path in paths])
    assert set(found.values()) == {event.seq}
    assert len(found) == len(paths)


def test_runtimes_and_workspaces_are_kept_apart(append: Append) -> None:
    append(kind="save.stored")
    for other in (Scope("acme", "main", UUID(int=1)), Scope("acme", "x", RUNTIME), Scope("x", "main", RUNTIME)):
        assert index.latest(other, ["at resources.cpu_cores"]) == {}
        assert index.names(other) == []


def test_a_damaged_event_is_indexed_as_far_as_it_says_something() -> None:
    odd = Event(chain="acme", workspace="main", seq=1, kind="save.settled", data=[1], paths="x", runtime="none", at="?")
    odd.name = odd.reason = odd.platform_name = odd.request_id = odd.origin = ""
    assert "kind:save.settled" in index.terms(odd)
    assert not index.has_landed(odd)
    assert index.day(odd) == ""


def test_the_migration_indexes_what_is_there_once(append: Append) -> None:
    for number in range(3):
        append(kind="save.stored", reason=f"the {number}th")
        append(chain="other", organization="other", workspace="", runtime=None)
    before = contents()
    index.clear()
    import_module("adminui.record.migrations.0004_parts").fill(None, None)
    assert contents() == before
