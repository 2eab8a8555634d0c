"""It shows when a guard of the record is gone, and lifting them for a test brings them back."""

import pytest
from django.core.checks import Error
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from adminui.record import events, guards
from adminui.record.models import Event
from tests.record.conftest import Append
from tests.record.guards import empty, lifted

sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite")
postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")
TRIGGERS = list(guards.SQLITE if connection.vendor == "sqlite" else guards.POSTGRESQL)


def drop(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (" ON record_event" if connection.vendor == "postgresql" else ""))


def test_nothing_is_missing_after_the_migration(db: None) -> None:
    assert guards.missing() == []
    assert guards.check(databases=["default"]) == []


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_dropped_trigger_is_named_and_what_was_done_meanwhile_is_found(name: str, chain: list[Event]) -> None:
    drop(name)
    assert guards.missing() == [f"The trigger {name} is missing."]
    with lifted() as cursor:
        cursor.execute("UPDATE record_event SET reason = 'another' WHERE seq = 2")
    assert guards.missing() == [], "lifted() puts all of them back"
    assert events.verify("acme").broken_at == 2


@postgresql
@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE record_event DISABLE TRIGGER record_event_keep",
        "ALTER TABLE record_event ENABLE TRIGGER record_event_keep",  # and so not for a replica
        "CREATE OR REPLACE FUNCTION record_event_keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE OR REPLACE TRIGGER record_event_keep BEFORE DELETE ON record_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION record_event_keep();"
        "ALTER TABLE record_event ENABLE ALWAYS TRIGGER record_event_keep",
    ],
)
def test_a_trigger_that_was_weakened_is_named_on_postgresql(change: str, chain: list[Event]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert guards.missing() == ["The trigger record_event_keep is not as it was made."]


@sqlite
def test_a_trigger_that_was_weakened_is_named_on_sqlite(chain: list[Event]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER record_event_keep_delete")
        cursor.execute("CREATE TRIGGER record_event_keep_delete BEFORE DELETE ON record_event BEGIN SELECT 1; END")
    assert guards.missing() == ["The trigger record_event_keep_delete is not as it was made."]


@sqlite
def test_a_trigger_that_swallows_new_events_is_named(chain: list[Event]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TRIGGER quiet BEFORE INSERT ON record_event BEGIN SELECT RAISE(IGNORE); END")
    assert guards.missing() == ["The trigger quiet on record_event is not one of ours."]


@sqlite
def test_a_connection_without_recursive_triggers_is_named(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers = OFF")
        try:
            assert guards.missing() == ["This connection has recursive_triggers off."]
        finally:
            cursor.execute("PRAGMA recursive_triggers = ON")


def test_the_system_check_names_what_is_missing(db: None) -> None:
    drop(TRIGGERS[0])
    (found,) = guards.check(databases=["default"])
    assert isinstance(found, Error)
    assert TRIGGERS[0] in found.msg
    assert guards.check(databases=None) == [], "the database isn't asked where nobody said it may be"


def test_the_system_check_is_silent_before_the_table_was_made_and_not_after_it_was_dropped(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE record_event")
    assert [found.msg for found in guards.check(databases=["default"])] == ["The table record_event is missing."]
    MigrationRecorder(connection).record_unapplied("record", "0001_initial")
    assert guards.check(databases=["default"]) == []


def test_lifting_ends_with_the_triggers_back_even_when_it_fails(chain: list[Event]) -> None:
    def fail() -> None:
        with lifted() as cursor:
            cursor.execute("DELETE FROM record_event")
            cursor.execute("SELECT no_such_column FROM record_event")

    with pytest.raises(DatabaseError):
        fail()
    assert guards.missing() == []
    assert events.verify("acme").whole


def test_emptying_leaves_a_record_that_can_begin_again(append: Append) -> None:
    append()
    empty()
    assert guards.missing() == []
    assert append().seq == 1
