"""Form and Raw in step: each says what was typed into the other, disagreements are asked, omissions are named."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adminui.contract.changes import diff
from adminui.contract.document import Json, pretty, read, same
from adminui.editor import raw
from adminui.editor.form import ConfigForm
from adminui.editor.instep import LeftOut, left_out
from tests.contract.documents import configs, examples
from tests.editor.simulate import config_pairs, page, replaced

DOCUMENT: dict[str, Any] = {
    "resources": {"cpu_cores": 2, "memory_mb": 4096},
    "metadata": {"labels": {"a": "1", "b": "2"}},
    "capabilities": [{"name": "web", "tier": 1}, {"name": "sql"}],
    "sandbox": {"idle_policy": "hibernate", "egress": {"allow": ["a.example.org"]}},
    "newer": {"x": [1.50]},
}


def edited(form: ConfigForm, raw_document: Any = None, **typed: str) -> ConfigForm:
    """What a browser posts for a form's page after more was typed, form and Raw brought in step."""
    values = {name.replace("__", "."): value for name, value in typed.items()}
    if raw_document is not None:
        values["raw"] = raw_document if isinstance(raw_document, str) else json.dumps(raw_document)
    return ConfigForm.posted(DOCUMENT, replaced(config_pairs(page(form)), values)).in_step()


def start() -> ConfigForm:
    return ConfigForm.opened(DOCUMENT)


def changed(**parts: Any) -> dict[str, Any]:
    return {**DOCUMENT, **parts}


def test_what_is_typed_into_raw_is_in_the_controls() -> None:
    document = changed(resources={"cpu_cores": 8, "memory_mb": 4096}, metadata={"labels": {"b": "3", "c": "4"}})
    form = edited(start(), document)
    assert not form.raw.changed
    assert form.document() == document
    held = dict(form.values())
    assert held["resources.cpu_cores"] == "8"
    assert {held["metadata.labels.0.key"], held["metadata.labels.1.key"]} == {"b", "c"}
    assert {section.key for section in form.sections if section.changed} == {"resources", "metadata"}


def test_what_is_typed_into_the_controls_is_in_raw() -> None:
    form = edited(start(), resources__cpu_cores="8")
    assert read(form.in_raw.text) == changed(resources={"cpu_cores": 8, "memory_mb": 4096})
    assert not form.raw.changed


def test_each_may_follow_the_other_many_times() -> None:
    form = edited(start(), resources__cpu_cores="8")
    form = edited(form, {**read(form.in_raw.text), "newer": 7})  # type: ignore[dict-item]
    form = edited(form, resources__memory_mb="512")
    form = edited(form, form.in_raw.text.replace('"cpu_cores": 8', '"cpu_cores": 3'))
    form = edited(form, metadata__labels__0__value="z")
    assert form.document() == changed(
        resources={"cpu_cores": 3, "memory_mb": 512}, newer=7, metadata={"labels": {"a": "z", "b": "2"}}
    )
    assert form.is_valid()
    assert read(form.in_raw.text) == form.document()


def test_both_edited_in_one_post_are_joined_by_path() -> None:
    first = edited(start(), resources__cpu_cores="8")
    form = edited(first, {**read(first.in_raw.text), "newer": 1}, metadata__labels__1__value="9")  # type: ignore[dict-item]
    assert form.document() == changed(
        resources={"cpu_cores": 8, "memory_mb": 4096}, metadata={"labels": {"a": "1", "b": "9"}}, newer=1
    )
    assert form.in_raw.joined.clashes == ()


def clash() -> ConfigForm:
    document = changed(resources={"cpu_cores": 16, "memory_mb": 512})
    return edited(start(), document, resources__cpu_cores="8", defaults__agent="me")


def test_where_they_disagree_it_is_asked_and_nothing_is_lost() -> None:
    form = clash()
    assert not form.is_valid()
    (line,) = form.summary
    assert line.control == "raw.choose.resources.cpu_cores"
    assert line.text == "The form changes resources.cpu_cores to 8, Raw to 16. Choose one."
    held = dict(form.values())
    assert held["resources.cpu_cores"] == "8"
    assert read(held["raw"]) == changed(resources={"cpu_cores": 16, "memory_mb": 512})


@pytest.mark.parametrize(("choice", "cores"), [("form", 8), ("raw", 16)])
def test_the_choice_counts_and_the_rest_of_both_stays(choice: str, cores: int) -> None:
    html = page(clash())
    pairs = [*config_pairs(html), ("raw.choose.resources.cpu_cores", choice)]
    form = ConfigForm.posted(DOCUMENT, pairs).in_step()
    assert form.is_valid()
    assert form.document() == changed(resources={"cpu_cores": cores, "memory_mb": 512}, defaults={"agent": "me"})
    assert dict(form.values())["resources.cpu_cores"] == str(cores)
    assert not form.raw.changed


def test_one_choice_of_two_is_kept_while_the_other_is_asked() -> None:
    document = changed(resources={"cpu_cores": 16, "memory_mb": 512})
    form = edited(start(), document, resources__cpu_cores="8", resources__memory_mb="1024")
    pairs = [*config_pairs(page(form)), ("raw.choose.resources.cpu_cores", "form")]
    form = ConfigForm.posted(DOCUMENT, pairs).in_step()
    assert [(one.name, one.chosen) for one in form.in_raw.joined.clashes] == [
        ("raw.choose.resources.cpu_cores", "form"),
        ("raw.choose.resources.memory_mb", ""),
    ]
    assert config_pairs(page(form)) == form.values()
    assert not form.is_valid()


def test_broken_json_stays_as_typed_and_the_controls_go_on() -> None:
    form = edited(start(), '{"resources": {\n  "cpu_cores" 4}}', resources__memory_mb="512")
    assert (form.raw.line, form.raw.column) == (2, 15)
    assert form.in_raw.text == '{"resources": {\n  "cpu_cores" 4}}'
    assert form.in_raw.numbers == ("1\n", "2", "")
    assert form.document() == changed(resources={"cpu_cores": 2, "memory_mb": 512})
    form = edited(form, pretty(changed(newer=2)), metadata__labels__0__value="z")
    assert form.document() == changed(
        resources={"cpu_cores": 2, "memory_mb": 512}, newer=2, metadata={"labels": {"a": "z", "b": "2"}}
    )


def test_what_no_control_can_say_stays_in_raw_with_what_it_was() -> None:
    form = edited(start(), changed(newer=2, resources={"cpu_cores": 8, "memory_mb": 4096}))
    assert [(one.path, one.after) for one in form.in_raw.alone] == [("newer", "2")]
    assert dict(form.values())["resources.cpu_cores"] == "8"
    assert form.is_valid()
    back = ConfigForm.posted(DOCUMENT, form.act("undo:newer").values).in_step()
    assert back.document() == changed(resources={"cpu_cores": 8, "memory_mb": 4096})
    assert not back.raw.changed
    assert ConfigForm.posted(DOCUMENT, form.act("undo:nothing").values).document() == form.document()


def test_what_was_typed_wrong_into_a_control_outlives_an_edit_of_raw() -> None:
    form = edited(start(), changed(newer=2), sandbox__timeout_seconds="1 hour")
    assert dict(form.values())["sandbox.timeout_seconds"] == "1 hour"
    assert [one.control for one in form.problems] == ["sandbox.timeout_seconds"]


def test_a_revert_of_a_field_follows_into_raw() -> None:
    form = edited(start(), changed(newer=2, resources={"cpu_cores": 8, "memory_mb": 4096}))
    form = ConfigForm.posted(DOCUMENT, form.act("revert:resources.cpu_cores").values).in_step()
    assert form.document() == changed(newer=2)
    assert read(form.in_raw.text) == changed(newer=2)


def test_a_draft_holds_raw_only_where_it_says_more() -> None:
    form = edited(start(), resources__cpu_cores="8")
    assert "raw" not in dict(form.kept())
    assert ConfigForm.posted(DOCUMENT, form.kept()).values() == form.values()
    broken = edited(start(), "{")
    assert ConfigForm.posted(DOCUMENT, broken.kept()).values() == broken.values()


@given(configs, configs, configs)
@examples(150)
def test_any_document_typed_into_raw_is_the_document(base: Json, first: Json, second: Json) -> None:
    form = ConfigForm.opened(base)
    for document in (first, second):
        pairs = [(name, value) for name, value in form.values() if name != "raw"]
        form = ConfigForm.posted(base, [*pairs, ("raw", pretty(document))]).in_step()
        assert same(form.document(), document)
        assert same(read(form.in_raw.text), document)
        assert ConfigForm.posted(base, form.kept()).in_step().values() == form.values()


@given(configs, configs)
@examples(150)
def test_the_document_raw_was_made_from_comes_back_from_its_changes(base: Json, document: Json) -> None:
    assert same(raw.Raw(base, None, raw.written(diff(base, document))).since, document)


@given(
    st.text()
    | st.sampled_from(["[]", "{}", "[[]]", '[["a",1]]', '[["a.b.c","moved",3]]', "[" * 3000, '[["","moved"]]'])
)
def test_any_other_text_for_it_is_the_base(text: str) -> None:
    form = ConfigForm.posted(DOCUMENT, [("raw.since", text), ("raw", pretty(DOCUMENT))])
    assert isinstance(form.document(), dict)


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ("resources", [("resets", "resources.cpu_cores", "2"), ("resets", "resources.memory_mb", "2048")]),
        ("newer", [("removes", "newer", "")]),
        (
            "sandbox",
            [("removes", "sandbox.egress", ""), ("removes", "sandbox.idle_policy", "")],
        ),
        ("metadata", [("resets", "metadata.labels", "{}")]),
    ],
)
def test_what_a_document_leaves_out_is_named(gone: str, told: list[tuple[str, str, str]]) -> None:
    stored: dict[str, Any] = changed(resources={"cpu_cores": 4, "memory_mb": 4096})
    document = {key: value for key, value in stored.items() if key != gone}
    assert left_out(stored, document) == [LeftOut(*one) for one in told]


def test_a_default_that_is_left_out_stays_and_an_item_s_own_key_is_named_while_the_item_is_there() -> None:
    document: Json = {**DOCUMENT, "resources": {"memory_mb": 4096}, "capabilities": [{"name": "web"}]}
    assert left_out(DOCUMENT, document) == [
        LeftOut("leaves", "resources.cpu_cores", "2"),
        LeftOut("removes", 'capabilities["web"].tier'),
    ]
    assert left_out(DOCUMENT, {**DOCUMENT, "capabilities": [{"name": "sql"}]}) == []
