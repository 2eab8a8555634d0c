"""kill -9, SIGTERM and vanishing browsers while saves are under way; the box lives on, and the program comes back.

The whole program runs as the process it is in production. Whatever became of each save has to be known in the end, and
be true.
"""

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser.house import ROOT, migrated, surroundings
from tests.embedded.box import WAIT_SECONDS, free_port, plain, served_box, wait_until_answered

RESEARCH = "/org/acme/ws/research/runtimes"
OPEN = "state IN ('comparing', 'sending', 'unknown')"


@dataclass
class Program:
    """The admin UI as a process that is killed and started again over the same data."""

    data_dir: Path
    box_url: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Its settings: a short request limit, so that what is unknown is settled soon."""
        settings = {"ADMINUI_PLATFORM_URL": self.box_url, "ADMINUI_PLATFORM_REQUEST_LIMIT": "3", "PORT": str(self.port)}
        return surroundings(self.data_dir, **settings)

    def run(self, *command: str) -> str:
        """Runs a module to its end, and gives what it said."""
        ran = subprocess.run(
            [sys.executable, "-m", *command], cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True
        )
        return ran.stdout

    def start(self) -> None:
        """Starts it and waits until it answers."""
        serve = ["uvicorn", "adminui.asgi:application", "--port", str(self.port), "--lifespan", "on", "--no-access-log"]
        with (self.data_dir / "ui.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *serve], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        wait_until_answered(f"{self.url}/healthz", self.process)

    def stop(self, how: signal.Signals) -> None:
        """Ends it."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(WAIT_SECONDS)

    def sql(self, query: str) -> list[Any]:
        """Asks, or changes, the program's database."""
        with sqlite3.connect(self.data_dir / "db.sqlite3", timeout=20) as connection:
            return connection.execute(query).fetchall()


@dataclass
class Operator:
    """One person's browser, without a screen."""

    program: Program
    http: httpx.Client

    @classmethod
    def signed_in(cls, program: Program) -> "Operator":
        """Alice, with a session of her own."""
        http = plain(base_url=program.url, timeout=30)
        page = http.get("/signin/")
        http.post(
            "/signin/", data={"token": "demo-alice", "csrfmiddlewaretoken": hidden(page.text, "csrfmiddlewaretoken")}
        )
        return cls(program, http)

    def to_review(self, runtime: str, agent: str) -> dict[str, str]:
        """Types into a runtime's form; gives what the review's Save posts, and where to."""
        path = f"{RESEARCH}/{runtime}/config/"
        page = self.http.get(path).text
        typed = {"form": hidden(page, "form"), "defaults.agent": agent, "do": "review"}
        answer = self.http.post(path, data=typed | {"csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken")})
        assert answer.status_code == 302, answer.text[:500]
        review = self.http.get(answer.headers["location"]).text
        names = ("form", "revision", "csrfmiddlewaretoken")
        return {name: hidden(review, name) for name in names} | {"do": "save", "path": answer.headers["location"]}

    def save(self, values: dict[str, str], timeout: float = 30) -> None:
        """Presses Save; who is cut off, or leaves after `timeout` seconds, just is."""
        path = values["path"]
        with suppress(httpx.HTTPError):
            self.http.post(path, data={k: v for k, v in values.items() if k != "path"}, timeout=timeout)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page[:2000]
    return found[1]


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """Program and box over data of their own."""
    with served_box(tmp_path) as box_url:
        made = Program(tmp_path, box_url)
        migrated(tmp_path)
        yield made
        if made.process is not None and made.process.poll() is None:
            made.stop(signal.SIGKILL)


def runtimes(program: Program) -> list[str]:
    """Alice's own runtimes."""
    found = box(program, "GET", f"{RESEARCH}?limit=100&owner=me").json()["items"]
    return [item["id"] for item in found]


def box(program: Program, method: str, path: str, **more: Any) -> httpx.Response:
    """One request to the box, past the program."""
    headers = {"Authorization": "Bearer demo-alice"}
    with plain() as client:
        return client.request(method, f"{program.box_url}/api/v1{path}", headers=headers, **more)


@contextmanager
def saving(operator: Operator, reviews: list[dict[str, str]], timeout: float = 30) -> Iterator[None]:
    """Saves going on in threads while the body does its worst."""
    threads = [threading.Thread(target=operator.save, args=(values, timeout)) for values in reviews]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()


def open_saves(program: Program) -> list[Any]:
    """The saves that aren't settled."""
    return program.sql(f"SELECT id, state, evidence FROM saving_save WHERE {OPEN}")


def slow(program: Program, count: int, milliseconds: int) -> None:
    """The next PUTs are answered late, and take effect."""
    fault = {"method": "PUT", "path": "config", "status": 200, "applied": True}
    box(program, "POST", "/_faults", json={**fault, "count": count, "delay_ms": milliseconds})


def leases_run_out(program: Program) -> None:
    """The time that a dead program's saves are left to it is over: the next one that starts takes them up at once."""
    program.sql(f"UPDATE saving_save SET leased_until = '2020-01-01 00:00:00' WHERE {OPEN}")


def settled(program: Program) -> None:
    """Waits until no save is open."""
    deadline = time.monotonic() + WAIT_SECONDS
    while open_saves(program):
        assert time.monotonic() < deadline, program.sql("SELECT id, state, evidence FROM saving_save")
        time.sleep(0.05)  # another process works on it: there is nothing here to wait on


def hold_true(program: Program, agents: dict[str, str]) -> None:
    """What the program says of each save is what the box has, and every PUT had its intent."""
    states = {row[0]: row[1] for row in program.sql("SELECT replace(runtime, '-', ''), state FROM saving_save")}
    for runtime, agent in agents.items():
        stored = box(program, "GET", f"{RESEARCH}/{runtime}/config").json()["config"].get("defaults", {}).get("agent")
        state = states.get(runtime.replace("-", ""))
        assert (stored == agent) == (state == "stored"), (runtime, agent, stored, state)
    puts = sum(line["method"] == "PUT" for line in box(program, "GET", "/_log").json())
    intents = program.sql("SELECT count(*) FROM record_event WHERE kind = 'save.intent'")[0][0]
    assert puts <= intents


def whole(program: Program) -> None:
    """The chain of all that was recorded, which nothing leaves again, is whole."""
    said = program.run("tests.saving.verify", "acme")
    assert json.loads(said)["whole"], said


def crash(program: Program, kills: int, seed: int) -> None:
    """`kills` rounds: three saves begin, and the program is killed in the midst of them."""
    chance = random.Random(seed)
    free = runtimes(program)
    agents: dict[str, str] = {}
    program.start()
    for number in range(kills):
        operator = Operator.signed_in(program)
        chosen = [free[(number * 3 + at) % len(free)] for at in range(3)]
        reviews = []
        for runtime in chosen:
            agents[runtime] = f"agent-{number}-{chance.random()}"
            reviews.append(operator.to_review(runtime, agents[runtime]))
        slow(program, 3, chance.choice([0, 50, 200]))
        with saving(operator, reviews):
            time.sleep(chance.uniform(0.0, 0.25))  # the moment of death is chance
            program.stop(signal.SIGKILL)
        box(program, "DELETE", "/_faults")
        leases_run_out(program)
        program.start()
        if len(agents) + 3 > len(free) or number == kills - 1:  # before a runtime's turn comes again
            settled(program)
            hold_true(program, agents)
            agents.clear()
            program.sql("DELETE FROM saving_save")
            program.sql("DELETE FROM saving_draft")
    whole(program)


def test_killed_in_the_midst_of_saves(program: Program) -> None:
    crash(program, 20, seed=1)


@pytest.mark.long
def test_killed_often(program: Program) -> None:
    crash(program, 500, seed=2)


def term(program: Program, times: int) -> None:
    """SIGTERM under load: the saves that were begun come to their end, and each outcome is written down."""
    free = runtimes(program)
    for number in range(times):
        program.start()
        operator = Operator.signed_in(program)
        chosen = [free[(number * 3 + at) % len(free)] for at in range(3)]
        agents = {runtime: f"agent-{number}-{random.random()}" for runtime in chosen}
        reviews = [operator.to_review(runtime, agent) for runtime, agent in agents.items()]
        slow(program, 3, 400)
        with saving(operator, reviews):
            time.sleep(random.uniform(0.1, 0.3))  # the saves are under way by then, or not: both must hold
            program.stop(signal.SIGTERM)
        box(program, "DELETE", "/_faults")
        unrecorded = program.sql("SELECT state FROM saving_save WHERE state IN ('comparing', 'sending')")
        assert unrecorded == []
        hold_true(program, agents)
        program.sql("DELETE FROM saving_save")
        program.sql("DELETE FROM saving_draft")
    whole(program)


def test_asked_to_stop_under_load(program: Program) -> None:
    term(program, 5)


@pytest.mark.long
def test_asked_to_stop_often(program: Program) -> None:
    term(program, 50)


def vanish(program: Program, browsers: int) -> None:
    """Browsers that leave mid-save: as many outcomes as saves, and no connection is leaked."""
    program.start()
    operator = Operator.signed_in(program)
    free = runtimes(program)
    assert program.process is not None
    fds = Path(f"/proc/{program.process.pid}/fd")
    for begin in range(0, browsers, 10):
        chosen = [free[(begin + at) % len(free)] for at in range(min(10, browsers - begin))]
        reviews = [operator.to_review(runtime, f"agent-{begin}-{random.random()}") for runtime in chosen]
        slow(program, 10, 1500)
        with saving(operator, reviews, timeout=1.0):
            pass
        box(program, "DELETE", "/_faults")
    settled(program)
    states = dict(program.sql("SELECT state, count(*) FROM saving_save GROUP BY state"))
    puts = sum(line["method"] == "PUT" for line in box(program, "GET", "/_log").json())
    assert sum(states.values()) == puts
    assert states.keys() <= {"stored", "rejected"}  # some demo configs are ones that the platform refuses
    assert puts > 0, "some had begun before their browser left"
    open_files = [os.readlink(one) for one in fds.iterdir()]
    assert sum("db.sqlite3" in name for name in open_files) < 30, open_files


def test_browsers_that_vanish(program: Program) -> None:
    vanish(program, 20)


@pytest.mark.long
def test_many_browsers_that_vanish(program: Program) -> None:
    vanish(program, 200)
