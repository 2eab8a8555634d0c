"""A past for the demo's runtimes, of every kind of event: for pages to show. `python -m tests.history.past` writes it.

The program's own settings say where to; it may run meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import django

from adminui.contract import document as documents_of
from adminui.contract import paths
from adminui.contract.changes import diff
from adminui.contract.document import ABSENT, Absent, Json
from adminui.embedded.demo.cast import known_id
from adminui.embedded.demo.stories import ANALYST, SCOUT

ORG, WS = "acme", "research"
DEAD = "11111111-2222-4333-8444-555555555555"
"""The id of a secret that nobody has any more."""
OLD_TARGET = "http://old.example.com"
"""A target that today's rules refuse."""
GONE = UUID("00000000-0000-4000-8000-00000000dead")


def ids() -> dict[str, UUID]:
    """The demo's runtimes, and one that is gone."""
    return {
        "analyst": known_id("runtime", ORG, WS, "analyst"),
        "scout": known_id("runtime", ORG, WS, "scout"),
        "old": GONE,
    }


OLD: dict[str, Json | Absent] = {
    "sandbox.egress.allow": ["api.openai.com", OLD_TARGET],
    "secrets.secret_ids": [DEAD],
    "runtime_server.env.COLLECTOR_URL": "https://collector.example",
}
"""What an older version took: a state that can’t be put back as it is."""


class Past:
    """Writes saves of runtimes, each over the state before it, at times before now."""

    def __init__(self) -> None:
        self.states: dict[UUID, Json] = {}

    @contextmanager
    def at(self, *, days: float = 0, minutes: float = 0) -> Iterator[None]:
        """Whatever is written within was so long ago."""
        moment = datetime.now(UTC) - timedelta(days=days, minutes=minutes)
        with patch("adminui.record.events.timezone.now", return_value=moment):
            yield

    def write(self, kind: str, who: str, **more: Any) -> Any:
        """One event of the workspace."""
        from adminui.record import events

        given: dict[str, Any] = {
            "kind": kind,
            "chain": ORG,
            "organization": ORG,
            "workspace": WS,
            "origin": "editor",
            "request_id": "req-" + who,
            "ip": "10.8.4.17",
            "agent": "Browser/1",
            **more,
        }
        if who:
            given |= {
                "person": events.Person("https://id.example", f"sub-{who}", who),
                "platform_user": events.PlatformUser(f"{who}-id", who),
            }
        return events.append(events.NewEvent(**given))

    def save(
        self,
        who: str,
        runtime: UUID,
        changed: dict[str, Json | Absent],
        *,
        state: str = "stored",
        envelope: Json = None,
        stored: Json = None,
        **more: Any,
    ) -> Any:
        """The events of one save, told apart by its state; returns the last."""
        from adminui.record import documents
        from adminui.record.ids import uuid7

        base = self.states[runtime]
        sent = base
        for path, value in changed.items():
            sent = documents_of.edit(sent, paths.parse(path), value)
        found = (stored or sent) if state in {"stored", "altered"} else None
        shared: dict[str, Any] = {
            "runtime": runtime,
            "paths": tuple(paths.text(change.path) for change in diff(base, sent)),
            "before": documents.keep(runtime, base),
            "save": uuid7(),
            **more,
        }
        self.write("save.intent", who, after=documents.keep(runtime, sent), **shared)
        data: dict[str, Any] = {"state": state, "status": 422, "platform_request": "req_01JDCT9P5E7K"}
        if envelope is not None:
            data["envelope"] = documents.keep(runtime, envelope)
            data["status"] = envelope["code"] if isinstance(envelope, dict) else 0
        if state == "unknown":
            data["status"] = 504
        kind = {"altered": "stored"}.get(state, state)
        after = None if found is None else documents.keep(runtime, found)
        if found is not None:
            self.states[runtime] = found
        return self.write(f"save.{kind}", who, after=after, data=data, **shared)


def write() -> None:
    """Some fifty events over three weeks."""
    from adminui.record import documents

    past = Past()
    named = ids()
    analyst, scout = named["analyst"], named["scout"]
    before = documents_of.edit(ANALYST, ("resources", "cpu_cores"), 8)
    before = documents_of.edit(before, ("defaults", "model"), "openai/gpt-4.1")
    past.states = {analyst: before, scout: SCOUT, GONE: SCOUT}
    with past.at(days=24):
        past.save("dana", GONE, {"resources.cpu_cores": 2})
    with past.at(days=22):
        past.save("alice", analyst, OLD, origin="import", reason="Moved over from the old cluster")
    with past.at(days=21):
        past.save("alice", analyst, {path: documents_of.get(before, paths.parse(path)) for path in OLD})
    for day in (20, 19, 16, 13, 12, 9, 8, 7, 6):
        for at in range(1 + day % 3):
            with past.at(days=day, minutes=17 * at):
                past.save(
                    "dana",
                    scout,
                    {"resources.memory_mb": 4096 + 512 * (day + at)},
                    origin="bulk",
                    reason="Sized by load, OPS-870",
                )
    with past.at(days=3, minutes=40):
        past.save(
            "bob", scout, {"sandbox": {"exposed_ports": [9229], "timeout_seconds": 3600}, "resources.memory_mb": 8192}
        )
    with past.at(days=1, minutes=30):
        refusal: Json = {
            "code": 422,
            "detail": "Validation error",
            "type": "validation_error",
            "errors": [
                {
                    "loc": ["body", "config", "sandbox", "timeout_seconds"],
                    "msg": "at most 14400 seconds in this organization",
                    "type": "less_than_equal",
                }
            ],
        }
        past.save(
            "bob",
            scout,
            {
                "sandbox.timeout_seconds": 28800,
                "runtime_server.env.COLLECTOR_AUTH": "hunter2 new",
                "sandbox.exposed_ports": [9229, 9230],
            },
            state="rejected",
            envelope=refusal,
            reason="Overnight backfill, DATA-1187",
        )
    with past.at(days=1, minutes=20):
        old = past.states[scout]
        new = documents_of.edit(old, ("sandbox", "timeout_seconds"), 900)
        since = datetime.now(UTC) - timedelta(days=1, minutes=50)
        past.write(
            "change.outside",
            "",
            origin="outside",
            runtime=scout,
            paths=("sandbox.timeout_seconds",),
            before=documents.keep(scout, old),
            after=documents.keep(scout, new),
            data={"since": since.isoformat(), "until": (since + timedelta(minutes=30)).isoformat()},
        )
        past.states[scout] = new
    with past.at(days=1, minutes=10):
        past.write(
            "reveal",
            "alice",
            runtime=scout,
            paths=("runtime_server.env.REUTERS_AUTH",),
            data={"path": "runtime_server.env.REUTERS_AUTH"},
        )
    with past.at(minutes=95):
        past.save(
            "alice",
            analyst,
            {"defaults.model": "openai/gpt-4.1-mini"},
            reason="Cheaper, and good enough since the prompt change",
        )
        past.save(
            "alice",
            analyst,
            {"resources.cpu_cores": 2, "metadata.labels.oncall": "yes", "runtime_server.env.LOG_LEVEL": "debug"},
        )
    with past.at(minutes=80):
        past.save(
            "alice",
            analyst,
            {"metadata.labels.oncall": ABSENT, "runtime_server.env.LOG_LEVEL": "info"},
            origin="restore",
        )
    with past.at(minutes=60):
        past.write("export", "alice", runtime=analyst, data={"what": "the config as runtime.yaml"})
    with past.at(minutes=12):
        past.save(
            "bob",
            analyst,
            {"defaults.agent": "navigator"},
            state="rejected",
            envelope={"code": 403, "detail": "only alice can replace this config", "type": "forbidden"},
        )
    with past.at(minutes=4):
        past.save("alice", analyst, {"resources.cpu_cores": 4, "metadata.labels.oncall": "yes"}, state="unknown")


_rows: list[tuple[str, list[tuple[Any, ...]]]] = []
"""What `write` left in each table of the record, by the statement that puts it back."""


def again() -> None:
    """What `write` writes, into a record that is empty: really written once a process, then the very same rows."""
    from django.db import connection

    with connection.cursor() as cursor:
        for statement, rows in _rows:
            cursor.executemany(statement, rows)
        if _rows:
            return
        write()
        for table in connection.introspection.table_names(cursor):
            if not table.startswith("record_"):
                continue
            cursor.execute(f"SELECT * FROM {table}" + " ORDER BY chain, seq" * (table == "record_event"))
            names = [column[0] for column in cursor.description]
            # A number that the database gives out itself it gives out anew.
            kept = [at for at, name in enumerate(names) if (table, name) != ("record_document", "id")]
            rows = [tuple(row[at] for at in kept) for row in cursor.fetchall()]
            columns = ", ".join(f'"{names[at]}"' for at in kept)
            statement = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(kept))})"
            _rows.append((statement, rows))


if __name__ == "__main__":
    django.setup()
    write()
