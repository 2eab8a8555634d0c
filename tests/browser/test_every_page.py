"""What holds of every page: no axe finding in either theme, no sideways scroll at 360 px, targets large enough, and a
reason at whatever can't be used.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Opening
from tests.browser.house import House
from tests.browser.stops import STOPS
from tests.browser.tour import mended

OVERFLOWING = """() => [...document.querySelectorAll('main *, header *')]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(one).position != 'absolute')
    .slice(0, 3).map(one => one.outerHTML.slice(0, 120))"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """() => [...document.querySelectorAll('button, input, select, summary, a')].filter(one => {
    const box = one.getBoundingClientRect();
    const inline = one.matches('a') && getComputedStyle(one).display === 'inline';
    return box.width && !inline && !one.matches('.skip, .visually-hidden, [type=checkbox], [type=radio]')
        && (box.width < 24 || box.height < 24) }).slice(0, 3).map(one => one.outerHTML.slice(0, 120))"""

AXE = Axe().axe_script

UNEXPLAINED = """() => [...document.querySelectorAll('[disabled], [readonly]')].filter(one => {
    const ids = (one.getAttribute('aria-describedby') ?? '').split(' ');
    return !one.title && !ids.some(id => document.getElementById(id)?.textContent.trim()) })
    .slice(0, 3).map(one => one.outerHTML.slice(0, 160))"""


def findings(page: Page, *rules: str) -> list[str]:
    """What axe says, with the places; of these rules alone, if there are any."""
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    violations = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in violations]


@pytest.mark.parametrize("name", STOPS)
def test_page(opening: Opening, house: House, name: str) -> None:
    stop = STOPS[name]
    page = opening(stop.person, color_scheme="light")
    with mended(house):
        stop.go(page, house)
        assert findings(page) == []
        page.emulate_media(color_scheme="dark")
        assert findings(page, "color-contrast", "link-in-text-block") == []  # what a theme can change
        page.set_viewport_size({"width": 360, "height": 800})
        assert page.evaluate(SIDEWAYS) <= 0, page.evaluate(OVERFLOWING)
        assert page.evaluate(SMALL) == []
        assert page.evaluate(UNEXPLAINED) == []
        assert page.title()
        assert page.locator("h1").count() == 1
