"""Going back: the pages of a restore and of an undo, and the editor that says who changed what."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.house import RESEARCH, House
from tests.browser.stops_history import with_past
from tests.browser.tour import editor, mended, save, stop, to_review
from tests.history.past import DEAD

RECEIPT = re.compile("/saves/")


def saved(page: Page, **values: str) -> None:
    """Saves an edit of the analyst, and stands on its receipt."""
    to_review(page, **values)
    save(page)
    expect(page).to_have_url(RECEIPT)


def elsewhere(house: House, change: Any) -> None:
    """A change of the analyst from the command line."""
    document = house.config("analyst")
    change(document)
    house.put("analyst", document)


def state_of_the_receipt(page: Page) -> str:
    """Where the state after the save of this receipt is put back."""
    action = page.locator("form[action$='/undo/']").get_attribute("action")
    return str(action).replace("/undo/", "/restore/")


@stop()
def restore(page: Page, house: House) -> None:
    """A state that differs in several sections and in a masked value, and that today's rules and secrets refuse."""
    with_past(house)
    page.goto(f"{RESEARCH}/{house.id('analyst')}/history/?q=origin:import+path:sandbox.egress")
    page.locator(".when a").first.click()
    page.get_by_role("link", name=re.compile("Put back the state after change .* by alice")).click()
    flags = page.locator(".banner.warn")
    expect(flags).to_contain_text("Some of it would be refused today.")
    expect(flags).to_contain_text("sandbox.egress.allow.1")
    expect(flags).to_contain_text(f"{DEAD} is no longer among your secrets.")


@stop()
def editor_with_blame(page: Page, house: House) -> None:
    """Fields and rows that say who changed them last, here or elsewhere, and that many were elsewhere."""
    editor(page)
    with mended(house):
        for port in range(1234, 1239):
            elsewhere(house, lambda document, port=port: document["sandbox"]["exposed_ports"].append(port))
            page.request.get(page.url)  # which is when it is noticed
        saved(page, resources__cpu_cores="4", metadata__labels__0__value="other")
        editor(page)
        expect(page.get_by_text("changed outside").first).to_be_visible()
        expect(
            page.get_by_text(re.compile(r"\d of the last \d+ changes of this runtime came from elsewhere"))
        ).to_be_visible()


@stop()
def undo_changed_since(page: Page, house: House) -> None:
    """An undo of which a part was changed again."""
    with mended(house):
        saved(page, resources__cpu_cores="4", resources__memory_mb="4096")
        elsewhere(house, lambda document: document["resources"].update(cpu_cores=16))
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Changed again since")).to_be_visible()


@stop()
def review_of_an_undo(page: Page, house: House) -> None:
    """The inverse of a save, ready to be saved."""
    with mended(house):
        saved(page, resources__cpu_cores="4", defaults__agent="navigator")
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Review 2 changes")
