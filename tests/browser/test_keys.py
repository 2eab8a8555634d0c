"""The keyboard alone: the whole main job, visible focus everywhere, and keys that never act while somebody types."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import counted
from tests.browser.conftest import Opening, control
from tests.browser.house import RESEARCH, House
from tests.browser.tour import editor

FOCUSED = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const seen = one.matches('.segments input') ? one.parentElement : one;
    const box = seen.getBoundingClientRect();
    const style = getComputedStyle(seen);
    const at = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height, 20) / 2);
    return {
        what: one.outerHTML.slice(0, 120),
        outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        inside: box.top >= 0 && box.top < innerHeight,
        covered: !(at && (seen.contains(at) || at.contains(seen) || at.closest('label')?.contains(seen))),
    };
}"""


def walk(page: Page, most: int) -> list[Any]:
    """Every element that Tab comes to, as it is while it has the focus."""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED)
        if here is None:
            break
        seen.append(here)
    return seen


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", [f"{RESEARCH}/analyst/config/", f"{RESEARCH}/", "/account/"])
def test_whatever_has_the_focus_shows_it_and_is_not_covered(
    opening: Opening, mended: House, path: str, width: int
) -> None:
    page = opening("alice", width=width, reduced_motion="reduce")
    page.goto(path)
    seen = walk(page, 250)
    assert len(seen) > 5
    assert [one["what"] for one in seen if not one["outline"]] == []
    assert [one["what"] for one in seen if not one["inside"] or one["covered"]] == []


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until a control or button of that id or name has the focus."""
    found = """(name) => document.activeElement.id === name
        || document.activeElement.textContent.trim().split("\\n")[0] === name"""
    for _ in range(300):
        if page.evaluate(found, name):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {name}")


def test_the_main_job_with_the_keyboard_alone(opening: Opening, mended: House) -> None:
    page = opening("alice")
    page.goto(f"{RESEARCH}/")
    tab_to(page, "Analyst")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/config/"))
    tab_to(page, "resources.cpu_cores")
    page.keyboard.press("Control+a")
    page.keyboard.type("64")
    page.keyboard.press("Control+s")
    expect(page.locator("#summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(control(page, "resources.cpu_cores")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("4")
    tab_to(page, "Add label")
    page.keyboard.press("Enter")
    page.keyboard.type("oncall")
    page.keyboard.press("Tab")
    page.keyboard.type("me")
    expect(counted(page)).to_contain_text("2 changes")
    page.keyboard.press("Meta+s")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Review 2 changes")
    tab_to(page, "reason")
    page.keyboard.type("by hand")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 2 changes")
    assert mended.config("analyst")["metadata"]["labels"]["oncall"] == "me"


def test_a_question_mark_lists_the_keys_and_escape_closes_them(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_label("account and sign-out").click()
    page.get_by_role("button", name="Keys").click()
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def test_escape_closes_a_menu_and_a_question(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    menu = page.get_by_label("account and sign-out")
    menu.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(page.get_by_role("link", name="Account of alice")).to_be_hidden()
    control(page, "resources.cpu_cores").fill("4")
    expect(counted(page)).to_contain_text("1 change")
    page.locator("#discard-button").press("Enter")
    expect(page.locator("#discard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#discard")).to_be_hidden()
    expect(control(page, "resources.cpu_cores")).to_have_value("4")


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("cpu", "resources.cpu_cores"),
        ("sandbox time", "sandbox.timeout_seconds"),
        ("raw", "raw"),
        ("log_level", "runtime_server.env.0.key"),
        ("prompt", "defaults.system_prompt"),
    ],
)
def test_a_slash_finds_a_field(opening: Opening, mended: House, words: str, target: str) -> None:
    page = opening("alice")
    editor(page)
    page.keyboard.press("/")
    page.keyboard.type(words)
    expect(page.locator("#find li").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(control(page, target)).to_be_focused()
    expect(control(page, target)).to_be_in_viewport()
    expect(page.locator("#find")).to_be_hidden()


def test_what_is_found_is_walked_through_with_arrows(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    page.keyboard.press("/")
    page.keyboard.type("resources")
    expect(page.locator("#find li").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(control(page, "resources.cpu_cores")).to_be_focused()
    page.keyboard.press("Tab")
    page.locator("h1").click()
    page.keyboard.press("/")
    page.keyboard.type("nothing is called so")
    expect(page.locator("#find [role=status]")).to_have_text("No such field")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("#find")).to_be_hidden()


def test_elsewhere_a_slash_finds_a_runtime(opening: Opening, mended: House) -> None:
    page = opening("alice")
    page.goto(f"{RESEARCH}/")
    page.keyboard.press("/")
    expect(page.locator(".find input").first).to_be_focused()


@pytest.mark.parametrize("name", ["defaults.agent", "defaults.system_prompt", "raw", "runtime_server.env.0.value"])
def test_single_keys_do_nothing_while_somebody_types(opening: Opening, mended: House, name: str) -> None:
    page = opening("alice")
    editor(page)
    box = control(page, name)
    before = box.input_value()
    box.press("Control+End")
    page.keyboard.type("?/")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert box.input_value() == f"{before}?/"


def test_single_keys_can_be_switched_off_and_stay_so(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    control(page, "defaults.agent").fill("typed")
    page.locator("h1").click()
    page.keyboard.press("?")
    page.get_by_role("button", name="Switch single keys off").click()
    expect(page.get_by_role("button", name="Switch single keys on")).to_be_focused()
    page.keyboard.press("Escape")
    expect(control(page, "defaults.agent")).to_have_value("typed")
    page.keyboard.press("?")
    page.keyboard.press("/")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.goto("/account/")
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.get_by_label("on", exact=True).check()
    with page.expect_navigation():
        page.get_by_role("button", name="Set").click()
    page.wait_for_load_state("load")  # keys are heard once the script runs
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
