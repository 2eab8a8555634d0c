import copy
import hashlib
import json
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adminui.contract import document
from adminui.contract.document import ABSENT, Json, Unfaithful
from adminui.contract.paths import Path
from tests.contract.documents import best_time, documents, examples, full, large, random_document, random_value


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ('{"resources": {"x": 1, "x": 2}}', 'Duplicate key "x" in resources.'),
        ('{"a": 1, "a": 1}', 'Duplicate key "a" in the document.'),
        ('{"l": [{"b": [{"k": 1, "k": 2}]}]}', 'Duplicate key "k" in l.0.b.0.'),
        ('{"a": {"b": 1, "b": 1}, "a": 2}', 'Duplicate key "a" in the document.'),
        ("[NaN]", "NaN is not a JSON number."),
        ('{"a": -Infinity}', "-Infinity is not a JSON number."),
        ('{"resources": {"cpu_cores": 1e999}}', "A number is too large in resources.cpu_cores."),
        ("-1e400", "A number is too large in the document."),
        ("1" * 4301, "A number is too large: it has more than 4300 digits."),
        ('{"a": ["\\ud800"]}', "A lone surrogate (half of a character) is in a.0."),
        ('{"a": {"\\uDFFFx": 1}}', "A lone surrogate (half of a character) is in a key of a."),
        ('"\ud800"', "A lone surrogate (half of a character) is at character 2."),
        ("\ufeff{}", "It starts with a byte order mark, which JSON doesn’t allow."),
        (b"\xef\xbb\xbf{}", "It starts with a byte order mark, which JSON doesn’t allow."),
        (b'{"a": "\xff"}', "Not UTF-8 at byte 8."),
        (b'"\xed\xa0\x80"', "Not UTF-8 at byte 2."),
        ("[" * 65 + "]" * 65, "It is deeper than 64 levels."),
        ('{"a":' * 100_000, "It is deeper than 64 levels."),
        ("[" * 100_000 + "]" * 100_000, "It is deeper than 64 levels."),
        ("", "Not JSON at line 1 column 1: a value is missing."),
        ('{\n  "a": 1\n  "b": 2\n}', "Not JSON at line 3 column 3: “,” or a closing bracket is missing."),
        ('{"a" 1}', "Not JSON at line 1 column 6: “:” is missing."),
        ("{} {}", "Not JSON at line 1 column 4: there is more after the end."),
        ("{'a': 1}", "Not JSON at line 1 column 2: a key in double quotes is missing."),
        ('"a\nb"', "Not JSON at line 1 column 3: a line break, tab or other control character has to be escaped."),
        ("01", "Not JSON at line 1 column 2: there is more after the end."),
        ('{"a": 1,}', "Not JSON at line 1 column 9: a key in double quotes is missing."),
    ],
)
def test_what_cannot_be_carried_exactly_is_refused_with_the_reason(raw: bytes | str, reason: str) -> None:
    with pytest.raises(Unfaithful) as refusal:
        document.read(raw)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a": "\\u0000\\ud83d\\ude00"}', {"a": "\0😀"}),
        ("9007199254740993", 9007199254740993),
        ("9" * 4300, int("9" * 4300)),
        ("0.1", 0.1),
        ("1E5", 100000.0),
        ("[" * 64 + "]" * 64, json.loads("[" * 64 + "]" * 64)),
        (' {"b": 1, "a": 2}\n', {"b": 1, "a": 2}),
        ("null", None),
    ],
)
def test_what_can_be_carried_is_read_as_it_is(raw: bytes | str, value: Json) -> None:
    assert document.same(document.read(raw), value)


def test_the_depth_allowed_is_the_callers() -> None:
    assert document.read("[[1]]", max_depth=2) == [[1]]
    with pytest.raises(Unfaithful, match="deeper than 1 levels"):
        document.read("[[1]]", max_depth=1)


@examples(120)
@given(st.one_of(st.binary(max_size=40), st.text(max_size=40), documents.map(json.dumps)))
@example('{"\\ud800": 1}')
@example("-")
def test_reading_gives_a_document_or_is_unfaithful(raw: bytes | str) -> None:
    try:
        value = document.read(raw)
    except Unfaithful:
        return
    assert document.same(document.read(document.wire(value)), value)
    assert document.same(document.read(document.canonical(value)), value)
    assert document.same(document.read(document.pretty(value)), value)


@examples(120)
@given(documents, documents)
@example([True, 0.0], [1, -0.0])
@example({"a": 1, "b": 2}, {"b": 2, "a": 1})
def test_same_documents_are_those_of_equal_canonical_bytes(a: Json, b: Json) -> None:
    assert document.same(a, b) == (document.canonical(a) == document.canonical(b))
    assert document.same(a, b) == (document.digest(a) == document.digest(b))
    assert document.same(a, copy.deepcopy(a))


@pytest.mark.parametrize(
    ("a", "b"), [(True, 1), (False, 0), (1, 1.0), (0.0, -0.0), (None, False), ("1", 1), ([], {}), ([1, 2], [2, 1])]
)
def test_values_of_another_kind_or_order_are_not_the_same(a: Json, b: Json) -> None:
    assert not document.same(a, b)
    assert not document.same({"k": [a]}, {"k": [b]})


def test_canonical_bytes_sort_keys_and_the_wire_keeps_them() -> None:
    value: Json = {"b": {"d": 1, "c": [1.5, "ü"]}, "a": None}
    assert document.canonical(value) == '{"a":null,"b":{"c":[1.5,"ü"],"d":1}}'.encode()
    assert document.wire(value) == '{"b":{"d":1,"c":[1.5,"ü"]},"a":null}'.encode()
    assert document.pretty({"b": ["ü"], "a": {}}) == '{\n  "b": [\n    "ü"\n  ],\n  "a": {}\n}'
    assert document.digest(value) == hashlib.sha256(document.canonical(value)).hexdigest()


def test_getting_tells_absent_from_null() -> None:
    value: Json = {"a": {"b": None}, "l": [1]}
    assert document.get(value, ("a", "b")) is None
    for path in [("a", "c"), ("a", 0), ("l", 1), ("l", -1), ("l", "0"), ("a", "b", "c"), ("x", "y")]:
        assert document.get(value, path) is ABSENT  # type: ignore[arg-type]  # tuples of either segment
    assert document.get(value, ("l", 0)) == 1
    assert document.get(value, ()) is value


def test_an_object_is_told_from_everything_else() -> None:
    values: list[Json | document.Absent] = [{}, [], "", None, ABSENT]
    assert [document.is_object(value) for value in values] == [True, False, False, False, False]
    assert repr(ABSENT) == "ABSENT"


EDITED: list[tuple[Json, Path, Json | document.Absent, Json]] = [
    ({"a": 1}, ("b", "c"), 2, {"a": 1, "b": {"c": 2}}),
    ({"a": {"b": 1, "c": 2}}, ("a", "b"), ABSENT, {"a": {"c": 2}}),
    ({"a": 1}, ("x", "y"), ABSENT, {"a": 1}),
    ({"l": [1, 2, 3]}, ("l", 1), ABSENT, {"l": [1, 3]}),
    ({"l": [1, 2]}, ("l", 2), 3, {"l": [1, 2, 3]}),
    ({"l": [1, 2]}, ("l", 5), ABSENT, {"l": [1, 2]}),
    ({"l": [{"n": 1}]}, ("l", 0, "n"), 2, {"l": [{"n": 2}]}),
    ({"l": [{"n": 1}]}, ("l", 1, "n"), 2, {"l": [{"n": 1}, {"n": 2}]}),
    ({"a": 1}, (), [1], [1]),
    ({"a": 1}, ("a",), None, {"a": None}),
]


@pytest.mark.parametrize(("before", "path", "value", "after"), EDITED)
def test_an_edit_makes_a_new_document(before: Json, path: Path, value: Json | document.Absent, after: Json) -> None:
    kept = copy.deepcopy(before)
    assert document.same(document.edit(before, path, value), after)
    assert document.same(before, kept)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("a", "b"), 1, "There is no object at a."),
        (("a", "b"), ABSENT, "There is no object at a."),
        (("n", "b"), 1, "There is no object at n."),
        (("d", 0), 1, "There is no list at d."),
        (("l", "x"), 1, "There is no object at l."),
        (("l", 3), 1, "There is no position 3 in the list at l."),
        (("new", 0), 1, "There is no list at new."),
        ((), ABSENT, "The document itself can’t be removed."),
    ],
)
def test_an_edit_through_something_else_is_refused(path: Path, value: Json | document.Absent, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        document.edit({"a": "x", "n": None, "d": {}, "l": [1, 2]}, path, value)
    assert str(refusal.value) == said


def test_an_edit_shares_what_it_does_not_touch() -> None:
    before = full()
    after = document.edit(before, ("resources", "cpu_cores"), 8)
    assert isinstance(after, dict)
    assert after["sandbox"] is before["sandbox"]
    assert list(after) == list(before)


def test_no_key_is_lost_or_added_in_ten_thousand_documents() -> None:
    """Read, edited in one place and written, a document differs there and nowhere else."""
    rng = random.Random(20261124)
    for _ in range(10_000):
        before = document.read(document.wire(random_document(rng)))
        assert document.wire(document.read(document.pretty(before))) == document.wire(before)
        path = _some_path(rng, before)
        value = random_value(rng, 2)
        after = document.read(document.wire(document.edit(before, path, value)))
        assert document.same(document.get(after, path), value)
        old, new = document.get(before, path), document.get(after, path)
        restored = document.edit(after, path, old)
        assert old is ABSENT or document.wire(restored) == document.wire(before), (path, old, new)
        assert _outside(before, path) == _outside(after, path)


def _some_path(rng: random.Random, doc: Json) -> Path:
    path: Path = ()
    value = doc
    while isinstance(value, (dict, list)) and value:
        segment, value = rng.choice(list(document.items(value)))
        path = (*path, segment)
        if rng.random() < 0.4:
            break
    if isinstance(value, dict) and rng.random() < 0.3:
        path = (*path, "added")
    return path


def _outside(doc: Json, path: Path) -> dict[Path, str]:
    """Every key and position outside a path, with its value when that holds nothing further."""
    return {
        (*at, segment): "" if isinstance(child, (dict, list)) else repr(child)
        for at, container in document.containers(doc)
        for segment, child in document.items(container)
        if (*at, segment)[: len(path)] != path
    }


def test_a_megabyte_is_read_and_written_quickly() -> None:
    raw = document.wire(large())
    assert len(raw) > 950_000
    assert best_time(lambda: document.read(raw)) < 0.1
    assert best_time(lambda: document.pretty(document.read(raw))) < 0.2
