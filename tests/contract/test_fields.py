from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from adminui.contract.config import EGRESS, FIELDS, SECTIONS, RuntimeConfig, field_of, section_of
from adminui.contract.document import ABSENT
from adminui.contract.fields import Control, FieldSpec, specs
from adminui.contract.paths import Path

KINDS = {
    "version": "choice",
    "build.profile": "text",
    "build.provider": "choice",
    "build.source.kind": "text",
    "build.source.ref": "text",
    "resources.cpu_cores": "number",
    "resources.memory_mb": "number",
    "sandbox.timeout_seconds": "number",
    "sandbox.workspace_mount": "switch",
    "sandbox.exposed_ports": "set",
    "sandbox.egress": "egress",
    "capabilities": "rows",
    "secrets.secret_ids": "picks",
    "defaults.agent": "text",
    "defaults.capability": "text",
    "defaults.model": "text",
    "defaults.system_prompt": "lines",
    "runtime_server.env": "map",
    "metadata.labels": "map",
}


def _spec(path: str) -> FieldSpec:
    (found,) = (spec for spec in FIELDS if ".".join(map(str, spec.path)) == path)
    return found


def test_every_field_of_the_config_is_there_once_in_the_order_of_the_form() -> None:
    assert {".".join(map(str, spec.path)): spec.kind for spec in FIELDS} == KINDS
    assert [".".join(map(str, spec.path)) for spec in FIELDS] == list(KINDS)


def test_the_sections_are_in_the_order_of_the_form() -> None:
    assert [(section.key, section.title) for section in SECTIONS] == [
        ("build", "Build"),
        ("resources", "Resources"),
        ("sandbox", "Sandbox"),
        ("capabilities", "Capabilities"),
        ("secrets", "Secrets"),
        ("defaults", "Defaults"),
        ("runtime_server", "Server environment"),
        ("metadata", "Labels"),
        ("raw", "Raw"),
    ]
    assert all(section.help.endswith(".") for section in SECTIONS)


def test_fields_are_labelled_as_people_say_them() -> None:
    labels = [spec.label for spec in FIELDS]
    once = "Profile/Provider/Source kind/Source ref/CPU cores/Memory (MB)/Timeout (seconds)/Workspace mount"
    for said in f"{once}/Exposed ports/Egress/Agent/Capability/Model/System prompt".split("/"):
        assert labels.count(said) == 1, said
    assert [row.label for row in _spec("capabilities").rows] == ["Name", "Version", "Enabled"]
    for path in ("runtime_server.env", "metadata.labels"):
        assert [row.label for row in _spec(path).rows] == ["Key", "Value"]


def test_every_field_has_help_in_sentences() -> None:
    for spec in FIELDS:
        assert spec.help.endswith("."), spec.path
        assert spec.help[0].isupper() or spec.help.startswith("*"), spec.path


def test_limits_defaults_and_choices_are_those_of_the_models() -> None:
    cores, memory, timeout = (
        _spec("resources.cpu_cores"),
        _spec("resources.memory_mb"),
        _spec("sandbox.timeout_seconds"),
    )
    assert (cores.minimum, cores.maximum, cores.default, cores.unit) == (1, 32, 2, "cores")
    assert (memory.minimum, memory.maximum, memory.default, memory.unit) == (512, 131072, 2048, "MB")
    assert (timeout.minimum, timeout.maximum, timeout.default, timeout.optional) == (60, None, ABSENT, True)
    assert _spec("build.provider").choices == ("auto", "docker", "e2b")
    assert _spec("build.profile").min_length == 1
    assert _spec("defaults.agent").min_length == 1
    assert _spec("defaults.system_prompt").min_length is None
    assert [spec.label for spec in FIELDS if spec.deprecated] == ["Workspace mount"]
    ports, egress, ids = _spec("sandbox.exposed_ports"), _spec("sandbox.egress"), _spec("secrets.secret_ids")
    assert (ports.minimum, ports.maximum, ports.default) == (1, 65535, [])
    assert (ports.rows[0].path, ports.rows[0].label) == ((), "Port")
    assert (egress.max_items, egress.default, egress.optional) == (50, ABSENT, True)
    assert (egress.rows[0].path, egress.rows[0].label, len(egress.rows[0].examples)) == (("allow",), "Target", 4)
    assert (ids.rows[0].label, ids.default) == ("Secret", [])
    name, version, enabled = _spec("capabilities").rows
    assert (name.required, name.default, name.min_length) == (True, ABSENT, 1)
    assert (version.required, version.optional, version.default) == (False, True, ABSENT)
    assert (enabled.kind, enabled.default, enabled.optional) == ("switch", True, False)
    key, value = _spec("runtime_server.env").rows
    assert (key.kind, key.min_length, value.kind) == ("text", 1, "lines")


def test_the_hint_says_range_and_default() -> None:
    assert _spec("resources.cpu_cores").hint() == "Processor cores of one sandbox. 1 to 32. Default 2."
    assert _spec("build.profile").hint() == "Named set of build settings. Default `default`."
    timeout = _spec("sandbox.timeout_seconds")
    assert timeout.hint().endswith("Empty: the platform’s default. 60 or more.")
    assert timeout.hint(maximum=14400, limit_of="acme").endswith("60 to 14400, the limit of acme.")
    assert _spec("defaults.model").hint() == "Provider and model, as the platform names them. Empty: none."
    assert _spec("sandbox.workspace_mount").hint() == "Accepted and ignored by the platform."


def test_examples_pass_their_own_models() -> None:
    for spec in FIELDS:
        for example in spec.examples:
            document: object = example
            for segment in reversed(spec.path):
                document = {segment: document}
            RuntimeConfig.model_validate(document)


def test_egress_has_three_named_choices_with_their_effect() -> None:
    assert [option.value for option in EGRESS] == ["default", "only", "none"]
    assert all(option.help.endswith(".") for option in EGRESS)


@pytest.mark.parametrize(
    ("path", "section", "label"),
    [
        (("resources", "cpu_cores"), "resources", "CPU cores"),
        (("sandbox", "egress", "allow", 3), "sandbox", "Egress"),
        (("capabilities", 2, "name"), "capabilities", "Capabilities"),
        (("runtime_server", "env", "A"), "runtime_server", "Variables"),
        (("sandbox", "idle_policy"), "sandbox", None),
        (("sandbox",), "sandbox", None),
        (("version",), "raw", "Version"),
        (("x-new", "y"), "raw", None),
        ((), "raw", None),
    ],
)
def test_a_path_belongs_to_a_section_and_a_field(path: Path, section: str, label: str | None) -> None:
    assert section_of(path).key == section
    spec = field_of(path)
    assert (spec.label if spec else None) == label


def test_any_model_of_these_types_is_read() -> None:
    class Inner(BaseModel):
        word: Literal["a", "b"] = Field("a", title="Word")
        text: Annotated[str | None, Control("lines", "chars")] = Field(None, title="Text", max_length=9)

    class Outer(BaseModel):
        inner: Inner = Field(default_factory=Inner)
        rows: list[Inner] = Field(default_factory=list, max_length=3, title="Rows")

    word, text, rows = specs(Outer)
    assert (word.path, word.kind, word.choices) == (("inner", "word"), "choice", ("a", "b"))
    assert (text.kind, text.unit, text.max_length, text.optional) == ("lines", "chars", 9, True)
    assert (rows.max_items, [row.path for row in rows.rows]) == (3, [("word",), ("text",)])
