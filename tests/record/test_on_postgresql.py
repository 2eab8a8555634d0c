"""The suites of the record and of the history over it, on PostgreSQL."""

import pytest
from django.db import connection

from tests import postgres


@pytest.mark.skipif(connection.vendor == "postgresql", reason="this is that run")
def test_the_suite_passes_on_postgresql() -> None:
    without = ("writers", "verifier", "kinds", "ids")  # the first has both databases, the others none
    apart = [word for name in without for word in ("--deselect", f"tests/record/test_{name}.py")]
    passed = postgres.passes("tests/record", "tests/history", *apart, "-m", "not long")
    assert passed > 150
