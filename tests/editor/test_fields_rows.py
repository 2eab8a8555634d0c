"""Rows: of maps, of capabilities, of short values, and the targets of egress."""

from typing import Any

import pytest

from adminui.contract.document import ABSENT, Json, get
from adminui.editor.form import ConfigForm
from tests.editor.simulate import replaced
from tests.forms import Pairs

ENV = ("runtime_server", "env")


def form_of(document: Json, typed: dict[str, str] | None = None, more: Pairs | None = None) -> ConfigForm:
    pairs = ConfigForm.opened(document).values()
    return ConfigForm.posted(document, [*replaced(pairs, typed or {}), *(more or [])])


def errors(form: ConfigForm) -> list[tuple[str | None, str]]:
    return [(one.control, one.text) for one in form.problems]


def env(**values: Any) -> dict[str, Any]:
    return {"runtime_server": {"env": values, "newer": [1]}}


def row(field: str, at: int, **cells: str) -> Pairs:
    return [(f"{field}.{at}.{key}" if key else f"{field}.{at}", value) for key, value in cells.items()]


# ---- maps ----------------------------------------------------------------------------------------------------------


def test_a_key_can_be_renamed_and_its_kept_value_goes_along() -> None:
    form = form_of(env(A={"odd": 1}, B="b"), {"runtime_server.env.0.key": "C"})
    assert get(form.document(), ENV) == {"C": {"odd": 1}, "B": "b"}


def test_dotted_and_odd_keys_are_as_good_as_any() -> None:
    labels: Json = {"metadata": {"labels": {"a.b": "1", "0": "2", "": "3", "was": "4", '"q"': "5"}}}
    form = form_of(labels, {"metadata.labels.0.value": "one", "metadata.labels.2.value": "three"})
    assert get(form.document(), ("metadata", "labels")) == {"a.b": "one", "0": "2", "": "three", "was": "4", '"q"': "5"}
    assert form.is_valid()


def test_a_value_may_have_many_lines() -> None:
    form = form_of(env(A="1"), {"runtime_server.env.0.value": "\r\n one\r\n\r\n"})
    assert get(form.document(), ENV) == {"A": "\n one\n\n"}


def test_a_key_that_is_there_already_is_wrong_at_the_later_row_and_both_stay() -> None:
    form = form_of(env(A="1", B="2"), more=row("runtime_server.env", 7, was="", key="A", value="3"))
    assert errors(form) == [("runtime_server.env.2.key", "“A” is a key already, in row 1. Keys are unique.")]
    assert dict(form.values())["runtime_server.env.2.value"] == "3"
    assert form.document() == env(A="1", B="2")


def test_two_keys_can_be_swapped() -> None:
    form = form_of(env(A="1", B="2"), {"runtime_server.env.0.key": "B", "runtime_server.env.1.key": "A"})
    assert form.is_valid()
    assert get(form.document(), ENV) == {"B": "1", "A": "2"}


def test_a_value_without_a_key_is_wrong() -> None:
    form = form_of(env(), more=row("runtime_server.env", 0, was="", key="", value="x"))
    assert errors(form) == [("runtime_server.env.0.key", "A value needs a key. To remove the row, use its button.")]


def test_what_the_contract_says_of_a_key_stands_at_the_key() -> None:
    form = form_of(env(A="1"), more=row("runtime_server.env", 9, was="", key="PROFILE=prod", value=""))
    assert [control for control, _ in errors(form)] == ["runtime_server.env.1.key"]


def test_blank_rows_are_ignored_and_a_stored_row_made_blank_is_removed() -> None:
    blank = [
        *row("runtime_server.env", 5, was="", key="", value=""),
        *row("runtime_server.env", 6, was="", key="", value=""),
    ]
    assert form_of(env(A="1"), more=blank).changes() == ()
    form = form_of(env(A="1", B="2"), {"runtime_server.env.0.key": "", "runtime_server.env.0.value": ""})
    assert get(form.document(), ENV) == {"B": "2"}
    assert form.is_valid()


def test_a_removed_row_is_removed_and_one_that_was_not_posted_stays() -> None:
    document = env(A="1", B="2", C="3")
    pairs = [("runtime_server.env.removed", '"A"'), *row("runtime_server.env", 0, was='"C"', key="C", value="x")]
    assert get(ConfigForm.posted(document, pairs).document(), ENV) == {"B": "2", "C": "x"}


def test_rows_without_their_origin_are_taken_by_position() -> None:
    pairs = [*row("runtime_server.env", 1, key="B", value="two"), *row("runtime_server.env", 2, key="N", value="n")]
    assert get(ConfigForm.posted(env(A="1", B="2"), pairs).document(), ENV) == {"A": "1", "B": "two", "N": "n"}


def test_an_origin_claimed_twice_or_made_up_makes_rows_of_the_persons_own() -> None:
    pairs = [
        *row("runtime_server.env", 0, was='"A"', key="A", value="1"),
        *row("runtime_server.env", 1, was='"A"', key="X", value="x"),
        *row("runtime_server.env", 2, was="17", key="Y", value="y"),
    ]
    assert get(ConfigForm.posted(env(A="1"), pairs).document(), ENV) == {"A": "1", "X": "x", "Y": "y"}


# ---- capabilities --------------------------------------------------------------------------------------------------

WEB: dict[str, Json] = {"name": "web", "version": "1", "enabled": True, "newer": {"a": 1}}
SQL: dict[str, Json] = {"name": "sql"}


def test_a_part_of_a_capability_changes_and_what_is_not_shown_of_it_stays() -> None:
    typed = {"capabilities.0.name": "browse", "capabilities.0.version": "", "capabilities.1.version": "2"}
    form = form_of({"capabilities": [WEB, SQL]}, typed)
    assert form.document() == {
        "capabilities": [{"name": "browse", "enabled": True, "newer": {"a": 1}}, {"name": "sql", "version": "2"}]
    }


def test_switching_a_capability_off_says_so_and_only_that() -> None:
    pairs = [
        (name, value) for name, value in ConfigForm.opened({"capabilities": [WEB, SQL]}).values() if value != "true"
    ]
    assert ConfigForm.posted({"capabilities": [WEB, SQL]}, pairs).document() == {
        "capabilities": [{**WEB, "enabled": False}, {**SQL, "enabled": False}],
    } | {"sandbox": {"workspace_mount": False}}


def test_a_new_capability_says_what_was_seen() -> None:
    more = row("capabilities", 4, was="", name="new", version="", enabled="true")
    assert form_of({}, more=more).document() == {"capabilities": [{"name": "new", "enabled": True}]}


def test_a_capability_without_a_name_is_wrong() -> None:
    form = form_of({}, more=row("capabilities", 0, was="", name="", version="1", enabled="true"))
    assert errors(form) == [("capabilities.0.name", "Can’t be empty.")]


def test_items_that_are_no_capabilities_stay_between_those_that_move() -> None:
    document: Json = {"capabilities": [WEB, 7, {"name": 5}, SQL, SQL]}
    form = form_of(document)
    for command in ("up:capabilities.3", "up:capabilities.2"):
        form = ConfigForm.posted(document, form.act(command).values)
    assert form.document() == {"capabilities": [WEB, SQL, 7, {"name": 5}, SQL]}


# ---- ports and ids -------------------------------------------------------------------------------------------------

PORTS = ("sandbox", "exposed_ports")


def test_a_port_is_added_in_the_blank_control_and_a_list_makes_several() -> None:
    document: Json = {"sandbox": {"exposed_ports": [8080]}}
    form = form_of(document, {"sandbox.exposed_ports.1": " 9090, 9091;\t1 "})
    assert get(form.document(), PORTS) == [8080, 9090, 9091, 1]
    assert form.is_valid()


@pytest.mark.parametrize("text", ["8080x", "1e3", "７", "80.5", "08"])
def test_a_bad_port_is_an_error_and_leaves_the_others(text: str) -> None:
    form = form_of(
        {"sandbox": {"exposed_ports": [1, 2]}}, {"sandbox.exposed_ports.0": text, "sandbox.exposed_ports.2": "3"}
    )
    assert [control for control, _ in errors(form)] == ["sandbox.exposed_ports.0"]
    assert get(form.document(), PORTS) == [1, 2, 3]


def test_ports_that_are_no_integers_are_kept_where_they_are() -> None:
    document: Json = {"sandbox": {"exposed_ports": [1, "2", 3.0, True, 4]}}
    form = form_of(document, {"sandbox.exposed_ports.0": "10"})
    assert get(form.document(), PORTS) == [10, "2", 3.0, True, 4]


def test_ids_of_secrets_are_typed_and_checked() -> None:
    form = form_of({}, more=row("secrets.secret_ids", 0, was="", **{"": "OPENAI_API_KEY"}))
    assert [one.text for one in form.summary] == [
        "Secrets, row 1: Must be an id like 2489e9ad-2ee2-8e00-8ec9-32d5f69181c0."
    ]


# ---- egress --------------------------------------------------------------------------------------------------------

EGRESS = ("sandbox", "egress")
STORED: Json = {"sandbox": {"egress": {"allow": ["a.example", "b.example"], "newer": 1}}}


def test_switching_away_and_back_loses_nothing() -> None:
    away = form_of(STORED, {"sandbox.egress": "default", "sandbox.egress.allow.1": "typed.example"})
    assert get(away.document(), EGRESS) is ABSENT
    back = ConfigForm.posted(STORED, replaced(away.values(), {"sandbox.egress": "only"}))
    assert get(back.document(), EGRESS) == {"allow": ["a.example", "typed.example"], "newer": 1}


def test_targets_that_do_not_count_are_no_change_and_no_error() -> None:
    form = form_of({}, more=row("sandbox.egress.allow", 0, was="", **{"": "not a target"}))
    assert form.is_valid()
    assert form.changes() == ()


def test_nothing_but_the_platform_is_an_empty_list_beside_what_else_is_there() -> None:
    assert get(form_of(STORED, {"sandbox.egress": "none"}).document(), EGRESS) == {"allow": [], "newer": 1}


def test_only_these_needs_one() -> None:
    form = form_of({}, {"sandbox.egress": "only"})
    wrong = "List at least one target, or choose “Nothing but the platform”."
    assert errors(form) == [("sandbox.egress", wrong)]


def test_a_target_is_wrong_at_its_row_whatever_is_blank_above() -> None:
    more = [
        *row("sandbox.egress.allow", 4, was="", **{"": ""}),
        *row("sandbox.egress.allow", 9, was="", **{"": "http://x.example"}),
    ]
    form = form_of(STORED, more=more)
    assert [control for control, _ in errors(form)] == ["sandbox.egress.allow.3"]
    assert form.summary[0].text.startswith("Egress, row 4: ")


def test_more_than_fifty_targets_are_an_error_of_the_list() -> None:
    more = [pair for n in range(51) for pair in row("sandbox.egress.allow", n, was="", **{"": f"h{n}.example"})]
    form = form_of({}, {"sandbox.egress": "only"}, more)
    assert [control for control, _ in errors(form)] == ["sandbox.egress.allow"]


def test_kinds_of_targets_are_shown() -> None:
    widget = next(f for s in form_of(STORED).sections for f in s.fields if f.name == "sandbox.egress").widget
    assert [one["tag"] for one in widget["targets"]["rows"]] == ["name", "name"]
