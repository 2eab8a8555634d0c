"""The pages of history, over a past that is written once a program."""

import subprocess

from playwright.sync_api import Page, expect

from tests.browser.house import MODULE, RESEARCH, ROOT, House, surroundings
from tests.browser.tour import stop

WORKSPACE = "/org/acme/ws/research/history/"
_written: set[str] = set()


def with_past(house: House) -> None:
    """Writes the past of tests/history/past.py into the program's record, unless it is there."""
    if house.url in _written:
        return
    environment = surroundings(house.data_dir, ADMINUI_PLATFORM_URL=house.box_url)
    subprocess.run([*MODULE, "tests.history.past"], check=True, cwd=ROOT, env=environment)
    _written.add(house.url)


@stop()
def history(page: Page, house: House) -> None:
    with_past(house)
    page.goto(WORKSPACE)


@stop()
def history_runtime(page: Page, house: House) -> None:
    with_past(house)
    page.goto(f"{RESEARCH}/{house.id('scout')}/history/?q=after:30d")


@stop("bob")
def history_empty(page: Page, house: House) -> None:
    page.goto("/org/acme/ws/production/history/")
    expect(page.get_by_role("heading", name="Nothing has happened yet")).to_be_visible()


@stop()
def history_none_found(page: Page, house: House) -> None:
    with_past(house)
    page.goto(f"{WORKSPACE}?q=person:bob+nothing-like-this")


@stop()
def history_event(page: Page, house: House) -> None:
    with_past(house)
    page.goto(f"{RESEARCH}/{house.id('analyst')}/history/?q=path:resources.cpu_cores+outcome:stored")
    page.locator(".when a").first.click()
    expect(page.get_by_role("heading", name="Place in the chain")).to_be_visible()


@stop()
def history_event_refused(page: Page, house: House) -> None:
    with_past(house)
    page.goto(f"{RESEARCH}/{house.id('scout')}/history/?q=DATA-1187+outcome:refused")
    page.locator(".when a").first.click()
    expect(page.get_by_text("Nothing was stored")).to_be_visible()


@stop()
def history_compare(page: Page, house: House) -> None:
    with_past(house)
    page.goto(f"{RESEARCH}/{house.id('analyst')}/history/compare/")


@stop()
def history_path(page: Page, house: House) -> None:
    with_past(house)
    page.goto(f"{RESEARCH}/{house.id('analyst')}/history/path/?path=resources.cpu_cores")


@stop("adam")
def history_of_sign_ins(page: Page, house: House) -> None:
    page.goto("/people/history/")
    expect(page.get_by_text("signed in by").first).to_be_visible()
