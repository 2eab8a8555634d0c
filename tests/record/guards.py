"""The record's triggers, lifted for a moment.

The record refuses to forget, and tests that commit have to: pytest-django empties the tables after them, but not
record_event, which Django doesn't manage. `record_emptied` does that. It is for tests/conftest.py, whose
`from tests.record.guards import record_emptied` switches it on for every test.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from pytest_django import DjangoDbBlocker

from adminui.record import guards, index
from adminui.record.models import Event, Head

_COMMITTING = {"transactional_db", "django_db_reset_sequences", "live_server"}
"""Fixtures under which a test commits."""


@contextmanager
def lifted(using: str = "default") -> Iterator[CursorWrapper]:
    """A cursor that may do to record_event what it likes, in one transaction that ends with the triggers back."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A connection that was left open in a transaction makes this fail, and not wait for ever.
            cursor.execute("SET LOCAL lock_timeout = '10s'")
        for name in getattr(guards, connection.vendor.upper()):
            on = " ON record_event" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
        yield cursor
        guards.install(connection)


def empty(using: str = "default") -> None:
    """Removes every event, every head, and what was made from them."""
    with lifted(using) as cursor:
        cursor.execute("DELETE FROM record_event")
        cursor.execute("DELETE FROM record_head")
    index.clear()


@pytest.fixture(autouse=True)
def record_emptied(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Empties the record after a test that commits; one that doesn't is rolled back."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if (marker and marker.kwargs.get("transaction")) or _COMMITTING & set(request.fixturenames):
        with django_db_blocker.unblock():
            if Event.objects.exists() or Head.objects.exists():
                empty()
