import copy
from typing import Any

import pytest
from hypothesis import example, given

from adminui.contract import document
from adminui.contract.document import ABSENT, Absent, Json, JsonObject, edit
from adminui.contract.paths import Path, text
from adminui.contract.stored import is_stored, made, normalised
from tests.contract.documents import configs, examples, full

DEFAULTS: JsonObject = {
    "version": "v2",
    "build": {"profile": "default", "provider": "auto", "source": {"kind": "builtin", "ref": "runtime"}},
    "capabilities": [],
    "defaults": {},
    "metadata": {"labels": {}},
    "resources": {"cpu_cores": 2, "memory_mb": 2048},
    "runtime_server": {"env": {}},
    "sandbox": {"workspace_mount": True, "exposed_ports": []},
    "secrets": {"secret_ids": []},
}


def _at(path: Path, value: Json | Absent, base: Json | None = None) -> Json:
    return document.edit(full() if base is None else base, path, value)


@examples(100)
@given(configs)
@example({})
def test_a_document_is_stored_when_it_is_there_as_it_was_sent(doc: Json) -> None:
    assert is_stored(doc, copy.deepcopy(doc))
    assert normalised(doc, copy.deepcopy(doc)) == ()


@examples(150)
@given(configs, configs)
def test_only_a_difference_says_not_stored_and_each_change_is_where_it_says(sent: Json, stored: Json) -> None:
    found = normalised(sent, stored)
    assert is_stored(sent, stored) == all(one.how != "differs" for one in found)
    assert (found == ()) == document.same(sent, stored)
    for one in found:
        assert not document.same(one.sent, one.stored)
        if one.path[:1] != ("capabilities",):
            assert document.same(document.get(sent, one.path), one.sent)
            assert document.same(document.get(stored, one.path), one.stored)


SAME: list[tuple[Path, Json | Absent, Json | Absent, str]] = [
    (("sandbox", "exposed_ports"), [9090, 8080, 9090], [8080, 9090], "sorted"),
    (("sandbox", "exposed_ports"), ABSENT, [], "filled in"),
    (("sandbox", "exposed_ports"), [], ABSENT, "dropped"),
    (("sandbox", "egress", "allow"), ["API.Example.com", "api.example.com"], ["api.example.com"], "canonical"),
    (("sandbox", "egress", "allow"), ["10.0.0.1"], ["10.0.0.1/32"], "canonical"),
    (("sandbox", "egress", "allow"), ["2001:DB8::/32"], ["2001:db8::/32"], "canonical"),
    (("sandbox", "egress", "allow"), ABSENT, [], "filled in"),
    (("sandbox", "egress"), None, ABSENT, "dropped"),
    (("sandbox", "egress"), ABSENT, None, "filled in"),
    (("sandbox", "timeout_seconds"), ABSENT, None, "filled in"),
    (("sandbox", "timeout_seconds"), None, ABSENT, "dropped"),
    (("sandbox", "workspace_mount"), True, ABSENT, "dropped"),
    (("secrets", "secret_ids"), ["b", "a", "b"], ["a", "b"], "sorted"),
    (("secrets", "secret_ids"), ["AA", "bb"], ["bb", "aa"], "canonical"),
    (("secrets",), ABSENT, {"secret_ids": []}, "filled in"),
    (("secrets",), {"secret_ids": []}, ABSENT, "dropped"),
    (("build", "source"), ABSENT, {"kind": "builtin", "ref": "runtime"}, "filled in"),
    (("build", "source"), {"kind": "builtin"}, ABSENT, "dropped"),
    (("build",), ABSENT, DEFAULTS["build"], "filled in"),
    (("resources", "cpu_cores"), ABSENT, 2, "filled in"),
    (("version",), ABSENT, "v2", "filled in"),
    (("metadata", "labels"), {}, ABSENT, "dropped"),
    (("runtime_server", "env"), ABSENT, {}, "filled in"),
    (("defaults", "system_prompt"), None, ABSENT, "dropped"),
    (("capabilities",), ABSENT, [], "filled in"),
]


@pytest.mark.parametrize(("path", "sent", "stored", "how"), SAME)
def test_what_the_platform_writes_its_own_way_is_stored(
    path: Path, sent: Json | Absent, stored: Json | Absent, how: str
) -> None:
    ours, theirs = _at(path, sent), _at(path, stored)
    assert is_stored(ours, theirs)
    (one,) = normalised(ours, theirs)
    assert (one.path, one.sent, one.stored, one.how) == (path, sent, stored, how)


OTHER: list[tuple[Path, Json | Absent, Json | Absent]] = [
    (("sandbox", "exposed_ports"), [8080], [8080, 9090]),
    (("sandbox", "exposed_ports"), ABSENT, [8080]),
    (("sandbox", "exposed_ports"), [1], [True]),
    (("sandbox", "exposed_ports"), [8080], ["8080"]),
    (("sandbox", "exposed_ports"), [], None),
    (("sandbox", "egress"), ABSENT, {"allow": []}),
    (("sandbox", "egress"), {"allow": []}, ABSENT),
    (("sandbox", "egress"), None, {"allow": []}),
    (("sandbox", "egress", "allow"), ["a.example.com"], ["b.example.com"]),
    (("sandbox", "egress", "allow"), ["a.b", "c.d"], ["c.d", "a.b"]),
    (("sandbox", "egress", "allow"), ["10.0.0.0/8"], ["10.0.0.0/16"]),
    (("sandbox", "egress", "new"), ABSENT, 1),
    (("sandbox", "workspace_mount"), ABSENT, False),
    (("sandbox", "workspace_mount"), True, 1),
    (("secrets", "secret_ids"), ["a"], ["b"]),
    (("secrets", "secret_ids"), ["1"], [1]),
    (("resources", "cpu_cores"), ABSENT, 4),
    (("resources", "cpu_cores"), 2, 2.0),
    (("resources", "cpu_cores"), None, 2),
    (("resources",), "x", {}),
    (("resources", "accelerator", "kind"), "none", "gpu"),
    (("resources", "accelerator"), {"kind": "none"}, ABSENT),
    (("build", "new"), ABSENT, {}),
    (("version",), ABSENT, "v3"),
    (("metadata", "labels", "team"), "analysis", ABSENT),
    (("metadata", "labels", "team"), "analysis", "Analysis"),
    (("runtime_server", "env", "A"), "", ABSENT),
    (("defaults", "system_prompt"), "", ABSENT),
    (("defaults", "agent"), ABSENT, "planner"),
    (("capabilities", 0, "version"), "1.2.0", "1.3.0"),
    (("capabilities", 0, "version"), "1.2.0", ABSENT),
    (("capabilities", 0, "enabled"), ABSENT, False),
    (("capabilities", 0, "new"), 1, ABSENT),
    (("capabilities", 1, "scope", "read"), ["a"], ["b"]),
    (("capabilities", 1), ABSENT, {"name": "sql-tools", "enabled": False, "scope": {"read": ["a"]}}),
    (("capabilities",), [{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}]),
    (("capabilities",), [{"name": "a"}, {"name": "a"}], [{"name": "a"}]),
    (("capabilities",), [], None),
    (("x-new",), [1], [1.0]),
    (("x-new",), ABSENT, None),
]


@pytest.mark.parametrize(("path", "sent", "stored"), OTHER)
def test_what_is_really_different_is_not(path: Path, sent: Json | Absent, stored: Json | Absent) -> None:
    ours, theirs = _at(path, sent), _at(path, stored)
    assert not is_stored(ours, theirs)
    assert "differs" in {one.how for one in normalised(ours, theirs)}


@pytest.mark.parametrize("version", [ABSENT, None])
def test_a_version_left_out_is_pinned_to_any(version: Json | Absent) -> None:
    sent, stored = _at(("capabilities", 1, "version"), version), _at(("capabilities", 1, "version"), "3.0.1")
    assert is_stored(sent, stored)
    (one,) = normalised(sent, stored)
    assert (one.path, one.sent, one.stored, one.how) == (
        ("capabilities", "sql-tools", "version"),
        version,
        "3.0.1",
        "pinned",
    )
    assert is_stored(_at(("capabilities", 1, "version"), ABSENT), _at(("capabilities", 1, "version"), None))


def test_nothing_sent_is_stored_as_the_defaults_and_the_other_way_round() -> None:
    assert is_stored({}, DEFAULTS)
    assert is_stored(DEFAULTS, {})
    assert {one.how for one in normalised({}, DEFAULTS)} == {"filled in"}
    assert [one.path for one in normalised({}, DEFAULTS)] == [
        ("version",),
        ("build",),
        ("resources",),
        ("sandbox",),
        ("capabilities",),
        ("secrets",),
        ("defaults",),
        ("runtime_server",),
        ("metadata",),
    ]


def test_a_part_left_out_but_stored_otherwise_says_what_differs() -> None:
    stored: Any = copy.deepcopy(DEFAULTS)
    stored["resources"] = {"cpu_cores": 8, "memory_mb": 2048}
    found = [(one.path, one.how) for one in normalised({}, stored) if one.path[0] == "resources"]
    assert found == [(("resources", "cpu_cores"), "differs"), (("resources", "memory_mb"), "filled in")]


def test_key_order_is_nothing() -> None:
    assert is_stored(full(), dict(reversed(full().items())))


@pytest.mark.parametrize(("sent", "stored"), [({}, []), (None, {}), (1, True), ([], None)])
def test_documents_that_are_no_objects_compare_exactly(sent: Json, stored: Json) -> None:
    assert not is_stored(sent, stored)
    assert is_stored(sent, copy.deepcopy(sent))


PORTS = ("sandbox", "exposed_ports")
BEFORE: Json = {"sandbox": {"exposed_ports": [80]}, "capabilities": [{"name": "web", "version": "1"}]}


@pytest.mark.parametrize(
    ("sent", "stored", "told"),
    [
        (BEFORE, edit(BEFORE, ("build",), {"profile": "default"}), []),
        (
            edit(BEFORE, ("build",), {"profile": "default"}),
            edit(BEFORE, ("build",), {"profile": "default"}),
            ["build.profile"],
        ),
        (edit(BEFORE, PORTS, [80, 22]), edit(BEFORE, PORTS, [22, 80]), ['sandbox.exposed_ports["22"]']),
        (
            edit(BEFORE, PORTS, [80, 80, 22]),
            edit(BEFORE, PORTS, [22, 80]),
            ['sandbox.exposed_ports["22"]', "sandbox.exposed_ports"],
        ),
        (
            edit(BEFORE, ("capabilities",), [{"name": "web"}]),
            edit(BEFORE, ("capabilities",), [{"name": "web", "version": "2"}]),
            ['capabilities["web"].version'],
        ),
        (
            edit(BEFORE, ("sandbox", "egress"), {"allow": ["A.b"]}),
            edit(BEFORE, ("sandbox", "egress"), {"allow": ["a.b"]}),
            ["sandbox.egress.allow"],
        ),
        (BEFORE, edit(BEFORE, ("new",), 1), ["new"]),
    ],
)
def test_what_a_save_changed_is_told_as_it_is_stored(sent: Json, stored: Json, told: list[str]) -> None:
    assert [text(change.path) for change in made(BEFORE, sent, stored)] == told
