"""States of the editor that need more than a form filled in."""

import json

from playwright.sync_api import Page, expect

from tests.browser.house import House
from tests.browser.tour import editor, fill, stop


@stop()
def editor_pickers(page: Page, house: House) -> None:
    editor(page)
    page.get_by_text("What acme offers").click()
    secrets = page.locator("[id='secrets.secret_ids']")
    secrets.get_by_label("SERPAPI_KEY").check()
    secrets.get_by_label("OPENAI_API_KEY").uncheck()
    expect(secrets.get_by_text("was picked")).to_be_visible()
    page.get_by_text("What acme offers").scroll_into_view_if_needed()


@stop()
def editor_pasted(page: Page, house: House) -> None:
    editor(page)
    section = page.locator("section").filter(has=page.locator("#h-runtime_server"))
    section.get_by_text("Paste a list").click()
    lines = ["# as the service runs", "LOG_LEVEL=debug", "HTTP_IDLE_TIMEOUT=75", "export GREETING='two words'", "OOPS"]
    section.locator("[id='paste.runtime_server.env']").fill("\n".join(lines))
    expect(section.get_by_role("button", name="Fill in 2")).to_be_visible()


@stop("bob")
def proposal(page: Page, house: House) -> None:
    editor(page)
    page.get_by_role("link", name="Propose a change").click()
    fill(page, resources__cpu_cores="4", runtime_server__env__0__value="debug")
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Propose 2 changes")


@stop()
def keys(page: Page, house: House) -> None:
    editor(page)
    expect(page.locator("#counted")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


@stop()
def editor_raw_broken(page: Page, house: House) -> None:
    editor(page)
    raw = page.locator("textarea[name=raw]")
    raw.fill(raw.input_value().replace('"cpu_cores": 2,', '"cpu_cores": 2'))
    expect(page.get_by_role("button", name="Go to line")).to_be_visible()


@stop()
def editor_raw_overlaps(page: Page, house: House) -> None:
    """What Raw leaves out, and a place that form and Raw change to different values."""
    editor(page)
    document = house.config("analyst")
    document["resources"].update(cpu_cores=8)
    del document["resources"]["memory_mb"]
    page.evaluate(
        """([raw, cores]) => { for (const [name, value] of [["raw", raw], ["resources.cpu_cores", cores]]) {
            const control = document.getElementById(name);
            control.value = value;
            control.dispatchEvent(new InputEvent("input", { bubbles: true })) } }""",
        [json.dumps(document, indent=2), "4"],
    )
    expect(page.get_by_text("What is stored is left out here.")).to_be_visible()
    expect(page.get_by_role("group", name="CPU cores")).to_be_visible()
