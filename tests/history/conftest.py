"""What tests of history begin with: a made-up record of several workspaces."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adminui.record import events
from adminui.record.models import Event
from tests.embedded.box import served_box
from tests.record.guards import record_emptied

__all__ = ["record_emptied"]

RUNTIMES = [UUID(int=number) for number in range(1, 7)]
PEOPLE = ["alice", "bob", "Carol Ann", "ci"]
PATHS = [
    *("resources.cpu_cores", "resources.memory_mb", 'capabilities["web"]', 'capabilities["web"].version'),
    *('metadata.labels["a b"]', "runtime_server.env.LOG_LEVEL", "sandbox", "capabilities"),
]
REASONS = ["", "Cheaper, and good enough", "Rotate the collector, OPS-881", "größer", "load test OPS-882"]


def write(**other: Any) -> Event:
    """Appends an event of acme / research, a stored save of bob's on the first runtime where nothing else is given."""
    given: dict[str, Any] = {
        "kind": "save.stored",
        "chain": other.get("organization", "acme"),
        "origin": "editor",
        "person": events.Person("https://id.example", "sub-bob", "bob"),
        "platform_user": events.PlatformUser("user-bob", "bob"),
        "organization": "acme",
        "workspace": "research",
        "runtime": RUNTIMES[0],
        "request_id": "req-1",
        "paths": ("resources.cpu_cores",),
        "data": {"state": "stored"},
    }
    return events.append(events.NewEvent(**{**given, **other}))


def a_save(chance: random.Random, **other: Any) -> Iterator[Event]:
    """The events of one save, random in all that is searched for."""
    name = chance.choice(PEOPLE)
    shared: dict[str, Any] = {
        "person": events.Person("https://id.example", f"sub-{name}", name),
        "runtime": chance.choice(RUNTIMES),
        "paths": tuple(chance.sample(PATHS, chance.randrange(1, 4))),
        "origin": chance.choice(["editor", "editor", "restore", "bulk"]),
        "reason": chance.choice(REASONS),
        "request_id": f"req-{chance.randrange(10**6)}",
        "save": UUID(int=chance.getrandbits(128)),
        **other,
    }
    yield write(kind="save.intent", data={}, **shared)
    state = chance.choice(["stored", "stored", "stored", "rejected", "unknown", "not_sent", "altered"])
    kind = {"altered": "stored"}.get(state, state)
    yield write(kind=f"save.{kind}", data={"state": state, "status": 422}, **shared)
    if state == "unknown" and chance.random() < 0.7:
        yield write(kind="save.settled", data={"state": "stored"}, **shared)


@pytest.fixture
def busy(db: None) -> list[Event]:
    """Some 100 events of two workspaces of acme and one of another organization, the same ones each time."""
    chance = random.Random(7)
    made: list[Event] = []
    for _ in range(45):
        place = chance.choice([("acme", "research")] * 3 + [("acme", "production"), ("globex", "main")])
        made += a_save(chance, organization=place[0], workspace=place[1])
        if chance.random() < 0.1:
            made.append(write(kind="reveal", data={"path": "runtime_server.env.A"}, paths=("runtime_server.env.A",)))
    return made


@pytest.fixture(scope="session")
def box_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One box for the pages of history."""
    with served_box(Path(tmp_path_factory.mktemp("box"))) as url:
        yield url
