"""The saves again, on PostgreSQL."""

import pytest
from django.db import connection

from tests.postgres import passes


@pytest.mark.skipif(connection.vendor != "sqlite", reason="this is that run")
def test_saving_on_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    """All but what runs the whole program, or asks for SQLite; the interleavings fewer."""
    monkeypatch.setenv("INTERLEAVINGS", "20")
    apart = ("test_crash.py", "test_database.py", "test_on_postgresql.py", "test_planted.py", "test_rotation.py")
    assert passes("tests/saving", "-m", "not long", *(f"--ignore=tests/saving/{name}" for name in apart)) > 50
