"""Times: exact on hover and when copied, in UTC or local as one switch says."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Opening, control
from tests.browser.house import House
from tests.browser.tour import editor, to_review

EXACT = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$")


def test_a_time_says_the_exact_moment_on_hover_and_when_it_is_copied(opening: Opening, mended: House) -> None:
    page = opening("alice", permissions=["clipboard-read", "clipboard-write"])
    editor(page)
    time = page.locator("main time").first
    said = time.inner_text()
    title = time.get_attribute("title") or ""
    assert EXACT.match(title)
    time.evaluate("(time) => getSelection().selectAllChildren(time.parentElement)")
    page.keyboard.press("Control+c")
    assert title in page.evaluate("navigator.clipboard.readText()")
    expect(time).to_have_text(said)


def test_words_grow_old_while_a_page_is_open(opening: Opening, mended: House) -> None:
    mended.put("analyst", mended.config("analyst"))  # changed now, whatever other tests did before
    page = opening("alice")
    page.clock.install()
    editor(page)
    time = page.locator("main .head time").first
    expect(time).to_have_text(re.compile(r"^(just now|1 minute ago)$"))
    page.clock.fast_forward("05:00")
    expect(time).to_have_text(re.compile(r"^[56] minutes ago$"))
    page.clock.fast_forward("03:00:00")
    expect(time).to_have_text("3 hours ago")


def test_one_switch_turns_all_times_to_local_ones_and_back(opening: Opening, mended: House) -> None:
    page = opening("alice", timezone_id="Asia/Kathmandu")
    to_review(page)
    time = page.locator("main time").first
    clock, moment = time.inner_text(), time.get_attribute("datetime") or ""
    assert re.fullmatch(r"\d\d:\d\d", clock)
    page.get_by_label("account and sign-out").click()
    page.get_by_role("button", name="Show local times").click()
    hours, minutes = (int(part) for part in clock.split(":"))
    later = (hours * 60 + minutes + 345) % 1440
    local = f"{later // 60:02}:{later % 60:02}"
    expect(time).to_have_text(re.compile(rf"(^|\d )?{local}$"))
    expect(time).to_have_attribute("title", re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+05:45$"))
    expect(time).to_have_attribute("datetime", moment)
    page.reload()
    expect(time).to_have_text(re.compile(rf"{local}$"))
    page.get_by_label("account and sign-out").click()
    page.get_by_role("button", name="Show times in UTC").click()
    expect(time).to_have_text(clock)
    expect(time).to_have_attribute("title", EXACT)


def test_the_switch_takes_nothing_that_was_typed(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    control(page, "defaults.agent").fill("typed")
    page.get_by_label("account and sign-out").click()
    page.get_by_role("button", name="Show local times").click()
    expect(page.get_by_role("button", name="Show times in UTC")).to_be_focused()
    expect(control(page, "defaults.agent")).to_have_value("typed")


def test_without_scripts_times_are_in_utc_and_the_switch_is_on_the_account_page(
    opening: Opening, mended: House
) -> None:
    page = opening("alice", javascript=False)
    page.goto("/account/")
    page.get_by_label("of your browser").check()
    page.get_by_role("button", name="Set").click()
    expect(page.get_by_label("of your browser")).to_be_checked()
    expect(page.locator("main time").first).to_have_attribute("title", EXACT)
