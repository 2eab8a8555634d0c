import copy
from typing import Any

import pytest
from hypothesis import given

from adminui.contract import document
from adminui.contract.config import RuntimeConfig, check, looks_secret
from adminui.contract.document import ABSENT, Json, JsonObject
from adminui.contract.paths import Path
from tests.contract.documents import best_time, configs, documents, examples, full, large

UUID = "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0"


def _said(doc: Json, **rules: Any) -> list[tuple[Path, str]]:
    return [(error.loc, error.msg) for error in check(doc, **rules)]


def _with(path: Path, value: Any) -> Json:
    return document.edit(full(), path, value)


@pytest.mark.parametrize("doc", [{}, full(), large(), {"build": {}, "sandbox": {}, "secrets": {}, "metadata": {}}])
def test_a_good_config_has_no_error(doc: Json) -> None:
    assert check(doc, timeout_cap=3600) == ()


GOOD: list[tuple[Path, Any]] = [
    (("resources", "cpu_cores"), 1),
    (("resources", "cpu_cores"), 32),
    (("resources", "memory_mb"), 131072),
    (("sandbox", "timeout_seconds"), 60),
    (("sandbox", "timeout_seconds"), None),
    (("sandbox", "egress"), None),
    (("sandbox", "egress"), {}),
    (("sandbox", "egress", "allow"), []),
    (("sandbox", "egress", "allow"), ["a.b"] * 50),
    (("sandbox", "exposed_ports"), [65535, 1, 1]),
    (("capabilities", 0, "version"), None),
    (("defaults", "system_prompt"), ""),
    (("defaults", "system_prompt"), "a\n" * 100),
    (("defaults", "agent"), None),
    (("metadata", "labels"), {"": "", "a=b": "ü\n"}),
    (("runtime_server", "env"), {"a b": "x=y", "ü": ""}),
    (("secrets", "secret_ids"), [UUID.upper(), UUID]),
    (("unknown",), {"deep": [{"a": None}]}),
    (("capabilities", 0, "unknown"), 1),
    (("build", "source", "unknown"), [1.5]),
]


@pytest.mark.parametrize(("path", "value"), GOOD)
def test_what_the_contract_allows_is_allowed(path: Path, value: Any) -> None:
    assert check(_with(path, value)) == ()


BAD: list[tuple[Path, Any, str]] = [
    (("version",), "v1", "Must be v2."),
    (("version",), 2, "Must be v2."),
    (("version",), None, "Must be v2."),
    (("build",), "x", "Must be an object."),
    (("build", "profile"), "", "Can’t be empty."),
    (("build", "profile"), 5, "Must be text, in quotes."),
    (("build", "profile"), None, "Must be text. For no text, give an empty one or leave it out."),
    (("build", "profile"), ["x"], "Must be text."),
    (("build", "provider"), "aws", "Must be auto, docker or e2b."),
    (("build", "provider"), "Docker", "Must be auto, docker or e2b."),
    (("build", "provider"), ["auto"], "Must be auto, docker or e2b."),
    (("build", "source"), None, "Must be an object."),
    (("resources",), "x", "Must be an object."),
    (("resources",), [], "Must be an object."),
    (("resources", "cpu_cores"), 0, "Must be 1 or more."),
    (("resources", "cpu_cores"), 64, "Must be 32 or less."),
    (("resources", "cpu_cores"), 10**4000, "Must be 32 or less."),
    (("resources", "cpu_cores"), "8", "Must be a whole number, without quotes."),
    (("resources", "cpu_cores"), "many", "Must be a whole number."),
    (("resources", "cpu_cores"), 2.0, "Must be a whole number."),
    (("resources", "cpu_cores"), True, "Must be a whole number."),
    (("resources", "cpu_cores"), None, "Must be a whole number."),
    (("resources", "memory_mb"), 511, "Must be 512 or more."),
    (("sandbox", "timeout_seconds"), 59, "Must be 60 or more."),
    (("sandbox", "timeout_seconds"), "3600", "Must be a whole number, without quotes."),
    (("sandbox", "workspace_mount"), "yes", "Must be true or false, without quotes."),
    (("sandbox", "workspace_mount"), 1, "Must be true or false."),
    (("sandbox", "exposed_ports"), 8080, "Must be a list."),
    (("sandbox", "exposed_ports", 1), "8080", "Must be a whole number, without quotes."),
    (("sandbox", "exposed_ports", 1), 0, "Must be 1 or more."),
    (("sandbox", "exposed_ports", 1), 65536, "Must be 65535 or less."),
    (("sandbox", "egress"), [], "Must be an object."),
    (("sandbox", "egress", "allow"), None, "Must be a list."),
    (("sandbox", "egress", "allow"), ["a.b"] * 51, "Must have at most 50 rows, has 51."),
    (("sandbox", "egress", "allow", 0), 167772160, "Must be text, in quotes."),
    (("sandbox", "egress", "allow", 0), "10.1.2.3/8", "“10.1.2.3/8” has host bits set. Did you mean 10.0.0.0/8?"),
    (("sandbox", "egress", "allow", 0), "{said}", "“{said}” is not a target: give a name like api.example.com, "),
    (("capabilities",), {}, "Must be a list."),
    (("capabilities", 1), "web", "Must be an object."),
    (("capabilities", 1, "name"), ABSENT, "Must be given."),
    (("capabilities", 1, "name"), "", "Can’t be empty."),
    (("capabilities", 1, "name"), "web", "“web” is in the list twice, see row 1."),
    (("capabilities", 1, "version"), "", "Can’t be empty."),
    (("capabilities", 1, "enabled"), None, "Must be true or false."),
    (("defaults", "model"), "", "Can’t be empty."),
    (("defaults", "system_prompt"), 5, "Must be text, in quotes."),
    (("runtime_server", "env"), [], "Must be an object."),
    (("runtime_server", "env", "DEBUG"), True, "Must be text, in quotes."),
    (("runtime_server", "env", ""), "x", "Can’t be empty."),
    (("runtime_server", "env", "PROFILE=prod"), "x", "A key can’t contain “=”. Did you mean key PROFILE, value prod?"),
    (("runtime_server", "env", "A_TOKEN=s3"), "x", "A key can’t contain “=”. Did you mean key A_TOKEN, value ••••?"),
    (("runtime_server", "env", "A="), "x", "A key can’t contain “=”."),
    (("runtime_server", "env", "[key]="), "x", "A key can’t contain “=”."),
    (("runtime_server", "env", "[key]"), 5, "Must be text, in quotes."),
    (("metadata", "labels", "a"), 1, "Must be text, in quotes."),
    (("secrets", "secret_ids", 0), "abc", f"Must be an id like {UUID}."),
    (("secrets", "secret_ids", 0), UUID.replace("-", ""), f"Must be an id like {UUID}."),
    (("secrets", "secret_ids", 0), f"{{{UUID}}}", f"Must be an id like {UUID}."),
    (("secrets", "secret_ids", 0), UUID + "\n", f"Must be an id like {UUID}."),
    (("secrets", "secret_ids", 0), 7, "Must be text, in quotes."),
    (("defaults", "system_prompt"), "a\0", "Can’t contain a NUL character."),
    (("runtime_server", "env", "A\0"), "x", "Can’t contain a NUL character."),
    (("runtime_server", "env", "A"), "x\0", "Can’t contain a NUL character."),
    (("x-new", 1, "deep"), ["\0"], "Can’t contain a NUL character."),
    (("x-new", "\0"), 1, "Can’t contain a NUL character."),
    (("x-new", 0), float("inf"), "Must be a finite number."),
    (("x-new", 0), float("nan"), "Must be a finite number."),
    (("x-new", 0), "\ud800", "Can’t contain half of a character (a lone surrogate)."),
    (("metadata", "labels", "a"), "\udfff", "Can’t contain half of a character (a lone surrogate)."),
    (("metadata", "labels", "\udfff"), "a", "Can’t contain half of a character (a lone surrogate)."),
]


@pytest.mark.parametrize(("path", "value", "said"), BAD)
def test_what_is_wrong_is_said_at_its_place(path: Path, value: Any, said: str) -> None:
    doc = full() if path[:2] != ("x-new", "\0") else _with(("x-new",), {})
    (error,) = check(document.edit(doc, path, value))
    assert error.loc[: len(path)] == path
    assert error.msg.startswith(said)
    assert error.msg.endswith((".", "?"))
    assert error.type


@pytest.mark.parametrize("doc", [None, [], "x", 5, True, 1.5])
def test_a_document_that_is_no_object_is_one_error_at_its_root(doc: Json) -> None:
    assert _said(doc) == [((), "Must be an object.")]


def test_a_number_beyond_double_precision_is_never_a_whole_number() -> None:
    assert (("resources", "cpu_cores"), "Must be a whole number.") in _said(_with(("resources", "cpu_cores"), 1e999))


def test_the_organizations_cap_is_checked_besides() -> None:
    doc = _with(("sandbox", "timeout_seconds"), 14401)
    assert check(doc) == ()
    assert check(doc, timeout_cap=14401) == ()
    assert _said(doc, timeout_cap=14400) == [
        (("sandbox", "timeout_seconds"), "Must be 14400 or less, the limit of this organization.")
    ]
    for value in ("14401", True, None, ABSENT):
        found = _said(_with(("sandbox", "timeout_seconds"), value), timeout_cap=0)
        assert all("organization" not in said for _, said in found)


def test_all_errors_come_in_the_order_of_the_form() -> None:
    doc: Json = {
        "metadata": {"labels": {"a": 1}},
        "capabilities": [{"name": "a"}, {"name": "b", "version": ""}, {"name": "a"}, {}],
        "resources": {"memory_mb": 1, "cpu_cores": 0},
        "x": "\0",
        "version": 1,
        "build": {"provider": "x"},
    }
    assert [error.loc for error in check(doc)] == [
        ("version",),
        ("build", "provider"),
        ("resources", "cpu_cores"),
        ("resources", "memory_mb"),
        ("capabilities", 1, "version"),
        ("capabilities", 2, "name"),
        ("capabilities", 3, "name"),
        ("metadata", "labels", "a"),
        ("x",),
    ]


def test_every_repeated_capability_is_an_error_at_the_later_one() -> None:
    doc: Json = {"capabilities": [{"name": "a"}, {"name": "b"}, {"name": "a"}, {"name": "a"}]}
    assert _said(doc) == [
        (("capabilities", 2, "name"), "“a” is in the list twice, see row 1."),
        (("capabilities", 3, "name"), "“a” is in the list twice, see row 1."),
    ]


@examples(100)
@given(configs)
def test_checking_never_raises_changes_nothing_and_places_errors_in_the_document(doc: Json) -> None:
    before = copy.deepcopy(doc)
    for error in check(doc, timeout_cap=60):
        there = error.loc if error.type != "missing" else error.loc[:-1]
        assert document.get(doc, there) is not ABSENT
    assert document.same(doc, before)


@examples(100)
@given(documents)
def test_any_document_can_be_checked_and_unknown_keys_are_no_error(doc: Json) -> None:
    check(doc)
    known: JsonObject = doc if isinstance(doc, dict) else {"": doc}
    unknown: Json = {f"x-{key}": value for key, value in known.items()}
    assert [error for error in check(unknown) if error.type != "nul_character"] == []


def test_a_deep_document_is_checked_without_recursion() -> None:
    deep: Json = "\0"
    for _ in range(5000):
        deep = [deep]
    assert [error.msg for error in check({"x": deep})] == ["Can’t contain a NUL character."]


def test_a_megabyte_is_checked_quickly_and_errors_are_bounded() -> None:
    doc = large()
    assert best_time(lambda: check(doc)) < 0.1
    assert len(check({"sandbox": {"exposed_ports": [0] * 20_000}, "x": ["\0"] * 20_000})) == 2000


def test_the_openapi_schema_says_the_same_limits() -> None:
    schema = RuntimeConfig.model_json_schema()
    parts = schema["$defs"]
    assert schema["additionalProperties"] is True
    assert schema["properties"]["version"]["const"] == "v2"
    cores = parts["Resources"]["properties"]["cpu_cores"]
    assert (cores["minimum"], cores["maximum"], cores["default"], cores["title"]) == (1, 32, 2, "CPU cores")
    assert parts["Sandbox"]["properties"]["workspace_mount"]["deprecated"] is True
    assert parts["Egress"]["properties"]["allow"]["maxItems"] == 50
    assert parts["Secrets"]["properties"]["secret_ids"]["items"]["format"] == "uuid"
    assert parts["Capability"]["required"] == ["name"]


SECRET_KEYS = (
    "API_TOKEN OPENAI_API_KEY apikey SECRET DbPassword DB_PASS COLLECTOR_AUTH AUTHORIZATION SENTRY_DSN"
    " AWS_CREDENTIALS KEY_ID SSH_KEYS SESSION_COOKIE PRIVATE_PEM PGPWD"
)


@pytest.mark.parametrize("key", SECRET_KEYS.split())
def test_keys_of_secrets_look_secret(key: str) -> None:
    assert looks_secret(key)


@pytest.mark.parametrize("key", ["LOG_LEVEL", "AUTHOR", "KEYBOARD", "COMPASS_ROSE", "PORT", ""])
def test_ordinary_keys_do_not(key: str) -> None:
    assert not looks_secret(key)
