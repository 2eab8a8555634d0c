"""The live check in a real Chromium: nothing typed is lost, moved or written over, whatever the network does."""

import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.checks import CHECK, PAUSE, Held, Weather, counted
from tests.browser.conftest import Opening, control, error
from tests.browser.house import House
from tests.browser.signing import by_token
from tests.browser.tour import editor


def was(page: Page, name: str) -> Any:
    """What stands at a field as what it was."""
    return page.locator(f'.field:has([id="{name}"]) > .was')


def checks(page: Page) -> list[Request]:
    """Every check that the page sends from now on."""
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if CHECK.search(request.url) else None)
    return sent


def hidden(page: Page) -> None:
    """Another tab comes to the front, and this one again; headless Chromium never says so itself."""
    page.evaluate(
        """() => { for (const value of [true, false]) {
            Object.defineProperty(document, "hidden", { value, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        } }"""
    )


def test_opening_and_walking_through_marks_nothing_and_keeps_nothing(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    drafts = page.url.split("?")[0] + "drafts/"
    page.goto(drafts)
    before = page.get_by_role("link", name="Resume").count()  # of other tests
    editor(page)
    sent = checks(page)
    control(page, "build.profile").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
    page.wait_for_timeout(2 * PAUSE)
    assert sent == []
    assert page.locator("#config :is(.was, .errors)").count() == 0
    expect(counted(page)).to_have_text("No changes")
    expect(page.locator("#discard-button")).to_be_hidden()
    page.goto(drafts)
    expect(page.get_by_role("link", name="Resume")).to_have_count(before)


KEYS, CHECKS = 4000, 100
"""Ten minutes at four hundred keys a minute, and the least that is checked meanwhile, however slow it all is."""
LAST = "zzz"
TEXT = "The quick brown fox jumps over the lazy dog; 0123456789, (brackets) and “quotes”. "


def test_ten_minutes_of_typing_lose_no_key(opening: Opening, mended: House) -> None:
    page = opening("alice")
    page.clock.install()
    page.goto("/org/acme/ws/research/runtimes/")
    editor(page)
    weather, chance = Weather(page, seed=20), random.Random(20)
    names = ["defaults.agent", "defaults.system_prompt", "metadata.labels.0.value", "build.source.ref"]
    names += ["runtime_server.env.0.value", "defaults.model", "sandbox.egress.allow.0"]
    expected = {name: control(page, name).input_value() for name in names}
    typed = 0
    for turn in range(1000):
        if typed >= KEYS and weather.seen >= CHECKS:
            break
        name = names[chance.randrange(len(names))]
        at = chance.randrange(len(expected[name]) + 1)
        part = TEXT[chance.randrange(40) :][: chance.randrange(8, 40)]
        box = control(page, name)
        box.focus()
        box.evaluate("(box, at) => box.setSelectionRange(at, at)", at)
        for half in (part[: len(part) // 2], part[len(part) // 2 :]):
            page.keyboard.type(half)
            page.clock.run_for(chance.choice([0, 100, 400, 2100]))
            weather.blow()
        expected[name] = expected[name][:at] + part + expected[name][at:]
        typed += len(part)
        expect(box).to_be_focused()
        assert box.evaluate("box => box.selectionStart") == at + len(part)
        if turn % 50 == 25:
            hidden(page)
    assert typed >= KEYS
    assert weather.seen >= CHECKS
    assert {name: control(page, name).input_value() for name in names} == expected
    weather.clear()
    control(page, "defaults.agent").press("End")
    with page.expect_response(
        lambda answer: bool(CHECK.search(answer.url)) and LAST in (answer.request.post_data or "")
    ):
        page.keyboard.type(LAST)
        page.clock.run_for(3000)
    expected["defaults.agent"] += LAST
    expect(page).to_have_url(re.compile(r"\?form="))
    page.go_back()
    expect(page).to_have_url(re.compile(r"/runtimes/$"))
    page.go_forward()
    assert {name: control(page, name).input_value() for name in names} == expected
    page.reload()
    assert {name: control(page, name).input_value() for name in names} == expected


def test_a_request_that_arrives_after_a_later_one_changes_nothing(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    held = Held(page)
    control(page, "defaults.agent").fill("first")
    late = held.next()
    late_body, headers = late.request.post_data or "", late.request.headers
    late.abort()
    held.end()
    control(page, "defaults.agent").fill("second")
    expect(counted(page)).to_contain_text("1 change")
    answer = page.request.post(late.request.url, data=late_body, headers=headers)
    assert 'data-late="' in answer.text()
    page.reload()
    expect(control(page, "defaults.agent")).to_have_value("second")


def test_an_answer_never_touches_what_was_typed_since(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    held = Held(page)
    control(page, "resources.cpu_cores").fill("64")
    late = held.next()
    control(page, "resources.cpu_cores").fill("8")
    control(page, "defaults.agent").fill("me")
    late.continue_()
    expect(counted(page)).to_contain_text("1 change")
    assert error(page, "resources.cpu_cores").count() == 0  # it is about 64
    held.end()
    expect(was(page, "resources.cpu_cores")).to_contain_text("was 2")
    expect(control(page, "resources.cpu_cores")).to_have_value("8")
    expect(control(page, "defaults.agent")).to_be_focused()


def test_one_request_is_under_way_at_a_time(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    held = Held(page)
    control(page, "resources.cpu_cores").fill("3")
    first = held.next()
    for cores in ("4", "5"):
        control(page, "resources.cpu_cores").fill(cores)
        page.wait_for_timeout(PAUSE)
    assert held.routes == []
    first.continue_()
    held.next().continue_()
    held.end()
    expect(was(page, "resources.cpu_cores")).to_contain_text("was 2")


@pytest.mark.parametrize("name", ["resources.cpu_cores", "runtime_server.env.1.value", "metadata.labels.0.key"])
def test_neither_focus_nor_caret_nor_the_place_on_the_screen_moves(opening: Opening, mended: House, name: str) -> None:
    page = opening("alice")
    editor(page)
    box = control(page, name)
    page.evaluate("scrollTo(0, 200)")
    box.scroll_into_view_if_needed()
    box.focus()
    box.press("Home")
    with page.expect_response(CHECK):
        page.keyboard.type("9")
        before = box.bounding_box()
    expect(counted(page)).to_contain_text("change")
    expect(box).to_be_focused()
    assert box.evaluate("box => [box.selectionStart, box.selectionEnd]") == [1, 1]
    after = box.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 1


def test_a_revert_and_a_discard_need_no_reload(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    page.evaluate("window.same = true")
    control(page, "resources.cpu_cores").fill("4")
    control(page, "defaults.agent").fill("me")
    page.get_by_label("Workspace mount").uncheck()
    page.get_by_role("button", name="Remove team", exact=True).click()
    expect(counted(page)).to_contain_text("4 changes")
    page.get_by_role("button", name="Revert CPU cores").click()
    expect(control(page, "resources.cpu_cores")).to_have_value("2")
    expect(control(page, "resources.cpu_cores")).to_be_focused()
    expect(was(page, "resources.cpu_cores")).to_have_count(0)
    expect(counted(page)).to_contain_text("3 changes")
    page.get_by_role("button", name="Revert Workspace mount").click()
    expect(page.get_by_label("Workspace mount")).to_be_checked()
    expect(counted(page)).to_contain_text("2 changes")
    page.locator("#discard-button").click()
    expect(page.locator("#discard")).to_contain_text("Discard 2 changes?")
    page.get_by_role("button", name="Discard changes").click()
    expect(counted(page)).to_have_text("No changes")
    expect(page.locator("#discard")).to_be_hidden()
    expect(page.locator("#discard-button")).to_be_hidden()
    expect(page.locator(".savebar .primary")).to_be_focused()
    expect(page.get_by_role("button", name="Remove team", exact=True)).to_be_visible()
    assert page.locator("#config :is(.was, .errors)").count() == 0
    assert page.evaluate("window.same")
    assert "form=" not in page.url


def test_what_a_draft_had_removed_is_put_back_without_a_reload(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    page.get_by_role("button", name="Remove team", exact=True).click()
    expect(counted(page)).to_contain_text("1 change")
    page.reload()
    page.evaluate("window.same = true")
    page.get_by_role("button", name="Put back team").click()
    expect(page.get_by_role("button", name="Remove team", exact=True)).to_be_visible()
    expect(counted(page)).to_have_text("No changes")
    assert page.evaluate("window.same")


Failing = Callable[[Route], None]
FAILURES: dict[str, tuple[Failing, str]] = {
    "offline": (lambda route: route.abort(), "no answer from the server"),
    "500": (lambda route: route.fulfill(status=500, body="broken"), "answered 500"),
    "429": (lambda route: route.fulfill(status=429, body="slow down"), "answered 429"),
    "elsewhere": (lambda route: route.fulfill(status=302, headers={"Location": "/signin/"}), "session has ended"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_check_that_fails_is_said_once_and_the_next_change_tries_again(
    opening: Opening, mended: House, name: str
) -> None:
    fail, said = FAILURES[name]
    page = opening("alice")
    editor(page)
    page.route(CHECK, fail)
    control(page, "defaults.agent").fill("x")
    expect(page.locator("#unchecked")).to_contain_text(said)
    page.evaluate(
        """() => { window.told = 0; new MutationObserver(() => { window.told += 1; })
            .observe(document.getElementById("unchecked"), { childList: true, subtree: true }); }"""
    )
    with page.expect_request(CHECK):
        control(page, "defaults.agent").press_sequentially("y")
    page.wait_for_timeout(PAUSE)
    assert page.evaluate("window.told") == 0
    expect(control(page, "defaults.agent")).to_be_focused()
    page.unroute(CHECK)
    control(page, "defaults.agent").press_sequentially("z")
    expect(page.locator("#unchecked")).to_have_text("")
    expect(counted(page)).to_contain_text("1 change")
    page.reload()
    expect(control(page, "defaults.agent")).to_have_value("xyz")


def test_a_dead_session_leads_to_the_sign_in_and_back_to_everything_typed(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    control(page, "defaults.agent").fill("x")
    expect(counted(page)).to_contain_text("1 change")
    page.context.clear_cookies(name=re.compile("session"))
    control(page, "defaults.agent").fill("typed while nobody was signed in")
    link = page.locator("#unchecked").get_by_role("link", name="Sign in")
    link.click()
    by_token(page)
    expect(control(page, "defaults.agent")).to_have_value("typed while nobody was signed in")


@pytest.mark.parametrize("kept", [True, False])
def test_leaving_is_asked_about_only_while_something_is_not_kept(opening: Opening, mended: House, kept: bool) -> None:
    page = opening("alice")
    editor(page)
    if not kept:
        page.route(CHECK, lambda route: route.abort())
    control(page, "defaults.agent").press_sequentially("x")
    if kept:
        expect(counted(page)).to_contain_text("1 change")
    else:
        expect(page.locator("#unchecked")).to_contain_text("no answer")
    asked: list[str] = []

    def leave(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.goto("/org/acme/ws/research/runtimes/")
    assert asked == ([] if kept else ["beforeunload"])


def test_what_was_typed_right_before_leaving_is_kept(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    control(page, "defaults.agent").fill("x")
    expect(counted(page)).to_contain_text("1 change")
    address = page.url
    page.on("dialog", lambda dialog: dialog.accept())
    control(page, "defaults.agent").press("End")
    page.keyboard.type("yz")
    page.goto("/org/acme/ws/research/runtimes/")
    page.goto(address)
    for _ in range(50):  # nobody is told when what a page sent at its end has arrived
        if control(page, "defaults.agent").input_value() == "xyz":
            break
        page.reload()
    expect(control(page, "defaults.agent")).to_have_value("xyz")


def test_the_review_is_of_what_was_typed_last(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    control(page, "resources.cpu_cores").fill("3")
    expect(counted(page)).to_contain_text("1 change")
    control(page, "resources.cpu_cores").fill("5")
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page.locator("main")).to_contain_text("2 → 5")
    page.go_back()
    expect(control(page, "resources.cpu_cores")).to_have_value("5")
    page.go_forward()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 1 change")
    assert mended.config("analyst")["resources"]["cpu_cores"] == 5


def test_nothing_is_sent_after_the_form_itself(opening: Opening, mended: House) -> None:
    """However long its answer takes: a check that came after it would be a later state, and the review out of date."""
    page = opening("alice")
    editor(page)
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    held: list[Route] = []
    page.route("**/config/", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    control(page, "defaults.agent").fill("x")
    with page.expect_request(lambda request: request.method == "POST" and request.url.endswith("/config/")):
        page.get_by_role("button", name="Review", exact=True).click(no_wait_after=True)
    page.wait_for_timeout(PAUSE)
    assert posted[-1].endswith("/config/")
    held.pop().continue_()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Review 1 change")
