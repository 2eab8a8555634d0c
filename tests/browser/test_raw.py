"""Raw beside the form in a real Chromium: each follows the other, disagreements are asked, broken JSON stays."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import CHECK, counted
from tests.browser.conftest import Opening, control
from tests.browser.house import House
from tests.browser.tour import editor

with_and_without_scripts = pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])


def raw(page: Page) -> Any:
    """The document as the page shows it."""
    return json.loads(control(page, "raw").input_value())


def into_raw(page: Page, document: Any) -> None:
    """Types a document."""
    control(page, "raw").fill(json.dumps(document, indent=2))


def review(page: Page) -> None:
    page.get_by_role("button", name="Review", exact=True).click()


@with_and_without_scripts
def test_both_edited_in_one_post_are_joined(opening: Opening, mended: House, javascript: bool) -> None:
    document = mended.config("analyst")
    page = opening("alice", javascript=javascript)
    editor(page)
    control(page, "resources.cpu_cores").fill("4")
    into_raw(page, {**document, "newer": {"than": "this form"}})
    review(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Review 2 changes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 2 changes")
    stored = mended.config("analyst")
    assert stored["newer"] == {"than": "this form"}
    assert stored["resources"]["cpu_cores"] == 4


@pytest.mark.parametrize(("choice", "cores"), [("form", 4), ("raw", 8)])
def test_without_scripts_a_disagreement_is_asked(opening: Opening, mended: House, choice: str, cores: int) -> None:
    document = mended.config("analyst")
    document["resources"]["cpu_cores"] = 8
    document["defaults"]["agent"] = "from-raw"
    page = opening("alice", javascript=False)
    editor(page)
    control(page, "resources.cpu_cores").fill("4")
    control(page, "defaults.model").fill("from/form")
    into_raw(page, document)
    review(page)
    page.locator("#summary").get_by_role("link", name="Raw to 8").click()
    expect(control(page, "resources.cpu_cores")).to_have_value("4")
    assert raw(page)["resources"]["cpu_cores"] == 8
    control(page, f"raw.choose.resources.cpu_cores.{choice}").check()
    review(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Review 3 changes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 3 changes")
    stored = mended.config("analyst")
    assert stored["resources"]["cpu_cores"] == cores
    assert (stored["defaults"]["agent"], stored["defaults"]["model"]) == ("from-raw", "from/form")


def test_with_scripts_each_follows_the_other(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    control(page, "raw").scroll_into_view_if_needed()
    control(page, "resources.cpu_cores").fill("4")
    expect(counted(page)).to_contain_text("1 change")
    control(page, "raw").scroll_into_view_if_needed()
    expect(control(page, "raw")).to_have_value(re.compile('"cpu_cores": 4'))
    document = raw(page)
    document["resources"]["cpu_cores"] = 6
    document["metadata"]["labels"] = {"fresh": "one"}
    into_raw(page, document)
    expect(control(page, "resources.cpu_cores")).to_have_value("6")
    expect(control(page, "metadata.labels.0.key")).to_have_value("fresh")
    expect(control(page, "raw")).to_be_focused()
    control(page, "metadata.labels.0.value").fill("two")
    control(page, "raw").scroll_into_view_if_needed()
    expect(control(page, "raw")).to_have_value(re.compile('"fresh": "two"'))
    assert raw(page)["resources"]["cpu_cores"] == 6


def test_what_is_being_typed_into_raw_is_never_written_over(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    text = control(page, "raw").input_value()
    at = text.index('"cpu_cores": 2') + len('"cpu_cores": ')
    control(page, "raw").focus()
    control(page, "raw").evaluate("(raw, at) => raw.setSelectionRange(at, at + 1)", at)
    for key in "16":
        with page.expect_response(CHECK):
            page.keyboard.type(key)
    expect(control(page, "resources.cpu_cores")).to_have_value("16")
    assert control(page, "raw").evaluate("raw => raw.selectionStart") == at + 2
    assert control(page, "raw").input_value() == text[:at] + "16" + text[at + 1 :]


def test_with_scripts_a_disagreement_is_asked_where_it_is(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    document = mended.config("analyst")
    document["resources"]["cpu_cores"] = 8
    page.route(CHECK, lambda route: route.abort())  # both are edited before anything could be told
    control(page, "resources.cpu_cores").fill("4")
    into_raw(page, document)
    page.unroute(CHECK)
    page.keyboard.press("End")
    page.keyboard.type(" ")
    choice = control(page, "raw.choose.resources.cpu_cores.form")
    expect(choice).to_be_visible()
    expect(counted(page)).to_contain_text("1 thing to fix")
    expect(control(page, "resources.cpu_cores")).to_have_value("4")
    choice.check()
    expect(choice).to_have_count(0)
    expect(counted(page)).to_have_text(re.compile("^1 change in Resources$"))
    assert raw(page)["resources"]["cpu_cores"] == 4


def test_broken_json_is_marked_at_its_line_and_led_to(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    text = control(page, "raw").input_value().replace('"cpu_cores": 2', '"cpu_cores" 2')
    line = text[: text.index('"cpu_cores" 2')].count("\n") + 1
    control(page, "raw").fill(text)
    expect(page.locator("#raw-above")).to_contain_text(f"Not JSON at line {line} column")
    expect(page.locator("#raw-numbers mark")).to_have_text(str(line))
    control(page, "resources.memory_mb").fill("512")
    expect(counted(page)).to_contain_text("1 change in Resources · 1 thing to fix")
    assert control(page, "raw").input_value() == text
    page.evaluate("scrollTo(0, 0)")
    page.get_by_role("button", name=re.compile("^Go to line")).click()
    expect(control(page, "raw")).to_be_focused()
    page.keyboard.type(":")
    expect(page.locator("#raw-above")).to_have_text(re.compile(r"^\s*$"))
    expect(page.locator("#raw-numbers mark")).to_have_count(0)
    expect(control(page, "resources.memory_mb")).to_have_value("512")


@with_and_without_scripts
def test_what_raw_leaves_out_is_named_before_it_is_dropped(opening: Opening, mended: House, javascript: bool) -> None:
    document = mended.config("analyst")
    mended.put("analyst", {**document, "resources": {**document["resources"], "memory_mb": 4096}})
    left = {key: value for key, value in document.items() if key != "resources"}
    page = opening("alice", javascript=javascript)
    editor(page)
    into_raw(page, left)
    if javascript:
        expect(page.locator("#raw-below")).to_contain_text("Resets resources.memory_mb to 2048")
        expect(page.locator("#raw-below")).to_contain_text("Removes resources.accelerator")
    review(page)
    expect(page.locator("main")).to_contain_text("Resets resources.memory_mb to 2048")
    expect(page.locator("main")).to_contain_text("Removes resources.accelerator")


def test_lines_are_numbered_as_they_are_typed(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    control(page, "raw").fill("{\n\n\n}")
    expect(page.locator("#raw-numbers")).to_have_text("1\n2\n3\n4")
    control(page, "raw").press("Enter")
    assert len(page.locator("#raw-numbers").inner_text().split("\n")) == 5


def test_a_change_that_only_raw_shows_can_be_reverted_alone(opening: Opening, mended: House) -> None:
    document = mended.config("analyst")
    page = opening("alice")
    editor(page)
    control(page, "resources.cpu_cores").fill("4")
    into_raw(page, {**document, "newer": 1, "newest": 2})
    expect(counted(page)).to_contain_text("3 changes")
    page.locator("#raw-below").get_by_role("button", name="Revert newest").click()
    expect(counted(page)).to_contain_text("2 changes")
    assert raw(page)["newer"] == 1
    assert "newest" not in raw(page)
    page.locator("#raw-below").get_by_role("button", name="Revert Raw").click()
    expect(counted(page)).to_have_text(re.compile("^1 change in Resources$"))
    assert "newer" not in raw(page)
