"""Sign-ins and sessions in a real Chromium, with the box as the provider."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Opening, control
from tests.browser.house import House, served_ui
from tests.browser.signing import HEADING, by_sso, by_token
from tests.browser.test_every_page import SIDEWAYS, findings
from tests.browser.tour import editor
from tests.embedded.box import free_port


def end_tokens(house: House) -> None:
    """Every access token that the provider gave is at its end."""
    with sqlite3.connect(house.data_dir / "box.sqlite3", timeout=20) as connection:
        ended = "UPDATE allauth_idp_oidc_token SET expires_at = '2020-01-01 00:00:00' WHERE type = 'at'"
        assert connection.execute(ended).rowcount


def arrive(page: Page, name: str) -> None:
    """Signs somebody in by the provider, and waits until they are back."""
    page.goto("/signin/")
    by_sso(page, name)
    expect(page.get_by_label("account and sign-out")).to_be_visible()


def test_a_token_ends_in_the_midst_of_an_edit(opening: Opening, mended: House) -> None:
    page = opening(None)
    arrive(page, "alice")
    editor(page)
    control(page, "defaults.agent").fill("typed-before")
    end_tokens(mended)
    control(page, "resources.cpu_cores").fill("6")
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page.get_by_text("typed-before").first).to_be_visible()
    end_tokens(mended)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 2 changes")
    assert mended.config("analyst")["defaults"]["agent"] == "typed-before"


def test_signing_out_everywhere_is_felt_in_a_second_browser(opening: Opening, mended: House) -> None:
    first, second = opening(None), opening(None)
    for page in (first, second):
        arrive(page, "bob")
    editor(first, "scout")
    control(first, "defaults.agent").fill("typed-before-the-end")
    second.goto("/account/")
    expect(second.get_by_role("heading", name="Sessions")).to_be_visible()
    second.get_by_role("button", name="Sign out everywhere").click()
    expect(second.get_by_text("You are signed out here.")).to_be_visible()

    first.get_by_role("button", name="Review", exact=True).click()
    expect(first.get_by_role("heading", name=HEADING)).to_be_visible()
    by_sso(first, "bob")
    expect(control(first, "defaults.agent")).to_have_value("typed-before-the-end")

    first.get_by_label("account and sign-out").click()
    first.get_by_role("button", name="Sign out of Demo ID too").click()
    expect(first).to_have_url(re.compile("/identity/o/logout"))  # the policy lets forms of ours lead there
    first.get_by_role("button").first.click()
    expect(first.get_by_role("heading", name=HEADING)).to_be_visible()


@contextmanager
def window(browser: Browser, house: House, folder: Path, **settings: str) -> Iterator[Page]:
    """A window on the program with other settings, over the same box and data of its own."""
    folder.mkdir()
    with served_ui(folder, house.box_url, **settings) as (url, _):
        context = browser.new_context(base_url=url)
        yield context.new_page()
        context.close()


def test_outside_the_required_group_and_with_a_token_of_ones_own(
    browser: Browser, house: House, tmp_path: Path
) -> None:
    settings = {"ADMINUI_OIDC_REQUIRED_GROUPS": '["runtime-editors"]', "ADMINUI_SAVES_WITH": "personal"}
    with window(browser, house, tmp_path / "ui", **settings) as page:
        page.goto("/signin/")
        by_sso(page, "vic")
        expect(page.get_by_role("heading", level=1)).to_have_text("You may not come in")
        expect(page.get_by_text("for members of runtime-editors only")).to_be_visible()
        assert findings(page) == []
        page.get_by_role("link", name="Sign out of Demo ID").click()  # to come back as somebody else
        page.get_by_role("button").first.click()
        arrive(page, "alice")
        expect(page).to_have_url(re.compile("/account/$"))
        expect(page.get_by_text("Add your token to go on")).to_be_visible()
        page.get_by_role("textbox", name="API token").fill("demo-bob")
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_text("whose e-mail address isn’t yours")).to_be_visible()
        page.get_by_role("textbox", name="API token").fill("demo-alice")
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_text("works", exact=True)).to_be_visible()
        assert findings(page) == []
        page.set_viewport_size({"width": 360, "height": 800})
        assert page.evaluate(SIDEWAYS) <= 0
        editor(page)
        expect(control(page, "defaults.agent")).to_be_editable()


def test_a_provider_that_is_down(browser: Browser, house: House, tmp_path: Path) -> None:
    issuer = f"http://127.0.0.1:{free_port()}"
    with window(browser, house, tmp_path / "ui", ADMINUI_OIDC_ISSUER=issuer) as page:
        page.goto("/signin/")
        page.get_by_role("button", name="Sign in with Demo ID").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Demo ID can’t be reached")
        page.get_by_role("link", name="Sign in again").click()
        by_token(page, "alice")
        expect(page.get_by_role("heading", name=HEADING)).to_have_count(0)
