"""Alive and ready, for probes that don't sign in."""

import json
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from adminui import health
from tests.conftest import Visitor


@pytest.fixture(autouse=True)
def _not_asked_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)


def told(visitor: Visitor, path: str) -> tuple[int, dict[str, Any]]:
    response = visitor.get(path)
    return response.status_code, json.loads(response.content)


def test_alive_and_ready(visitor: Visitor) -> None:
    assert told(visitor, "/healthz") == (200, {"status": "ok"})
    assert told(visitor, "/readyz") == (200, {"status": "ok", "database": "ok", "migrations": "ok", "record": "ok"})


def test_alive_without_a_database_but_not_ready(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("connection refused: db.internal:5432")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(connection, "cursor", gone)
        alive, ready = told(visitor, "/healthz"), told(visitor, "/readyz")
    assert alive == (200, {"status": "ok"})
    assert ready == (
        503,
        {"status": "not ready", "database": "not reachable", "migrations": "not known", "record": "not known"},
    )


def test_not_ready_while_a_migration_is_missing_and_ready_after_it(visitor: Visitor) -> None:
    recorder = MigrationRecorder(connection)
    last = MigrationLoader(connection).graph.leaf_nodes("accounts")[0]
    recorder.record_unapplied(*last)
    assert told(visitor, "/readyz") == (
        503,
        {"status": "not ready", "database": "ok", "migrations": "not applied", "record": "not known"},
    )
    recorder.record_applied(*last)
    assert told(visitor, "/readyz")[0] == 200


def test_a_ready_process_asks_the_database_four_cheap_questions(
    visitor: Visitor, django_assert_num_queries: Any
) -> None:
    visitor.get("/readyz")
    with django_assert_num_queries(4):
        visitor.get("/readyz")


def test_not_ready_while_the_record_is_unguarded(visitor: Visitor) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER record_event_follows")
    status, said = told(visitor, "/readyz")
    assert (status, said["record"]) == (503, "unguarded")
