"""The record's suite on PostgreSQL."""

import pytest
from django.db import connection

from tests import postgres


@pytest.mark.skipif(connection.vendor == "postgresql", reason="this is that run")
def test_the_suite_passes_on_postgresql() -> None:
    passed = postgres.passes("tests/record", "--deselect", "tests/record/test_writers.py")
    assert passed > 100
