"""Putting very many events and what they are found by into the record, in the way that the database takes quickest."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from django.db import connection

from adminui.record.index import TABLES, Rows
from adminui.record.models import Event

_ASIDE: Final = {
    "postgresql": "CREATE TEMPORARY TABLE record_term_aside (seq BIGINT, terms BIGINT[])",
    "sqlite": "CREATE TEMPORARY TABLE record_term_aside (seq BIGINT, terms TEXT)",
}
_UNFOLDED: Final = {
    "postgresql": "SELECT DISTINCT unnest(terms) AS term, seq FROM record_term_aside ORDER BY term, seq",
    "sqlite": "SELECT DISTINCT value AS term, seq FROM record_term_aside, json_each(terms) ORDER BY term, seq",
}
_LISTED: Final = {"postgresql": "{{{}}}", "sqlite": "[{}]"}
"""How a list of numbers is written."""


class Loader:
    """Indexes very many events: their terms are set aside, and go in at the end in the order of the table.

    Put in as they come they would touch a page of the table each. Of events that aren't indexed yet, and that nobody
    else indexes meanwhile. Within one connection; raises django.db.Error.
    """

    def __init__(self) -> None:
        self._rows = Rows()
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS record_term_aside")
            cursor.execute(_ASIDE[connection.vendor])

    def take(self, events: Iterable[Event]) -> None:
        """Takes events, after those with lower numbers of their chain."""
        put_many("record_term_aside", ("seq", "terms"), self._terms(events))

    def _terms(self, events: Iterable[Event]) -> Iterator[tuple[int, str]]:
        written = _LISTED[connection.vendor]
        for event in events:
            yield event.seq, written.format(str(self._rows.take(event))[1:-1])

    def finish(self) -> None:
        """Puts everything in."""
        is_postgresql = connection.vendor == "postgresql"
        with connection.cursor() as cursor:
            if is_postgresql:
                cursor.execute(f"SET LOCAL work_mem = '{_SORTING}'")
            cursor.execute(f"INSERT INTO record_term (term, seq) {_UNFOLDED[connection.vendor]}")
            cursor.execute("DROP TABLE record_term_aside")
        self._rows.put_small()
        if is_postgresql:
            # Until it looks again by itself, it would read the table from end to end for the events of a few saves.
            with connection.cursor() as cursor:
                cursor.execute(f"ANALYZE record_event, {', '.join(TABLES)}")


_SORTING: Final = "128MB"
"""Memory that PostgreSQL may take to sort the terms."""


def put_many(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Inserts many rows. They are made as they go in: PostgreSQL takes in some while others are made.

    What makes them asks the database nothing meanwhile. Raises django.db.Error.
    """
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(rows))  # noqa: S608 - names are ours
