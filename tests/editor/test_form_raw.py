"""Raw beside the controls: either may be edited, and both as long as they don't disagree."""

import json

import pytest

from adminui.contract.document import Json, pretty
from adminui.editor.form import ConfigForm
from tests.editor.simulate import replaced

DOCUMENT: Json = {"resources": {"cpu_cores": 2}, "metadata": {"labels": {"a": "1"}}, "newer": [1.50, "x"]}


def form_of(raw: str, **typed: str) -> ConfigForm:
    named = {name.replace("__", "."): value for name, value in typed.items()}
    return ConfigForm.posted(DOCUMENT, replaced(ConfigForm.opened(DOCUMENT).values(), {**named, "raw": raw}))


def test_untouched_it_is_ignored() -> None:
    form = form_of(pretty(DOCUMENT).replace("\n", "\r\n"), resources__cpu_cores="4")
    assert form.document() == {**DOCUMENT, "resources": {"cpu_cores": 4}}  # type: ignore[dict-item]


def test_other_spacing_is_no_edit() -> None:
    assert form_of(json.dumps(DOCUMENT, sort_keys=True)).changes() == ()


def test_edited_alone_it_is_the_document() -> None:
    form = form_of('{"resources": {"cpu_cores": 8}, "version": "v2"}')
    assert form.document() == {"resources": {"cpu_cores": 8}, "version": "v2"}
    assert form.is_valid()
    assert form.typed


def test_both_edited_they_are_merged() -> None:
    form = form_of(pretty({**DOCUMENT, "newer": []}), resources__cpu_cores="4")  # type: ignore[dict-item]
    assert form.document() == {**DOCUMENT, "resources": {"cpu_cores": 4}, "newer": []}  # type: ignore[dict-item]
    assert form.is_valid()


def test_both_edited_to_the_same_they_agree() -> None:
    assert form_of(pretty({**DOCUMENT, "resources": {"cpu_cores": 4}}), resources__cpu_cores="4").is_valid()  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1,\n  "b" 2}', "Not JSON at line 2 column 7: “:” is missing."),
        ('{"a": 1, "a": 2}', 'Duplicate key "a" in the document.'),
        ("", "Not JSON at line 1 column 1: a value is missing."),
    ],
)
def test_what_is_not_json_stays_as_typed_with_the_reason(text: str, reason: str) -> None:
    form = form_of(text)
    assert [(one.control, one.text) for one in form.problems] == [("raw", reason)]
    assert dict(form.values())["raw"] == text
    assert not form.is_valid()


def test_it_can_be_taken_back() -> None:
    form = ConfigForm.posted(DOCUMENT, form_of("{", resources__cpu_cores="4").act("revert:raw").values)
    assert not form.raw.changed
    assert form.document() == {**DOCUMENT, "resources": {"cpu_cores": 4}}  # type: ignore[dict-item]


def test_what_raw_made_wrong_stands_at_raw_and_what_a_control_made_wrong_at_the_control() -> None:
    raw = pretty({**DOCUMENT, "resources": {"cpu_cores": 2, "memory_mb": "much"}})  # type: ignore[dict-item]
    form = form_of(raw, resources__cpu_cores="64")
    assert [(one.control, one.path) for one in form.problems] == [
        ("resources.cpu_cores", ""),
        ("raw", "resources.memory_mb"),
    ]


def test_unknown_keys_are_listed_with_their_paths() -> None:
    document: Json = {
        "version": "v2",
        "resources": {"accelerator": {"kind": "none"}, "cpu_cores": {"not": "known, but shown as kept"}},
        "capabilities": [{"name": "web", "tier": 1}, 7],
        "sandbox": {"egress": {"allow": [], "mode": "x"}, "idle_policy": "hibernate"},
        "metadata": {"labels": {"a": "b"}},
        "top": None,
    }
    assert ConfigForm.opened(document).in_raw.unknown == [
        ("resources.accelerator", '{"kind":"none"}'),
        ("capabilities.0.tier", "1"),
        ("sandbox.egress.mode", '"x"'),
        ("sandbox.idle_policy", '"hibernate"'),
        ("top", "null"),
    ]
    assert ConfigForm.opened({"capabilities": [{"name": "web", "tier": 1}]}).in_raw.unknown == [
        ('capabilities["web"].tier', "1")
    ]
