"""Every status of the contract's table, made by the fault switch, as a person meets it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opening, control
from tests.browser.house import RESEARCH, House

AGENT = "typed and kept"
REFUSED: dict[int, str] = {
    400: "The platform refused this save.",
    403: "The platform doesn’t let you save this.",
    404: "This runtime is no longer there.",
    409: "The platform’s state stands against this save.",
    422: "The platform refused this save.",
    426: "The platform asks for a newer version of this program.",
}
UNCLEAR: list[dict[str, Any]] = [
    {"status": 500, "envelope": True, "detail": "out of order"},
    {"status": 502},
    {"status": 504},
    {"cut": "before"},
    {"cut": "middle"},
]
with_and_without_scripts = pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])


def saved(opening: Opening, javascript: bool, house: House, **fault: Any) -> Page:
    """The page after a save that met this fault."""
    page = opening("alice", javascript=javascript)
    page.goto(f"{RESEARCH}/analyst/config/")
    control(page, "defaults.agent").fill(AGENT)
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page).to_have_url(re.compile("/review/"))
    house.fault(**fault)
    page.get_by_role("button", name="Save").click()
    return page


@with_and_without_scripts
@pytest.mark.parametrize("status", REFUSED)
def test_refused(opening: Opening, mended: House, status: int, javascript: bool) -> None:
    page = saved(opening, javascript, mended, status=status, envelope=True, detail=f"detail of {status}")
    expect(page.get_by_text(REFUSED[status])).to_be_visible()
    expect(page.get_by_text(f"detail of {status}").first).to_be_visible()
    expect(control(page, "defaults.agent")).to_have_value(AGENT)
    assert mended.config("analyst")["defaults"]["agent"] != AGENT


@with_and_without_scripts
def test_rate_limited(opening: Opening, mended: House, javascript: bool) -> None:
    fault = {"status": 429, "envelope": True, "detail": "slow down", "headers": {"Retry-After": "600"}}
    page = saved(opening, javascript, mended, **fault)
    expect(page.get_by_text("slow down")).to_be_visible()
    expect(page.get_by_text(re.compile("It may be tried again in (600|5\\d\\d) seconds"))).to_be_visible()
    expect(page.get_by_text(AGENT).first).to_be_visible()


@with_and_without_scripts
@pytest.mark.parametrize("fault", UNCLEAR, ids=str)
def test_unclear_is_read_back(opening: Opening, mended: House, fault: dict[str, Any], javascript: bool) -> None:
    page = saved(opening, javascript, mended, **fault, applied=True)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved: 1 change")
    expect(page.get_by_text("Confirmed by reading it back.")).to_be_visible()
    assert mended.config("analyst")["defaults"]["agent"] == AGENT
