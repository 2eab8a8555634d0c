"""Signing in by the provider, in a real Chromium, with the box's provider over HTTP."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opening, control
from tests.browser.house import House
from tests.browser.signing import HEADING, by_sso
from tests.browser.tour import editor

with_and_without_scripts = pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])


@with_and_without_scripts
def test_sign_in_edit_and_save_with_the_providers_token(opening: Opening, mended: House, javascript: bool) -> None:
    page = opening(None, javascript=javascript)
    editor(page)
    expect(page.get_by_role("heading", name=HEADING)).to_be_visible()
    by_sso(page, "alice")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Analyst")
    control(page, "resources.cpu_cores").fill("5")
    page.get_by_role("button", name="Review", exact=True).click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 1 change")
    assert mended.config("analyst")["resources"]["cpu_cores"] == 5
    assert {cookie["name"] for cookie in page.context.cookies()} == {
        *("adminui-session", "adminui-csrf", "box-session", "box-csrf")
    }
