"""What depends on the database, on PostgreSQL: the limits of sessions, and counting attempts of many at once."""

import pytest
from django.db import connection

from tests import postgres


@pytest.mark.skipif(connection.vendor == "postgresql", reason="this is that run")
def test_sessions_and_throttle_on_postgresql() -> None:
    assert postgres.passes("tests/accounts/test_sessions.py", "tests/accounts/test_throttle.py") > 20
