"""The whole database as values to compare: what a person can see or do follows from it."""

import json
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection

SEEN = frozenset({"seen", "last_place", "_session_expiry"})
"""Of a session: when it was last used and where, and until when it therefore lives."""
OBSERVED: dict[str, frozenset[str]] = {
    "accounts_credential": frozenset({"seen_at", "ends_at"}),
    "accounts_personaltoken": frozenset({"used_at"}),
    "django_session": frozenset({"session_data", "expire_date"}),  # compared by what it holds, below
}
"""Columns that say when something was last used."""


def state(*, without: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Every row of every table as text, by table, but for what only says that somebody looked.

    Tables whose name begins with one of `without` are left out.
    """
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(without):
                continue
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            found[table] = sorted(_row(dict(zip(names, row, strict=True)), table) for row in cursor.fetchall())
    found["sessions"] = sorted(
        json.dumps([row.session_key, {name: value for name, value in row.get_decoded().items() if name not in SEEN}])
        for row in Session.objects.all()
    )
    return found


def _row(row: dict[str, Any], table: str) -> str:
    return repr({name: value for name, value in row.items() if name not in OBSERVED.get(table, ())})
