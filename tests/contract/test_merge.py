import copy
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adminui.contract import document
from adminui.contract.changes import diff, locate
from adminui.contract.document import ABSENT, Json, same
from adminui.contract.merge import Overlap, merge, resolve
from adminui.contract.paths import Path
from tests.contract.documents import configs, documents, examples, full

pairs = st.one_of(st.tuples(configs, configs), st.tuples(documents, documents))
triples = st.one_of(st.tuples(configs, configs, configs), st.tuples(documents, documents, documents))


@examples(120)
@given(pairs)
def test_when_one_side_changed_that_side_comes_out(pair: tuple[Json, Json]) -> None:
    base, changed = pair
    for theirs, mine in ((base, changed), (changed, base), (changed, changed)):
        merged = merge(base, theirs, mine)
        assert document.wire(merged.document) == document.wire(
            mine if same(theirs, base) and not same(mine, base) else theirs
        )
        assert merged.overlaps == ()


@examples(150)
@given(triples)
@example(({"a": 1}, {}, {"a": 2}))
@example(({"a": "x"}, {"a": {"b": 1}}, {"a": {"c": 1}}))
@example(
    (
        {"capabilities": [{"name": "a"}, {"name": "b"}]},
        {"capabilities": [{"name": "b"}, {"name": "a"}]},
        {"capabilities": [{"name": "b"}]},
    )
)
def test_overlaps_are_decided_one_way_or_the_other(triple: tuple[Json, Json, Json]) -> None:
    base, theirs, mine = triple
    kept = copy.deepcopy(triple)
    merged = merge(base, theirs, mine)
    assert same(list(triple), list(kept))
    assert merged.theirs == diff(base, theirs)
    assert merged.mine == diff(base, mine)
    paths = [overlap.path for overlap in merged.overlaps]
    assert len(set(paths)) == len(paths)
    assert same(resolve(merged, dict.fromkeys(paths, "theirs")), merged.document)
    decided = resolve(merged, dict.fromkeys(paths, "mine"))
    for overlap in merged.overlaps:
        assert not same(overlap.theirs, overlap.mine)
        assert not same(overlap.base, overlap.mine)
        assert not same(overlap.base, overlap.theirs)
        at = locate(decided, overlap.path)
        assert same(ABSENT if at is None else document.get(decided, at), overlap.mine)


@examples(150)
@given(triples)
def test_the_sides_can_be_exchanged(triple: tuple[Json, Json, Json]) -> None:
    """Up to the order of what both added to a list."""
    base, theirs, mine = triple
    one, other = merge(base, theirs, mine), merge(base, mine, theirs)
    assert {overlap.path for overlap in one.overlaps} == {overlap.path for overlap in other.overlaps}
    if not one.overlaps:
        assert same(_unordered(one.document), _unordered(other.document))
    mirrored = resolve(other, {overlap.path: "mine" for overlap in other.overlaps})
    assert same(_unordered(mirrored), _unordered(one.document))


def _unordered(doc: Json) -> Json:
    if isinstance(doc, dict):
        return {key: _unordered(value) for key, value in doc.items()}
    return sorted(map(_unordered, doc), key=document.canonical) if isinstance(doc, list) else doc


@examples(120)
@given(
    st.lists(st.tuples(st.sampled_from(["x", "y.z", "env"]), st.sampled_from(["a", "b"]), documents), max_size=4),
    st.lists(st.tuples(st.sampled_from(["x", "y.z", "env"]), st.sampled_from(["c", "d"]), documents), max_size=4),
)
def test_edits_of_different_places_all_come_through(
    theirs: list[tuple[str, str, Json]], mine: list[tuple[str, str, Json]]
) -> None:
    base: Json = full()
    both = base
    sides = []
    for edits in (theirs, mine):
        side = base
        for part, key, value in edits:
            side, both = document.edit(side, (part, key), value), document.edit(both, (part, key), value)
        sides.append(side)
    for one, other in (sides, reversed(sides)):
        merged = merge(base, one, other)
        assert merged.overlaps == ()
        assert same(merged.document, both)


def _names(*names: str) -> Json:
    return {"capabilities": [{"name": name} for name in names]}


ORDERS: list[tuple[str, str, str, str]] = [
    ("ab", "abc", "abd", "abcd"),
    ("ab", "abc", "xab", "xabc"),
    ("ab", "ab", "axb", "axb"),
    ("abc", "ac", "abcd", "acd"),
    ("abc", "cab", "abcd", "cabd"),
    ("abc", "abcd", "cab", "cabd"),
    ("abc", "cab", "cab", "cab"),
    ("abc", "bc", "ab", "b"),
    ("", "a", "b", "ab"),
    ("ab", "xyab", "abzw", "xyabzw"),
]


@pytest.mark.parametrize(("base", "theirs", "mine", "merged"), ORDERS)
def test_lists_merge_item_by_item_in_an_order_of_both(base: str, theirs: str, mine: str, merged: str) -> None:
    found = merge(_names(*base), _names(*theirs), _names(*mine))
    assert found.overlaps == ()
    assert found.document == _names(*merged)


def test_two_different_orders_of_capabilities_overlap_and_of_ports_do_not() -> None:
    base, theirs, mine = _names("a", "b", "c"), _names("b", "a", "c"), _names("a", "c", "b")
    (overlap,) = merge(base, theirs, mine).overlaps
    assert overlap.path == ("capabilities",)
    assert {"capabilities": overlap.mine} == mine

    def ports(*listed: int) -> Json:
        return {"sandbox": {"exposed_ports": list(listed)}}

    merged = merge(ports(1, 2, 3), ports(2, 1, 3), ports(1, 3, 2, 4))
    assert merged.overlaps == ()
    assert merged.document == ports(2, 1, 3, 4)


def test_fields_of_one_capability_merge_and_overlap_by_name() -> None:
    def config(**capability: Any) -> Json:
        return {"capabilities": [{"name": "other"}, {"name": "web", **capability}]}

    merged = merge(config(version="1", enabled=True), config(version="2", enabled=True), config(version="1"))
    assert merged.overlaps == ()
    assert merged.document == config(version="2")
    merged = merge(config(version="1"), config(version="2"), config(version="3"))
    assert merged.overlaps == (Overlap(("capabilities", "web", "version"), "1", "2", "3"),)
    assert merged.document == config(version="2")
    assert resolve(merged, {("capabilities", "web", "version"): "mine"}) == config(version="3")


def test_removed_there_and_changed_here_overlap() -> None:
    def config(**labels: Json) -> Json:
        return {"metadata": {"labels": labels}}

    merged = merge(config(a="1", b="1"), config(b="1"), config(a="2", b="2"))
    assert merged.overlaps == (Overlap(("metadata", "labels", "a"), "1", ABSENT, "2"),)
    assert merged.document == config(b="2")
    assert resolve(merged, {("metadata", "labels", "a"): "mine"}) == config(a="2", b="2")
    merged = merge(config(a="1"), config(a="2"), config())
    assert resolve(merged, {("metadata", "labels", "a"): "mine"}) == config()


def test_a_capability_removed_there_and_changed_here_can_be_kept() -> None:
    base: Json = {"capabilities": [{"name": "web", "version": "1"}, {"name": "x"}]}
    mine: Json = {"capabilities": [{"name": "web", "version": "2"}, {"name": "x"}]}
    merged = merge(base, {"capabilities": [{"name": "x"}]}, mine)
    assert [overlap.path for overlap in merged.overlaps] == [("capabilities", "web")]
    kept = resolve(merged, {("capabilities", "web"): "mine"})
    assert kept == {"capabilities": [{"name": "x"}, {"name": "web", "version": "2"}]}


def test_unknown_keys_of_both_survive() -> None:
    base = full()
    theirs = document.edit(base, ("resources", "gpu"), {"count": 1})
    mine = document.edit(document.edit(base, ("x-new",), ABSENT), ("sandbox", "idle_policy"), "hibernate")
    merged = merge(base, theirs, mine)
    assert merged.overlaps == ()
    assert document.get(merged.document, ("resources", "gpu")) == {"count": 1}
    assert document.get(merged.document, ("sandbox", "idle_policy")) == "hibernate"
    assert document.get(merged.document, ("x-new",)) is ABSENT


def test_every_overlap_must_be_chosen_and_nothing_else() -> None:
    merged = merge({"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 3, "b": 3})
    a: Path = ("a",)
    with pytest.raises(ValueError, match=r"^Choose for b\.$"):
        resolve(merged, {a: "mine"})
    with pytest.raises(ValueError, match=r"^There is nothing to choose at c\.$"):
        resolve(merged, {a: "mine", ("b",): "theirs", ("c",): "mine"})
    assert resolve(merged, {a: "mine", ("b",): "theirs"}) == {"a": 3, "b": 2}
