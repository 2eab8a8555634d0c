"""Two people change a runtime, and both read what was done: filters, an event, two states, with and without scripts."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opening, control
from tests.browser.house import RESEARCH, House


def save(page: Page, key: str, reason: str, **values: str) -> None:
    """Changes a runtime's config through its form."""
    page.goto(f"{RESEARCH}/{key}/config/")
    for name, value in values.items():
        control(page, name.replace("__", ".")).fill(value)
    page.get_by_role("button", name="Review", exact=True).click()
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved")


def test_what_two_people_changed_is_read_found_and_compared(opening: Opening, mended: House) -> None:
    alice, bob = opening("alice"), opening("bob", javascript=False)
    save(alice, "analyst", "Load test, OPS-31", resources__cpu_cores="8")
    save(alice, "analyst", "Back again", resources__cpu_cores="4", defaults__agent="navigator")
    save(bob, "scout", "Load test, OPS-31", resources__memory_mb="4096")

    bob.goto(f"{RESEARCH}/analyst/history/")
    log = bob.locator(".log > li")
    expect(log.first).to_contain_text("alice set Agent planner → navigator and set CPU cores 8 → 4")
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

    alice.goto(f"{RESEARCH}/analyst/history/?q=OPS-31")
    alice.locator(".when a").first.click()
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
