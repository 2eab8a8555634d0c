"""A made-up year of history: people who save on weekdays, refusals, changes made elsewhere, restores, reveals.

Every runtime goes round a few states, whose documents are kept: what its events say is what these documents say.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain, count
from typing import Final
from uuid import UUID

from django.db import transaction

from adminui.contract import paths
from adminui.contract.changes import diff
from adminui.contract.document import Json, edit
from adminui.contract.paths import Path
from adminui.record import documents

_EVENTS_EACH: Final = 1.9
"""Events of what happens at one time, on average."""
STATES: Final = 6
"""States that a runtime goes round."""
_NAMES: Final = (
    *("alice", "bob", "dana", "emil", "farid", "gita", "henrik", "ines", "jonas", "kira", "liam", "mona", "nils"),
    *("olga", "piotr", "quinn", "rosa", "sven", "tara", "uwe", "vera", "wim", "xenia", "yusuf", "zoe"),
)
_REASONS: Final = (
    *("", "", "", "", "Cheaper, and good enough", "Load test", "Rotate the collector", "Sized by load"),
    *("Overnight backfill", "New port for the debugger", "Back to what worked", "Ask finance before going higher"),
)
_TICKETS: Final = ("OPS", "DATA", "FIN")
_EDITS: Final[tuple[tuple[Path, tuple[Json, ...]], ...]] = (
    (("resources", "cpu_cores"), (1, 2, 4, 8, 16)),
    (("resources", "memory_mb"), (1024, 2048, 4096, 8192)),
    (("defaults", "model"), ("openai/gpt-4.1", "openai/gpt-4.1-mini", "anthropic/claude-sonnet-4")),
    (("sandbox", "timeout_seconds"), (600, 900, 3600, 7200)),
    (("sandbox", "exposed_ports"), ([8080], [8080, 9090], [9229])),
    (("runtime_server", "env", "LOG_LEVEL"), ("debug", "info", "warning")),
    (("runtime_server", "env", "CRAWL_DELAY_MS"), ("500", "1500")),
    (("metadata", "labels", "team"), ("analysis", "market-watch", "support")),
    (("metadata", "labels", "oncall"), ("yes", "no")),
    (("capabilities",), ([{"name": "web-browse", "version": "1.12.0"}], [{"name": "sql-tools", "version": "2.4.1"}])),
)
_REFUSAL: Final[Json] = {
    "code": 422,
    "detail": "Validation error",
    "type": "validation_error",
    "errors": [
        {"loc": ["body", "config", "resources", "cpu_cores"], "msg": "at most 8 in this project", "type": "quota"}
    ],
}
_FRESH: Final[Json] = {
    "version": "v2",
    "build": {"profile": "default", "provider": "auto", "source": {"kind": "builtin", "ref": "runtime"}},
    "resources": {"cpu_cores": 2, "memory_mb": 2048},
    "runtime_server": {"env": {"LOG_LEVEL": "info"}},
    "sandbox": {"exposed_ports": []},
}


@dataclass
class _Runtime:
    """A runtime with the digests of its states and the paths from each to the next; `at` is the one it is in."""

    id: str
    workspace: str
    states: Sequence[str]
    steps: Sequence[list[Json]]
    refusal: str
    at: int = 0


@dataclass(frozen=True)
class Year:
    """What is made up: how many events, up to when, in which organization and workspaces, by a seed."""

    events: int
    organization: str
    workspaces: tuple[str, ...]
    known: tuple[UUID, ...] = ()
    runtimes: int = 200
    days: int = 365
    seed: int = 1

    def made(self, now: datetime | None = None) -> Iterator[dict[str, Json]]:
        """The events as record.many takes them, oldest first. Keeps the documents that they speak of."""
        chance = random.Random(self.seed)
        with transaction.atomic():
            runtimes = [self._runtime(chance, at) for at in range(max(self.runtimes, len(self.known)))]
        people = _People(chance)
        left = self.events
        for morning, share in _days(chance, self.days, now or datetime.now(UTC)):
            rest = int(self.events * share)
            for moment in _moments(chance, morning, left - rest):
                if left <= rest:
                    break
                runtime = runtimes[int(chance.random() ** 3 * len(runtimes))]  # a few are busy, most are not
                for event in _happening(chance, people, self.organization, runtime, moment):
                    yield event
                    left -= 1
                    if not left:
                        return

    def _runtime(self, chance: random.Random, at: int) -> _Runtime:
        known = self.known[at] if at < len(self.known) else UUID(int=chance.getrandbits(128), version=4)
        states = [_FRESH]
        for _ in range(STATES - 1):
            state = states[-1]
            for path, values in chance.sample(_EDITS, chance.choice((1, 1, 1, 2, 3))):
                state = edit(state, path, chance.choice(values))
            states.append(state)
        steps: list[list[Json]] = [
            [paths.text(change.path) for change in diff(one, states[(number + 1) % STATES])]
            for number, one in enumerate(states)
        ]
        return _Runtime(
            id=str(known),
            workspace=self.workspaces[0] if at < len(self.known) else self.workspaces[at % len(self.workspaces)],
            states=[documents.keep(known, one) for one in states],
            steps=steps,
            refusal=documents.keep(known, _REFUSAL),
        )


class _People:
    """Who does it: some do much."""

    def __init__(self, chance: random.Random) -> None:
        self._people: list[dict[str, Json]] = [
            {
                "issuer": "https://login.acme.example/realms/staff",
                "subject": str(UUID(int=chance.getrandbits(128), version=4)),
                "name": name,
                "platform_id": f"{name}-id",
                "platform_name": name,
                "ip": f"10.8.{at}.{chance.randrange(1, 250)}",
                "agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            }
            for at, name in enumerate(_NAMES)
        ]
        self.nobody: dict[str, Json] = dict.fromkeys(self._people[0], "")

    def one(self, chance: random.Random) -> dict[str, Json]:
        """Somebody."""
        return self._people[int(chance.random() ** 2 * len(self._people))]


def _days(chance: random.Random, days: int, now: datetime) -> Iterator[tuple[datetime, float]]:
    """The mornings up to yesterday's, each with the share of all that comes after its day.

    Much comes on weekdays, and more of it lately.
    """
    mornings = [
        (now - timedelta(days=back)).replace(hour=6, minute=0, second=0, microsecond=0) for back in range(days, 0, -1)
    ]
    weights = [
        (1.0 if morning.weekday() < 5 else 0.12) * (0.5 + day / days) * chance.uniform(0.75, 1.35)
        for day, morning in enumerate(mornings)
    ]
    after = [0.0, *accumulate(reversed(weights[1:]))]
    return zip(mornings, (each / sum(weights) for each in reversed(after)), strict=True)


def _moments(chance: random.Random, morning: datetime, events: int) -> Iterator[datetime]:
    """Times of a day in their order, as many as most often make so many events; then, while more are needed, on."""
    seconds = sorted(int(min(max(chance.gauss(6, 3), 0), 14) * 3600) for _ in range(round(events / _EVENTS_EACH)))
    for second in chain(seconds, count(14 * 3600)):
        yield morning + timedelta(seconds=second, microseconds=chance.randrange(10**6))


def _happening(
    chance: random.Random, people: _People, organization: str, runtime: _Runtime, at: datetime
) -> Iterator[dict[str, Json]]:
    """What happens at one time: a save with its events, most often."""
    kind = chance.random()
    about: dict[str, Json] = {
        **people.one(chance),
        **{"organization": organization, "workspace": runtime.workspace, "runtime": runtime.id},
        **{"request_id": f"{chance.getrandbits(128):032x}", "origin": "editor", "reason": ""},
        **{"paths": [], "before": None, "after": None, "data": {}, "save": None},
    }
    if kind < 0.03:
        key = "runtime_server.env.LOG_LEVEL"
        yield _event(
            chance, at, {**about, "kind": "reveal", "origin": "history", "paths": [key], "data": {"path": key}}
        )
    elif kind < 0.05:
        yield _event(chance, at, {**about, "kind": "export", "data": {"what": "the config as runtime.yaml"}})
    elif kind < 0.11:
        since = {"since": f"{at - timedelta(minutes=40):%Y-%m-%dT%H:%M:%SZ}", "until": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
        made: dict[str, Json] = {"kind": "change.outside", "origin": "outside", "request_id": "", "data": {**since}}
        yield _event(chance, at, {**about, **people.nobody, **made, **_step(runtime)})
        runtime.at = (runtime.at + 1) % STATES
    else:
        yield from _save(chance, about, runtime, at)


def _step(runtime: _Runtime) -> dict[str, Json]:
    following = (runtime.at + 1) % STATES
    return {
        "before": runtime.states[runtime.at],
        "after": runtime.states[following],
        "paths": runtime.steps[runtime.at],
    }


def _save(
    chance: random.Random, about: Mapping[str, Json], runtime: _Runtime, at: datetime
) -> Iterator[dict[str, Json]]:
    reason = chance.choice(_REASONS)
    if reason and chance.random() < 0.5:
        reason = f"{reason}, {chance.choice(_TICKETS)}-{chance.randrange(100, 3000)}"
    origin = chance.choices(("editor", "restore", "undo", "import", "bulk"), (82, 4, 2, 4, 8))[0]
    save: dict[str, Json] = {
        **about,
        **_step(runtime),
        **{"save": _id(chance, at), "reason": reason, "origin": origin},
    }
    yield _event(chance, at, {**save, "kind": "save.intent"})
    answered = at + timedelta(milliseconds=chance.randrange(80, 900))
    state = chance.choices(("stored", "rejected", "unknown", "not_sent"), (92, 5, 2, 1))[0]
    data: dict[str, Json] = {"state": state, "phase": "put", "platform_request": f"req_{chance.getrandbits(60):013X}"}
    ended: dict[str, Json] = {**save, "after": None}
    match state:
        case "rejected":
            data |= {"kind": "Invalid", "status": 422, "envelope": runtime.refusal}
        case "unknown":
            data |= {"kind": "ServerFailed", "status": 504}
        case "not_sent":
            data |= {"kind": "NotSent"}
        case _:
            ended = save
    yield _event(chance, answered, {**ended, "kind": f"save.{state}", "data": data})
    if state == "unknown":
        landed = chance.random() < 0.6
        data = {"state": "stored" if landed else "not_stored", "phase": "read back"}
        seen = answered + timedelta(seconds=chance.randrange(2, 90))
        yield _event(chance, seen, {**(save if landed else ended), "kind": "save.settled", "data": data})
        state = "stored" if landed else state
    if state == "stored":
        runtime.at = (runtime.at + 1) % STATES


def _event(chance: random.Random, at: datetime, fields: Mapping[str, Json]) -> dict[str, Json]:
    return {**fields, "id": _id(chance, at), "at": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"}


def _id(chance: random.Random, at: datetime) -> str:
    """A UUID version 7 of that time."""
    milliseconds = int(at.timestamp() * 1000)
    value = milliseconds << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 0b10 << 62 | chance.getrandbits(62)
    return str(UUID(int=value))
