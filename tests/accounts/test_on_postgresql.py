"""What depends on the database, on PostgreSQL: limits of sessions, attempts at once, keys that change, one logout."""

import pytest
from django.db import connection

from tests import postgres

NAMES = ("sessions.py", "throttle.py", "keys.py", "signout.py::test_it_is_taken_once")


@pytest.mark.skipif(connection.vendor == "postgresql", reason="this is that run")
def test_sessions_and_throttle_on_postgresql() -> None:
    assert postgres.passes(*(f"tests/accounts/test_{name}" for name in NAMES)) > 30
