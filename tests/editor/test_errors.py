"""Where errors go: to the control of their path, ours and the platform's alike."""

from typing import Any

import pytest

from adminui.contract.document import Json
from adminui.contract.envelope import FieldError
from adminui.contract.paths import Path
from adminui.editor.errors import Placed, Trace, place
from adminui.editor.form import ConfigForm
from tests.editor.simulate import replaced
from tests.forms import Pairs

PLACES: dict[Path, str] = {
    ("resources", "cpu_cores"): "resources.cpu_cores",
    ("runtime_server", "env"): "runtime_server.env",
    ("runtime_server", "env", "a.b"): "runtime_server.env.3.value",
    ("runtime_server", "env", "a.b", "[key]"): "runtime_server.env.3.key",
}


@pytest.mark.parametrize(
    ("loc", "control", "path"),
    [
        (("resources", "cpu_cores"), "resources.cpu_cores", ""),
        (("runtime_server", "env", "a.b"), "runtime_server.env.3.value", ""),
        (("runtime_server", "env", "a.b", "[key]"), "runtime_server.env.3.key", ""),
        (("runtime_server", "env", "gone"), "runtime_server.env", "runtime_server.env.gone"),
        (("runtime_server", "env", "a.b", 0, "c"), "runtime_server.env.3.value", 'runtime_server.env["a.b"].0.c'),
        (("sandbox", "idle_policy"), None, "sandbox.idle_policy"),
        ((), None, ""),
    ],
)
def test_an_error_goes_to_its_control_else_to_the_longest_prefix_that_has_one(
    loc: Path, control: str | None, path: str
) -> None:
    assert place(FieldError(loc, "No.", "x"), PLACES) == Placed(control, "No.", path)


def test_an_error_without_words_still_says_something() -> None:
    assert place(FieldError((), "", ""), PLACES).text == "This isn’t accepted."


# ---- following values ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "target", "found"),
    [
        (("a", "b"), {"a": {"b": 1}}, ("a", "b")),
        (("a", "b"), {"a": {"b": 1.0}}, None),
        (("a", "b"), {"a": {}}, None),
        (("a", "b"), {}, None),
        (("new",), {}, ("new",)),
        (("new",), {"new": None}, None),
        (("list", 0), {"list": [7, {"name": "x"}]}, ("list", 1)),
        (("list", 1, "v"), {"list": [{"name": "y", "v": 2}, {"name": "x", "v": 1}]}, ("list", 1, "v")),
        (("list", 1, "v"), {"list": [{"name": "x", "v": 2}]}, None),
        (("list", 2), {"list": [{"name": "x"}]}, None),
        (("list", 9), {"list": []}, ("list", 9)),
    ],
)
def test_a_value_is_found_where_it_went(path: Path, target: Json, found: Path | None) -> None:
    source: Json = {"a": {"b": 1}, "list": [{"name": "x"}, {"name": "x", "v": 1}, 7]}
    if path == ("list", 0):
        source = {"list": [{"name": "x"}]}
    if path[:2] == ("list", 1):
        source = {"list": [0, {"name": "x", "v": 1}]}
    assert Trace(source, target)(path) == found


# ---- the platform's ------------------------------------------------------------------------------------------------

DOCUMENT: dict[str, Any] = {
    "capabilities": [{"name": "a"}, {"name": "b"}],
    "runtime_server": {"env": {"A": "1", "B": "2"}},
    "sandbox": {"exposed_ports": [80, 81]},
    "resources": {"memory_mb": 4096},
}


def refused(form: ConfigForm, *locs: Path, sent: Json = None) -> list[tuple[str | None, str, bool]]:
    errors = [FieldError(("body", "config", *loc), "No.", "x") for loc in locs]
    if sent is None:
        form.place(errors)
    else:
        form.place(errors, sent=sent)
    return [(one.control, one.path, one.from_platform) for one in form.problems]


def typed(document: Json, values: dict[str, str], more: Pairs | None = None) -> ConfigForm:
    return ConfigForm.posted(document, [*replaced(ConfigForm.opened(document).values(), values), *(more or [])])


def test_positions_count_what_was_sent_not_what_was_posted() -> None:
    blank = [
        (f"{name}.4{part}", "")
        for name in ("runtime_server.env", "metadata.labels")
        for part in (".was", ".key", ".value")
    ]
    new = [("metadata.labels.7.was", ""), ("metadata.labels.7.key", "k"), ("metadata.labels.7.value", "v")]
    form = typed(DOCUMENT, {"capabilities.0.name": "", "sandbox.exposed_ports.2": "82"}, [*blank, *new])
    form = ConfigForm.posted(DOCUMENT, form.act("remove:sandbox.exposed_ports.0").values)
    form = ConfigForm.posted(DOCUMENT, form.act("add:capabilities").values)
    assert form.document()["capabilities"] == [{"name": "b"}]  # type: ignore[call-overload, index]
    got = refused(form, ("capabilities", 0, "version"), ("sandbox", "exposed_ports", 1), ("metadata", "labels", "k"))
    assert got == [
        ("sandbox.exposed_ports.1", "", True),
        ("capabilities.1.version", "", True),
        ("metadata.labels.1.value", "", True),
    ]


def test_what_the_form_does_not_show_is_last_and_says_its_path() -> None:
    form = typed(DOCUMENT, {})
    assert refused(
        form, ("sandbox", "idle_policy"), (), ("runtime_server", "env", "B"), ("resources", "memory_mb")
    ) == [
        ("resources.memory_mb", "", True),
        ("runtime_server.env.1.value", "", True),
        (None, "sandbox.idle_policy", True),
        (None, "", True),
    ]


def test_refusals_do_not_make_a_form_invalid_and_are_said_to_be_the_platforms() -> None:
    form = typed(DOCUMENT, {"resources.memory_mb": "8192"})
    refused(form, ("resources", "memory_mb"))
    assert form.is_valid()
    assert [(one.text, one.from_platform) for one in form.summary] == [("Memory (MB): No.", True)]


def test_a_refusal_stands_until_its_value_changes() -> None:
    sent = typed(DOCUMENT, {"capabilities.1.name": "bad", "runtime_server.env.0.value": "bad"}).document()
    locs: list[Path] = [("capabilities", 1, "name"), ("runtime_server", "env", "A"), ("resources", "cpu_cores")]
    again = typed(DOCUMENT, {"capabilities.1.name": "bad", "runtime_server.env.0.value": "better"})
    again = ConfigForm.posted(DOCUMENT, again.act("up:capabilities.1").values)
    assert refused(again, *locs, sent=sent) == [("resources.cpu_cores", "", True), ("capabilities.0.name", "", True)]


def test_a_refusal_of_a_removed_row_is_gone() -> None:
    form = ConfigForm.posted(DOCUMENT, ConfigForm.opened(DOCUMENT).act("remove:runtime_server.env.0").values)
    assert refused(form, ("runtime_server", "env", "A"), sent=DOCUMENT) == []


def test_a_thousand_errors_are_each_at_their_control() -> None:
    ports = [(f"sandbox.exposed_ports.{at}", str(70000 + at)) for at in range(1000)]
    stored: list[Json] = list(range(70000, 70500))
    form = ConfigForm.posted({"sandbox": {"exposed_ports": stored}}, [("sandbox.exposed_ports.0", "7"), *ports[1:]])
    assert [one.control for one in form.problems] == [name for name, _ in ports[500:]]
    assert len(form.notes) == 499
