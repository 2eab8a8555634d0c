"""People, organizations, workspaces, secrets, capabilities and the list of runtimes."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from adminui.contract import answers
from adminui.embedded.demo.cast import known_id

RUNTIMES = "/org/acme/ws/research/runtimes"


def walk(client: httpx.Client, **asked: Any) -> Iterator[dict[str, Any]]:
    """Every item, page by page."""
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(RUNTIMES, params={**asked, "cursor": cursor}).raise_for_status().json()
        assert len(page["items"]) <= asked.get("limit", 50)
        yield from page["items"]
        cursor = page["next_cursor"]


def test_every_answer_has_the_shape_that_clients_require(alice: httpx.Client) -> None:
    def require(model: type[answers.Answer], *items: Any) -> None:
        assert items
        for item in items:
            answers.complete(model).model_validate(item)
            assert item.keys() >= model.model_fields.keys()

    require(answers.User, alice.get("/user").json())
    require(answers.Organization, *alice.get("/user/organizations").json(), alice.get("/org/acme").json())
    require(
        answers.Workspace, *alice.get("/org/acme/ws").json()["workspaces"], alice.get("/org/acme/ws/research").json()
    )
    require(answers.RuntimeItem, *alice.get(RUNTIMES).json()["items"], alice.get(f"{RUNTIMES}/analyst").json())
    require(answers.Secret, *alice.get("/user/secrets").json()["secrets"])
    require(answers.Capability, *alice.get("/org/acme/capabilities").json()["items"])


def test_organizations_and_workspaces_are_ones_own(api: Callable[[str | None], httpx.Client]) -> None:
    seen = {
        name: [each["key"] for each in api(f"demo-{name}").get("/user/organizations").json()]
        for name in ("alice", "bob", "carol")
    }
    assert seen == {"alice": ["acme"], "bob": ["acme"], "carol": ["globex"]}
    workspaces = api("demo-bob").get("/org/acme/ws").json()["workspaces"]
    assert [(each["key"], each["is_default"]) for each in workspaces] == [("production", False), ("research", True)]


def test_the_cap_comes_from_the_organization_or_the_platform(api: Callable[[str | None], httpx.Client]) -> None:
    acme, globex = api("demo-alice").get("/org/acme").json(), api("demo-carol").get("/org/globex").json()
    cap, source = "effective_max_sandbox_runtime_seconds", "max_sandbox_runtime_source_level"
    assert (acme[cap], acme[source]) == (14400, "organization")
    assert (globex[cap], globex[source]) == (globex["platform_max_sandbox_runtime_seconds"], "platform")


def test_secrets_are_ones_own_and_masked(alice: httpx.Client, bob: httpx.Client) -> None:
    mine, his = alice.get("/user/secrets").json(), bob.get("/user/secrets").json()
    assert mine["total"] == len(mine["secrets"]) == 7
    assert {each["id"] for each in mine["secrets"]}.isdisjoint(each["id"] for each in his["secrets"])
    assert all("…" in each["masked_value"] for each in mine["secrets"])
    first = next(each for each in mine["secrets"] if each["name"] == "OPENAI_API_KEY")
    assert (first["id"], first["masked_value"]) == ("2489e9ad-2ee2-8e00-8ec9-32d5f69181c0", "sk-…9f2a")


@pytest.mark.parametrize("limit", [1, 7, 50, 100])
def test_paging_gives_every_runtime_once_the_one_changed_last_first(alice: httpx.Client, limit: int) -> None:
    items = list(walk(alice, limit=limit))
    assert len(items) >= 120
    assert len({each["id"] for each in items}) == len(items)
    assert [each["updated_at"] for each in items] == sorted((each["updated_at"] for each in items), reverse=True)


def test_the_last_page_has_no_next(alice: httpx.Client) -> None:
    count = len(list(walk(alice, limit=100)))
    first = alice.get(RUNTIMES, params={"limit": count - 100 if count > 100 else count}).json()
    assert first["next_cursor"] is not None
    rest = alice.get(RUNTIMES, params={"limit": 100, "cursor": first["next_cursor"]}).json()
    assert (len(rest["items"]), rest["next_cursor"]) == (100, None)


def test_the_state_filter_takes_one_or_several(alice: httpx.Client) -> None:
    every = list(walk(alice))
    for asked in ("idle", "running,paused", "idle,running,paused"):
        found = list(walk(alice, state=asked))
        assert {each["id"] for each in found} == {each["id"] for each in every if each["status"] in asked.split(",")}
        assert found


def test_mine_are_those_that_i_own(alice: httpx.Client, bob: httpx.Client) -> None:
    mine = list(walk(alice, owner="me"))
    assert {each["created_by"] for each in mine} == {"alice"}
    assert all(each["owned_by_me"] for each in mine)
    assert {each["key"] for each in mine} >= {"analyst", "newer-version", "label-museum"}
    his = {each["key"]: each["owned_by_me"] for each in walk(bob)}
    assert (his["analyst"], his["scout"]) == (False, True)


def test_a_project_filter_takes_its_id(alice: httpx.Client) -> None:
    project = str(known_id("project", "acme", "research", "demand-forecast"))
    found = list(walk(alice, project_id=project))
    assert {each["project_key"] for each in found} == {"demand-forecast"}
    assert "analyst" in {each["key"] for each in found}
    assert list(walk(alice, project_id="no-such-project")) == []


def test_a_sandbox_tells_which_config_it_was_started_with(alice: httpx.Client) -> None:
    analyst, helper = (alice.get(f"{RUNTIMES}/{key}").json() for key in ("analyst", "notebook-helper"))
    assert analyst["instance"]["config_digest"] != analyst["config_digest"]
    assert (helper["status"], helper["instance"]) == ("idle", None)


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("limit=0", ["limit"]),
        ("limit=101", ["limit"]),
        ("limit=ten", ["limit"]),
        ("limit=", ["limit"]),
        ("limit=%D9%A3", ["limit"]),
        ("limit=1&limit=2", ["limit"]),
        ("state=asleep", ["state"]),
        ("state=idle,", ["state"]),
        ("owner=bob", ["owner"]),
        ("cursor=abc", ["cursor"]),
        ("cursor=MjAyNi0xMS0yNA", ["cursor"]),
        ("cursor=%00", ["cursor"]),
        ("limit=0&owner=you&state=x", ["limit", "state", "owner"]),
    ],
)
def test_a_wrong_query_is_refused_at_each_parameter(alice: httpx.Client, query: str, wrong: list[str]) -> None:
    answer = alice.get(f"{RUNTIMES}?{query}")
    assert answer.status_code == 422
    assert [error["loc"] for error in answer.json()["errors"]] == [["query", name] for name in wrong]


def test_a_cursor_still_works_when_its_runtime_has_moved_to_the_top(alice: httpx.Client) -> None:
    every = [each["key"] for each in walk(alice, owner="me")]
    first = alice.get(RUNTIMES, params={"limit": 3, "owner": "me"}).json()
    moved = first["items"][-1]["key"]
    config = alice.get(f"{RUNTIMES}/{moved}/config").json()["config"]
    assert alice.put(f"{RUNTIMES}/{moved}/config", json={"config": config}).status_code == 200
    rest = alice.get(RUNTIMES, params={"limit": 100, "owner": "me", "cursor": first["next_cursor"]}).json()
    assert [each["key"] for each in rest["items"]] == every[3:]
