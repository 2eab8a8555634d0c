"""The live check's requests, as a test sees them: what they are, and ways to hold them up."""

import random
import re
from typing import Any

from playwright.sync_api import Page, Route

from tests.browser.conftest import PATIENCE

CHECK = re.compile(r"/config/check/$")
PAUSE = 400
"""A little more than the milliseconds after which something typed is sent."""


def counted(page: Page) -> Any:
    """What the bar at the bottom says."""
    return page.locator("#counted")


class Held:
    """Checks stay on their way until the test lets them go."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.routes: list[Route] = []
        page.route(CHECK, self._hold)

    def _hold(self, route: Route) -> None:
        self.routes.append(route)

    def next(self) -> Route:
        """The one that came first, taken out; waited for where there is none yet."""
        for _ in range(PATIENCE // 10):
            if self.routes:
                return self.routes.pop(0)
            self.page.wait_for_timeout(10)  # in which the browser's messages are heard
        raise AssertionError("no check was sent")

    def end(self) -> None:
        """All go on, those that are on their way as well."""
        self.page.unroute(CHECK)
        for route in self.routes:
            route.continue_()
        self.routes.clear()


class Weather:
    """What happens to checks on their way: delays, lost requests and answers, broken gateways."""

    def __init__(self, page: Page, seed: int) -> None:
        self.page = page
        self.random = random.Random(seed)
        self.held: list[Route] = []
        self.seen = 0
        page.route(CHECK, self.hold)

    def hold(self, route: Route) -> None:
        """Nothing goes through by itself."""
        self.seen += 1
        self.held.append(route)

    def blow(self) -> None:
        """Lets some of what is held go on, one way or another."""
        while self.held:
            route = self.held.pop()
            match self.random.randrange(8):
                case 0:  # stays on the way while the person types on
                    self.held.append(route)
                    return
                case 1:
                    route.abort()
                case 2:
                    route.fulfill(status=502, body="<h1>Bad gateway</h1>", content_type="text/html")
                case 3:  # the server gets it, the answer is lost
                    route.fetch()
                    route.abort()
                case _:
                    route.continue_()

    def clear(self) -> None:
        """From now on all is well."""
        self.page.unroute(CHECK)  # first, lest one comes meanwhile and stays
        for route in self.held:
            route.continue_()
        self.held.clear()
