import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adminui.contract import envelope
from adminui.contract.envelope import Envelope, FieldError
from adminui.contract.paths import Path
from tests.contract.documents import documents, examples


def _parsed(answer: Any, status: int = 422) -> Envelope:
    found = envelope.parse(status, json.dumps(answer).encode())
    assert found is not None
    return found


def test_an_envelope_is_read_as_it_is() -> None:
    answer = {
        "code": 422,
        "detail": "Validation error",
        "type": "validation_error",
        "errors": [{"loc": ["body", "config", "capabilities", 2, "name"], "msg": "Taken.", "type": "unique"}],
    }
    found = _parsed(answer)
    assert found == Envelope(
        422,
        "Validation error",
        "validation_error",
        (FieldError(("body", "config", "capabilities", 2, "name"), "Taken.", "unique"),),
    )
    assert found.document() == answer


def test_without_errors_it_is_written_without_them() -> None:
    assert Envelope(404, "Not found", "not_found").document() == {
        "code": 404,
        "detail": "Not found",
        "type": "not_found",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>502 Bad Gateway</html>",
        b'{"detail": "cut',
        b"[]",
        b'"x"',
        b"null",
        b'{"error": "x"}',
        b"\xff\xfe",
        b"1" * 5000,
        b"[" * 100_000,
        b'{"detail":' * 100_000,
    ],
)
def test_a_body_without_envelope_gives_none(body: bytes) -> None:
    assert envelope.parse(502, body) is None


def test_a_bare_list_of_errors_is_understood() -> None:
    found = _parsed({"detail": [{"loc": ["body", "config", "x"], "msg": "m", "type": "t"}]})
    assert found.errors == (FieldError(("body", "config", "x"), "m", "t"),)
    assert (found.code, found.detail, found.type) == (422, "", "")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"detail": "d"}, Envelope(422, "d", "")),
        ({"detail": None}, Envelope(422, "", "")),
        ({"detail": {"why": "ü"}}, Envelope(422, '{"why": "ü"}', "")),
        ({"detail": 5, "code": "409", "type": ["x"]}, Envelope(422, "5", '["x"]')),
        ({"detail": "d", "code": True}, Envelope(422, "d", "")),
        ({"detail": "d", "code": 409}, Envelope(409, "d", "")),
        ({"detail": "d", "code": 10**30}, Envelope(422, "d", "")),
        ({"detail": "d", "errors": {"loc": []}}, Envelope(422, "d", "")),
        ({"detail": "d", "errors": "all of it"}, Envelope(422, "d", "")),
        ({"detail": "d", "errors": ["said", 5, None]}, Envelope(422, "d", "", (FieldError((), "said", ""),))),
        ({"detail": "d", "errors": [{}]}, Envelope(422, "d", "", (FieldError((), "", ""),))),
        ({"detail": "d", "errors": [{"message": "m"}]}, Envelope(422, "d", "", (FieldError((), "m", ""),))),
        ({"detail": "a\0b\ud800"}, Envelope(422, "a\ufffdb\ufffd", "")),
    ],
)
def test_what_is_missing_or_of_a_wrong_type_falls_back(answer: Any, expected: Envelope) -> None:
    assert _parsed(answer) == expected


@pytest.mark.parametrize(
    ("loc", "expected"),
    [
        (["body", 0, "x"], ("body", 0, "x")),
        (["a", None, "b"], ("a",)),
        (["a", True], ("a",)),
        (["a", 1.0], ("a",)),
        (["a", ["b"]], ("a",)),
        ("body.config.env.0", ("body", "config", "env", 0)),
        ("not a path", ("not a path",)),
        (7, ()),
        (None, ()),
        (["a\0"], ("a\ufffd",)),
    ],
)
def test_a_loc_holds_only_text_and_positions(loc: Any, expected: Path) -> None:
    assert _parsed({"detail": "d", "errors": [{"loc": loc, "msg": "m"}]}).errors[0].loc == expected


def test_a_detail_of_any_depth_is_written_left_out_or_no_envelope() -> None:
    """What the interpreter can just read it may not be able to write, a few calls further down."""
    found = [
        envelope.parse(500, b'{"detail": ' + b'{"a":' * deep + b"1" + b"}" * (deep + 1)) for deep in range(800, 1000)
    ]
    details = [one.detail if one else None for one in found]
    assert str(details[0]).startswith('{"a": {"a":')
    assert details[-1] is None


def test_what_is_long_is_cut() -> None:
    error = {"loc": ["x" * 9000, *["y"] * 9000], "msg": "m" * 9000, "type": "t" * 9000}
    found = _parsed({"detail": "d" * 9000, "type": "t" * 9000, "errors": [error] * 3})
    assert len(found.detail) == envelope.MAX_DETAIL
    assert found.detail.endswith("d…")
    assert len(found.type) == envelope.MAX_TYPE
    assert len(found.errors[0].msg) == envelope.MAX_MESSAGE
    assert len(found.errors[0].loc) == envelope.MAX_LOC
    assert len(str(found.errors[0].loc[0])) == envelope.MAX_SEGMENT
    assert len(_parsed({"detail": "", "errors": [{}] * 10_000}).errors) == envelope.MAX_ERRORS


def test_a_byte_order_mark_and_broken_utf8_do_not_hide_the_detail() -> None:
    found = envelope.parse(500, b'\xef\xbb\xbf{"detail": "caf\xff"}')
    assert found == Envelope(500, "caf\ufffd", "")


_answers = st.dictionaries(
    st.sampled_from(["detail", "errors", "code", "type"]),
    st.one_of(documents, st.lists(st.dictionaries(st.sampled_from(["loc", "msg", "type"]), documents), max_size=3)),
)


@examples(100)
@given(
    st.integers(100, 599), st.one_of(st.binary(max_size=60), _answers.map(lambda answer: json.dumps(answer).encode()))
)
@example(400, b'{"detail": ' + b"[" * 900 + b"]" * 900 + b"}")
def test_nothing_that_is_sent_raises(status: int, body: bytes) -> None:
    found = envelope.parse(status, body)
    if found is None:
        return
    assert 100 <= found.code <= 599
    for error in found.errors:
        assert all(type(segment) in {int, str} for segment in error.loc)
    json.dumps(found.document()).encode()


@pytest.mark.parametrize(
    ("loc", "path"),
    [
        (("body", "config", "resources", "cpu_cores"), ("resources", "cpu_cores")),
        (("config", "resources"), ("resources",)),
        (("body", "resources"), ("resources",)),
        (("resources",), ("resources",)),
        (("body",), ()),
        (("body", "config"), ()),
        (("body", "config", "config", "body"), ("config", "body")),
        ((), ()),
        ((0, "body"), (0, "body")),
    ],
)
def test_a_document_path_is_a_loc_without_its_wrapping(loc: Path, path: Path) -> None:
    assert envelope.document_path(loc) == path
