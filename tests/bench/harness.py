"""Measuring pages of the whole program as it is served, each beside a bare page with the same upstream calls.

    with bench() as here:
        case = Case("edit page", [["GET /user"]], prepare)
        report([measured(here, case, delay=0)])

`prepare(number)` makes ready what the round of that number needs, unmeasured, and gives the work that is measured.
Times are of the wall as the client sees it, and of the processor as the server's process uses it: the latter hardly
depends on what else the machine does. What a page asks of the platform is held to what its case says.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.browser.house import ROOT, House, open_house
from tests.embedded.box import free_port, wait_until_answered
from tests.saving.test_crash import hidden

TOKEN = "demo-alice"
API = "/api/v1"
Work = Callable[[], object]
SWITCHERS = ("GET /user/organizations", "GET /org/acme/ws", "GET /org/acme/ws/research/runtimes")
"""What any page may ask besides, once a minute."""


class Failed(AssertionError):
    """A page didn't do what it is there for, so its time says nothing."""


@dataclass(frozen=True)
class Case:
    """One thing to measure. `waves`: its calls upstream, “GET /user”, those side by side in one list. `budget`: seconds
    of server time that it is meant to stay within, where there is such a promise.
    """

    name: str
    waves: Sequence[Sequence[str]]
    prepare: Callable[[int], Work]
    budget: float | None = None
    rounds: int = 25


@dataclass(frozen=True)
class Times:
    """Seconds of each round: on the wall, and of the server's processor."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    @contextmanager
    def taken(self, pid: int) -> Iterator[None]:
        """Adds what the body takes."""
        used, began = _processor(pid), time.perf_counter()
        yield
        self.wall.append(time.perf_counter() - began)
        self.processor.append(_processor(pid) - used)


@dataclass(frozen=True)
class Measured:
    """One case under one delay of the platform, in seconds, and the bare page's share of the same rounds."""

    case: Case
    delay: float
    page: Times
    bare: Times


@dataclass(frozen=True)
class Bench:
    """The program, its platform and the bare page, each a process; `http` is a browser that is signed in."""

    house: House
    http: httpx.Client
    bare: httpx.Client
    bare_pid: int

    def calls(self, since: datetime) -> Counter[str]:
        """What the platform was asked from a moment on."""
        log = self.house.api("GET", "/_log").json()
        lines = [line for line in log if datetime.fromisoformat(line["at"]) >= since]
        return Counter(f"{line['method']} {line['path'].removeprefix(API)}" for line in lines)

    def slow(self, seconds: float) -> None:
        """Makes every answer of the platform come that much later."""
        self.house.mend()
        for method in ("GET", "PUT") if seconds else ():
            more = {"status": 200, "applied": True, "delay_ms": int(seconds * 1000), "count": 100_000}
            self.house.fault(method=method, path="", **more)


@contextmanager
def bench() -> Iterator[Bench]:
    """Everything served, with data of its own."""
    with tempfile.TemporaryDirectory() as data, open_house(Path(data)) as house, _bare(house.box_url) as (url, pid):
        browser = httpx.Client(base_url=house.url, trust_env=False, timeout=60)
        bare = httpx.Client(base_url=url, trust_env=False, timeout=60, headers={"X-API-Key": TOKEN})
        with browser, bare:
            sign_in(browser)
            yield Bench(house, browser, bare, pid)


@contextmanager
def _bare(box_url: str) -> Iterator[tuple[str, int]]:
    port = free_port()
    serve = ["uvicorn", "tests.bench.bare:application", "--port", str(port), "--lifespan", "off", "--no-access-log"]
    process = subprocess.Popen(
        [sys.executable, "-m", *serve, "--log-level", "warning"],
        cwd=ROOT,
        env={**os.environ, "PLATFORM_URL": f"{box_url}{API}"},
    )
    try:
        wait_until_answered(f"http://127.0.0.1:{port}/?waves=[]", process)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(30)


def sign_in(http: httpx.Client) -> None:
    """Signs the browser in with the demo’s token."""
    said = {"token": TOKEN, "csrfmiddlewaretoken": hidden(http.get("/signin/").text, "csrfmiddlewaretoken")}
    ok(http.post("/signin/", data=said), 302)


def ok(answer: httpx.Response, status: int = 200) -> httpx.Response:
    """An answer with the status that it should have; raises Failed for any other."""
    if answer.status_code != status:
        raise Failed(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} for {status}")
    return answer


def measured(here: Bench, case: Case, delay: float) -> Measured:
    """Rounds of the page and the bare one in turn, so that a busy machine slows both; two are to warm up."""
    here.slow(delay)
    _require_calls(here, case)
    result = Measured(case, delay, Times(), Times())
    for number in range(-1, case.rounds):
        page, bare = (result.page, result.bare) if number >= 0 else (Times(), Times())
        work = case.prepare(number)
        with page.taken(here.house.pid):
            work()
        with bare.taken(here.bare_pid):
            ok(here.bare.get("/", params={"waves": json.dumps(case.waves)}))
    here.slow(0)
    return result


def _require_calls(here: Bench, case: Case) -> None:
    work = case.prepare(-2)
    since = datetime.now(UTC)
    work()
    told, asked = Counter(call for wave in case.waves for call in wave), here.calls(since)
    for switcher in SWITCHERS:
        asked.pop(switcher, None)
    if told != asked:
        raise Failed(f"{case.name} asked the platform {dict(asked)}, its case says {dict(told)}")


def _processor(pid: int) -> float:
    """Seconds of processor time that a process has used with all its threads. On Linux."""
    return time.clock_gettime((~pid << 3) | 2)  # CLOCK_PROCESS_CPUTIME_ID of another process


def report(rows: Sequence[Measured]) -> str:
    """A table of milliseconds and of ratios to the bare page."""
    head = ("", "upstream", "min", "median", "p95", "CPU", "bare", "CPU", "ratio", "CPU", "budget")
    cells = [head, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    told = [[row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])] for row in cells]
    return "\n".join(["Milliseconds; CPU is the server's own, medians.", *map("  ".join, told), ""])


def _cells(row: Measured) -> tuple[str, ...]:
    wall, processor = statistics.median(row.page.wall), statistics.median(row.page.processor)
    bare_wall, bare_processor = statistics.median(row.bare.wall), statistics.median(row.bare.processor)
    highest = sorted(row.page.wall)[int(len(row.page.wall) * 0.95)]
    times = (row.delay, min(row.page.wall), wall, highest, processor, bare_wall, bare_processor)
    ratios = (wall / bare_wall, processor / bare_processor)
    budget = "" if row.case.budget is None else f"{row.case.budget * 1000:.0f}"
    return (row.case.name, *(f"{seconds * 1000:.0f}" for seconds in times), *(f"{one:.1f}" for one in ratios), budget)


def fields(page: str, *names: str) -> Mapping[str, str]:
    """Hidden fields of a page by name."""
    return {name: hidden(page, name) for name in names}
