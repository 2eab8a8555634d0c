"""What makes the record append only: triggers in the database itself, put there, and looked for.

`record_event_keep` refuses to change or remove a row. `record_event_follows` refuses a row that doesn't follow the
last one of its chain, and so a second one with the same number or id: SQLite's REPLACE removes a row without asking
the other trigger, unless the connection has `recursive_triggers` on, which ours have and a foreign one needn't.

Whoever owns the database can drop a trigger, or the table. That can't be refused; `missing` tells, and the chain
shows what was done meanwhile.
"""

from collections.abc import Iterable
from typing import Any, Final

from django.core import checks
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from adminui.record.verifier import GENESIS

_SQLITE_FOLLOWS = f"""\
CREATE TRIGGER record_event_follows BEFORE INSERT ON record_event
WHEN EXISTS (SELECT 1 FROM record_event WHERE id = NEW.id)
  OR NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM record_event WHERE chain = NEW.chain)
  OR NEW.previous IS NOT coalesce(
    (SELECT hash FROM record_event WHERE chain = NEW.chain ORDER BY seq DESC LIMIT 1), '{GENESIS}')
BEGIN SELECT RAISE(ABORT, 'record_event: a new row must follow the last one of its chain'); END"""  # noqa: S608 - GENESIS is ours

_SQLITE_KEEP = """\
CREATE TRIGGER record_event_keep_{lower} BEFORE {upper} ON record_event
BEGIN SELECT RAISE(ABORT, 'record_event is append only: {upper} is refused'); END"""

_POSTGRESQL_FOLLOWS = f"""\

DECLARE
  last record;
BEGIN
  SELECT seq, hash INTO last FROM record_event WHERE chain = NEW.chain ORDER BY seq DESC LIMIT 1;
  IF NEW.seq <> coalesce(last.seq, 0) + 1 OR NEW.previous <> coalesce(last.hash, '{GENESIS}') THEN
    RAISE EXCEPTION 'record_event: a new row must follow the last one of its chain'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
"""  # noqa: S608 - GENESIS is ours

_POSTGRESQL_KEEP = """\

BEGIN
  RAISE EXCEPTION 'record_event is append only: % is refused', TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END
"""

SQLITE: Final[dict[str, str]] = {
    "record_event_follows": _SQLITE_FOLLOWS,
    "record_event_keep_update": _SQLITE_KEEP.format(lower="update", upper="UPDATE"),
    "record_event_keep_delete": _SQLITE_KEEP.format(lower="delete", upper="DELETE"),
}
"""The triggers on SQLite: name and definition, as `sqlite_master` has it."""

POSTGRESQL: Final[dict[str, tuple[str, str]]] = {
    "record_event_follows": (
        "CREATE TRIGGER record_event_follows BEFORE INSERT ON record_event"
        " FOR EACH ROW EXECUTE FUNCTION record_event_follows()",
        _POSTGRESQL_FOLLOWS,
    ),
    "record_event_keep": (
        "CREATE TRIGGER record_event_keep BEFORE DELETE OR UPDATE OR TRUNCATE ON record_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION record_event_keep()",
        _POSTGRESQL_KEEP,
    ),
}
"""The triggers on PostgreSQL: name, definition as `pg_get_triggerdef` has it, body of the function of that name."""


def install(connection: BaseDatabaseWrapper) -> None:
    """Puts the triggers on record_event, in place of those of the same names."""
    with connection.cursor() as cursor:
        for statement in _SQL[connection.vendor]():
            cursor.execute(statement)


def _sqlite_sql() -> Iterable[str]:
    for name, definition in SQLITE.items():
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield definition


def _postgresql_sql() -> Iterable[str]:
    for name, (definition, body) in POSTGRESQL.items():
        yield f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$"
        yield f"DROP TRIGGER IF EXISTS {name} ON record_event"
        yield definition
        # Also for a session that says it is a replica, in which ordinary triggers sleep.
        yield f"ALTER TABLE record_event ENABLE ALWAYS TRIGGER {name}"


_SQL: Final = {"sqlite": _sqlite_sql, "postgresql": _postgresql_sql}


GONE: Final = "The table record_event is missing."
"""What `missing` says where there is nothing to guard, and nothing else."""


def missing(using: str = "default") -> list[str]:
    """What of the guards isn't as it should be, a plain sentence each; empty when all is well.

    Raises django.db.Error when the database can't be asked.
    """
    connection = connections[using]
    if "record_event" not in connection.introspection.table_names():
        return [GONE]
    found, expected, faults = _LOOK[connection.vendor](connection)
    for name, definition in expected.items():
        if name not in found:
            faults.append(f"The trigger {name} is missing.")
        elif found[name] != definition:
            faults.append(f"The trigger {name} is not as it was made.")
    faults += [f"The trigger {name} on record_event is not one of ours." for name in sorted(found.keys() - expected)]
    return faults


_Looked = tuple[dict[str, Any], dict[str, Any], list[str]]


def _look_sqlite(connection: BaseDatabaseWrapper) -> _Looked:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'record_event'")
        found = dict(cursor.fetchall())
        cursor.execute("PRAGMA recursive_triggers")
        recursive = cursor.fetchone()[0]
    return found, dict(SQLITE), [] if recursive else ["This connection has recursive_triggers off."]


def _look_postgresql(connection: BaseDatabaseWrapper) -> _Looked:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, pg_get_triggerdef(t.oid, true), prosrc, tgenabled"
            " FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid"
            " WHERE tgrelid = to_regclass('record_event') AND NOT tgisinternal"
        )
        found = {name: tuple(rest) for name, *rest in cursor.fetchall()}
    return found, {name: (*expected, "A") for name, expected in POSTGRESQL.items()}, []


_LOOK: Final = {"sqlite": _look_sqlite, "postgresql": _look_postgresql}


@checks.register(checks.Tags.database)
def check(databases: Iterable[str] | None = None, **_: object) -> list[checks.CheckMessage]:
    """The system check, run with `check --database` and by `migrate`; silent before the table was ever made."""
    return [
        checks.Error(
            fault,
            hint="The record could be changed unseen. Verify its chains, then put the triggers back with"
            " adminui.record.guards.install.",
            id="record.E001",
        )
        for using in databases or ()
        if ("record", "0001_initial") in MigrationRecorder(connections[using]).applied_migrations()
        for fault in missing(using)
    ]
