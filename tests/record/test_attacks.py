"""What whoever owns the database can do to the record once no trigger stands in the way: each of it is found.

test_refused.py has what the database refuses. Here the triggers are dropped first, as an owner may, and put back where
that makes it harder to see. What was done is told by `history_verify`, with a checkpoint that was kept elsewhere.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from adminui.record import guards
from adminui.record.chain import hash_of
from adminui.record.models import Event
from adminui.record.verifier import GENESIS
from tests.record.conftest import Append
from tests.record.guards import lifted
from tests.record.test_commands import checkpoints, run
from tests.record.test_refused import copied

Attack = Callable[[], None]
POSTGRESQL = connection.vendor == "postgresql"
TRIGGERS = list(guards.POSTGRESQL if POSTGRESQL else guards.SQLITE)
HEADS = "UPDATE record_head SET seq = (SELECT max(seq) FROM record_event e WHERE e.chain = record_head.chain)"


def sql(*statements: str) -> Attack:
    """Statements with the triggers lifted, which are there again afterwards."""

    def attack() -> None:
        with lifted() as cursor:
            for statement in statements:
                cursor.execute(statement)

    return attack


def open_sql(*statements: str) -> Attack:
    """Statements after which nothing is put back."""

    def attack() -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    return attack


def dropped(name: str) -> str:
    """The statement that drops a trigger."""
    return f"DROP TRIGGER {name}{' ON record_event' if POSTGRESQL else ''}"


def written_anew(first: int, reason: str) -> Attack:
    """Changes an event, and computes every hash from there on and the head anew, as who knows the format can."""

    def attack() -> None:
        link = GENESIS
        with lifted() as cursor:
            for event in Event.objects.filter(chain="acme").order_by("seq"):
                event.previous = link
                event.reason = reason if event.seq == first else event.reason
                link = hash_of(event)
                cursor.execute(
                    "UPDATE record_event SET reason = %s, previous = %s, hash = %s WHERE chain = 'acme' AND seq = %s",
                    [event.reason, event.previous, link, event.seq],
                )
            cursor.execute("UPDATE record_head SET hash = %s WHERE chain = 'acme'", [link])

    return attack


def renumbered(now: int, to: int) -> str:
    """The statement that gives an event another number."""
    return f"UPDATE record_event SET seq = {to} WHERE chain = 'acme' AND seq = {now}"


def cut(last: int) -> list[str]:
    """The statements that cut a chain off after an event, and its head with it."""
    hashed = f"(SELECT hash FROM record_event WHERE chain = 'acme' AND seq = {last})"
    return [
        f"DELETE FROM record_event WHERE chain = 'acme' AND seq > {last}",
        f"UPDATE record_head SET seq = {last}, hash = {hashed} WHERE chain = 'acme'",
    ]


TABLE = ["ALTER TABLE record_event RENAME TO kept", "CREATE TABLE record_event AS SELECT * FROM kept"]
ATTACKS: dict[str, tuple[Attack, str]] = {
    "UPDATE": (sql("UPDATE record_event SET name = 'eve' WHERE seq = 3"), "BROKEN at event 3: Its fields"),
    "UPDATE of a time": (sql("UPDATE record_event SET at = '2026-01-01T00:00:00.000000Z' WHERE seq = 3"), "event 3"),
    "UPDATE with its hash": (sql("UPDATE record_event SET hash = previous WHERE seq = 3"), "BROKEN at event 3"),
    "DELETE": (sql("DELETE FROM record_event WHERE seq = 3"), "BROKEN at event 3: Event 3 is missing"),
    "DELETE of all": (sql("DELETE FROM record_event WHERE chain = 'acme'"), "BROKEN at event 1: "),
    "truncation of the tail": (sql("DELETE FROM record_event WHERE seq > 3"), "BROKEN at event 4: The head counts 5"),
    "truncation with the head": (sql(*cut(3)), "BROKEN at event 4: Event 5 was there"),
    "truncation with the head to nothing": (
        sql("DELETE FROM record_event WHERE chain = 'acme'", "DELETE FROM record_head WHERE chain = 'acme'"),
        "BROKEN at event 1: Event 5 was there",
    ),
    "swapped rows": (sql(renumbered(2, 99), renumbered(3, 2), renumbered(99, 3)), "BROKEN at event 2: It does not"),
    "inserted row at the end": (
        sql(copied("INSERT INTO", 5, id="'new'", seq="6", previous="hash")),
        "BROKEN at event 6: Its fields",
    ),
    "inserted row at the end with the head": (
        sql(copied("INSERT INTO", 5, id="'new'", seq="6", previous="hash"), HEADS),
        "BROKEN at event 6: Its fields",
    ),
    "inserted row in between": (
        sql(*(renumbered(n, n + 1) for n in (5, 4)), copied("INSERT INTO", 2, id="'new'", seq="4"), HEADS),
        "BROKEN at event 4: ",
    ),
    "REPLACE": (
        sql("DELETE FROM record_event WHERE seq = 3", copied("INSERT INTO", 2, id="'new'", seq="3", previous="hash")),
        "BROKEN at event 3: Its fields",
    ),
    "row of another chain": (
        sql("DELETE FROM record_event WHERE chain = 'acme' AND seq = 1", "UPDATE record_event SET chain = 'acme'"),
        "acme: BROKEN at event 1",
    ),
    "one event written anew with all after it": (written_anew(3, "another past"), "event that a checkpoint noted"),
    "whole chain written anew": (written_anew(1, "another past"), "event that a checkpoint noted"),
    "DELETE of a head": (sql("DELETE FROM record_head WHERE chain = 'acme'"), "BROKEN at event 6: Its head is missing"),
    "UPDATE of a head": (
        sql("UPDATE record_head SET seq = 4 WHERE chain = 'acme'"),
        "BROKEN at event 5: The head counts",
    ),
    **{f"DROP TRIGGER {name}": (open_sql(dropped(name)), f"UNGUARDED: The trigger {name}") for name in TRIGGERS},
    "DROP TABLE": (open_sql("DROP TABLE record_event"), "UNGUARDED: The table record_event is missing"),
    "table put in its place": (open_sql(*TABLE), "UNGUARDED: The trigger record_event_follows is missing"),
}
ONLY: dict[str, tuple[Attack, str]] = (
    {
        "TRUNCATE": (sql("TRUNCATE record_event"), "BROKEN at event 1: "),
        "DISABLE TRIGGER": (
            open_sql("ALTER TABLE record_event DISABLE TRIGGER record_event_keep"),
            "UNGUARDED: The trigger record_event_keep is not as it was made",
        ),
        "ALTER COLUMN": (
            open_sql("ALTER TABLE record_event ALTER COLUMN reason TYPE text USING 'another'"),
            "BROKEN at event 1: Its fields",
        ),
    }
    if POSTGRESQL
    else {
        "triggers taken out of the schema": (
            open_sql("PRAGMA writable_schema = ON", "DELETE FROM sqlite_master WHERE type = 'trigger'"),
            "UNGUARDED: The trigger record_event_follows is missing",
        ),
        "trigger that lets through": (
            open_sql(
                dropped("record_event_keep_update"),
                "CREATE TRIGGER record_event_keep_update BEFORE UPDATE ON record_event BEGIN SELECT 1; END",
            ),
            "UNGUARDED: The trigger record_event_keep_update is not as it was made",
        ),
    }
)


@pytest.mark.parametrize("name", [*ATTACKS, *ONLY])
def test_what_was_done_is_found(name: str, append: Append, chain: list[Event], tmp_path: Path) -> None:
    append(chain="other", organization="other")
    noted = checkpoints(tmp_path / "noted")
    assert run("history_verify", "--checkpoints", noted)[0] == 0
    attack, expected = {**ATTACKS, **ONLY}[name]
    attack()
    status, said = run("history_verify", "--checkpoints", noted)
    assert (status, expected in said) == (1, True), said


@pytest.mark.skipif(not POSTGRESQL, reason="SQLite has no rules")
def test_a_rule_that_swallows_new_events_is_found(append: Append, chain: list[Event]) -> None:
    open_sql("CREATE RULE quiet AS ON INSERT TO record_event DO INSTEAD NOTHING")()
    append()
    status, said = run("history_verify")
    assert (status, "those after 5 are missing" in said) == (1, True), said
