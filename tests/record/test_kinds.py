"""Kinds of event and their sentences."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adminui.record.kinds import KINDS, UNTOLD, lacking, sentence

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sentence_names_only_what_its_kind_must_carry(kind: str) -> None:
    known = KINDS[kind]
    for template in (known.sentence, *known.states.values()):
        names = {name for _, name, _, _ in string.Formatter().parse(template) if name}
        assert names <= {"who", "changes", *known.carries}
        assert not template.endswith(".")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_told_in_full_when_it_carries_what_it_must(kind: str) -> None:
    told = sentence(kind, who="Bob", paths=["resources.cpu_cores"], data=dict.fromkeys(KINDS[kind].carries, "x"))
    assert UNTOLD not in told
    assert "{" not in told


def test_a_save_is_told_with_its_changes() -> None:
    paths = ["resources.cpu_cores", "sandbox.timeout_seconds"]
    assert sentence("save.stored", who="Bob", paths=paths, data={"state": "stored"}) == (
        "Bob saved 2 changes (resources.cpu_cores, sandbox.timeout_seconds)"
    )


def test_one_change_is_not_plural_and_many_are_cut() -> None:
    assert sentence("save.intent", who="Bob", paths=["a"]) == "Bob set out to save 1 change (a)"
    assert sentence("save.intent", who="Bob", paths=list("abcde")) == (
        "Bob set out to save 5 changes (a, b, c and 2 more)"
    )


def test_a_state_is_told_more_exactly_where_the_kind_knows_it() -> None:
    told = {
        state: sentence("save.settled", who="Bob", data={"state": state}) for state in ("stored", "not_stored", "new")
    }
    assert told["stored"] == "Bob’s save of the config turned out to be stored"
    assert told["not_stored"] == "Bob’s save of the config turned out not to be stored"
    assert told["new"] == "Bob’s save of the config was settled later"


def test_a_refusal_says_the_status() -> None:
    assert "status 422" in sentence("save.rejected", who="Bob", data={"state": "rejected", "status": 422})


def test_an_unknown_kind_still_gives_a_sentence() -> None:
    told = sentence("save.teleported", who="Bob", data={"to": "mars"})
    assert told == "Bob: an event of the kind “save.teleported”, which this version doesn’t know"


def test_what_is_missing_is_said_to_be_missing() -> None:
    assert sentence("reveal", who="Bob", data={}) == f"Bob revealed the value of {UNTOLD}"
    assert lacking("reveal", {}) == ["path"]
    assert lacking("reveal", {"path": "x"}) == []


def test_braces_in_a_value_are_no_template() -> None:
    assert sentence("reveal", who="{who.__class__}", data={"path": "{who}"}) == (
        "{who.__class__} revealed the value of {who}"
    )


@given(kind=st.sampled_from([*KINDS, "new.kind", ""]) | st.text(), who=ANYTHING, paths=ANYTHING, data=ANYTHING)
def test_no_payload_makes_it_fail(kind: str, who: object, paths: object, data: object) -> None:
    assert sentence(kind, who=who, paths=paths, data=data)


@given(state=ANYTHING)
def test_no_state_makes_it_fail(state: object) -> None:
    assert sentence("save.settled", who="Bob", data={"state": state})


def test_a_value_longer_than_a_line_is_cut() -> None:
    assert len(sentence("signin.failed", data={"why": "x" * 10_000})) < 300
