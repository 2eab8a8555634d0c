"""Single values: what a control holds, what a typed text means, and what becomes of what can't be held."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adminui.contract.document import ABSENT, Absent, Json, edit, get
from adminui.editor.fields.number import whole_number
from adminui.editor.form import ConfigForm
from tests.editor.simulate import replaced

CORES = ("resources", "cpu_cores")


def after(document: Json, **typed: str) -> ConfigForm:
    """The form of a document with other values in some controls; `__` stands for a dot."""
    pairs = ConfigForm.opened(document).values()
    return ConfigForm.posted(document, replaced(pairs, {name.replace("__", "."): text for name, text in typed.items()}))


def errors(form: ConfigForm) -> list[tuple[str | None, str]]:
    return [(one.control, one.text) for one in form.problems]


# ---- numbers -------------------------------------------------------------------------------------------------------

BAD_NUMBERS = {
    "7-5e": "Must be a whole number in plain digits, like 2048.",
    "8080x": "Must be a whole number in plain digits, like 2048.",
    "1e3": "Must be a whole number in plain digits, like 2048.",
    "2.0": "Must be a whole number in plain digits, like 2048.",
    "0x10": "Must be a whole number in plain digits, like 2048.",
    "1_000": "Must be a whole number in plain digits, like 2048.",
    "+4": "Must be a whole number in plain digits, like 2048.",
    "-0": "Must be a whole number in plain digits, like 2048.",
    " 4 ": "Remove the spaces around 4.",
    "   ": "Must be a whole number; there are only spaces here.",
    "007": "Write it without zeros in front: 7.",
    "４": "Write it with the digits 0 to 9.",
    "9" * 5000: "This number has too many digits.",
    "1" + "0" * 30: "Must be 32 or less.",
    "-1": "Must be 1 or more.",
    "0": "Must be 1 or more.",
}


@pytest.mark.parametrize("text", BAD_NUMBERS)
def test_a_bad_number_is_an_error_and_stays_as_typed(text: str) -> None:
    form = after({"resources": {"cpu_cores": 2}}, resources__cpu_cores=text)
    assert errors(form) == [("resources.cpu_cores", BAD_NUMBERS[text])]
    assert dict(form.values())["resources.cpu_cores"] == text


@given(st.integers(-(10**40), 10**40))
def test_every_integer_goes_through_exactly(number: int) -> None:
    assert whole_number(str(number)) == number


@given(st.text(max_size=12))
def test_a_text_is_a_number_only_when_it_is_how_that_number_is_written(text: str) -> None:
    try:
        number = whole_number(text)
    except ValueError:
        return
    assert str(number) == text


@pytest.mark.parametrize("stored", [10**30, -5, 0])
def test_a_stored_integer_of_any_size_can_be_held(stored: int) -> None:
    form = after({"resources": {"cpu_cores": stored, "memory_mb": 512}}, resources__memory_mb="1024")
    assert get(form.document(), CORES) == stored


# ---- kept ----------------------------------------------------------------------------------------------------------

UNFIT: dict[str, list[Json]] = {
    "resources.cpu_cores": [2.0, "2", True, None, [2], {}],
    "build.profile": [5, "a\nb", "a\rb", "nul\0", None, []],
    "build.provider": [True, None, "a\nb"],
    "sandbox.timeout_seconds": [3600.5, False],
    "sandbox.workspace_mount": ["yes", 1, None],
    "sandbox.exposed_ports": [{}, "8080", None],
    "sandbox.egress": [[], "none", {}, {"allow": None}, {"allow": "x"}],
    "capabilities": [{}, "web", None],
    "secrets.secret_ids": ["id", None],
    "defaults.agent": [1, "a\nb"],
    "defaults.system_prompt": [7, "a\rb", "a\r\nb", "\0"],
    "runtime_server.env": [[], "A=1", None],
    "metadata.labels": [[["a", "b"]], 3],
}


@pytest.mark.parametrize(("name", "stored"), [(name, value) for name, values in UNFIT.items() for value in values])
def test_what_a_control_cannot_hold_is_kept_whatever_is_posted(name: str, stored: Json) -> None:
    path = tuple(name.split("."))
    document = edit({}, path, stored)
    hostile = [
        (name, "1"),
        (f"{name}.0", "2"),
        (f"{name}.0.key", "k"),
        (f"{name}.empty", "set"),
        (f"{name}.removed", "0"),
    ]
    form = ConfigForm.posted(
        document, [*hostile, ("metadata.labels.0.key", "x")] if name != "metadata.labels" else hostile
    )
    assert get(form.document(), path) == stored
    kept = {field.name: field.kept for section in form.sections for field in section.fields}
    assert kept[name] is not None


@pytest.mark.parametrize(
    "name", ["defaults.agent", "defaults.system_prompt", "sandbox.timeout_seconds", "sandbox.egress"]
)
def test_null_is_as_good_as_not_set_where_a_value_is_optional_and_stays_null(name: str) -> None:
    path = tuple(name.split("."))
    document = edit({}, path, None)
    assert ConfigForm.opened(document).entries[name].held is not None
    assert after(document, build__profile="x").document() == edit(document, ("build", "profile"), "x")


# ---- texts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "text", "empty", "meant"),
    [
        (ABSENT, "", "unset", ABSENT),
        (ABSENT, "", "set", ""),
        (ABSENT, "hello", "unset", "hello"),
        ("", "", "set", ""),
        ("", "", "unset", ABSENT),
        ("old", "", "unset", ABSENT),
        ("old", "", "set", ""),
        ("old", "\nnew\n", "unset", "\nnew\n"),
    ],
)
def test_a_prompt_can_be_not_set_or_empty(stored: str | Absent, text: str, empty: str, meant: str | Absent) -> None:
    path = ("defaults", "system_prompt")
    document = edit({}, path, stored) if stored is not ABSENT else {}
    form = after(document, **{"defaults.system_prompt": text, "defaults.system_prompt.empty": empty})
    assert get(form.document(), path) == meant
    assert form.is_valid()


def test_a_text_of_one_line_takes_no_line_break() -> None:
    form = ConfigForm.posted({}, [("defaults.model", "a\r\nb")])
    assert errors(form) == [("defaults.model", "Must be one line, without line breaks.")]
    assert form.document() == {}


def test_a_stored_empty_text_is_not_the_same_as_nothing() -> None:
    document: Json = {"defaults": {"agent": ""}}
    assert after(document, defaults__model="m").document() == {"defaults": {"agent": "", "model": "m"}}


def test_nul_is_refused() -> None:
    form = ConfigForm.posted({}, [("defaults.agent", "a\0b"), ("defaults.system_prompt", "\0")])
    assert [control for control, _ in errors(form)] == ["defaults.agent", "defaults.system_prompt"]


# ---- choice and switch ---------------------------------------------------------------------------------------------


def test_a_stored_choice_that_the_contract_does_not_know_stays_choosable() -> None:
    document: Json = {"build": {"provider": "k8s"}}
    assert after(document, build__profile="x").document() == {"build": {"provider": "k8s", "profile": "x"}}
    assert after(document, build__provider="docker").document() == {"build": {"provider": "docker"}}
    assert after(document, build__provider="").document() == {"build": {}}


def test_a_choice_that_is_none_is_an_error() -> None:
    form = ConfigForm.posted({}, [("build.provider", "podman")])
    assert [control for control, _ in errors(form)] == ["build.provider"]


@pytest.mark.parametrize(
    ("stored", "posted", "meant"),
    [
        (ABSENT, ["false", "true"], ABSENT),
        (ABSENT, ["false"], False),
        (ABSENT, [], ABSENT),
        (True, ["false"], False),
        (False, ["false", "true"], True),
        (False, ["false", "on"], True),
        (False, [], False),
    ],
)
def test_an_absent_switch_stays_absent_until_it_is_switched(
    stored: bool | Absent, posted: list[str], meant: bool | Absent
) -> None:
    path = ("sandbox", "workspace_mount")
    document = edit({}, path, stored) if stored is not ABSENT else {}
    form = ConfigForm.posted(document, [("sandbox.workspace_mount", value) for value in posted])
    assert get(form.document(), path) is meant


# ---- what it was ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "typed", "was"),
    [
        ({"resources": {"cpu_cores": 2}}, {"resources.cpu_cores": "4"}, "2"),
        ({}, {"resources.cpu_cores": "4"}, "not set"),
        ({"defaults": {"agent": "p"}}, {"defaults.agent": ""}, "p"),
        ({"sandbox": {"egress": {"allow": []}}}, {"sandbox.egress": "default"}, "Nothing but the platform"),
        ({}, {"sandbox.egress": "none"}, "Platform default"),
    ],
)
def test_a_changed_field_says_what_it_was(document: Json, typed: dict[str, str], was: str) -> None:
    form = after(document, **typed)
    before = {field.name: field.before for section in form.sections for field in section.fields}
    assert before.pop(next(iter(typed))) == was
    assert set(before.values()) == {None}


@pytest.mark.parametrize(
    ("name", "number", "reading"),
    [
        ("resources.memory_mb", "4096", "MB = 4 GiB"),
        ("resources.memory_mb", "1500", "MB = 1.46 GiB"),
        ("resources.memory_mb", "512", "MB"),
        ("sandbox.timeout_seconds", "5400", "s = 1 h 30 min"),
        ("sandbox.timeout_seconds", "1e3", "s"),
        ("resources.cpu_cores", "4", "cores"),
    ],
)
def test_a_number_is_read_out_in_larger_units(name: str, number: str, reading: str) -> None:
    form = after({}, **{name: number})
    assert {field.name: field.reading for section in form.sections for field in section.fields}[name] == reading
