"""`python -m tests.bench.inside RUNTIME`: what the record's own code does for the history's pages, as JSON.

Within the settings of a program whose record is large: `verified` says what verifying the chain of acme takes, `scans`
names statements of pages that read a table of the record from end to end, by the database's own plan.
"""

import json
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

import django

WHOLE = re.compile(r"(SCAN|Seq Scan on) record_(?!document)")
"""A plan that reads a whole table. Of documents there are so few here that reading them all can be the quickest."""


def main(runtime: UUID) -> None:
    """Prints it."""
    django.setup()
    sys.stdout.write(json.dumps({"verified": verified(), "scans": list(scans(runtime))}))


def verified() -> dict[str, Any]:
    """The events, seconds, the process's largest memory in megabytes, and what was found."""
    from adminui.record import events

    began = time.monotonic()
    verdict = events.verify("acme")
    return {
        "events": verdict.events,
        "seconds": time.monotonic() - began,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "said": "whole" if verdict.whole else verdict.why,
    }


def scans(runtime: UUID) -> Iterator[str]:
    """Page and plan of every such statement."""
    for name, page in pages(runtime):
        yield from (f"{name}: {plan}" for plan in whole_tables(page))


def pages(runtime: UUID) -> Iterator[tuple[str, Callable[[], None]]]:
    """What reads the record for each page: first and deep, of the workspace and of a runtime, with every query."""
    from adminui.record.index import Scope
    from adminui.record.models import Event
    from tests.bench.history import QUERIES

    newest = Event.objects.order_by("-seq")[0]
    for scope in (Scope("acme", "research"), Scope("acme", "research", runtime)):
        for text in QUERIES:
            for below in (None, newest.seq // 2):
                name = f"{'runtime' if scope.runtime else 'workspace'}{', deep' if below else ''}: {text}"
                yield name, partial(read, scope, text, below)


def read(scope: Any, text: str, below: int | None) -> None:
    """The reads of one page."""
    from adminui.history import chart, finding, listing
    from adminui.history.query import parse
    from adminui.record import index

    query = parse(text)
    found = finding.find(scope, query, below=below, most=listing.ROWS)
    listing.told_rows(found.hits, scope, {})
    index.names(scope)
    chart.chart(scope, query)


def whole_tables(work: Callable[[], None]) -> Iterator[str]:
    """Plans of statements that read a table of the record from end to end."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        work()
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        for one in captured.captured_queries:
            if not one["sql"].lstrip().startswith("SELECT"):
                continue
            cursor.execute(explain + one["sql"])
            plans = [str(row[-1]) for row in cursor.fetchall()]
            yield from filter(WHOLE.search, plans)


if __name__ == "__main__":
    main(UUID(sys.argv[1]))
