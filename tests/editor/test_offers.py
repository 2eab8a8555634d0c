"""What can be picked: from the person's secrets and the organization's capabilities; without them, typed."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from adminui.editor import offers
from tests.conftest import Visitor
from tests.editor.conftest import Box, Page, opened

SECRETS, CAPABILITIES = "/user/secrets", "/capabilities"
BOX = 'input[type="checkbox"][name^="secrets.secret_ids"]'


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Nothing is remembered from one test to the next."""
    offers._last.clear()
    yield
    offers._last.clear()


def named(page: Page) -> dict[str, bool]:
    """The secrets that can be picked, and whether each is."""
    return {
        box.find_parent("label").get_text(" ", strip=True).split()[0]: box.has_attr("checked")  # type: ignore[union-attr] # in a label
        for box in page.soup.select(BOX)
    }


def test_own_secrets_are_picked_by_name(alice: Visitor, box: Box) -> None:
    before = box.config("analyst")["secrets"]["secret_ids"]
    page = opened(alice, box)
    offered = named(page)
    assert offered["OPENAI_API_KEY"] is True
    assert "SERPAPI_KEY" in offered
    wanted = next(one for one in page.soup.select(BOX) if one["name"] == "secrets.secret_ids.pick")
    review = page.post({"secrets.secret_ids.pick": str(wanted["value"])}).follow()
    assert "Review 1 change" in review.title
    saved = review.post(do="save")
    assert saved.status == 302
    assert box.config("analyst")["secrets"]["secret_ids"] == [*before, wanted["value"]]


def test_a_change_is_reviewed_by_the_secrets_name(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    wanted = next(one for one in page.soup.select(BOX) if one["name"] == "secrets.secret_ids.pick")
    name = wanted.find_parent("label").get_text(" ", strip=True).split()[0]  # type: ignore[union-attr] # in a label
    review = page.post({"secrets.secret_ids.pick": str(wanted["value"])}).follow()
    assert name in review.text


def test_capabilities_are_suggested_with_version_and_description(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    suggested = {str(one["value"]): one.get_text(strip=True) for one in page.soup.select("#known-capabilities option")}
    assert suggested["sql-tools"] == "2.4.1, Read-only SQL against the warehouse."
    assert page.control("capabilities.0.name")["list"] == "known-capabilities"
    assert page.control("defaults.capability")["list"] == "known-capabilities"
    assert "From acme’s list, or typed." in page.text
    assert "What acme offers" in page.text


FAULTS: list[dict[str, Any]] = [
    {"status": 404, "envelope": True, "detail": "Not found"},
    {"status": 403, "envelope": True, "detail": "No"},
    {"status": 401, "envelope": True, "detail": "No"},
    {"status": 502},
    {"cut": "middle", "status": 200, "applied": True},
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_missing_helper_costs_the_picker_alone(alice: Visitor, box: Box, fault: dict[str, Any]) -> None:
    for path in (SECRETS, CAPABILITIES):
        box.fault(method="GET", path=path, **fault)
    page = opened(alice, box)
    assert page.status == 200
    assert named(page) == {}
    assert page.value("secrets.secret_ids.0") == box.config("analyst")["secrets"]["secret_ids"][0]
    assert "Your secrets can’t be listed now" in page.text
    assert "What the organization offers can’t be listed now" in page.text
    assert page.post().status == 200  # nothing to save


def test_slow_helpers_are_not_waited_for(
    alice: Visitor, box: Box, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "PATIENCE", 0.3)
    for path in (SECRETS, CAPABILITIES, "/org/acme", "/user/organizations", "/org/acme/ws"):
        box.fault(method="GET", path=path, delay_ms=20_000, status=200, applied=True)
    item = box.item("analyst")
    began = time.monotonic()
    page = Page(alice, alice.get(f"/org/acme/ws/research/runtimes/{item['id']}/config/"))
    took = time.monotonic() - began
    assert page.status == 200
    assert took < 10
    assert named(page) == {}
    assert page.value("resources.cpu_cores") == str(box.config("analyst")["resources"]["cpu_cores"])
    assert item["key"] in page.text


def test_the_live_check_draws_the_picker_again_from_what_the_page_carries(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    offers._last.clear()
    seen = len(box.http.get("/_log").json())
    body = {**page.values(), "do": "revert:secrets.secret_ids.0", "secrets.secret_ids.0": "", "touched": "*"}
    carried = str(page.control("offers")["value"])
    answer = Page(alice, alice.post(f"{page.path}check/", {**body, "offers": carried}))
    assert named(answer) == named(page)
    assert answer.one("[data-anew] .pick time")["datetime"] == page.one(".pick time")["datetime"]
    assert len(box.http.get("/_log").json()) == seen


@pytest.mark.parametrize("told", ["", "[1]", '[[{"id":1}],null]'])
def test_a_check_that_knows_no_secrets_says_what_was_picked_all_the_same(alice: Visitor, box: Box, told: str) -> None:
    page = opened(alice, box)
    body = {**page.values(), "secrets.secret_ids.0": "", "touched": "*", **({"offers": told} if told else {})}
    answer = Page(alice, alice.post(f"{page.path}check/", body))
    assert answer.status == 200
    assert "1 change" in answer.text
    row = answer.one('[data-list="secrets.secret_ids"][data-row="0"]').get_text(" ", strip=True)
    assert ("was picked" in row) == (not told)
