"""The suites of the record and of the history over it, on PostgreSQL."""

import pytest
from django.db import connection

from tests import postgres


@pytest.mark.skipif(connection.vendor == "postgresql", reason="this is that run")
def test_the_suite_passes_on_postgresql() -> None:
    apart = ("--deselect", "tests/record/test_writers.py", "-m", "not long")
    passed = postgres.passes("tests/record", "tests/history", *apart)
    assert passed > 150
