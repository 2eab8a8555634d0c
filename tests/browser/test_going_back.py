"""Going back in a real Chromium: alice and bob's tool change a config; a field, a state and a save are put back."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from adminui.contract.document import same
from tests.browser.conftest import Opening, control
from tests.browser.house import House
from tests.browser.stops_restore import elsewhere, saved, state_of_the_receipt
from tests.browser.tour import editor, save


def mark(page: Page, name: str) -> Any:
    """What stands at a field of who changed it last."""
    return page.locator(f'.field:has([id="{name}"]) .blame')


def test_a_field_a_state_and_a_save_are_put_back(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    before = mended.config("analyst")
    saved(page, resources__cpu_cores="4", resources__memory_mb="4096")
    after, restore = mended.config("analyst"), state_of_the_receipt(page)

    # Undo, from the receipt.
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Takes back change")).to_be_visible()
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 2 changes")
    assert same(mended.config("analyst"), before)

    # A single field, over what somebody else did meanwhile.
    elsewhere(mended, lambda document: document["resources"].update(cpu_cores=8, memory_mb=8192))
    page.goto(restore)
    page.get_by_role("checkbox", name="CPU cores").check()
    page.get_by_role("button", name="Put back only what is ticked").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Review 1 change")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 1 change")
    stored = mended.config("analyst")["resources"]
    assert (stored["cpu_cores"], stored["memory_mb"]) == (4, 8192)

    # The editor says who was it, and leads to the path's history.
    editor(page)
    expect(mark(page, "resources.cpu_cores")).to_contain_text("last changed by alice")
    expect(mark(page, "resources.memory_mb")).to_contain_text("changed outside")
    mark(page, "resources.memory_mb").get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/history/path/\?path=resources\.memory_mb$"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    # The whole state.
    page.goto(restore)
    page.get_by_role("button", name=re.compile("Put back the state after change \\d+ by alice")).click()
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved")
    assert same(mended.config("analyst"), after)


def test_without_scripts_too(opening: Opening, mended: House) -> None:
    page = opening("alice", javascript=False)
    saved(page, resources__cpu_cores="4")
    page.get_by_role("button", name="Undo").click()
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved")
    assert mended.config("analyst")["resources"]["cpu_cores"] == 2
    editor(page)
    expect(control(page, "resources.cpu_cores")).to_have_value("2")
