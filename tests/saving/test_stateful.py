"""Two people, random edits, random faults, against the real client and the box over HTTP.

After every step what the program says is held against what the box has: nothing is overwritten that its saver didn't
see, nothing is called saved that isn't, nothing is called not saved that is, no draft is lost, no PUT goes out twice.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from asgiref.sync import async_to_sync
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from adminui.accounts.here import Who
from adminui.accounts.upstream import platform
from adminui.contract.changes import diff
from adminui.contract.document import Json, edit, get, same
from adminui.contract.merge import merge, resolve
from adminui.contract.paths import Path as DocumentPath
from adminui.contract.paths import parse, text
from adminui.contract.stored import is_stored
from adminui.platform.address import RuntimeRef
from adminui.platform.answers import Stored
from adminui.record import documents, seen
from adminui.record.models import Event
from adminui.record.seen import Known
from adminui.saving import drafts, forms
from adminui.saving.forms import Form
from adminui.saving.protocol import LANDED, State
from adminui.saving.reading import noted, read_config
from adminui.saving.send import submit
from adminui.saving.steps import Order, Trace
from tests.conftest import person
from tests.embedded.box import plain, served_box

HEADERS = {"Authorization": "Bearer demo-alice"}
EDITS: list[tuple[DocumentPath, list[Json]]] = [
    (("resources", "cpu_cores"), [1, 2, 3, 4]),
    (("resources", "memory_mb"), [1024, 2048, 4096]),
    (("defaults", "agent"), ["planner", "navigator"]),
    (("metadata", "labels"), [{}, {"team": "a"}, {"team": "a", "tier": "b"}]),
    (("future", "flag"), [True, False, {"deep": [1]}]),
    (("sandbox", "exposed_ports"), [[], [80], [443, 80], [443, 80, 80]]),
]
FAULTS: list[dict[str, Any]] = [
    *({"status": status, "applied": applied} for status in (500, 502, 504) for applied in (True, False)),
    *({"status": 503, "envelope": True, "applied": applied} for applied in (True, False)),
    *({"cut": cut, "applied": applied} for cut in ("before", "middle") for applied in (True, False)),
    *({"status": status, "envelope": True} for status in (400, 403, 409, 422)),
    {"status": 302, "applied": True},
    {"status": 404, "applied": False},
    {"status": 200, "applied": True, "delay_ms": 40},
]


class Api:
    """The box as the model sees it."""

    def __init__(self, url: str) -> None:
        self.http = plain(base_url=f"{url}/api/v1", headers=HEADERS)
        self.path = "/org/acme/ws/research/runtimes/notebook-helper"
        self.runtime = UUID(self.http.get(self.path).json()["id"])
        self.last = self.stored()

    def stored(self) -> Json:
        """The document in the box, asked for; `last` is what it was when it was last heard of."""
        self.last = self.http.get(f"{self.path}/config").raise_for_status().json()["config"]
        return self.last

    def put(self, document: Json) -> None:
        """A change from the command line."""
        answer = self.http.put(f"{self.path}/config", json={"config": document}).raise_for_status()
        self.last = answer.json()["config"]

    def puts_since(self, moment: datetime) -> int:
        """PUTs that the box, on this machine and its clock, saw after a moment."""
        lines = self.http.get("/_log", params={"since": moment.isoformat()}).json()
        return sum(line["method"] == "PUT" for line in lines)

    def clear(self) -> None:
        """Takes all faults back."""
        self.http.delete("/_faults")


@dataclass
class Editor:
    """One person with one open form: what it was made from, and what it says now."""

    who: Who
    form: Form
    base: Json
    document: Json
    revision: int = 0

    @property
    def dirty(self) -> bool:
        """Whether there is anything to save."""
        return not same(self.base, self.document)


def touch(one: str, other: str) -> bool:
    """Whether two change paths are the same place, or one lies within the other."""
    first, second = parse(one), parse(other)
    return all(a == b for a, b in zip(first, second, strict=False))


class TwoPeople(RuleBasedStateMachine):
    """The model. `api` and `people` are set by the test."""

    api: ClassVar[Api]
    people: ClassVar[list[Who]]
    begins: ClassVar[int] = 0
    """How many interleavings have begun."""

    @initialize()
    def begin(self) -> None:
        """Both open the same document."""
        TwoPeople.begins += 1
        self.api.clear()
        self.unnoticed: set[str] = set()
        self.begun: list[tuple[Known, Stored]] = []
        async_to_sync(read_config)(self.people[0].token, self.ref())  # what the last run left is no part of this one
        self.told = seen.last_number(self.api.runtime)
        self.outside_put({"resources": {"cpu_cores": 2}, "future": {"flag": True}})
        self.look(0)
        self.editors = [self.opened(who) for who in self.people]

    def opened(self, who: Who, onto: Json | None = None, form: UUID | None = None) -> Editor:
        """A new form over what is stored, or over `onto`."""
        base = self.api.last if onto is None else onto
        digest = documents.keep(self.api.runtime, base)
        owner = who.person.platform_id
        made = forms.opened(owner, "acme", "research", self.api.runtime, digest, datetime.now(UTC), form)
        return Editor(who, made, base, base)

    def keep(self, editor: Editor) -> None:
        """Keeps the draft as the editor does."""
        said = [("document", repr(editor.document))]
        editor.revision = drafts.keep(editor.form, said, changes=1, sections=[])

    @rule(one=st.integers(0, 1))
    def open(self, one: int) -> None:
        """A new visit."""
        self.editors[one] = self.opened(self.people[one])

    @rule(one=st.integers(0, 1), change=st.sampled_from(EDITS), pick=st.integers(0, 3))
    def type(self, one: int, change: tuple[DocumentPath, list[Json]], pick: int) -> None:
        """An edit, kept as a draft."""
        path, values = change
        editor = self.editors[one]
        editor.document = edit(editor.document, path, values[pick % len(values)])
        if editor.dirty:
            self.keep(editor)

    @rule(change=st.sampled_from(EDITS), pick=st.integers(0, 3))
    def outside(self, change: tuple[DocumentPath, list[Json]], pick: int) -> None:
        """Somebody on the command line."""
        path, values = change
        self.outside_put(edit(self.api.last, path, values[pick % len(values)]))

    def outside_put(self, document: Json) -> None:
        """Stores a document, and keeps in mind what that changed until it is told."""
        before = self.api.last
        self.api.put(document)
        self.unnoticed |= {text(one.path) for one in diff(before, self.api.last)}

    @rule(one=st.integers(0, 1))
    def look(self, one: int) -> None:
        """A page reads the config: from then on what was changed elsewhere is known."""
        async_to_sync(read_config)(self.people[one].token, self.ref())
        known = seen.known(self.api.runtime)
        assert known.digest == documents.digest_of(self.api.runtime, self.api.stored()), "unnoticed"
        self.check_told()
        self.unnoticed.clear()

    @rule(one=st.integers(0, 1))
    def begin_to_look(self, one: int) -> None:
        """A page that is slow: what it read is told after whatever happens meanwhile."""
        known = seen.known(self.api.runtime)
        self.begun.append((known, async_to_sync(platform().config)(self.people[one].token, self.ref())))

    @rule()
    def end_to_look(self) -> None:
        """The slow page goes on, and alarms nobody about what it alone didn't know."""
        while self.begun:
            noted(self.ref(), *self.begun.pop())
        self.check_told()

    def ref(self) -> RuntimeRef:
        """The runtime's address."""
        return RuntimeRef("acme", "research", str(self.api.runtime))

    def check_told(self) -> None:
        """Every change told to be made elsewhere was."""
        new = Event.objects.filter(runtime=self.api.runtime, seq__gt=self.told).order_by("seq")
        for event in new:
            self.told = event.seq
            if event.kind == "change.outside":
                assert event.paths, "nothing changed"
                assert all(any(touch(path, one) for one in self.unnoticed) for path in event.paths), "a false alarm"

    @rule(one=st.integers(0, 1), fault=st.none() | st.sampled_from(FAULTS), side=st.sampled_from(["mine", "theirs"]))
    def save(self, one: int, fault: dict[str, Any] | None, side: Any) -> None:
        """A save, with or without a fault, and everything that has to be true after it."""
        editor = self.editors[one]
        if not editor.dirty:
            cores = get(editor.base, ("resources", "cpu_cores"))
            editor.document = edit(editor.base, ("resources", "cpu_cores"), 7 if cores != 7 else 8)
        self.keep(editor)
        before, moment = self.api.stored(), datetime.now(UTC)
        if fault is not None:
            self.api.http.post("/_faults", json={"method": "PUT", "path": "config", **fault}).raise_for_status()
        order = Order(editor.form, editor.revision, editor.base, editor.document, "editor")
        save = async_to_sync(submit)(order, editor.who, Trace(request_id=str(uuid4())))
        after, sent = self.api.stored(), self.api.puts_since(moment)
        self.api.clear()
        state = State(save.state)

        assert sent <= 1, "a second PUT"
        if state is not State.CHANGED:
            assert sent == 1, "no PUT"
        if sent and not same(before, after):
            seen = same(editor.base, before) or is_stored(editor.document, before)
            assert seen, "overwrote what its saver hadn't seen"
        if state is State.STORED:
            assert is_stored(editor.document, after), "called saved, and it isn't"
        elif state in {State.NOT_STORED, State.NOT_SENT, State.REJECTED, State.CHANGED}:
            assert same(before, after), f"called {state}, and it was stored"
        else:
            raise AssertionError(f"left {state}, though everything could be read back")
        self.check_told()
        self.go_on(one, state, after, side)

    def go_on(self, one: int, state: State, found: Json, side: Any) -> None:
        """What the person does then: a landed form is opened anew, a merge is made, else the draft is there."""
        editor = self.editors[one]
        kept = drafts.load(editor.form.id, editor.form.owner, self.api.runtime)
        if state in LANDED:
            assert kept is None
            self.editors[one] = self.opened(self.people[one])
            return
        assert kept is not None, "a lost draft"
        assert kept.values == (("document", repr(editor.document)),), "a changed draft"
        editor.revision = kept.revision
        if state is State.CHANGED:
            merged = merge(editor.base, found, editor.document)
            document = resolve(merged, {overlap.path: side for overlap in merged.overlaps})
            assert same(get(document, ("future",)), get(found, ("future",))) or self.touched(editor, "future")
            self.editors[one] = self.opened(self.people[one], found, editor.form.id)
            self.editors[one].document = document
            if self.editors[one].dirty:
                self.keep(self.editors[one])

    def touched(self, editor: Editor, key: str) -> bool:
        """Whether a person changed something below a key."""
        return not same(get(editor.base, (key,)), get(editor.document, (key,)))


@pytest.fixture
def model(
    tmp_path_factory: pytest.TempPathFactory,
    transactional_db: None,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[type[TwoPeople]]:
    """The model over a box of its own; waiting is short, the platform's request limit too."""
    with served_box(Path(tmp_path_factory.mktemp("stateful"))) as url:
        settings.PLATFORM_URL = url
        settings.PLATFORM_REQUEST_LIMIT = 0.05
        monkeypatch.setattr("adminui.saving.settle.PAUSES", (0.0, 0.03, 0.06))
        monkeypatch.setattr("adminui.saving.settle.LONGEST", 0.05)
        TwoPeople.api = Api(url)
        TwoPeople.people = [
            Who(person=person(name, platform_id=name), token="demo-alice", credential=uuid4())
            for name in ("alice-at-work", "alice-at-home")
        ]
        yield TwoPeople


def run(model: type[TwoPeople], examples: int, *, shrink: bool = True) -> None:
    """This many interleavings; `shrink`: a failure is made small before it is told.

    Their waiting is real: once in a while the same choices go another way, at which Hypothesis stops although nothing
    failed. Those that are left are then run anew.
    """
    end = model.begins + examples
    while model.begins < end:
        begun = model.begins
        try:
            _run(model, end - begun, shrink=shrink)
        except FlakyStrategyDefinition:
            assert model.begins > begun
        else:
            return


def _run(model: type[TwoPeople], examples: int, *, shrink: bool) -> None:
    run_state_machine_as_test(
        model,
        settings=settings(
            max_examples=examples,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            report_multiple_bugs=False,
            phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
        ),
    )


def test_what_goes_another_way_ends_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def some(model: type[TwoPeople], examples: int, *, shrink: bool) -> None:
        asked.append(examples)
        model.begins += 3 if len(asked) == 1 else examples
        if len(asked) == 1:
            raise FlakyStrategyDefinition

    monkeypatch.setattr("tests.saving.test_stateful._run", some)
    run(TwoPeople, 10)
    assert asked == [10, 7]


def test_interleavings(model: type[TwoPeople]) -> None:
    run(model, int(os.environ.get("INTERLEAVINGS", "300")))


@pytest.mark.long
def test_many_interleavings(model: type[TwoPeople]) -> None:
    run(model, 2000)
