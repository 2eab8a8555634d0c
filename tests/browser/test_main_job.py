"""The main job, end to end, as a person does it: with scripts and without them."""

import copy
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opening, control, error
from tests.browser.house import RESEARCH, House

with_and_without_scripts = pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])


def editor(page: Page, key: str = "analyst") -> None:
    """Opens a runtime's config by its key."""
    page.goto(f"{RESEARCH}/{key}/config/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def press(page: Page, name: str) -> None:
    """Presses a button by its whole name, or the start of it for Save, which says how many changes."""
    page.get_by_role("button", name=name, exact=name != "Save").first.click()


@with_and_without_scripts
def test_edit_review_save_and_read_back(opening: Opening, mended: House, javascript: bool) -> None:
    before = mended.config("analyst")
    page = opening("alice", javascript=javascript)
    editor(page)
    control(page, "defaults.agent").fill("navigator")
    control(page, "resources.cpu_cores").fill("64")
    press(page, "Review")
    expect(error(page, "resources.cpu_cores")).to_contain_text("32 or less")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator("#summary")).to_be_focused()
    expect(control(page, "defaults.agent")).to_have_value("navigator")
    page.locator("#summary").get_by_role("link", name="CPU cores").click()
    expect(control(page, "resources.cpu_cores")).to_be_focused()

    control(page, "resources.cpu_cores").fill("4")
    labels = len(before["metadata"]["labels"])
    press(page, "Add label")
    control(page, f"metadata.labels.{labels}.key").fill("team.example/cost")
    control(page, f"metadata.labels.{labels}.value").fill("R-1")
    ports = len(before["sandbox"]["exposed_ports"])
    control(page, f"sandbox.exposed_ports.{ports}").fill("9229")
    capabilities = len(before["capabilities"])
    press(page, "Add capability")
    control(page, f"capabilities.{capabilities}.name").fill("charts")
    variables = len(before["runtime_server"]["env"])
    press(page, "Add variable")
    control(page, f"runtime_server.env.{variables}.key").fill("BANNER")
    control(page, f"runtime_server.env.{variables}.value").fill("first line\n  second line\n")
    targets = len(before["sandbox"]["egress"]["allow"])
    press(page, "Add target")
    control(page, f"sandbox.egress.allow.{targets}").fill("*.example.org")
    press(page, "Review")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Review 7 changes to analyst")
    page.get_by_label("Reason").fill("Load test, INC-7")
    press(page, "Save")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 7 changes to analyst")
    expect(page.get_by_text("keeps it until reset and start")).to_be_visible()
    expect(page.get_by_text("pinned")).to_be_visible()

    wanted = copy.deepcopy(before)
    wanted["defaults"]["agent"] = "navigator"
    wanted["resources"]["cpu_cores"] = 4
    wanted["metadata"]["labels"]["team.example/cost"] = "R-1"
    wanted["sandbox"]["exposed_ports"] = sorted([*before["sandbox"]["exposed_ports"], 9229])
    wanted["runtime_server"]["env"]["BANNER"] = "first line\n  second line\n"
    wanted["sandbox"]["egress"]["allow"].append("*.example.org")
    stored = mended.config("analyst")
    added = stored["capabilities"].pop()
    assert (added["name"], added["enabled"]) == ("charts", True)
    assert added["version"]
    assert stored == wanted


@with_and_without_scripts
def test_a_refusal_stands_at_its_row_after_one_above_was_removed(
    opening: Opening, mended: House, javascript: bool
) -> None:
    before = mended.config("analyst")
    names = [one["name"] for one in before["capabilities"]]
    page = opening("alice", javascript=javascript)
    editor(page)
    press(page, f"Remove {names[0]}")
    expect(control(page, "capabilities.0.name")).to_have_value(names[1])
    control(page, "capabilities.1.version").fill("99.0.0")
    refusal = {"loc": ["body", "config", "capabilities", 1, "version"], "msg": "no such version", "type": "x"}
    mended.fault(status=422, envelope=True, detail="Validation error", errors=[refusal])
    press(page, "Review")
    press(page, "Save")
    place = error(page, "capabilities.1.version")
    expect(place).to_contain_text("no such version")
    expect(place).to_contain_text("efused by the platform")
    expect(control(page, "capabilities.1.name")).to_have_value(names[2])
    expect(control(page, "capabilities.1.version")).to_have_value("99.0.0")
    assert mended.config("analyst") == before


@with_and_without_scripts
def test_changing_egress_among_its_three_choices(opening: Opening, mended: House, javascript: bool) -> None:
    page = opening("alice", javascript=javascript)
    editor(page)
    page.get_by_label("Nothing but the platform").check()
    press(page, "Review")
    press(page, "Save")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved")
    assert mended.config("analyst")["sandbox"]["egress"] == {"allow": []}
    page.get_by_role("link", name="Edit again").click()
    page.get_by_label("Platform default").check()
    press(page, "Review")
    press(page, "Save")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved")
    assert "egress" not in mended.config("analyst")["sandbox"]


@with_and_without_scripts
def test_who_does_not_own_it_reads_it_and_is_told_why(opening: Opening, mended: House, javascript: bool) -> None:
    page = opening("bob", javascript=javascript)
    editor(page)
    expect(page.get_by_text("Only the owner, alice, can change this config.")).to_be_visible()
    expect(control(page, "resources.cpu_cores")).to_have_attribute("readonly", "")
    expect(page.get_by_role("button", name="Review")).to_have_count(0)


@with_and_without_scripts
def test_a_504_that_landed_is_told_saved_after_reading_back(opening: Opening, mended: House, javascript: bool) -> None:
    page = opening("alice", javascript=javascript)
    editor(page)
    control(page, "resources.cpu_cores").fill("8")
    press(page, "Review")
    mended.fault(status=504, applied=True)
    puts = mended.puts()
    press(page, "Save")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 1 change")
    expect(page.get_by_text("Confirmed by reading it back.")).to_be_visible()
    assert mended.puts() == puts + 1


def test_a_page_in_doubt_updates_by_itself(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    control(page, "resources.cpu_cores").fill("8")
    press(page, "Review")
    mended.fault(status=504, applied=False)
    press(page, "Save")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("We don’t know yet")
    document = mended.config("analyst")
    document["resources"]["cpu_cores"] = 8
    mended.put("analyst", document)  # as if the first save had landed late
    expect(heading).to_contain_text("Saved: 1 change")


def test_nothing_to_save_is_said(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    press(page, "Review")
    expect(page.get_by_text("Nothing to save")).to_be_visible()
