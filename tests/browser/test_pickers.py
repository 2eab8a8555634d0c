"""Picking in a real Chromium: secrets by name, with and without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opening, control
from tests.browser.house import RESEARCH, House

with_and_without_scripts = pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])


def editor(page: Page) -> None:
    page.goto(f"{RESEARCH}/analyst/config/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@with_and_without_scripts
def test_secrets_are_picked_by_name(opening: Opening, mended: House, javascript: bool) -> None:
    before = mended.config("analyst")["secrets"]["secret_ids"]
    page = opening("alice", javascript=javascript)
    editor(page)
    section = page.locator("section").filter(has=page.locator("#h-secrets"))
    offered = section.locator("input[name='secrets.secret_ids.pick']").first
    wanted = offered.get_attribute("value")
    name = offered.locator("xpath=..").locator(".mono").first.inner_text()
    section.get_by_label(name).check()
    section.get_by_label("OPENAI_API_KEY").uncheck()
    if javascript:
        expect(page.locator("#counted")).to_contain_text("2 changes")
        expect(section.get_by_text("was picked")).to_be_visible()
        expect(section.get_by_text("added")).to_be_visible()
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Review 2 changes")
    expect(page.get_by_text(name)).to_be_visible()
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 2 changes")
    assert mended.config("analyst")["secrets"]["secret_ids"] == [*before[1:], wanted]


def test_a_tick_taken_back_is_no_change(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    section = page.locator("section").filter(has=page.locator("#h-secrets"))
    offered = section.locator("input[name='secrets.secret_ids.pick']").first
    name = offered.locator("xpath=..").locator(".mono").first.inner_text()
    section.get_by_label(name).check()
    expect(page.locator("#counted")).to_contain_text("1 change")
    section.get_by_label(name).uncheck()
    expect(page.locator("#counted")).to_contain_text("No changes")
    expect(section.locator(".was")).to_have_count(0)
    section.get_by_label("OPENAI_API_KEY").uncheck()
    expect(section.get_by_text("was picked")).to_be_visible()
    section.get_by_role("button", name="Revert").click()
    expect(section.get_by_label("OPENAI_API_KEY")).to_be_checked()
    expect(page.locator("#counted")).to_contain_text("No changes")


def test_the_search_narrows_the_list_and_is_no_edit(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    section = page.locator("section").filter(has=page.locator("#h-secrets"))
    shown = section.locator(".pick:visible")
    expect(shown.filter(has_text="OPENAI_API_KEY")).to_have_count(1)
    section.get_by_label("Find a secret").fill("serp")
    expect(shown).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/config/$"))
    section.get_by_label("Find a secret").fill("")
    expect(shown.filter(has_text="OPENAI_API_KEY")).to_have_count(1)
    expect(page.locator("#counted")).to_contain_text("No changes")


def test_capabilities_suggest_what_the_organization_offers(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    page.get_by_text("What acme offers").click()
    expect(page.get_by_role("definition").filter(has_text="Read-only SQL")).to_be_visible()
    assert control(page, "capabilities.0.name").evaluate("one => one.list.options.length") > 5


def test_a_secret_of_somebody_else_has_one_line_for_whose_it_is_on_a_phone(opening: Opening, house: House) -> None:
    page = opening("alice", width=390)
    editor(page)
    whose = page.get_by_text("not one of yours, kept").bounding_box()
    remove = page.locator(".pick", has_text="not one of yours").get_by_role("button").bounding_box()
    assert whose is not None
    assert remove is not None
    assert whose["height"] < 30
    assert whose["y"] - 30 < remove["y"] < whose["y"] + 30
