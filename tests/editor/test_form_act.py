"""The form's buttons without a script: rows added, removed, moved, put back; what was typed elsewhere stays."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adminui.contract.document import Json, get, same
from adminui.editor.form import ConfigForm
from adminui.editor.views.kept import OURS
from tests.editor.simulate import config_pairs, documents, page, replaced
from tests.forms import parsed, posted

DOCUMENT: dict[str, Any] = {
    "capabilities": [{"name": "a", "x": 1}, {"name": "b"}, {"name": "c"}],
    "runtime_server": {"env": {"A": "1", "B": "2", "C": "3"}},
    "sandbox": {"exposed_ports": [80, 81], "egress": {"allow": ["a.example", "b.example"]}},
    "secrets": {"secret_ids": ["2489e9ad-2ee2-8e00-8ec9-32d5f69181c0"]},
}


def pressed(form: ConfigForm, *commands: str) -> ConfigForm:
    for command in commands:
        form = ConfigForm.posted(form.base, form.act(command).values)
    return form


def buttons(form: ConfigForm) -> list[str]:
    """The commands of the page, those that only a script uses aside."""
    found = [
        button for button in parsed(page(form)).select("form button[name=do]") if not button.find_parent("template")
    ]
    return [command for button in found if ":" in (command := str(button["value"]))]


def commands(form: ConfigForm, *verbs: str) -> list[str]:
    """Commands to each row there is."""
    rows = [name.removesuffix(".was") for name, _ in form.values() if name.endswith(".was")]
    return [f"{verb}:{row}" for row in rows for verb in verbs]


@settings(max_examples=20, deadline=None)
@given(documents(), st.data())
def test_every_button_of_the_page_keeps_what_was_typed(document: Json, data: st.DataObject) -> None:
    pairs = ConfigForm.opened(document).values()
    names = {name for name, _ in pairs if name.startswith(("defaults.agent", "build.profile", "defaults.model"))}
    assume(names)
    typed = {name: f"typed into {name}" for name in names}
    form = ConfigForm.posted(document, replaced(pairs, typed))
    for _ in range(3):
        command = data.draw(st.sampled_from([one for one in buttons(form) if one.split(":")[1] not in typed]))
        acted = form.act(command)
        form = ConfigForm.posted(document, acted.values)
        assert typed.items() <= dict(form.values()).items()
        assert parsed(page(form)).find(id=acted.focus) is not None, acted.focus


@settings(max_examples=60, deadline=None)
@given(documents(), st.data())
def test_all_that_was_removed_or_moved_can_be_put_back(document: Json, data: st.DataObject) -> None:
    form = ConfigForm.opened(document)
    for _ in range(data.draw(st.integers(1, 6))):
        form = pressed(form, data.draw(st.sampled_from(commands(form, "remove", "up", "down") or ["none"])))
    gone = {name.removesuffix(".removed") for name, _ in form.values() if name.endswith(".removed")}
    for name in gone:
        while f"{name}.removed" in dict(form.values()):
            form = pressed(form, f"restore:{name}.removed.0")
    form = pressed(form, "order:capabilities")
    assert form.changes() == ()
    assert same(form.document(), document)
    assert not form.typed


SENSELESS = (
    "",
    "add",
    "add:",
    "add:resources.cpu_cores",
    "remove:",
    "remove:capabilities.-1",
    "remove:capabilities.0.name",
    "up:capabilities.0",
    "up:capabilities.9",
    "down:capabilities.2",
    "down:nowhere.1",
    "restore:capabilities.removed.4",
    "revert:version",
    "x:capabilities.0",
    "review",
    "discard",
)


@pytest.mark.parametrize("command", SENSELESS)
def test_a_command_that_makes_no_sense_changes_nothing(command: str) -> None:
    form = ConfigForm.opened(DOCUMENT)
    assert ConfigForm.posted(DOCUMENT, form.act(command).values).kept() == form.kept()


def test_adding_gives_a_blank_row_with_the_focus() -> None:
    acted = ConfigForm.opened(DOCUMENT).act("add:runtime_server.env")
    assert acted.focus == "runtime_server.env.3.key"
    form = ConfigForm.posted(DOCUMENT, acted.values)
    assert form.changes() == ()
    assert {"runtime_server.env.3.key": "", "runtime_server.env.3.was": ""}.items() <= dict(form.values()).items()


def test_a_port_typed_before_pressing_add_makes_room_for_the_next() -> None:
    pairs = replaced(ConfigForm.opened(DOCUMENT).values(), {"sandbox.exposed_ports.2": "9090"})
    acted = ConfigForm.posted(DOCUMENT, pairs).act("add:sandbox.exposed_ports")
    assert acted.focus == "sandbox.exposed_ports.3"
    form = ConfigForm.posted(DOCUMENT, acted.values)
    assert get(form.document(), ("sandbox", "exposed_ports")) == [80, 81, 9090]
    assert form.act("add:sandbox.exposed_ports").focus == "sandbox.exposed_ports.3"


def test_removing_gives_the_focus_to_the_neighbour() -> None:
    form = ConfigForm.opened(DOCUMENT)
    assert form.act("remove:capabilities.1").focus == "capabilities.1.name"
    assert form.act("remove:capabilities.2").focus == "capabilities.1.name"
    assert form.act("remove:secrets.secret_ids.0").focus == "secrets.secret_ids"


def test_removed_above_an_edited_row_both_are_told() -> None:
    form = pressed(ConfigForm.opened(DOCUMENT), "remove:runtime_server.env.0")
    form = ConfigForm.posted(DOCUMENT, replaced(form.values(), {"runtime_server.env.0.value": "two"}))
    assert get(form.document(), ("runtime_server", "env")) == {"B": "two", "C": "3"}


def test_moving_keeps_what_is_typed_and_what_is_not_shown() -> None:
    pairs = replaced(ConfigForm.opened(DOCUMENT).values(), {"capabilities.0.version": "9"})
    form = pressed(ConfigForm.posted(DOCUMENT, pairs), "down:capabilities.0", "down:capabilities.1")
    moved = [{"name": "b"}, {"name": "c"}, {"name": "a", "x": 1, "version": "9"}]
    assert get(form.document(), ("capabilities",)) == moved
    assert form.act("down:capabilities.1").focus == "capabilities.2.name"
    form = pressed(form, "order:capabilities")
    assert get(form.document(), ("capabilities",)) == [moved[2], moved[0], moved[1]]


def test_reverting_takes_back_one_row_or_one_field() -> None:
    typed = {"runtime_server.env.1.key": "X", "runtime_server.env.2.value": "y", "sandbox.egress": "none"}
    form = ConfigForm.posted(DOCUMENT, replaced(ConfigForm.opened(DOCUMENT).values(), typed))
    form = pressed(form, "add:runtime_server.env")
    form = ConfigForm.posted(DOCUMENT, replaced(form.values(), {"runtime_server.env.3.key": "NEW"}))
    form = pressed(form, "revert:runtime_server.env.1", "revert:runtime_server.env.3", "revert:sandbox.egress")
    assert form.document() == {**DOCUMENT, "runtime_server": {"env": {"A": "1", "B": "2", "C": "y"}}}


def test_a_target_is_removed_though_another_choice_was_made_meanwhile() -> None:
    form = ConfigForm.posted(DOCUMENT, replaced(ConfigForm.opened(DOCUMENT).values(), {"sandbox.egress": "default"}))
    form = pressed(form, "remove:sandbox.egress.allow.0")
    form = ConfigForm.posted(DOCUMENT, replaced(form.values(), {"sandbox.egress": "only"}))
    assert get(form.document(), ("sandbox", "egress")) == {"allow": ["b.example"]}


def test_a_browser_posts_the_button_that_was_pressed() -> None:
    pairs = posted(page(ConfigForm.opened(DOCUMENT)), press="remove:capabilities.0")
    assert ("do", "remove:capabilities.0") in pairs
    assert config_pairs(page(ConfigForm.opened(DOCUMENT))) == [pair for pair in pairs if pair[0] not in OURS]
