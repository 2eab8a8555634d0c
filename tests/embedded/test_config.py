"""Reading and replacing a config over HTTP."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from adminui.embedded.demo.cast import known_id

ANALYST = "/org/acme/ws/research/runtimes/analyst/config"
HELPER = "/org/acme/ws/research/runtimes/notebook-helper/config"
EVERYTHING_BY_DEFAULT = {
    "version": "v2",
    "build": {"profile": "default", "provider": "auto", "source": {"kind": "builtin", "ref": "runtime"}},
    "capabilities": [],
    "metadata": {"labels": {}},
    "resources": {"cpu_cores": 2, "memory_mb": 2048},
    "runtime_server": {"env": {}},
    "sandbox": {"exposed_ports": [], "workspace_mount": True},
    "secrets": {"secret_ids": []},
}
API_EXAMPLE: dict[str, Any] = {
    "version": "v2",
    "build": {"profile": "default", "provider": "auto", "source": {"kind": "builtin", "ref": "runtime"}},
    "capabilities": [{"name": "example", "version": "1.2.0", "enabled": True}],
    "defaults": {
        "agent": "planner",
        "capability": "example",
        "model": "openai/gpt-4.1-mini",
        "system_prompt": "Be brief.",
    },
    "metadata": {"labels": {"team": "analysis"}},
    "resources": {"cpu_cores": 2, "memory_mb": 2048},
    "runtime_server": {"env": {"LOG_LEVEL": "info"}},
    "sandbox": {"exposed_ports": [8080], "timeout_seconds": 3600, "workspace_mount": True},
    "secrets": {"secret_ids": ["2489e9ad-2ee2-8e00-8ec9-32d5f69181c0"]},
}


@pytest.fixture
def put(alice: httpx.Client) -> Iterator[Callable[[Any], httpx.Response]]:
    """PUTs a config as the owner; what was stored before is put back after the test."""
    before = alice.get(HELPER).json()["config"]
    yield lambda config: alice.put(HELPER, json={"config": config})
    assert alice.put(HELPER, json={"config": before}).status_code == 200


def errors(answer: httpx.Response) -> dict[tuple[str | int, ...], str]:
    """The messages of a 422 by place."""
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert (body["code"], body["detail"], body["type"]) == (422, "Validation error", "validation_error")
    return {tuple(error["loc"]): error["msg"] for error in body["errors"]}


def test_get_and_put_answer_the_same_body(alice: httpx.Client, put: Callable[[Any], httpx.Response]) -> None:
    answered = put(API_EXAMPLE)
    assert answered.status_code == 200
    assert answered.headers["content-type"] == "application/json"
    assert answered.json().keys() == {"config", "runtime_id", "config_digest"}
    assert answered.json()["config"] == API_EXAMPLE
    assert answered.json()["runtime_id"] == str(known_id("runtime", "acme", "research", "notebook-helper"))
    assert alice.get(HELPER).json() == answered.json()


def test_what_is_left_out_is_reset_to_its_default(put: Callable[[Any], httpx.Response]) -> None:
    put(API_EXAMPLE)
    assert put({}).json()["config"] == EVERYTHING_BY_DEFAULT


def test_absent_and_empty_egress_stay_apart(put: Callable[[Any], httpx.Response]) -> None:
    assert "egress" not in put({"sandbox": {}}).json()["config"]["sandbox"]
    assert put({"sandbox": {"egress": {"allow": []}}}).json()["config"]["sandbox"]["egress"] == {"allow": []}


def test_ports_targets_versions_and_ids_are_normalised(put: Callable[[Any], httpx.Response]) -> None:
    targets = ["API.example.com", "2001:DB8::/32", "api.example.com", "tcp://DB.example.com:5432"]
    kept = put(
        {
            "sandbox": {"exposed_ports": [9090, 80, 9090], "egress": {"allow": targets}},
            "capabilities": [{"name": "charts"}, {"name": "sql-tools", "version": "2.0.0"}],
            "secrets": {"secret_ids": ["2489E9AD-2EE2-8E00-8EC9-32D5F69181C0"]},
        }
    ).json()["config"]
    assert kept["sandbox"]["exposed_ports"] == [80, 9090]
    assert kept["sandbox"]["egress"]["allow"] == ["api.example.com", "2001:db8::/32", "tcp://db.example.com:5432"]
    assert kept["capabilities"] == [
        {"name": "charts", "version": "3.0.1", "enabled": True},
        {"name": "sql-tools", "version": "2.0.0", "enabled": True},
    ]
    assert kept["secrets"]["secret_ids"] == ["2489e9ad-2ee2-8e00-8ec9-32d5f69181c0"]


def test_unknown_keys_are_kept_at_every_depth_and_numbers_exactly(
    alice: httpx.Client, put: Callable[[Any], httpx.Response]
) -> None:
    unknown: dict[str, Any] = {"deep": [{"er": [1e-7, -0.0, 12345678901234567890123, None, {"": []}]}]}
    config = {
        "new": unknown,
        "build": {"new": unknown, "source": {"new": unknown}},
        "capabilities": [{"name": "charts", "new": unknown}],
        "defaults": {"new": unknown},
        "metadata": {"new": unknown},
        "resources": {"new": unknown},
        "runtime_server": {"new": unknown},
        "sandbox": {"new": unknown, "egress": {"allow": [], "new": unknown}},
        "secrets": {"new": unknown},
    }
    assert put(config).status_code == 200
    text = alice.get(HELPER).text
    assert text.count('{"deep":[{"er":[1e-07,-0.0,12345678901234567890123,null,{"":[]}]}]}') == 11


@pytest.mark.parametrize(
    ("config", "place"),
    [
        ({"resources": {"cpu_cores": 64}}, ("resources", "cpu_cores")),
        ({"resources": {"memory_mb": "2048"}}, ("resources", "memory_mb")),
        ({"version": "v1"}, ("version",)),
        ({"build": {"provider": "e2b"}}, ("build", "provider")),
        ({"build": {"source": {"kind": "git"}}}, ("build", "source", "kind")),
        ({"capabilities": [{"name": "charts"}, {"name": "teleport"}]}, ("capabilities", 1, "name")),
        ({"capabilities": [{"name": "charts"}, {"name": "charts"}]}, ("capabilities", 1, "name")),
        ({"sandbox": {"timeout_seconds": 14401}}, ("sandbox", "timeout_seconds")),
        ({"sandbox": {"exposed_ports": [80, 70000]}}, ("sandbox", "exposed_ports", 1)),
        ({"sandbox": {"egress": {"allow": ["*"]}}}, ("sandbox", "egress", "allow", 0)),
        (
            {"secrets": {"secret_ids": ["77aa03c1-5d0e-4c8f-9a41-0be1f6c2d3e4"]}},
            ("secrets", "secret_ids", 0),
        ),
        ({"runtime_server": {"env": {"RETRIES": 3}}}, ("runtime_server", "env", "RETRIES")),
        ([], ()),
    ],
)
def test_a_refusal_names_its_place(
    put: Callable[[Any], httpx.Response], config: Any, place: tuple[str | int, ...]
) -> None:
    assert list(errors(put(config))) == [("body", "config", *place)]


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_stored(
    alice: httpx.Client, put: Callable[[Any], httpx.Response]
) -> None:
    before = alice.get(HELPER).json()
    config = {"build": {"provider": "e2b"}, "resources": {"cpu_cores": 0}, "sandbox": {"timeout_seconds": 99999}}
    said = errors(put(config))
    assert len(said) == 3
    assert (
        said["body", "config", "sandbox", "timeout_seconds"] == "Must be 14400 or less, the limit of this organization."
    )
    assert alice.get(HELPER).json() == before


def test_a_missing_config_is_said(alice: httpx.Client) -> None:
    assert errors(alice.put(HELPER, json={"resources": {}})) == {("body", "config"): "Must be given."}


def test_a_foreign_secret_that_is_stored_may_stay(alice: httpx.Client) -> None:
    config = alice.get(ANALYST).json()["config"]
    assert "77aa03c1-5d0e-4c8f-9a41-0be1f6c2d3e4" in config["secrets"]["secret_ids"]
    answered = alice.put(ANALYST, json={"config": config})
    assert answered.status_code == 200
    assert answered.json()["config"] == config


def test_only_the_owner_writes_and_every_member_reads(alice: httpx.Client, bob: httpx.Client) -> None:
    config = bob.get(ANALYST).json()["config"]
    refused = bob.put(ANALYST, json={"config": {**config, "resources": {"cpu_cores": 9}}})
    assert refused.status_code == 403
    assert refused.json() == {
        "code": 403,
        "detail": "Only the owner may replace this config: alice.",
        "type": "forbidden",
    }
    assert alice.get(ANALYST).json()["config"] == config


def test_a_put_changes_the_digest_and_the_time_but_not_the_sandbox(
    alice: httpx.Client, put: Callable[[Any], httpx.Response]
) -> None:
    item = "/org/acme/ws/research/runtimes/support-triage"
    before = alice.get(item).json()
    config = alice.get(f"{item}/config").json()["config"]
    changed = {**config, "resources": {"cpu_cores": 3, "memory_mb": 2048}}
    stored = alice.put(f"{item}/config", json={"config": changed}).json()
    after = alice.get(item).json()
    assert after["config_digest"] == stored["config_digest"] != before["config_digest"]
    assert after["updated_at"] > before["updated_at"]
    assert after["instance"] == before["instance"] != None  # noqa: E711 (a chain: it's the same, and there is one)
    again = alice.put(f"{item}/config", json={"config": config}).json()
    assert again["config_digest"] == before["config_digest"]


@pytest.mark.parametrize("spelling", [str.lower, str.upper])
def test_a_runtime_is_named_by_key_or_uuid_in_either_case(alice: httpx.Client, spelling: Callable[[str], str]) -> None:
    by_key = alice.get(ANALYST).json()
    uuid = spelling(by_key["runtime_id"])
    assert alice.get(f"/org/acme/ws/research/runtimes/{uuid}/config").json() == by_key


def test_a_config_of_another_workspace_is_not_here(alice: httpx.Client) -> None:
    uuid = alice.get(ANALYST).json()["runtime_id"]
    assert alice.get(f"/org/acme/ws/production/runtimes/{uuid}/config").status_code == 404


def test_the_body_is_answered_as_utf_8(alice: httpx.Client, put: Callable[[Any], httpx.Response]) -> None:
    put({"metadata": {"labels": {"größe": "日本語 👩‍🔬"}}})
    assert json.loads(alice.get(HELPER).content)["config"]["metadata"]["labels"] == {"größe": "日本語 👩‍🔬"}
