"""States of the editor that need more than a form filled in."""

from playwright.sync_api import Page, expect

from tests.browser.house import House
from tests.browser.tour import editor, stop


@stop()
def editor_pickers(page: Page, house: House) -> None:
    editor(page)
    page.get_by_text("What acme offers").click()
    secrets = page.locator("[id='secrets.secret_ids']")
    secrets.get_by_label("SERPAPI_KEY").check()
    secrets.get_by_label("OPENAI_API_KEY").uncheck()
    expect(secrets.get_by_text("was picked")).to_be_visible()
    page.get_by_text("What acme offers").scroll_into_view_if_needed()
