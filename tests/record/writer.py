"""One process that writes events with several connections at once, for test_writers.

Run as `python -m tests.record.writer migrate`, `… write NAME THREADS EVENTS` (says "ready", begins at a line on
stdin, prints as JSON what went wrong) or `… look` (prints as JSON what is there); on the database of DATABASE_URL.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import django
from django.core.management import call_command
from django.db import connection, transaction

django.setup()

from adminui.record import documents, events, guards  # noqa: E402 - Django comes first
from adminui.record.models import Document, Event  # noqa: E402

RUNTIME = UUID("2489e9ad-2ee2-4e00-8ec9-32d5f69181c0")
CHAINS = ("acme", "", "acme", "other")


def write(name: str, count: int) -> list[str]:
    """One writer: its events, each with its documents in one transaction; what went wrong, as texts."""
    wrong = []
    for number in range(count):
        organization = CHAINS[number % len(CHAINS)]
        try:
            with transaction.atomic():
                event = events.NewEvent(
                    kind="save.intent",
                    chain=organization or events.SITE,
                    organization=organization,
                    origin="editor",
                    before=documents.keep(RUNTIME, {"number": number}),
                    after=documents.keep(RUNTIME, {"number": number + 1}),
                    request_id=f"{name}-{number}",
                )
                events.append(event)
        except Exception as error:  # whatever it is, the test has to hear of it
            wrong.append(repr(error))
    connection.close()
    return wrong


def main(what: str, *arguments: str) -> None:
    """Does one of the things of this module's docstring."""
    if what == "migrate":
        call_command("migrate", "record", verbosity=0)
    elif what == "write":
        name, threads, count = arguments[0], int(arguments[1]), int(arguments[2])
        connection.ensure_connection()
        print("ready", flush=True)
        sys.stdin.readline()
        with ThreadPoolExecutor(threads) as pool:
            wrong = list(pool.map(lambda number: write(f"{name}.{number}", count), range(threads)))
        print(json.dumps([each for some in wrong for each in some]))
    else:
        verdicts = [events.verify(chain) for chain in ("acme", "other", events.SITE)]
        found = {
            "chains": [[verdict.chain, verdict.events, verdict.why] for verdict in verdicts],
            "requests": len(set(Event.objects.values_list("request_id", flat=True))),
            "documents": Document.objects.count(),
            "missing": guards.missing(),
        }
        print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
