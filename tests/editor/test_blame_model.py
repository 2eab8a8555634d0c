"""Blame against a model that knows who changed what: inserts, removals, reorders, raw edits, merges, restores.

The model looks at each place's value before and after a change, knows no change path and no index.
"""

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from adminui.accounts.here import Who
from adminui.contract.document import Json, edit, get, same
from adminui.contract.merge import merge, resolve
from adminui.editor.blame import marks
from adminui.editor.form import ConfigForm
from adminui.editor.subject import bare
from adminui.platform.address import RuntimeRef
from adminui.platform.answers import Stored
from adminui.saving.protocol import State
from adminui.saving.reading import read_config
from adminui.saving.send import submit
from tests.conftest import person
from tests.saving.conftest import RUNTIME, TRACE, FakePlatform, alice, order, upstream
from tests.saving.test_no_false_alarm import normalised

__all__ = ["alice", "upstream"]

NAMES = ("web", "sql", "a.b", "ü", "charts")
KEYS = ("team", "a.b", "tier", "É", "0")
LISTS = ("capabilities", "sandbox.exposed_ports", "sandbox.egress.allow", "metadata.labels", "runtime_server.env")
START: Any = {
    "version": "v2",
    "capabilities": [{"name": "web", "version": "1.0.0", "enabled": True}],
    "resources": {"cpu_cores": 2, "memory_mb": 2048},
    "metadata": {"labels": {"team": "a"}},
    "runtime_server": {"env": {"team": "x"}},
    "sandbox": {"exposed_ports": [80], "egress": {"allow": ["a.example.com"]}, "workspace_mount": True},
}


def stored(document: Json) -> Json:
    """As the platform stores it, duplicate targets removed as well."""
    document = normalised(document)
    targets = get(document, ("sandbox", "egress", "allow"))
    unique = list(dict.fromkeys(str(one) for one in targets)) if isinstance(targets, list) else None
    return document if unique is None else edit(document, ("sandbox", "egress", "allow"), [*unique])


class Storing(FakePlatform):
    """A platform that stores a config its own way."""

    async def replace_config(self, token: str, ref: RuntimeRef, document: Json) -> Stored:
        """What is stored is what a GET finds."""
        self.stored = stored(document)
        return self.answer()


def places(document: Any) -> dict[str, Json]:
    """The value of each place, named as marks are: scalars, lists, and rows by what they are about."""
    part: Callable[..., Any] = lambda *keys: _part(document, keys)  # noqa: E731 - three letters shorter than its use
    rows = {
        "capabilities": {one["name"]: one for one in part("capabilities") or []},
        "sandbox.exposed_ports": {str(one): one for one in part("sandbox", "exposed_ports") or []},
        "sandbox.egress.allow": {one: one for one in part("sandbox", "egress", "allow") or []},
        "metadata.labels": part("metadata", "labels") or {},
        "runtime_server.env": part("runtime_server", "env") or {},
    }
    found: dict[str, Json] = {
        "resources.cpu_cores": part("resources", "cpu_cores") or 2,
        "resources.memory_mb": part("resources", "memory_mb") or 2048,
        "defaults.agent": part("defaults", "agent"),
        "capabilities": part("capabilities") or [],
        "metadata.labels": rows["metadata.labels"],
        "runtime_server.env": rows["runtime_server.env"],
    }
    for name, items in rows.items():
        found |= {f"{name}:{key}": value for key, value in items.items()}
    return found


def _part(document: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document


class World:
    """The people, the platform, who changed each place last, and the states so far."""

    def __init__(self, people: list[Who], platform: Storing, seed: int) -> None:
        self.people, self.platform, self.chance = people, platform, random.Random(seed)
        self.who: dict[str, str] = {}
        self.states: list[Json] = [platform.stored]

    def changed(self, before: Json, who: str) -> None:
        """Notes who changed what between two states."""
        old, new = places(before), places(self.platform.stored)
        for place in old.keys() | new.keys():
            if place in old and place in new and same(old[place], new[place]):
                continue
            self.who[place] = who
        self.states.append(self.platform.stored)

    def outside(self) -> None:
        """Somebody on the command line, noticed by the next page."""
        before = self.platform.stored
        self.platform.stored = stored(self.edited(before))
        async_to_sync(read_config)("", RuntimeRef("acme", "research", str(RUNTIME)))
        self.changed(before, "")

    def save(self, wanted: Json | None = None) -> None:
        """A save over what is stored, or over an older page of it: merged then, and saved."""
        who, base = self.chance.choice(self.people), self.platform.stored
        wanted = self.edited(base) if wanted is None else wanted
        asked = order(who, wanted, base)
        if self.chance.random() < 0.2:
            self.outside()
        before = self.platform.stored
        save = async_to_sync(submit)(asked, who, TRACE)
        if save.state == State.CHANGED:
            merged = merge(base, before, wanted)
            document = resolve(merged, {overlap.path: "mine" for overlap in merged.overlaps})
            save = async_to_sync(submit)(order(who, document, before), who, TRACE)
        assert save.state in {State.STORED, State.ALTERED}
        self.changed(before, who.person.name)

    def restore(self) -> None:
        """An earlier state put back."""
        self.save(self.chance.choice(self.states))

    def edited(self, document: Json) -> Json:
        """One to three random edits."""
        edited: Any = deepcopy(document)
        for _ in range(self.chance.randint(1, 3)):
            self.chance.choice((self.scalar, self.capability, self.key, self.port, self.target, self.raw))(edited)
        return edited  # type: ignore[no-any-return]  # a document

    def scalar(self, document: Any) -> None:
        """A number, or a text that comes and goes."""
        pick = self.chance.choice(("cpu_cores", "memory_mb", "agent"))
        if pick == "agent":
            document["defaults"] = self.chance.choice(({}, {"agent": "a"}, {"agent": "b"}))
        else:
            document.setdefault("resources", {})[pick] = self.chance.choice((4, 8, 16)) * 256 ** (pick != "cpu_cores")

    def capability(self, document: Any) -> None:
        """Added anywhere, removed, moved, switched, or pinned."""
        listed = document.setdefault("capabilities", [])
        name, known = self.chance.choice(NAMES), {one["name"] for one in listed}
        if name not in known:
            listed.insert(self.chance.randint(0, len(listed)), {"name": name})
        elif self.chance.random() < 0.3:
            listed[:] = [one for one in listed if one["name"] != name]
        elif self.chance.random() < 0.5:
            self.chance.shuffle(listed)
        else:
            one = next(one for one in listed if one["name"] == name)
            one["enabled"] = not one.get("enabled", True)

    def key(self, document: Any) -> None:
        """A label or variable set or removed."""
        outer, inner = self.chance.choice((("metadata", "labels"), ("runtime_server", "env")))
        texts = document.setdefault(outer, {}).setdefault(inner, {})
        key = self.chance.choice(KEYS)
        if texts.pop(key, None) is None or self.chance.random() < 0.7:
            texts[key] = self.chance.choice("abc")

    def port(self, document: Any) -> None:
        """A port more, one less, or one twice: that is the platform's to sort out."""
        ports = document.setdefault("sandbox", {}).setdefault("exposed_ports", [])
        port = self.chance.randint(80, 84)
        if port in ports and self.chance.random() < 0.6:
            ports.remove(port)
        else:
            ports.insert(0, port)

    def target(self, document: Any) -> None:
        """A target more, maybe shouted, or one less."""
        listed = document.setdefault("sandbox", {}).setdefault("egress", {}).setdefault("allow", [])
        target = f"{self.chance.choice('abcd')}.example.com"
        if target in listed:
            listed.remove(target)
        elif target.upper() not in listed:
            listed.append(self.chance.choice((target, target.upper())))

    def raw(self, document: Any) -> None:
        """What the form has no control for: whole parts gone or new, unknown keys."""
        pick = self.chance.randrange(4)
        if pick == 0:
            document.pop(self.chance.choice(("metadata", "runtime_server", "capabilities", "defaults")), None)
        elif pick == 1:
            document["metadata"] = {"labels": dict.fromkeys(self.chance.sample(KEYS, 2), "raw"), "new": [1.5]}
        elif pick == 2:
            document.get("sandbox", {}).pop(self.chance.choice(("egress", "exposed_ports")), None)
        else:
            document["x-new"] = {"é": self.chance.random()}

    def check(self) -> None:
        """Each mark names who the model says, and each place that somebody changed has one."""
        form = ConfigForm.opened(self.platform.stored)
        found = marks(bare("acme", "research", str(RUNTIME)), form)
        rows = {name: form.controls[name] for name in LISTS if name in form.controls}
        rows["sandbox.egress.allow"] = form.controls["sandbox.egress"].targets  # type: ignore[attr-defined]
        for place in places(self.platform.stored):
            name, row, identity = place.partition(":")
            if row:
                origins: Any = rows[name].origins  # type: ignore[attr-defined]
                was = next(
                    was
                    for was, one in origins.items()
                    if identity in ((one.item["name"],) if name == "capabilities" else (str(one.place), str(one.item)))
                    and (isinstance(one.place, str) == (one.place == identity))
                )
                name = f"{name}.{was}"
            mark = found.get(name)
            assert (None if mark is None else mark.who) == self.who.get(place), (place, self.platform.stored)


def run(who: Who, platform: Storing, changes: int, seed: int) -> None:
    """That many random changes, with a look at every mark after each."""
    platform.stored = stored(START)
    async_to_sync(read_config)("", RuntimeRef("acme", "research", str(RUNTIME)))
    bob = Who(person=person("bob"), token="demo-bob", credential=who.credential)
    world = World([who, bob], platform, seed)
    for _ in range(changes):
        world.chance.choices((world.save, world.outside, world.restore), (6, 3, 1))[0]()
        world.check()
    assert set(world.who.values()) == {"", "alice", "bob"}


@pytest.fixture
def storing(upstream: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> Storing:
    """The platform in place of the plain one."""
    fake = Storing()
    monkeypatch.setattr("adminui.saving.send.platform", lambda: fake)
    monkeypatch.setattr("adminui.saving.reading.platform", lambda: fake)
    return fake


def test_nobody_is_blamed_wrongly(alice: Who, storing: Storing) -> None:
    run(alice, storing, 120, seed=7)


@pytest.mark.long
def test_nobody_is_blamed_wrongly_in_ten_thousand_changes(alice: Who, storing: Storing) -> None:
    run(alice, storing, 10_000, seed=20_261_124)


def test_a_list_whose_items_can_t_be_told_apart_is_marked_as_a_whole(alice: Who, storing: Storing) -> None:
    """Of two capabilities of one name nobody knows which is new: the list says that it was changed, and no row does."""
    for versions in (["1"], ["1", "2"]):
        storing.stored = edit(START, ("capabilities",), [{"name": "web", "version": one} for one in versions])
        async_to_sync(read_config)("", RuntimeRef("acme", "research", str(RUNTIME)))
    found = marks(bare("acme", "research", str(RUNTIME)), ConfigForm.opened(storing.stored))
    assert [(name, mark.who) for name, mark in found.items()] == [("capabilities", "")]
    assert found["capabilities"].href.endswith("path=capabilities")
