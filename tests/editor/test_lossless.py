"""Every recorded state can be brought back exactly: what a restore sends is the recorded document."""

from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adminui.accounts.here import Who
from adminui.contract.document import Json, read, same, wire
from adminui.editor import goingback
from adminui.editor.drafting import keep, over
from adminui.editor.goingback import Aim
from adminui.editor.subject import Subject, bare
from adminui.record import documents
from adminui.record.models import Event
from adminui.saving import drafts
from adminui.saving.protocol import State
from adminui.saving.send import submit
from adminui.saving.steps import Order
from tests.contract import documents as made
from tests.saving.conftest import RUNTIME, TRACE, FakePlatform, alice, upstream

__all__ = ["alice", "upstream"]


def part(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An object of the contract with some of its fields, and unknown keys."""
    unknown = st.dictionaries(st.sampled_from(["new", "é.ü", "0", "x-y"]), made.documents, max_size=2)
    return st.builds(lambda known, more: {**more, **known}, st.fixed_dictionaries({}, optional=fields), unknown)


texts = st.dictionaries(
    st.sampled_from(["team", "a.b", "ü", "A_KEY"]), st.sampled_from(["", "1", "two\nlines", "é", " x "])
)
names = st.sampled_from(["web", "sql-tools", "a.b", "ü"])
capability = st.builds(
    lambda name, more: {"name": name, **more}, names, part(version=st.sampled_from(["1", "2.0"]), enabled=st.booleans())
)
valid: st.SearchStrategy[Any] = part(
    version=st.just("v2"),
    build=part(profile=st.sampled_from(["default", "gpu"]), source=part(kind=st.just("builtin"))),
    resources=part(cpu_cores=st.integers(1, 32), memory_mb=st.integers(512, 131072)),
    sandbox=part(
        timeout_seconds=st.none() | st.integers(60, 4000),
        exposed_ports=st.lists(st.integers(1, 65535), max_size=4),
        egress=part(allow=st.lists(st.sampled_from(["api.example.com", "*.b.c", "10.0.0.0/8"]), max_size=3)),
    ),
    capabilities=st.lists(capability, max_size=3, unique_by=lambda one: str(one["name"])),
    defaults=part(agent=st.sampled_from(["planner"]), system_prompt=st.sampled_from(["", "a\r\nb", "\n x", None])),
    runtime_server=part(env=texts),
    metadata=part(labels=texts),
)
"""Configs that today's rules take."""

whatever = (valid | made.configs).filter(lambda one: isinstance(one, dict))


def draft_of(about: Subject, who: Who, recorded: Json, today: Json) -> tuple[Any, Any]:
    """The draft of a restore, as kept, and the form that its review makes of it."""
    digest = documents.keep(RUNTIME, recorded)
    event = Event(runtime=RUNTIME, kind="change.outside", before=digest, after=digest, data={})
    aim = goingback.aim(event, "restore", "after")
    assert isinstance(aim, Aim)
    onto = async_to_sync(over)(about, who, today, datetime.now(UTC))
    keep(onto, about.form_rebased(today, goingback.offer(aim, today).document(None)))
    kept = drafts.load(onto.id, who.person.platform_id, RUNTIME)
    assert kept is not None
    return kept, about.form_posted(kept.base, kept.values)


def brought_back(who: Who, upstream: FakePlatform, recorded: Json, today: Json) -> bool:
    """Restores one document over another, and holds what was PUT against it; whether today's rules let it be sent."""
    about = bare("acme", "research", str(RUNTIME))
    upstream.stored = today
    kept, form = draft_of(about, who, recorded, today)
    assert same(form.document(), recorded)
    if same(recorded, today) or not form.is_valid():
        return False
    order = Order(kept.form, kept.revision, kept.base, form.document(), "restore")
    save = async_to_sync(submit)(order, who, TRACE)
    assert save.state == State.STORED
    assert same(upstream.puts[-1], recorded)
    assert same(read(wire(upstream.puts[-1])), recorded)
    return True


@pytest.mark.parametrize("examples", [30, pytest.param(1_000, marks=pytest.mark.long)])
def test_every_state_comes_back_exactly(alice: Who, upstream: FakePlatform, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(whatever, whatever)
    def back(recorded: Json, today: Json) -> None:
        sent.append(brought_back(alice, upstream, recorded, today))

    sent: list[bool] = []
    back()
    assert sum(sent) > examples / 10
