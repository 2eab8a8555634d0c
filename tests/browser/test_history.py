"""The whole of it in a real Chromium: two people change their configs, read what was done, find and compare it, and put
back a field, a state and a save. alice by her keyboard where it matters, bob without scripts.
"""

import re
from typing import Any

from playwright.sync_api import Page, expect

from adminui.contract.document import same
from tests.browser.conftest import Opening, control
from tests.browser.house import RESEARCH, House
from tests.browser.tour import editor, fill, save

GAP = """() => {
    const top = one => one.getBoundingClientRect().top, stack = document.querySelector("#config > .stack");
    return top([...stack.children].find(one => one.offsetHeight)) - top(stack) }"""
"""Pixels above the first thing that is seen in the editor."""


def change(page: Page, key: str, reason: str, **values: str) -> None:
    """Changes a runtime's config through its form, and stands on the receipt."""
    editor(page, key)
    fill(page, **values)
    page.get_by_role("button", name="Review", exact=True).click()
    page.get_by_label("Reason").fill(reason)
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved")


def saved(page: Page, changes: str) -> None:
    """Saves the review that is shown, of so many changes."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Review {changes}")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Saved: {changes}")


def event(page: Page, key: str, query: str) -> None:
    """Opens the newest event of a runtime that a search finds."""
    page.goto(f"{RESEARCH}/{key}/history/")
    page.get_by_label("Search by text and terms").fill(query)
    page.get_by_label("Search by text and terms").press("Enter")
    page.locator(".when a").first.click()


def mark(page: Page, name: str) -> Any:
    """What stands at a field of who changed it last."""
    return page.locator(f'.field:has([id="{name}"]) .blame')


def test_two_people_change_read_find_compare_and_put_back(opening: Opening, mended: House) -> None:
    alice, bob = opening("alice"), opening("bob", javascript=False)
    first = mended.config("analyst")
    change(alice, "analyst", "Load test, OPS-31", resources__cpu_cores="8")
    second = mended.config("analyst")
    change(alice, "analyst", "Back again", resources__cpu_cores="4", defaults__agent="navigator")
    change(bob, "scout", "Load test, OPS-31", resources__memory_mb="4096")

    bob_reads_and_finds(bob)
    alice_compares(alice)

    # bob undoes his save, from its receipt and without scripts.
    change(bob, "scout", "Still too much", resources__memory_mb="2048")
    bob.get_by_role("button", name="Undo").click()
    expect(bob.get_by_text("Takes back change")).to_be_visible()
    saved(bob, "1 change")
    assert mended.config("scout")["resources"]["memory_mb"] == 4096

    # A single field, from the event that changed it, over what somebody did elsewhere meanwhile.
    stored = mended.config("analyst")
    stored["resources"]["memory_mb"] = 4096
    mended.put("analyst", stored)
    event(alice, "analyst", "OPS-31 path:resources.cpu_cores")
    alice.get_by_role("link", name="Restore CPU cores as it was before").press("Enter")
    expect(alice.get_by_role("checkbox", name="CPU cores")).to_be_checked()
    alice.get_by_role("button", name="Put back only what is ticked").press("Enter")
    saved(alice, "1 change")
    stored = mended.config("analyst")
    assert (stored["resources"]["cpu_cores"], stored["resources"]["memory_mb"]) == (2, 4096)
    assert stored["defaults"]["agent"] == "navigator"

    # The editor says who it was, and leads to the place's history.
    editor(alice)
    assert alice.evaluate(GAP) == 0
    expect(mark(alice, "resources.cpu_cores")).to_contain_text("last changed by alice")
    expect(mark(alice, "resources.memory_mb")).to_contain_text("changed outside")
    mark(alice, "resources.memory_mb").get_by_role("link").click()
    expect(alice).to_have_url(re.compile(r"/history/path/\?path=resources\.memory_mb$"))
    expect(alice.locator(".changes > li").first).to_contain_text("Made elsewhere")

    # A whole state, and the undo of that.
    event(alice, "analyst", "OPS-31 origin:editor")
    alice.get_by_role("link", name=re.compile(r"Put back the state after change \d+ by alice")).click()
    alice.get_by_role("button", name=re.compile(r"Put back the state after change \d+ by alice")).click()
    saved(alice, "3 changes")
    assert same(mended.config("analyst"), second)
    alice.get_by_role("button", name="Undo").click()
    saved(alice, "3 changes")
    assert same(mended.config("analyst"), stored)
    assert not same(stored, first)
    editor(bob, "scout")
    expect(control(bob, "resources.memory_mb")).to_have_value("4096")


def bob_reads_and_finds(bob: Page) -> None:
    """The log in sentences, the filters that write into the box, and an address that says it all."""
    bob.goto(f"{RESEARCH}/analyst/history/")
    log = bob.locator(".log > li")
    expect(log.first).to_contain_text("alice set Agent planner → navigator and CPU cores 8 → 4")
    expect(log.nth(1)).to_contain_text("alice set CPU cores 2 → 8")
    expect(log.nth(1).locator("q")).to_have_text("Load test, OPS-31")

    bob.get_by_role("link", name="All of research").click()
    bob.get_by_label("Search by text and terms").fill("OPS-31")
    bob.get_by_label("Person").select_option("bob")
    bob.get_by_role("button", name="Search").click()
    expect(bob.get_by_label("Search by text and terms")).to_have_value("OPS-31 person:bob")
    expect(bob).to_have_url(re.compile(r"\?q=OPS-31\+person%3Abob$"))
    expect(log).to_have_count(1)
    expect(log.first).to_contain_text("bob set Memory (MB) 8192 → 4096 in scout")
    bob.get_by_label("Person").select_option("Anyone")
    bob.get_by_role("button", name="Search").click()
    expect(log).to_have_count(2)
    bob.go_back()
    expect(log).to_have_count(1)
    expect(bob.get_by_label("Person")).to_have_value("bob")
    bob.locator("svg.activity a").last.click()
    expect(bob.locator("figcaption")).to_contain_text("in 1 day")
    expect(bob.get_by_label("Search by text and terms")).to_have_value(
        re.compile(r"^OPS-31 person:bob after:\S+ before")
    )
    expect(log).to_have_count(1)


def alice_compares(alice: Page) -> None:
    """An event's page, its state beside today's, two states, and all of both."""
    event(alice, "analyst", "OPS-31")
    expect(alice.get_by_role("heading", level=1)).to_have_text("alice set CPU cores 2 → 8")
    expect(alice.get_by_text("Links match.")).to_be_visible()
    alice.get_by_role("link", name="Compare with today").click()
    changes = alice.locator(".changes > li")
    expect(changes).to_have_count(2)
    expect(changes.filter(has_text="CPU cores")).to_contain_text("8 → 4")
    alice.locator("select[name=b]").select_option(index=1)
    alice.get_by_role("button", name="Compare").click()
    alice.get_by_label("Show all, not only what differs").check()
    alice.get_by_role("button", name="Compare").click()
    expect(alice.locator("pre.diff")).to_contain_text("workspace_mount")

    alice.goto(f"{RESEARCH}/analyst/history/path/?path=resources.cpu_cores")
    expect(changes.nth(0)).to_contain_text("8 → 4")
    expect(changes.nth(1)).to_contain_text("2 → 8")
