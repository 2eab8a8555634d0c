"""`python -m tests.bench.history [--events N] [--database sqlite|postgresql]`: history's pages with a year of events.

Each page is made with N events (a million) and with a thousand, by the same code over a database of its own: the page's
events, its names and its chart, from the question to the told rows. Told beside each other, with the ratio of their
quickest rounds (what else a machine does only adds) and the plans of their statements: none may read a table of the
record from end to end. Of a thousand events a query finds fewer, and fewer rows are quicker by that alone: so
the other is asked for as many rows. Then the whole chain is verified, with the time and the memory that it takes.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, Final

FEW: Final = 1000
SERVED: Final = 0.03
"""Seconds that a page costs as it is served, whatever is on it: less than that between two is no multiple of it."""
ROUNDS: Final = 12
QUERIES: Final = (
    *("", "show:all", "person:bob", "-person:bob", "outcome:rejected", "outcome:stored", "outcome:unknown"),
    *("path:resources", "path:resources.cpu_cores", "origin:restore", "kind:reveal", "after:7d", "before:30d"),
    *("after:200d before:190d", "OPS", "backfill", "cheaper person:bob", "person:zoe path:sandbox outcome:rejected"),
    *("origin:bulk person:alice after:90d", "no-such-word-anywhere"),
)


@contextmanager
def databases(which: str) -> Iterator[str]:
    """The URL of a new database; empty for SQLite in the data folder."""
    if which == "sqlite":
        yield ""
        return
    from tests import postgres

    with postgres.database() as url:
        yield url


def run(arguments: list[str], data: str, url: str) -> str:
    """One command with settings of its own; gives what it printed."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("ADMINUI_", "DATABASE_URL"))}
    own = {"ADMINUI_MODE": "demo", "ADMINUI_PLATFORM_URL": "http://127.0.0.1:9", "DATA_DIR": data}
    own |= {"DJANGO_SETTINGS_MODULE": "adminui.settings"} | ({"DATABASE_URL": url} if url else {})
    done = subprocess.run([sys.executable, *arguments], env={**known, **own}, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed")
    return done.stdout


def main() -> int:
    """Ends with 1 when a page is slower than three times what it was, or reads a table from end to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        sys.stdout.write(json.dumps(measured(json.loads(given.measure))))
        return 0
    found: dict[int, Any] = {}
    rows: dict[str, int] = {}
    with ExitStack() as stack:
        for events in (FEW, given.events):
            data = stack.enter_context(tempfile.TemporaryDirectory())
            url = stack.enter_context(databases(given.database))
            run(["-m", "django", "migrate", "-v", "0"], data, url)
            began = time.monotonic()
            run(["-m", "django", "history_demo", "--events", str(events), "--seed", "1"], data, url)
            sys.stdout.write(f"{given.database}: {events:,} events made in {time.monotonic() - began:.0f} s\n")
            found[events] = json.loads(run(["-m", "tests.bench.history", "--measure", json.dumps(rows)], data, url))
            rows = found[events]["rows"]
    return report(found[FEW], found[given.events])


def report(few: dict[str, Any], many: dict[str, Any]) -> int:
    """Prints the table; the exit status."""
    wrong = []
    sys.stdout.write(f"{'page':<60}{'rows':>5}{'1,000':>9}{'many':>9}  ratio\n")
    for name, before in few["pages"].items():
        after = many["pages"][name]
        told = f"{before * 1000:>7.1f}ms{after * 1000:>7.1f}ms{after / before:>7.2f}"
        sys.stdout.write(f"{name:<60}{few['rows'][name]:>5}{told}\n")
        if after > 3 * before and after - before > SERVED:
            wrong.append(f"{name} takes {after / before:.1f} times as long")
    wrong += [f"{name}: {plan}" for name, plan in many["scans"]]
    sys.stdout.write(
        "verified {events:,} events in {seconds:.0f} s with {megabytes:.0f} MB: {said}\n".format(**many["verified"])
    )
    sys.stdout.writelines(f"WRONG: {one}\n" for one in wrong)
    return 1 if wrong else 0


def measured(rows: dict[str, int]) -> dict[str, Any]:
    """The quickest round of every page in seconds, statements that read a whole table, and what verifying takes.

    `rows`: how many a page is asked for, by its name; else as many as a page has.
    """
    import django

    django.setup()
    from adminui.record import events

    began = time.monotonic()
    verdict = events.verify("acme")
    verified = {
        "events": verdict.events,
        "seconds": time.monotonic() - began,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "said": "whole" if verdict.whole else verdict.why,
    }
    pages, scans, shown = {}, [], {}
    for name, page in works():
        work = partial(page, rows.get(name))
        shown[name] = work()
        pages[name] = min(took(work) for _ in range(ROUNDS))
        scans += [(name, plan) for plan in whole_tables(work)]
    return {"pages": pages, "rows": shown, "scans": scans, "verified": verified}


def took(work: Any) -> float:
    """Seconds of one round."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def works() -> Iterator[tuple[str, Any]]:
    """Every page by name: first and deep, of the workspace and of a busy runtime, with every query."""
    from adminui.history import chart, finding, listing
    from adminui.history.query import parse
    from adminui.record import index
    from adminui.record.index import Scope
    from adminui.record.models import Event

    newest = Event.objects.order_by("-seq")[0]
    busy = Event.objects.filter(workspace="research").exclude(runtime=None).order_by("seq")[0].runtime
    for scope in (Scope("acme", "research"), Scope("acme", "research", busy)):
        where = "runtime" if scope.runtime else "workspace"
        for text in QUERIES:
            for below in (None, newest.seq // 2):

                def page(rows: int | None, scope: Scope = scope, text: str = text, below: int | None = below) -> int:
                    query = parse(text)
                    found = finding.find(scope, query, below=below, most=listing.ROWS if rows is None else rows)
                    listing.told_rows(found.hits, scope, {})
                    index.names(scope)
                    chart.chart(scope, query)
                    return len(found.hits)

                yield f"{where}{', deep' if below else ''}: {text or 'everything'}", page


def whole_tables(work: Any) -> list[str]:
    """Plans of statements that read a table of the record from end to end."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    found = []
    with CaptureQueriesContext(connection) as captured:
        work()
    with connection.cursor() as cursor:
        for one in captured.captured_queries:
            if not one["sql"].lstrip().startswith("SELECT"):
                continue
            cursor.execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ") + one["sql"])
            for row in cursor.fetchall():
                plan = str(row[-1])
                if "SCAN record_" in plan or "Seq Scan on record_" in plan:
                    found.append(plan)
    return found


if __name__ == "__main__":
    sys.exit(main())
