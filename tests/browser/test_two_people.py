"""Two windows at once, and what browsers do: twice, back, two tabs, a session that ends."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opening, control
from tests.browser.house import RESEARCH, House
from tests.browser.signing import by_token


def editor(page: Page) -> None:
    """Opens the analyst's config."""
    page.goto(f"{RESEARCH}/analyst/config/")


def review(page: Page, **values: str) -> None:
    """Types and goes on to the review."""
    for name, value in values.items():
        control(page, name.replace("__", ".")).fill(value)
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Review")


def save(page: Page) -> None:
    """Presses Save."""
    page.get_by_role("button", name="Save").click()


def test_disjoint_changes_of_two_windows_are_merged_and_confirmed(opening: Opening, mended: House) -> None:
    one, other = opening("alice"), opening("alice")
    editor(one)
    editor(other)
    review(one, resources__cpu_cores="4")
    review(other, resources__memory_mb="4096")
    save(other)
    expect(other.get_by_role("heading", level=1)).to_contain_text("Saved: 1 change")
    save(one)
    expect(one.get_by_text("Changed elsewhere while you were editing")).to_be_visible()
    expect(one.get_by_role("heading", level=1)).to_contain_text("Review 1 change")
    save(one)
    expect(one.get_by_role("heading", level=1)).to_contain_text("Saved: 1 change")
    resources = mended.config("analyst")["resources"]
    assert (resources["cpu_cores"], resources["memory_mb"]) == (4, 4096)


def test_overlapping_changes_of_two_windows_are_asked(opening: Opening, mended: House) -> None:
    one, other = opening("alice"), opening("alice")
    editor(one)
    editor(other)
    review(one, resources__cpu_cores="4")
    review(other, resources__cpu_cores="16")
    save(other)
    expect(other.get_by_role("heading", level=1)).to_contain_text("Saved: 1 change")
    save(one)
    expect(one.get_by_text("1 of 1 field still to choose")).to_be_visible()
    expect(one.locator("input[type=radio]:checked")).to_have_count(0)
    one.get_by_role("radio", name="Use mine").check()
    one.get_by_role("button", name="Review the merge").click()
    expect(one.get_by_text("Say that their changes are to be overwritten")).to_be_visible()
    expect(one.get_by_role("radio", name="Use mine")).to_be_checked()
    one.get_by_label("Where I use mine").check()
    one.get_by_role("button", name="Review the merge").click()
    save(one)
    expect(one.get_by_role("heading", level=1)).to_contain_text("Saved: 1 change")
    assert mended.config("analyst")["resources"]["cpu_cores"] == 4


def test_a_double_click_saves_once(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    review(page, resources__cpu_cores="4")
    mended.fault(status=200, applied=True, delay_ms=500)
    puts = mended.puts()
    page.get_by_role("button", name="Save").dblclick(no_wait_after=True)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 1 change")
    assert mended.puts() == puts + 1


def test_the_back_button_after_a_save_saves_nothing_again(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    review(page, resources__cpu_cores="4")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 1 change")
    puts = mended.puts()
    page.go_back()
    page.get_by_role("button", name="Save").or_(page.get_by_text("Saved: 1 change")).first.wait_for()
    if page.get_by_role("button", name="Save").count():
        save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 1 change")
    assert mended.puts() == puts


def test_two_tabs_of_one_person_have_drafts_of_their_own(opening: Opening, mended: House) -> None:
    one = opening("alice")
    other = one.context.new_page()
    editor(one)
    editor(other)
    review(one, resources__cpu_cores="4")
    review(other, defaults__agent="other tab")
    expect(one.get_by_text("CPU cores")).to_be_visible()
    expect(one.get_by_text("other tab")).to_have_count(0)
    expect(other.get_by_text("CPU cores")).to_have_count(0)


def test_a_session_that_ends_while_typing_loses_nothing(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    control(page, "defaults.agent").fill("typed before the session ended")
    page.context.clear_cookies()
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page.get_by_role("button", name="Sign in with Demo ID")).to_be_visible()
    by_token(page)
    expect(control(page, "defaults.agent")).to_have_value("typed before the session ended")
    page.get_by_role("button", name="Review", exact=True).click()
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 1 change")
    assert mended.config("analyst")["defaults"]["agent"] == "typed before the session ended"


def test_a_token_that_is_refused_in_the_save_comes_back_to_the_review(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    review(page, defaults__agent="kept through a 401")
    page.get_by_label("Reason").fill("because")
    mended.fault(status=401, envelope=True, detail="expired")
    save(page)
    expect(page.get_by_role("button", name="Sign in with Demo ID")).to_be_visible()
    by_token(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Review 1 change")
    expect(page.get_by_label("Reason")).to_have_value("because")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 1 change")


def test_an_open_editor_is_told_what_moved_on(opening: Opening, mended: House) -> None:
    page = opening("alice")
    page.clock.install()
    editor(page)
    control(page, "defaults.agent").fill("still typing")
    document = mended.config("analyst")
    document["resources"]["memory_mb"] = 4096
    mended.put("analyst", document)
    page.clock.run_for(31_000)
    expect(page.get_by_text("changed this config")).to_be_visible()
    expect(control(page, "defaults.agent")).to_have_value("still typing")
    expect(control(page, "defaults.agent")).to_be_focused()
