"""What a page weighs over the wire, cold, and that nothing in it moves once it is painted."""

import sqlite3
from collections import defaultdict
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opening
from tests.browser.house import RESEARCH, House

MOST = 45_000
"""Bytes of HTML, styles and scripts together, compressed, headers included."""
NOTICED = 0.001
"""Of a shift's score. A busy browser that paints half a header moves its last icon by some pixels, which is 0.00002."""
SHIFTS = """new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) (window.shifts ??= []).push(
        [entry.value, ...entry.sources.flatMap(({ node, previousRect, currentRect }) =>
            [node?.outerHTML?.slice(0, 100), JSON.stringify([previousRect, currentRect])])]);
}).observe({ type: "layout-shift", buffered: true });"""


def weigh(page: Page, path: str) -> dict[str, int]:
    """Bytes received by kind, with nothing in the browser's cache."""
    session = page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    bytes_: defaultdict[str, int] = defaultdict(int)

    def begun(event: Any) -> None:
        kinds[event["requestId"]] = event["type"]

    def done(event: Any) -> None:
        bytes_[kinds.get(event["requestId"], "Other")] += int(event["encodedDataLength"])

    session.on("Network.responseReceived", begun)
    session.on("Network.loadingFinished", done)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(path, wait_until="networkidle")
    return dict(bytes_)


def forget(house: House) -> None:
    """Lets go of the drafts that other tests left, which stand above the form; there may be more than a page lists."""
    with closing(sqlite3.connect(house.data_dir / "db.sqlite3", timeout=20)) as database, database:
        database.execute("DELETE FROM saving_draft")


@pytest.mark.parametrize("path", [f"{RESEARCH}/analyst/config/", f"{RESEARCH}/"])
def test_a_page_weighs_little(opening: Opening, house: House, path: str) -> None:
    page = opening("alice")
    forget(house)
    weight = weigh(page, path.replace("analyst", house.id("analyst")))
    told = {kind: weight[kind] for kind in ("Document", "Stylesheet", "Script")}
    assert sum(told.values()) <= MOST, told
    assert "Font" not in weight
    assert all(told.values())


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "path", [f"{RESEARCH}/analyst/config/", f"{RESEARCH}/", "/account/", f"{RESEARCH}/scout/config/"]
)
def test_nothing_moves_after_the_first_paint(opening: Opening, house: House, path: str, width: int) -> None:
    page = opening("alice", width=width)
    page.add_init_script(SHIFTS)
    page.goto(path, wait_until="networkidle")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    shifts: list[list[Any]] = page.evaluate("window.shifts ?? []")
    assert [shift for shift in shifts if shift[0] > NOTICED] == []


def test_fonts_are_the_system_s(opening: Opening, house: House) -> None:
    page = opening("alice")
    page.goto(f"{RESEARCH}/analyst/config/", wait_until="networkidle")
    assert page.evaluate("document.fonts.size") == 0
