"""What the database itself refuses to do to the record. What can't be refused is found: test_attacks.py."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F

from adminui.record import events
from adminui.record.models import Event

sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite")

COLUMNS = [str(field.column) for field in Event._meta.concrete_fields]


def copied(into: str, number: int, **other: str) -> str:
    """The statement that writes a row once more, with other values (SQL) where given."""
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    values = ", ".join(other.get(name, f'"{name}"') for name in COLUMNS)
    return f"{into} record_event ({names}) SELECT {values} FROM record_event WHERE seq = {number}"


ANOTHER = "'another'"
ANYWHERE = {
    "UPDATE": "UPDATE record_event SET reason = 'another'",
    "UPDATE of the numbers": "UPDATE record_event SET seq = seq + 1",
    "DELETE": "DELETE FROM record_event",
    "DELETE of the last": "DELETE FROM record_event WHERE seq = 5",
    "upsert by id": copied("INSERT INTO", 3, reason=ANOTHER) + " ON CONFLICT (id) DO UPDATE SET reason = 'another'",
    "upsert by number": copied("INSERT INTO", 3, id="'new'")
    + " ON CONFLICT (chain, seq) DO UPDATE SET reason = 'another'",
}
SQLITE = {
    "REPLACE": copied("REPLACE INTO", 3, reason=ANOTHER),
    "INSERT OR REPLACE by number": copied("INSERT OR REPLACE INTO", 5, reason=ANOTHER, id="'new'"),
    "INSERT OR IGNORE": copied("INSERT OR IGNORE INTO", 3, reason=ANOTHER),
    # The first row of a new chain, whose id is that of one of ours: to write it would replace ours.
    "REPLACE from another chain": copied("REPLACE INTO", 1, chain="'new'"),
    "UPDATE OR REPLACE": "UPDATE OR REPLACE record_event SET seq = 2 WHERE seq = 5",
    "UPDATE OR IGNORE": "UPDATE OR IGNORE record_event SET reason = 'another' WHERE seq = 5",
}
POSTGRESQL = {
    "TRUNCATE": "TRUNCATE record_event",
    "TRUNCATE CASCADE": "TRUNCATE record_event CASCADE",
    "DELETE as a replica": "SET LOCAL session_replication_role = replica; DELETE FROM record_event",
    "UPDATE as a replica": "SET LOCAL session_replication_role = replica; UPDATE record_event SET reason = 'another'",
    "MERGE": "MERGE INTO record_event e USING (SELECT 3 AS n) s ON e.seq = s.n WHEN MATCHED THEN DELETE",
    "DELETE in a block": "DO $$ BEGIN DELETE FROM record_event; END $$",
    "DELETE in a WITH": "WITH gone AS (DELETE FROM record_event RETURNING id) SELECT count(*) FROM gone",
}
FOLLOWING = {
    "a gap": {"seq": "7"},
    "a number that is taken": {"seq": "5"},
    "a number before the first": {"seq": "0"},
    "another previous hash": {"seq": "6"},
    "a chain that begins at its sixth": {"seq": "6", "chain": "'new'", "previous": "hash"},
}


@pytest.mark.parametrize("name", [*ANYWHERE, *(SQLITE if connection.vendor == "sqlite" else POSTGRESQL)])
def test_the_database_refuses(name: str, chain: list[Event]) -> None:
    attack = {**ANYWHERE, **SQLITE, **POSTGRESQL}[name]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)
    assert events.verify("acme") == events.Verdict("acme", 5, chain[-1].hash)


@sqlite
@pytest.mark.parametrize("name", [*ANYWHERE, *SQLITE])
def test_sqlite_refuses_a_connection_that_is_not_ours_as_well(name: str, chain: list[Event]) -> None:
    attack = {**ANYWHERE, **SQLITE}[name]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers = OFF")  # as it is where nobody asked for it
        try:
            with pytest.raises(IntegrityError, match="record_event"), transaction.atomic():
                cursor.execute(attack)
        finally:
            cursor.execute("PRAGMA recursive_triggers = ON")
    assert events.verify("acme") == events.Verdict("acme", 5, chain[-1].hash)


@sqlite
def test_there_is_no_rowid_to_replace_by(chain: list[Event]) -> None:
    with pytest.raises(DatabaseError, match="rowid"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT rowid FROM record_event")


@sqlite
def test_our_connections_have_recursive_triggers(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("other", FOLLOWING.values(), ids=FOLLOWING.keys())
def test_a_row_that_does_not_follow_is_refused(other: dict[str, str], chain: list[Event]) -> None:
    with pytest.raises(IntegrityError, match="must follow"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(copied("INSERT INTO", 5, id="'new'", **other))
    assert events.verify("acme").whole


def test_django_can_not_change_it_either(chain: list[Event]) -> None:
    def save() -> None:
        chain[2].reason = "another"
        chain[2].save()

    rows = Event.objects.filter(seq=3)
    for attempt in (
        save,
        chain[2].delete,
        rows.delete,
        lambda: rows.update(reason="x"),
        lambda: rows.update(seq=F("seq")),
    ):
        with pytest.raises(IntegrityError, match="append only"), transaction.atomic():
            attempt()
    assert events.verify("acme").whole


@sqlite
def test_a_dump_of_the_file_carries_the_guards(chain: list[Event], tmp_path: Path) -> None:
    """What restores a backup puts them back too, after the rows."""
    dump = "\n".join(connection.connection.iterdump())
    with closing(sqlite3.connect(tmp_path / "restored")) as copy:
        copy.executescript(dump)
        assert copy.execute("SELECT count(*) FROM record_event").fetchone() == (5,)
        with pytest.raises(sqlite3.IntegrityError, match="append only"):
            copy.execute("DELETE FROM record_event")
