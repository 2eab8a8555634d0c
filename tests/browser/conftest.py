"""A real Chromium on the real program. Every page that a test leaves behind had a quiet console."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.browser.chromium import ARGUMENTS, find
from tests.browser.house import House, open_house
from tests.browser.signing import sign_in

EXPECTED = re.compile(
    r"Failed to load resource: (net::ERR_FAILED|the server responded with a status of (4(0[0-4]|09|22|26|29)|50[0-4]) )"
)
"""Chromium's own line for an answer that isn't 2xx or doesn't come; a test produces those on purpose."""

PATIENCE = 60_000
"""Milliseconds that a page may take to do what is expected of it, on a machine with much else to do."""

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium."""
    return {"executable_path": find(), "args": ARGUMENTS}


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One program for all tests of a session."""
    with open_house(Path(tmp_path_factory.mktemp("house"))) as opened:
        yield opened


@pytest.fixture
def mended(house: House) -> Iterator[House]:
    """The house with the analyst's and scout's configs put back after the test, and no faults left."""
    before = {key: house.config(key) for key in ("analyst", "scout")}
    yield house
    house.mend()
    for key, token in (("analyst", "demo-alice"), ("scout", "demo-bob")):
        if house.config(key) != before[key]:
            house.put(key, before[key], token)


Opening = Callable[..., Page]


@pytest.fixture
def opening(browser: Browser, house: House) -> Iterator[Opening]:
    """Opens a window of its own: `opening("alice", javascript=False, width=390)`, signed in."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not EXPECTED.match(message.text):
            complaints.append(message.text)

    def open_(person: str | None, *, javascript: bool = True, width: int = 1280, **more: Any) -> Page:
        context = browser.new_context(
            base_url=house.url, java_script_enabled=javascript, viewport={"width": width, "height": 860}, **more
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if person is not None:
            sign_in(page, person)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def control(page: Page, name: str) -> Any:
    """A control by its name, which is its id."""
    return page.locator(f'[id="{name}"]')


def error(page: Page, name: str) -> Any:
    """What stands at a control as wrong."""
    return page.locator(f'[id="{name}-error"]')
