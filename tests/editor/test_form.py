"""The form of a config: what comes back untouched changes nothing, what is edited changes that and no more."""

from dataclasses import replace
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adminui.contract.changes import apply
from adminui.contract.document import ABSENT, Json, edit, get, same, wire
from adminui.contract.paths import Path
from adminui.editor.form import ConfigForm, Facts
from tests.editor.simulate import config_pairs, documents, page, replaced
from tests.forms import Pairs

SLOW = settings(max_examples=100, deadline=None)


def pairs_of(document: Json) -> Pairs:
    return ConfigForm.opened(document).values()


@SLOW
@given(documents())
def test_a_page_posted_untouched_changes_nothing(document: Json) -> None:
    form = ConfigForm.posted(document, config_pairs(page(ConfigForm.opened(document))))
    assert form.changes() == ()
    assert wire(form.document()) == wire(document)
    assert form.is_valid(), form.summary
    assert not form.typed


@SLOW
@given(documents())
def test_values_are_what_a_browser_posts(document: Json) -> None:
    opened = ConfigForm.opened(document)
    pairs = config_pairs(page(opened))
    assert opened.values() == [(name, value.replace("\r\n", "\n")) for name, value in pairs]
    posted = ConfigForm.posted(document, pairs)
    assert posted.values() == opened.values()
    assert config_pairs(page(posted)) == pairs


@SLOW
@given(documents(), st.data())
def test_controls_that_are_not_posted_change_nothing(document: Json, data: st.DataObject) -> None:
    pairs = pairs_of(document)
    gone = data.draw(st.sets(st.sampled_from(sorted({name for name, _ in pairs}))))
    form = ConfigForm.posted(document, [(name, value) for name, value in pairs if name not in gone])
    assert form.changes() == ()
    assert form.is_valid()


@SLOW
@given(documents(), st.dictionaries(st.text(max_size=20), st.text(max_size=5), max_size=5))
def test_names_that_the_form_does_not_know_change_nothing(document: Json, more: dict[str, str]) -> None:
    form = ConfigForm.posted(document, [*pairs_of(document), *more.items()])
    assert form.changes() == ()


def test_a_document_whose_keys_came_in_another_order_is_the_same() -> None:
    shown: Json = {"runtime_server": {"env": {"A": "1", "B": "2", "C": "3"}}, "metadata": {"labels": {"x": "1"}}}
    kept: Json = {"metadata": {"labels": {"x": "1"}}, "runtime_server": {"env": {"C": "3", "A": "1", "B": "2"}}}
    form = ConfigForm.posted(kept, replaced(pairs_of(shown), {"runtime_server.env.1.value": "two"}))
    assert [(change.path, change.after) for change in form.changes()] == [(("runtime_server", "env", "B"), "two")]


EDITS: list[tuple[str, str, Path, Json]] = [
    ("build.profile", "gpu", ("build", "profile"), "gpu"),
    ("build.provider", "docker", ("build", "provider"), "docker"),
    ("resources.cpu_cores", "4", ("resources", "cpu_cores"), 4),
    ("resources.memory_mb", "4096", ("resources", "memory_mb"), 4096),
    ("sandbox.timeout_seconds", "600", ("sandbox", "timeout_seconds"), 600),
    ("sandbox.egress", "none", ("sandbox", "egress"), {"allow": []}),
    ("defaults.agent", " planner ", ("defaults", "agent"), " planner "),
    ("defaults.system_prompt", "\r\nline\r\n", ("defaults", "system_prompt"), "\nline\n"),
    ("defaults.system_prompt.empty", "set", ("defaults", "system_prompt"), ""),
]


@pytest.mark.parametrize(("name", "value", "path", "after"), EDITS)
@given(document=documents(wrong=False))
@settings(max_examples=20, deadline=None)
def test_a_single_edit_changes_its_path_alone(document: Json, name: str, value: str, path: Path, after: Json) -> None:
    pairs = pairs_of(document)
    assume(dict(pairs).get(name, value) != value)
    if name == "defaults.system_prompt.empty":
        pairs = replaced(pairs, {"defaults.system_prompt": ""})
    form = ConfigForm.posted(document, replaced(pairs, {name: value}))
    assume(path != ("sandbox", "egress") or not isinstance(get(document, path), dict))
    assert same(form.document(), edit(document, path, after))
    assert same(apply(document, form.changes()), form.document())


@given(documents(wrong=False))
@settings(max_examples=60, deadline=None)
def test_a_new_variable_is_the_only_change(document: Json) -> None:
    env = get(document, ("runtime_server", "env"))
    assume(not isinstance(env, dict) or "NEW" not in env)
    more = [
        ("runtime_server.env.77.was", ""),
        ("runtime_server.env.77.key", "NEW"),
        ("runtime_server.env.77.value", "a\r\nb"),
    ]
    form = ConfigForm.posted(document, [*pairs_of(document), *more])
    assert same(form.document(), edit(document, ("runtime_server", "env", "NEW"), "a\nb"))


def test_clearing_a_stored_value_takes_its_key_away() -> None:
    document: Json = {"resources": {"cpu_cores": 4, "gpu": 1}, "defaults": {"agent": "a"}, "build": {"profile": "p"}}
    cleared = dict.fromkeys(("resources.cpu_cores", "defaults.agent", "build.profile"), "")
    form = ConfigForm.posted(document, replaced(pairs_of(document), cleared))
    assert form.document() == {"resources": {"gpu": 1}, "defaults": {}, "build": {}}


def test_what_no_object_is_above_can_not_be_set() -> None:
    document: Json = {"resources": [1], "sandbox": None}
    form = ConfigForm.posted(document, [("resources.cpu_cores", "4"), ("sandbox.egress", "none")])
    assert form.document() == document
    assert form.changes() == ()
    kept = {
        field.name: field.why_kept for section in form.sections for field in section.fields if field.kept is not None
    }
    assert kept["resources.cpu_cores"].startswith("resources is no object")


@pytest.mark.parametrize("document", [[], "text", None, 5])
def test_a_document_that_is_no_object_can_be_opened(document: Json) -> None:
    form = ConfigForm.posted(document, pairs_of(document))
    assert form.document() == document


def test_what_is_wrong_already_is_noted_and_does_not_stop_another_edit() -> None:
    document: Json = {"version": "v3", "resources": {"cpu_cores": 64}, "capabilities": [{"name": "a"}, {"name": "a"}]}
    form = ConfigForm.posted(document, replaced(pairs_of(document), {"resources.memory_mb": "4096"}))
    assert form.is_valid()
    assert [note.text for note in form.notes["resources.cpu_cores"]] == ["Must be 32 or less."]
    assert "capabilities.1.name" in form.notes


def test_what_was_wrong_and_is_changed_to_something_wrong_is_an_error() -> None:
    document: Json = {"resources": {"cpu_cores": 64}}
    form = ConfigForm.posted(document, replaced(pairs_of(document), {"resources.cpu_cores": "65"}))
    assert [(one.control, one.text) for one in form.summary] == [
        ("resources.cpu_cores", "CPU cores: Must be 32 or less.")
    ]


def test_a_name_that_another_row_takes_is_an_error_though_the_later_row_is_stored() -> None:
    document: Json = {"capabilities": [{"name": "a"}, {"name": "b"}]}
    form = ConfigForm.posted(document, replaced(pairs_of(document), {"capabilities.0.name": "b"}))
    assert [one.control for one in form.summary] == ["capabilities.1.name"]


def test_the_cap_of_the_organization_is_said_and_checked() -> None:
    facts = Facts(timeout_cap=14400, organization="acme")
    form = ConfigForm.posted({}, [("sandbox.timeout_seconds", "28800")], facts=facts)
    assert [one.control for one in form.summary] == ["sandbox.timeout_seconds"]
    help_text = next(field.help for s in form.sections for field in s.fields if field.name == "sandbox.timeout_seconds")
    assert "60 to 14400, the limit of acme." in help_text
    hint = ConfigForm.opened({}, facts=replace(facts, cap_is_platforms=True)).controls["sandbox.timeout_seconds"].hint()
    assert "60 to 14400, the limit of the platform." in hint


def test_a_query_dict_is_taken_as_well() -> None:
    form = ConfigForm.posted({}, QueryDict("resources.cpu_cores=4&sandbox.workspace_mount=false"))
    assert form.document() == {"resources": {"cpu_cores": 4}, "sandbox": {"workspace_mount": False}}


def test_django_sees_its_own_errors_and_changes() -> None:
    form = ConfigForm.posted({}, [("resources.cpu_cores", "x"), ("resources.memory_mb", "100%")])
    assert not form.is_valid()
    assert set(form.errors) == {"resources.cpu_cores", "resources.memory_mb"}
    assert form.changed_data == ["resources.cpu_cores", "resources.memory_mb"]


def test_forms_do_not_share_what_they_hold() -> None:
    one = ConfigForm.opened({"sandbox": {"egress": {"allow": ["a.example"]}, "exposed_ports": [1]}})
    before = one.values()
    ConfigForm.opened({"sandbox": {"egress": {"allow": ["b.example"]}, "exposed_ports": [2]}})
    assert one.values() == before
    assert "a.example" in page(one)


def values(form: ConfigForm) -> dict[str, Any]:
    return dict(form.values())


def test_what_was_typed_is_kept_to_the_letter_though_it_is_wrong() -> None:
    typed = {"resources.cpu_cores": "7-5e", "sandbox.timeout_seconds": " 4 ", "defaults.agent": "\t<b>"}
    form = ConfigForm.posted({}, list(typed.items()))
    assert typed.items() <= values(form).items()
    assert form.document() == {"defaults": {"agent": "\t<b>"}}
    assert get(form.document(), ("resources", "cpu_cores")) is ABSENT
