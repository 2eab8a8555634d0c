"""Pasting lists in a real Chromium: into a row, to the preview, into rows."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opening, control
from tests.browser.house import RESEARCH, House

PASTE = """(target, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    return target.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def paste(page: Page, into: str, text: str) -> bool:
    """Pastes as the browser tells a page; whether the browser may go on and insert the text itself."""
    return bool(control(page, into).evaluate(PASTE, text))


def test_a_list_pasted_into_a_row_is_shown_and_filled_in(opening: Opening, mended: House) -> None:
    page = opening("alice")
    page.goto(f"{RESEARCH}/analyst/config/")
    env, ports = "runtime_server.env", "sandbox.exposed_ports"
    expect(control(page, f"{env}.0.key")).to_be_visible()
    assert paste(page, f"{env}.0.key", "ONE_LINE")
    assert paste(page, f"{env}.0.value", "a value of\ntwo lines")
    page.get_by_role("button", name="Add variable").click()
    assert not paste(page, f"{env}.3.key", "\n# mine\nLOG_LEVEL=debug\nexport NEW='x y'\noops\n")
    area, preview = control(page, f"paste.{env}"), control(page, f"preview.{env}")
    expect(area).to_be_focused()
    expect(preview).to_contain_text("1 added, 1 replaced, 1 refused")
    expect(page.locator("#counted")).to_contain_text("No changes")
    preview.get_by_role("button", name="Fill in 2").click()
    expect(control(page, f"{env}.3.key")).to_have_value("NEW")
    expect(control(page, f"{env}.0.value")).to_have_value("debug")
    expect(control(page, f"{env}.0.key")).to_be_focused()
    expect(area).to_have_value("oops")
    expect(page.locator("#counted")).to_contain_text("2 changes")
    assert not paste(page, f"{ports}.2", "8080, 1234 99999")
    expect(control(page, f"preview.{ports}")).to_contain_text("1 added, 1 there already, 1 refused")
    control(page, f"preview.{ports}").get_by_role("button", name="Fill in 1").click()
    expect(control(page, f"paste.{ports}")).to_have_value("99999")
    page.reload()
    expect(control(page, f"paste.{env}")).to_have_value("oops")
    expect(control(page, f"{ports}.2")).to_have_value("1234")
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page.get_by_text("A pasted list isn’t filled in yet.")).to_be_visible()
    for name in (env, ports):
        control(page, f"paste.{name}").fill("")
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Review 3 changes")
