"""Events of newer and older versions: kinds and payloads that this one never wrote, on every page and in every export.

They are appended with hashes that fit, as those versions would have: so they verify as well.
"""

import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adminui.accounts.roles import Role
from adminui.record import documents, events, kinds, verifier
from adminui.record.ids import uuid7
from adminui.record.many import append_many
from adminui.record.models import Event
from tests.conftest import Visitor
from tests.history.test_export import export, taken
from tests.history.test_pages import SCOUT, WORKSPACE, alice, as_, of, visitor

__all__ = ["alice", "visitor"]

CONFIG = f"/org/acme/ws/research/runtimes/{SCOUT}/config/"
KINDS = [*kinds.KINDS, "save.stored", "save.settled", "change.outside", "save.new", "", "\u202e", "x" * 500, "save."]
KEYS = [
    *("state", "status", "since", "until", "path", "envelope", "event", "of", "what", "query", "platform_request"),
    *("moved", "parts", "dropped", "count", "by", "phase", "new"),
]
STATES = ["stored", "altered", "overtaken", "rejected", "unknown", "not_stored", "superseded", "new", ""]
PATHS = [
    *("resources.cpu_cores", 'capabilities["web"].version', "runtime_server.env.TOKEN", "no path [", "", "a" * 300),
    *('secrets.secret_ids["x"]', "sandbox", "\u202e<odd>", "9", 'x["', "metadata.labels", "build.0.1"),
]

WHOLE: list[Any] = [{"a": 1}, 1.5, [{}], "text", True, [[]]]
"""What stands for the paths and the data of the first events, whatever chance makes of the others."""


def value(chance: random.Random, deep: int = 3) -> Any:
    """Any JSON value."""
    plain = (None, True, 0, -7, 2**53 - 1, 1.5, 1e300, "", "text", "2026-11-01T00:00:00Z", "f" * 64, "<odd>", *PATHS)
    match chance.randrange(6 if deep else 4):
        case 4:
            return [value(chance, deep - 1) for _ in range(chance.randrange(4))]
        case 5:
            names = chance.sample([*KEYS, "é", "\U0001f600", ""], chance.randrange(4))
            return {name: value(chance, deep - 1) for name in names}
        case _:
            return chance.choice(plain)


def odd(chance: random.Random, count: int) -> Iterator[dict[str, Any]]:
    """That many events as record.many takes them, of scout and of its workspace."""
    digests = [documents.keep(SCOUT, {"version": "v2", "resources": {"cpu_cores": at}}) for at in range(1, 5)]
    digests += [documents.keep(SCOUT, [1, {"loc": "x"}]), documents.keep(SCOUT, {"detail": 7, "errors": [{"loc": 3}]})]
    sides = [*digests, *digests, None, "", "f" * 64, "no digest"]
    saves = [str(UUID(int=chance.getrandbits(128))) for _ in range(1 + count // 4)]
    moment = datetime.now(UTC) - timedelta(days=1)
    for at in range(count):
        data, listed = value(chance), chance.choice([value(chance) or [], chance.sample(PATHS, 4)])
        if chance.random() < 0.7:
            data = {name: value(chance) for name in chance.sample(KEYS, 5)} | {"state": chance.choice([*STATES, 7, {}])}
        if at < len(WHOLE):
            data, listed = WHOLE[at], WHOLE[at]
        yield {
            **dict.fromkeys(verifier.FIELDS, ""),
            "id": str(uuid7()),
            "at": (moment + timedelta(seconds=at)).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "kind": chance.choice(KINDS),
            "name": chance.choice(["bob", "", "<odd>", "\u202e", "n" * 400]),
            "organization": "acme",
            "workspace": "research",
            "runtime": str(SCOUT) if chance.random() < 0.8 else None,
            "origin": chance.choice(["editor", "restore", "undo", "new", ""]),
            "reason": chance.choice(["", "because", "r" * 2000]),
            "paths": listed,
            "before": chance.choice(sides),
            "after": chance.choice(sides),
            "data": data or {},
            "save": chance.choice([None, *saves]),
        }


def pages(event: Event) -> list[str]:
    """Every page that an event may be on by itself."""
    if event.runtime is None:
        return [f"{WORKSPACE}{event.id}/"]
    listed = event.paths if isinstance(event.paths, list) else []
    return [
        *(of(SCOUT, f"{event.id}/"), of(SCOUT, f"compare/?a={event.id}.before&b={event.id}&all=on")),
        *(of(SCOUT, f"path/?path={path}") for path in listed[:1] if isinstance(path, str)),
        *(f"{CONFIG}restore/{event.id}/", f"{CONFIG}restore/{event.id}/?state=before", f"{CONFIG}undo/{event.id}/"),
    ]


def around(visitor: Visitor) -> Iterator[str]:
    """Every page of all of them, one after the other, and what leads to the next."""
    yield from (f"{WORKSPACE}?q=after:30d", f"{WORKSPACE}?q=bob", CONFIG, f"{CONFIG}drafts/", of(SCOUT, "compare/"))
    for start in (WORKSPACE, of(SCOUT)):
        older = "?q=show:all"
        while older:
            yield start + older
            said = visitor.get(start + older).content.decode()
            older = said.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")


@pytest.mark.parametrize("count", [24, pytest.param(400, marks=pytest.mark.long)])
def test_random_events_of_other_versions_are_on_every_page_and_never_a_fault(
    alice: Visitor, tmp_path: Path, count: int
) -> None:
    as_(alice.sign_in("alice"), Role.ADMIN)
    first = events.verify("acme").events
    assert list(append_many("acme", odd(random.Random(7), count)))[-1] == count
    made = list(Event.objects.filter(chain="acme", seq__gt=first).order_by("seq"))
    assert len(made) == count
    statuses: dict[int, int] = {}
    for path in [*around(alice), *(path for event in made for path in pages(event))]:
        answer = alice.get(path)
        assert answer.status_code in {200, 404, 409}, (path, answer.status_code)
        assert "<odd" not in answer.content.decode(), path
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
    assert statuses[200] > 2 * count, statuses
    for event in made[:: max(1, count // 6)]:
        for path in pages(event)[-2:]:
            assert alice.post(path, {"do": "all"}).status_code < 500, path
    for kind in ("csv", "ndjson"):
        assert taken(alice, f"{WORKSPACE}export/", kind=kind, q="show:all")
    proven(tmp_path / "acme.ndjson")


def proven(file: Path) -> None:
    """The record is whole with them, online and in an export held by the verifier alone."""
    export("acme", "--output", file)
    verdict = events.verify("acme")
    assert verdict.whole, verdict.why
    alone = [sys.executable, "-I", verifier.__file__, str(file)]
    done = subprocess.run(alone, capture_output=True, text=True, cwd="/")
    assert (done.returncode, done.stdout) == (0, f"acme: {verdict.events} events, whole, head {verdict.head}\n")
