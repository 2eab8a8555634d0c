"""/org/{org}/ws/{ws}/runtimes/ against the box: filters, pages, finding."""

import httpx
import pytest

from tests.conftest import Visitor
from tests.runtimes.conftest import LIST, seen

pytestmark = pytest.mark.django_db
NOWHERE = "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0"


def item(box_url: str, name: str) -> dict[str, str]:
    headers = {"Authorization": "Bearer demo-alice"}
    path = f"{box_url}/api/v1/org/acme/ws/research/runtimes/{name}"
    found: dict[str, str] = httpx.get(path, headers=headers, trust_env=False).raise_for_status().json()
    return found


def test_a_row_says_name_key_status_owner_project_and_when(alice: Visitor, box_url: str) -> None:
    found = seen(alice, LIST, q="analyst")
    analyst = item(box_url, "analyst")
    row = found.has("tbody tr")
    assert row is not None
    link, moment = row.select_one("th a"), row.select_one("time")
    assert link is not None
    assert moment is not None
    assert link["href"] == f"{LIST}{analyst['id']}/config/"
    assert link.get_text() == analyst["name"]
    assert [found.column(number)[0] for number in (1, 2, 3, 4)] == ["analyst", "running", "you", "Demand forecast"]
    assert str(moment["title"]).endswith(" UTC")
    assert [each.get_text() for each in found.soup.select("thead th")] == [
        "Name",
        "Key",
        "Status",
        "Owner",
        "Project",
        "Updated",
    ]


def test_anothers_runtime_names_its_owner(alice: Visitor) -> None:
    found = seen(alice, LIST, q="scout")
    assert (found.names[0], found.column(3)[0]) == ("Scout exact key", "bob")


def test_an_owner_known_here_goes_by_name(alice: Visitor, box_url: str) -> None:
    Visitor().sign_in("roberta", platform_id="bob")
    assert seen(alice, LIST, q="scout").column(3)[0] == "roberta"


@pytest.mark.parametrize("state", ["running", "idle", "paused"])
def test_the_list_is_filtered_by_state(alice: Visitor, state: str) -> None:
    found = seen(alice, LIST, state=state)
    assert set(found.column(2)) == {state}
    assert [each["value"] for each in found.soup.select("[name=state][checked]")] == [state]


def test_states_add_up_and_all_of_them_are_none(alice: Visitor) -> None:
    assert set(seen(alice, LIST, state=["idle", "paused"]).column(2)) == {"idle", "paused"}
    everything = seen(alice, LIST, state=["idle", "paused", "running"])
    assert everything.names == seen(alice, LIST).names
    assert "Clear" not in everything.text


def test_mine_are_mine(alice: Visitor) -> None:
    assert set(seen(alice, LIST, mine="on").column(3)) == {"you"}


def test_the_list_is_filtered_by_project(alice: Visitor) -> None:
    options = seen(alice, LIST).soup.select("[name=project] option")
    care = next(str(option["value"]) for option in options if option.get_text() == "Care")
    found = seen(alice, LIST, project=care)
    assert set(found.column(4)) == {"Care"}
    assert [each.get_text() for each in found.soup.select("[name=project] option[selected]")] == ["Care"]
    assert len(found.soup.select("[name=project] option")) == len(options), "the others can still be chosen"


def test_pages_go_older_and_back_and_to_the_newest(alice: Visitor) -> None:
    pages = [seen(alice, LIST, limit="25", state=["idle", "running"])]
    while pages[-1].has("main a[rel=next]"):
        pages.append(seen(alice, LIST + pages[-1].link("Older")))
    everyone = [href for page in pages for href in page.hrefs]
    assert len(pages) >= 4
    assert len(everyone) == len(set(everyone))
    assert "shown, the oldest" in pages[-1].text
    assert all(set(page.column(2)) <= {"idle", "running"} for page in pages), "filters hold from page to page"
    back = pages[-1]
    for page in reversed(pages[:-1]):
        back = seen(alice, LIST + back.link("Newer"))
        assert back.hrefs == page.hrefs
    assert seen(alice, LIST + pages[-1].link("Newest")).hrefs == pages[0].hrefs
    assert back.has('button[disabled][title="These are the newest"]')


def test_rows_a_page_can_be_chosen(alice: Visitor) -> None:
    assert [len(seen(alice, LIST, limit=limit).names) for limit in ("25", "50", "100")] == [25, 50, 100]
    few = seen(alice, LIST, limit="25")
    assert len(seen(alice, LIST + few.link("100")).names) == 100
    assert few.has("input[type=hidden][name=limit][value='25']"), "filtering keeps it"


@pytest.mark.parametrize(
    "query", [{"limit": "7"}, {"limit": "x"}, {"state": "odd"}, {"q": " "}, {"project": ""}, {"cursor": ""}]
)
def test_what_an_address_may_not_ask_for_is_left_out(alice: Visitor, query: dict[str, str]) -> None:
    assert seen(alice, LIST, **query).names == seen(alice, LIST).names


def test_a_cursor_that_is_none_is_told_with_a_way_back(alice: Visitor) -> None:
    found = seen(alice, LIST, cursor="nonsense")
    assert found.status == 422
    banner = found.has(".banner.bad[role=alert]")
    assert banner is not None
    assert "Is not one that an earlier page gave." in banner.get_text()
    assert seen(alice, LIST + found.link("To the newest")).status == 200


def test_a_name_is_found_in_any_spelling(alice: Visitor) -> None:
    found = seen(alice, LIST, q="SUPPORT an")
    assert "Support analyst" in found.names
    assert all("support an" in name.lower() for name in found.names)


def test_a_key_is_first_and_the_names_that_hold_it_follow(alice: Visitor) -> None:
    found = seen(alice, LIST, q="analyst")
    assert found.names[0] == "Analyst exact key"
    assert "Support analyst" in found.names
    assert "The runtime with this key is first." in found.text
    rest = seen(alice, LIST + found.link("Look through the next"))
    assert "Analyst exact key" not in rest.names
    assert "Looked through the other" in rest.text


@pytest.mark.parametrize("spelt", [str.lower, str.upper])
def test_a_uuid_leads_to_its_config_at_once(alice: Visitor, box_url: str, spelt: type) -> None:
    known = item(box_url, "analyst")["id"]
    found = seen(alice, LIST, q=f" {spelt(known)} ", state="paused")
    assert (found.status, found.response["Location"]) == (302, f"{LIST}{known}/config/")


def test_an_unknown_uuid_matches_nothing_and_can_be_opened_anyway(alice: Visitor) -> None:
    found = seen(alice, LIST, q=NOWHERE)
    assert found.status == 200
    assert "No runtime matches" in found.text
    assert found.link("Open this UUID’s config anyway") == f"{LIST}{NOWHERE}/config/"


def test_nothing_that_matches_is_told_apart_from_nothing_there(alice: Visitor) -> None:
    found = seen(alice, LIST, q="anlyst", state="paused", mine="on")
    assert "No runtime matches" in found.text
    assert "Looked for anlyst among your own runtimes that are paused." in found.text
    assert "research has at least 100 runtimes without these filters." in found.text
    assert "limit" not in found.link("Clear filters")
    assert found.link("Look in Production") == "/org/acme/ws/production/runtimes/?q=anlyst&state=paused&mine=on"
    value = found.has("[name=q]")
    assert value is not None
    assert value["value"] == "anlyst"


def test_a_workspace_that_is_not_there(alice: Visitor) -> None:
    found = seen(alice, "/org/acme/ws/nowhere/runtimes/")
    assert found.status == 404
    assert "No such workspace in acme" in found.text
    assert found.link("Workspaces of acme") == "/org/acme/"
    assert not found.has("main form"), "all workspaces are known, so nothing is to be found in this one"


def test_no_access_is_said(alice: Visitor) -> None:
    found = seen(alice, "/org/globex/ws/main/runtimes/")
    assert found.status in {403, 404}
    assert found.names == []


def test_a_loud_workspace_is_marked(alice: Visitor) -> None:
    assert seen(alice, "/org/acme/ws/production/runtimes/").has("body.loud")
    assert not seen(alice, LIST).has("body.loud")


def test_switchers_lead_to_organizations_and_workspaces(alice: Visitor) -> None:
    crumbs = seen(alice, LIST).soup.select(".crumbs .pop a")
    assert {(each.get_text(), each["href"]) for each in crumbs} >= {
        ("Production", "/org/acme/ws/production/runtimes/"),
        ("Research", LIST),
    }


def test_a_stranger_signs_in_and_comes_back(visitor: Visitor) -> None:
    response = visitor.get(LIST, query_params={"q": "x"})
    assert (response.status_code, response["Location"]) == (302, f"/signin/?next={LIST.replace('/', '%2F')}%3Fq%3Dx")


def test_the_list_takes_no_posts(alice: Visitor) -> None:
    assert alice.post(LIST).status_code == 405
    assert alice.request("HEAD", LIST).status_code == 200
