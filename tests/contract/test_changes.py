import copy
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adminui.contract import document, paths
from adminui.contract.changes import Change, apply, diff, locate, parts, tell
from adminui.contract.document import ABSENT, Absent, Json, same
from adminui.contract.paths import Item, Path
from adminui.contract.phrases import named, phrase
from tests.contract.documents import KNOWN_LISTS, best_time, configs, documents, examples, full, large


def _told(before: Json, after: Json) -> list[str]:
    return [str(phrase(change)) for change in diff(before, after)]


def _changed(path: Path, value: Any) -> tuple[Json, Json]:
    return full(), document.edit(full(), path, value)


@examples(300)
@given(st.one_of(st.tuples(configs, configs), st.tuples(documents, documents)))
@example(({"a": [1, True, 0.0]}, {"a": [True, 1, -0.0]}))
@example(({"a": 1}, {"a": 1.0}))
@example(({"a": None}, {}))
@example(({"capabilities": {"x": 1}}, {"capabilities": [{"name": "x"}]}))
@example(({}, {"capabilities": {"x": {"y": 1}}}))
@example(({"secrets": {"secret_ids": []}}, {"secrets": {"secret_ids": ["", "a"]}}))
def test_the_difference_applied_to_the_one_gives_the_other(pair: tuple[Json, Json]) -> None:
    before, after = pair
    kept = copy.deepcopy(before)
    changes = diff(before, after)
    assert same(apply(before, changes), after)
    assert same(before, kept)
    assert (changes == ()) == same(before, after)
    assert len({change.path for change in changes if change.kind != "moved"}) == len(
        [change for change in changes if change.kind != "moved"]
    )


@examples(100)
@given(st.one_of(documents, configs))
def test_a_document_does_not_differ_from_itself(doc: Json) -> None:
    assert diff(doc, copy.deepcopy(doc)) == ()
    assert apply(doc, ()) is doc


@examples(150)
@given(configs, st.data())
def test_an_edit_of_one_path_changes_only_there_or_below(doc: Json, data: st.DataObject) -> None:
    path: Path = ()
    value = doc
    while isinstance(value, (dict, list)) and value and (not path or data.draw(st.booleans())):
        segment, value = data.draw(st.sampled_from(list(document.items(value))))
        path = (*path, segment)
    if isinstance(value, dict) and data.draw(st.booleans()):  # or a path that isn't there yet, parents and all
        path = (*path, "absent", *data.draw(st.lists(st.sampled_from(["new", "a.b", "labels", "env"]), max_size=2)))
    after = document.edit(doc, path, data.draw(documents))
    stem = path[: next((at for at, segment in enumerate(path) if isinstance(segment, int)), len(path))]
    for change in diff(doc, after):
        assert change.path[: len(stem)] == stem


@examples(120)
@given(configs, configs)
def test_a_change_path_leads_to_what_the_change_says(before: Json, after: Json) -> None:
    for change in diff(before, after):
        if change.kind == "moved":
            continue
        for doc, value in ((before, change.before), (after, change.after)):
            at = locate(doc, change.path)
            found = ABSENT if at is None else document.get(doc, at)
            assert same(found, value)


@examples(120)
@given(configs, configs)
def test_everything_can_be_said_in_one_line(before: Json, after: Json) -> None:
    for change in diff(before, after):
        told = tell(change)
        assert told.label
        assert paths.parse(told.path) == change.path
        for said in (str(phrase(change)), told.label, told.before, told.after):
            assert said is None or (0 < len(said) < 1000 and "\n" not in said)


@examples(120)
@given(
    st.one_of(configs, st.just({})),
    st.one_of(
        st.dictionaries(st.sampled_from(["A", "B_TOKEN", ""]), st.just("hunter2\nhunter2")),
        st.just("hunter2"),
        st.just(["hunter2"]),
        st.just({"A": {"b": ["hunter2"]}}),
    ),
)
def test_a_sentence_never_holds_a_value_of_the_environment(other: Json, env: Json) -> None:
    for part in ({"env": env}, {"env": env, "x": 1}):
        config: Json = {"runtime_server": part}
        for before, after in ((config, other), (other, config)):
            assert not [said for said in _told(before, after) if "hunter2" in said]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("resources.cpu_cores", "changed CPU cores"),
        ('capabilities["web"]', "changed capability web"),
        ('capabilities["web"].version', "changed capability web"),
        ("metadata.labels.team", "changed label team"),
        ('sandbox.egress.allow["a.b"]', "changed target a.b"),
        ("sandbox.egress", "changed Egress"),
        ("runtime_server.env.A", "changed variable A"),
        ("runtime_server.env", "changed Variables"),
        ("x.y", "changed x.y"),
        ("", "changed The whole document"),
    ],
)
def test_a_path_alone_is_said_too(path: str, said: str) -> None:
    assert str(named(paths.parse(path))) == said


def test_known_lists_change_item_by_item() -> None:
    before = full()
    after = copy.deepcopy(before)
    after["sandbox"] = {**after["sandbox"], "exposed_ports": [8080, 9229]}  # type: ignore[dict-item]
    after["capabilities"] = [{"name": "web", "version": "2", "enabled": True}, {"name": "pdf"}]
    assert diff(before, after) == (
        Change(("capabilities", Item("web"), "version"), "changed", "1.2.0", "2"),
        Change(
            ("capabilities", Item("sql-tools")),
            "removed",
            {"name": "sql-tools", "enabled": False, "scope": {"read": ["a"]}},
            ABSENT,
        ),
        Change(("capabilities", Item("pdf")), "added", ABSENT, {"name": "pdf"}),
        Change(("sandbox", "exposed_ports", Item("9090")), "removed", 9090, ABSENT),
        Change(("sandbox", "exposed_ports", Item("9229")), "added", ABSENT, 9229),
    )
    assert [paths.text(change.path) for change in diff(before, after)] == [
        'capabilities["web"].version',
        'capabilities["sql-tools"]',
        'capabilities["pdf"]',
        'sandbox.exposed_ports["9090"]',
        'sandbox.exposed_ports["9229"]',
    ]


def test_order_alone_is_a_move_and_only_then() -> None:
    def capabilities(*names: str) -> Json:
        return {"capabilities": [{"name": name} for name in names]}

    assert diff(capabilities("a", "b"), capabilities("b", "a")) == (
        Change(("capabilities",), "moved", ["a", "b"], ["b", "a"]),
    )
    assert [change.kind for change in diff(capabilities("a", "b", "c"), capabilities("a", "c", "d"))] == [
        "removed",
        "added",
    ]
    assert [change.kind for change in diff(capabilities("a"), capabilities("b", "a"))] == ["added", "moved"]


def test_unknown_lists_and_repeated_items_change_as_a_whole() -> None:
    assert diff({"x": [1, 2]}, {"x": [1]}) == (Change(("x",), "changed", [1, 2], [1]),)
    ports = ({"sandbox": {"exposed_ports": [1, 1]}}, {"sandbox": {"exposed_ports": [1]}})
    assert diff(*ports) == (Change(("sandbox", "exposed_ports"), "changed", [1, 1], [1]),)  # type: ignore[arg-type]


def test_a_new_object_is_told_by_its_values_and_a_removed_one_at_once() -> None:
    labels: Json = {"metadata": {"labels": {"a": "1", "b": {}}}}
    assert diff({}, labels) == (
        Change(("metadata", "labels", "a"), "added", ABSENT, "1"),
        Change(("metadata", "labels", "b"), "added", ABSENT, {}),
    )
    assert diff(labels, {}) == (Change(("metadata",), "removed", {"labels": {"a": "1", "b": {}}}, ABSENT),)


def test_changes_apply_to_another_document_too() -> None:
    added = Change(("capabilities", Item("pdf")), "added", ABSENT, {"name": "pdf"})
    assert apply({}, [added]) == {"capabilities": [{"name": "pdf"}]}
    moved = Change(("capabilities",), "moved", ["a", "b"], ["b", "gone", "a"])
    listed: Json = {"capabilities": [{"name": "x"}, {"name": "a"}, {"name": "b"}]}
    assert apply(listed, [moved]) == {"capabilities": [{"name": "b"}, {"name": "a"}, {"name": "x"}]}
    removed = Change(("capabilities", Item("gone")), "removed", {"name": "gone"}, ABSENT)
    assert apply(listed, [removed]) == listed
    later = Change(("a",), "changed", 1, {"b": 2})
    assert apply({"a": 1}, [Change(("a", "b"), "changed", 0, 9), later]) == {"a": {"b": 2}}
    assert apply({"a": 1}, [later, Change(("a", "b"), "changed", 2, 3)]) == {"a": {"b": 3}}


@pytest.mark.parametrize(
    ("doc", "path", "said"),
    [
        ({"a": 1}, ("a", "b"), "There is nothing to change within a."),
        ({"x": [1]}, ("x", "1"), "There is nothing to change within x."),
        ({"capabilities": [1]}, ("capabilities", "web"), "There is nothing to change within capabilities."),
        (
            {"capabilities": []},
            ("capabilities", 0),
            "A change names the items of capabilities by identity, not by position.",
        ),
    ],
)
def test_a_change_that_leads_nowhere_is_refused(doc: Json, path: Path, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        apply(doc, [Change(path, "changed", 1, 2)])
    assert str(refusal.value) == said


def test_the_document_itself_cannot_be_removed() -> None:
    with pytest.raises(ValueError, match="The document itself can’t be removed"):
        apply({}, [Change((), "removed", {}, ABSENT)])


def test_a_path_is_located_by_identity_or_not_at_all() -> None:
    doc = full()
    assert locate(doc, ("capabilities", Item("sql-tools"), "version")) == ("capabilities", 1, "version")
    assert locate(doc, ("sandbox", "exposed_ports", "9090")) == ("sandbox", "exposed_ports", 1)
    assert locate(doc, ("capabilities", Item("gone"))) is None
    assert locate(doc, ("capabilities", 1, "name")) == ("capabilities", 1, "name")
    assert locate(doc, ("nowhere", "at", "all")) == ("nowhere", "at", "all")
    assert locate(doc, ("x-new", "1")) is None


SAID: list[tuple[Path, Any, list[str]]] = [
    (("resources", "cpu_cores"), 2, ["set CPU cores 4 → 2"]),
    (("resources", "cpu_cores"), ABSENT, ["set CPU cores 4 → not set"]),
    (("resources", "gpu"), 1, ["added resources.gpu"]),
    (("resources", "accelerator", "kind"), "gpu", ["changed resources.accelerator.kind none → gpu"]),
    (
        ("resources",),
        "x",
        ['changed resources {"cpu_cores": 4, "memory_mb": 4096, "accelerator": {"kind": "none"}} → x'],
    ),
    (("build", "profile"), " x", ["set Profile gpu → “ x”"]),
    (("build", "profile"), "not set", ["set Profile gpu → “not set”"]),
    (("build", "source"), ABSENT, ["removed build.source"]),
    (("sandbox", "workspace_mount"), False, ["set Workspace mount on → off"]),
    (("sandbox", "exposed_ports"), [9090, 8080], ["reordered Exposed ports"]),
    (("sandbox", "exposed_ports"), [8080, 9090, 1], ["added port 1"]),
    (("sandbox", "exposed_ports"), [8080], ["removed port 9090"]),
    (("sandbox", "exposed_ports"), [8080, 8080], ["set Exposed ports 8080, 9090 → 8080, 8080"]),
    (("sandbox", "egress", "allow"), ["api.example.com"], ["removed target 10.0.0.0/8"]),
    (("sandbox", "egress"), ABSENT, ["set Egress Only these targets: api.example.com, 10.0.0.0/8 → Platform default"]),
    (("sandbox", "egress", "mode"), "x", ["set Egress, mode not set → x"]),
    (("capabilities", 0, "version"), ABSENT, ["set web, Version 1.2.0 → not set"]),
    (("capabilities", 0, "enabled"), False, ["disabled capability web"]),
    (("capabilities", 1, "scope", "read"), [], ["set sql-tools, scope.read a → []"]),
    (("capabilities",), [], ["removed capability web", "removed capability sql-tools"]),
    (("capabilities",), ABSENT, ["set Capabilities web, sql-tools → not set"]),
    (("secrets", "secret_ids"), [], ["removed secret 2489e9ad-2ee2-8e00-8ec9-32d5f69181c0"]),
    (("defaults", "system_prompt"), "", ["set System prompt a … (2 lines) → empty"]),
    (("defaults", "system_prompt"), "a\n", ["set System prompt a … (2 lines) → a … (2 lines)"]),
    (("defaults", "system_prompt"), None, ["set System prompt a … (2 lines) → not set"]),
    (("defaults", "agent"), "x" * 500, ["set Agent planner → " + "x" * 119 + "…"]),
    (("runtime_server", "env", "LOG_LEVEL"), "debug", ["changed variable LOG_LEVEL"]),
    (("runtime_server", "env", "LOG_LEVEL"), ABSENT, ["removed variable LOG_LEVEL"]),
    (("runtime_server", "env", "a.b"), "x", ["added variable a.b"]),
    (("runtime_server", "env"), ABSENT, ["removed the variables"]),
    (("runtime_server", "env"), "x", ["changed the variables"]),
    (("runtime_server",), ABSENT, ["removed runtime_server"]),
    (("runtime_server",), [], ["changed runtime_server 1 key → a list"]),
    (("metadata", "labels", "tier"), "gold", ["added label tier gold"]),
    (("metadata", "labels", "team"), ABSENT, ["removed label team"]),
    (("metadata", "labels", "team"), "x", ["changed label team analysis → x"]),
    (("metadata", "labels"), ABSENT, ['set Labels {"team": "analysis", "cost.center": "R-4410"} → not set']),
    (("metadata", "labels", ""), "x", ["added label “” x"]),
    (("version",), "v3", ["set Version v2 → v3"]),
    (("x-new",), True, ['changed ["x-new"] [1, {"deep": null}] → true']),
    ((), 5, ["changed the document 10 keys → a value"]),
]


@pytest.mark.parametrize(("path", "value", "said"), SAID)
def test_a_change_is_said_in_plain_words(path: Path, value: Any, said: list[str]) -> None:
    assert _told(*_changed(path, value)) == said


LABELS: list[tuple[Path, Any, tuple[str, str, str | None, str | None]]] = [
    (("resources", "cpu_cores"), 8, ("resources", "CPU cores", "4", "8")),
    (("resources", "gpu"), None, ("resources", "gpu", None, "null")),
    (("capabilities", 0, "version"), "2", ("capabilities", "web, Version", "1.2.0", "2")),
    (("capabilities", 2), {"name": "pdf", "enabled": False}, ("capabilities", "pdf", None, "latest version, off")),
    (("capabilities", 2), {"name": "pdf", "version": "1", "z": 1}, ("capabilities", "pdf", None, "1, z")),
    (("metadata", "labels", "team"), ABSENT, ("metadata", "team", "analysis", None)),
    (("sandbox", "exposed_ports", 2), 1, ("sandbox", "Port", None, "1")),
    (("sandbox", "timeout_seconds"), ABSENT, ("sandbox", "Timeout (seconds)", "3600", "not set")),
    (("sandbox", "egress", "allow"), [], ("sandbox", "Target", "api.example.com", None)),
    (("runtime_server", "env", "LOG_LEVEL"), "", ("runtime_server", "LOG_LEVEL", "info", "empty")),
    (("runtime_server", "env"), [], ("runtime_server", "Variables", "2 keys", "a list")),
    (("defaults",), ABSENT, ("defaults", "Defaults", '{"agent": "planner", "capability": "web", "model"', None)),
    (("version",), ABSENT, ("raw", "Version", "v2", "not set")),
    (("a.b", "c"), "\u202ex", ("raw", '["a.b"].c', None, "\\u{202e}x")),
]


@pytest.mark.parametrize(("path", "value", "told"), LABELS)
def test_a_change_has_a_section_a_label_and_both_sides(
    path: Path, value: Any, told: tuple[str, str, str | None, str | None]
) -> None:
    found = tell(diff(*_changed(path, value))[0])
    section, label, before, after = told
    assert (found.section, found.label, found.after) == (section, label, after)
    assert found.before == before or (found.before or "").startswith(before or "?")


def test_a_list_of_a_wrong_type_is_said_too() -> None:
    (change,) = diff({"capabilities": {}}, {"capabilities": {"web": 1}})
    assert (tell(change).label, tell(change).after) == ("web", "1")
    (change,) = diff({"capabilities": []}, {"capabilities": "web"})
    assert str(phrase(change)) == "set Capabilities [] → web"


def test_egress_absent_and_empty_are_said_apart() -> None:
    absent = document.edit(full(), ("sandbox", "egress"), ABSENT)
    empty = document.edit(full(), ("sandbox", "egress"), {"allow": []})
    some = document.edit(full(), ("sandbox", "egress"), {"allow": ["a.b"]})
    for after, said in ((empty, "Nothing but the platform"), (some, "Only these targets: a.b")):
        (change,) = diff(absent, after)
        assert (tell(change).before, tell(change).after) == ("Platform default", said)
        (change,) = diff(after, absent)
        assert (tell(change).before, tell(change).after) == (said, "Platform default")


@pytest.mark.parametrize(
    ("key", "secret"), [("API_TOKEN", True), ("DB_PASSWORD", True), ("SENTRY_DSN", True), ("LOG_LEVEL", False)]
)
def test_values_of_secret_looking_keys_are_flagged(key: str, secret: bool) -> None:
    (change,) = diff({"runtime_server": {"env": {key: "a"}}}, {"runtime_server": {"env": {key: "b"}}})
    assert tell(change).secret is secret
    (label,) = diff({"metadata": {"labels": {key: "a"}}}, {"metadata": {"labels": {key: "b"}}})
    assert tell(label).secret is False


def test_what_weighs_more_has_more_weight() -> None:
    edited: list[Path] = [
        ("build", "profile"),
        ("sandbox", "egress", "allow", 0),
        ("secrets", "secret_ids", 0),
        ("runtime_server", "env", "A"),
        ("metadata", "labels", "a"),
    ]
    weights = [tell(diff(*_changed(path, "x.y"))[0]).weight for path in edited]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] == 0
    assert len(set(weights)) == len(weights)


def test_a_megabyte_is_compared_quickly() -> None:
    before, after = large(), large()
    env: Any = after["runtime_server"]
    env["env"].update({f"VARIABLE_{row}": "new" for row in range(0, 2000, 2)})
    changes = diff(before, after)
    assert len(changes) == 1000
    assert best_time(lambda: diff(before, after)) < 0.1
    assert best_time(lambda: apply(before, changes)) < 0.1


def test_many_ports_are_compared_and_applied_in_linear_time() -> None:
    before: Json = {"sandbox": {"exposed_ports": list(range(1, 20_001))}}
    after: Json = {"sandbox": {"exposed_ports": list(range(20_001, 1, -1))}}
    changes = diff(before, after)
    assert best_time(lambda: apply(before, changes)) < 1
    assert same(apply(before, changes), after)


def test_every_known_list_is_told_by_items() -> None:
    for path in KNOWN_LISTS:
        value: Absent | Json = document.get(full(), path)
        assert isinstance(value, list)
        assert [change.kind for change in diff(full(), document.edit(full(), path, []))] == ["removed"] * len(value)


@pytest.mark.parametrize(
    ("before", "after", "held"),
    [
        ({"a": 1, "metadata": {"labels": {"team": "x"}, "new": {}}}, {"a": 1}, ("metadata.labels.team",)),
        ({"metadata": {"labels": {}}}, {}, ()),
        ({}, {"defaults": {}}, ()),
        ({"defaults": "odd"}, {"defaults": {"agent": "x"}}, ("defaults.agent",)),
        ({"defaults": "odd"}, {"defaults": {}}, None),
        ({"a": 1}, {"a": 2}, None),
        ({"capabilities": [{"name": "web"}]}, {"capabilities": []}, None),
    ],
)
def test_a_whole_object_that_comes_or_goes_changes_what_it_held(before: Any, after: Any, held: Any) -> None:
    (change,) = diff(before, after)
    found = parts(change)
    assert (None if found is None else tuple(map(paths.text, found))) == held
