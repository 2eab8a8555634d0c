"""Paper, forced colours and no motion: what the review and the receipt come to there."""

from playwright.sync_api import expect

from tests.browser.conftest import Opening, control
from tests.browser.house import House
from tests.browser.tour import editor, save, to_review

LONG = "https://collector.example/" + "x" * 300
CUT = """() => [...document.querySelectorAll("pre")].filter(one => one.scrollWidth > one.clientWidth + 1).length"""
FACES = """() => [getComputedStyle(document.querySelector("main .card")).borderTopWidth,
    getComputedStyle(document.querySelector("main .primary")).borderTopWidth]"""


def test_review_and_receipt_on_paper_and_in_forced_colours(opening: Opening, mended: House) -> None:
    page = opening("alice", color_scheme="dark")
    to_review(page, runtime_server__env__0__value=LONG, resources__cpu_cores="4")
    page.emulate_media(forced_colors="active")
    assert page.evaluate(FACES) == ["1px", "2px"]
    page.emulate_media(media="print", forced_colors="none")
    for element in (page.locator(".topbar"), page.get_by_text("Back to editing").first, page.locator("main .primary")):
        expect(element).to_be_hidden()
    expect(page.locator(".diff")).to_contain_text(LONG)
    assert page.evaluate(CUT) == 0
    page.emulate_media(media="screen")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 2 changes")
    page.emulate_media(media="print")
    expect(page.locator("button:visible, .button:visible")).to_have_count(0)
    assert page.evaluate(CUT) == 0


def test_without_motion_nothing_moves(opening: Opening, mended: House) -> None:
    page = opening("alice", reduced_motion="reduce")
    editor(page)
    control(page, "resources.cpu_cores").fill("4")
    expect(page.locator("#counted")).to_contain_text("1 change")
    assert page.evaluate("document.getAnimations().length") == 0
