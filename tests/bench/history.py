"""`python -m tests.bench.history [--events N] [--database sqlite|postgresql]`: history's pages with a year of events.

Each page is served by the whole program with N events (a million) and with a thousand, each with a database of its own,
and the two are asked for it in turn: what else the machine does slows both. Told are the quickest rounds and their
ratio, from the request to the last byte. No page may take three times as long, and no statement may read a table of the
record from end to end, by the plans of the database. Then the whole chain is verified, with the time and the memory
that it takes. How long the making and the verifying may take is promised, too.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from tests import postgres
from tests.bench.harness import ok, sign_in
from tests.browser.house import RESEARCH, ROOT, open_house

FEW: Final = 1000
MOST_TIMES: Final = 3.0
"""How many times as long a page may take."""
SECONDS: Final = 300
"""Within which the events are to be made, and to be verified."""
MEGABYTES: Final = 300
"""Within which they are to be verified."""
ROUNDS: Final = 12
HISTORY: Final = "/org/acme/ws/research/history/"
QUERIES: Final = (
    *("", "show:all", "person:bob", "-person:bob", "outcome:rejected", "outcome:stored", "outcome:unknown"),
    *("path:resources", "path:resources.cpu_cores", "origin:restore", "kind:reveal", "after:7d", "before:30d"),
    *("after:200d before:190d", "OPS", "backfill", "cheaper person:bob", "person:zoe path:sandbox outcome:rejected"),
    *("origin:bulk person:alice after:90d", "no-such-word-anywhere"),
)
"""What is searched for: each filter, words, what is common together with what is rare, and what there is none of."""


@dataclass(frozen=True)
class Served:
    """The program with so many events; `http` is a browser that is signed in, `busy` the busiest runtime."""

    events: int
    seconds: float
    http: httpx.Client
    busy: str
    settings: Mapping[str, str]

    def pages(self) -> Iterator[tuple[str, str]]:
        """Every page by name, with its address: first and deep, of the workspace and of a busy runtime, every query."""
        runtime = f"{RESEARCH}/{self.busy}/history/"
        for where, address in (("workspace", HISTORY), ("runtime", runtime)):
            for text in QUERIES:
                for deep, below in (("", {}), (", deep", {"before": str(self.events // 2)})):
                    asked = httpx.QueryParams({"q": text, **below})
                    yield f"{where}{deep}: {text or 'everything'}", f"{address}?{asked}"
        yield "runtime: history of a path", f"{runtime}path/?path=resources"

    def took(self, address: str) -> float:
        """Seconds of one answer."""
        began = time.perf_counter()
        ok(self.http.get(address))
        return time.perf_counter() - began


@contextmanager
def served(events: int, database: str) -> Iterator[Served]:
    """The program, after a year with so many events was made for the runtimes that its platform has."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(nullcontext("") if database == "sqlite" else postgres.database())
        own = {"DATABASE_URL": url} if url else {}
        house = stack.enter_context(open_house(data, **own))
        listed = house.api("GET", RESEARCH, params={"limit": 100}).raise_for_status().json()["items"]
        known = sorted((each["id"] for each in listed), key=lambda one: one != house.id("analyst"))
        settings = {"ADMINUI_MODE": "demo", "ADMINUI_PLATFORM_URL": house.box_url, "DATA_DIR": str(data), **own}
        began = time.monotonic()
        make = ["history_demo", f"--events={events}", f"--runtimes={len(known)}", "--workspace=research", "--seed=1"]
        run(["-m", "django", *make, *(f"--runtime={one}" for one in known)], settings)
        seconds = time.monotonic() - began
        http = stack.enter_context(httpx.Client(base_url=house.url, trust_env=False, timeout=60))
        sign_in(http)
        yield Served(events, seconds, http, known[0], settings)


def run(arguments: list[str], settings: Mapping[str, str]) -> str:
    """One command with settings of its own; gives what it printed."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("ADMINUI_", "DATABASE_URL"))}
    own = {**known, **settings, "DJANGO_SETTINGS_MODULE": "adminui.settings"}
    done = subprocess.run([sys.executable, *arguments], env=own, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed")
    return done.stdout


def main() -> int:
    """Ends with 1 when a promise isn't kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    given = parser.parse_args()
    with served(FEW, given.database) as few, served(given.events, given.database) as many:
        sys.stdout.write(f"{given.database}: {many.events:,} events made in {many.seconds:.0f} s\n")
        wrong = [f"They took {many.seconds:.0f} s to make"] if many.seconds > SECONDS else []
        wrong += [*compared(few, many), *inside(many)]
    sys.stdout.writelines(f"WRONG: {one}\n" for one in wrong)
    return 1 if wrong else 0


def compared(few: Served, many: Served) -> Iterator[str]:
    """Prints a line a page; gives those that take too long."""
    sys.stdout.write(f"{'page':<60}{FEW:>9,}{many.events:>11,}  ratio\n")
    for (name, less), (_, more) in zip(few.pages(), many.pages(), strict=True):
        rounds = [(few.took(less), many.took(more)) for _ in range(ROUNDS)]
        before, after = map(min, zip(*rounds, strict=True))
        sys.stdout.write(f"{name:<60}{before * 1000:>7.1f}ms{after * 1000:>9.1f}ms{after / before:>7.2f}\n")
        if after > MOST_TIMES * before:
            yield f"{name} takes {after / before:.1f} times as long"


def inside(many: Served) -> Iterator[str]:
    """Prints what verifying the chain took; gives what of it was too much, and statements that read a whole table."""
    found = json.loads(run(["-m", "tests.bench.inside", many.busy], many.settings))
    told = "verified {events:,} events in {seconds:.0f} s with {megabytes:.0f} MB: {said}\n"
    sys.stdout.write(told.format(**found["verified"]))
    if found["verified"]["said"] != "whole":
        yield "The chain is broken"
    if found["verified"]["seconds"] > SECONDS or found["verified"]["megabytes"] > MEGABYTES:
        yield "Verifying took more than was promised"
    yield from found["scans"]


if __name__ == "__main__":
    sys.exit(main())
