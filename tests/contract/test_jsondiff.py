"""The difference as lines of JSON."""

from hypothesis import given
from hypothesis import strategies as st

from adminui.contract.document import Json, pretty
from adminui.contract.jsondiff import MASK, Line, lines
from adminui.contract.visible import visible

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
DOCS = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def kinds(found: list[Line], kind: str) -> list[str]:
    return [line.text.strip() for line in found if line.kind == kind]


def test_a_changed_line_stands_as_removed_and_added() -> None:
    found = lines({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 5, "c": 3})
    assert kinds(found, "del") == ['"b": 2,']
    assert kinds(found, "ins") == ['"b": 5,']
    assert '"a": 1,' in kinds(found, "same")


def test_secret_looking_values_are_masked_and_still_seen_to_change() -> None:
    before: Json = {
        "runtime_server": {"env": {"API_TOKEN": "old-value", "OTHER_SECRET": "kept-value", "LEVEL": "info"}}
    }
    after: Json = {"runtime_server": {"env": {"API_TOKEN": "new-value", "OTHER_SECRET": "kept-value", "LEVEL": "info"}}}
    found = lines(before, after)
    everything = "\n".join(line.text for line in found)
    assert "old-value" not in everything
    assert "new-value" not in everything
    assert "kept-value" not in everything
    assert kinds(found, "del") == [f'"API_TOKEN": "{MASK}",']
    assert kinds(found, "ins") == [f'"API_TOKEN": "{MASK}",']


def test_a_secret_that_goes_away_is_masked_too() -> None:
    found = lines({"runtime_server": {"env": {"API_TOKEN": "old-value"}}}, {"runtime_server": {}})
    assert "old-value" not in "\n".join(line.text for line in found)
    assert kinds(found, "del")


def test_distant_places_are_parted_by_a_gap_that_says_where() -> None:
    before: dict[str, Json] = {f"key{n:03}": n for n in range(200)}
    after: Json = {**before, "key010": -1, "key150": -1}
    found = lines(before, after)
    assert [line.text for line in found if line.kind == "gap"] == ["line 10", "line 150"]
    assert len(found) < 20


def test_what_cannot_be_seen_is_written_out() -> None:
    assert visible("a\u202eb\u200bc\ufeff") == "a\\u{202e}b\\u{200b}c\\u{feff}"
    assert visible("naïve — “quoted” 日本 🙂\ttab") == "naïve — “quoted” 日本 🙂\ttab"


@given(DOCS, DOCS)
def test_both_sides_can_be_read_off_the_lines(before: Json, after: Json) -> None:
    found = lines(before, after, context=10_000)
    old = [line.text for line in found if line.kind in {"same", "del"}]
    new = [line.text for line in found if line.kind in {"same", "ins"}]
    if before == after:
        return
    if old:
        assert [visible(text) for text in pretty(before).split("\n")] == old
    if new:
        assert [visible(text) for text in pretty(after).split("\n")] == new
