"""The list's pages against the platform in a box, and against one whose answers a test writes."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from queue import Queue
from threading import Thread

import pytest
from bs4 import BeautifulSoup, Tag
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from adminui.accounts import places
from tests.conftest import Visitor
from tests.embedded.box import served_box
from tests.platform.fault_server import FaultServer, running

LIST = "/org/acme/ws/research/runtimes/"


@dataclass
class Seen:
    """A page as a person sees it."""

    response: HttpResponse
    soup: BeautifulSoup

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        return " ".join(self.soup.get_text(" ").split())

    @property
    def names(self) -> list[str]:
        """The names in the first column of the list."""
        return [cell.get_text(" ", strip=True) for cell in self.soup.select("tbody th")]

    @property
    def hrefs(self) -> list[str]:
        """Where the rows of the list lead."""
        return [str(link["href"]) for link in self.soup.select("tbody th a")]

    def column(self, number: int) -> list[str]:
        """The cells of one column, 1 being the one after the name."""
        return [row.select("td")[number - 1].get_text(" ", strip=True) for row in self.soup.select("tbody tr")]

    def link(self, text: str) -> str:
        """Where the link or button of that text leads."""
        found = next(each for each in self.soup.select("main a") if text == each.get_text(" ", strip=True))
        return str(found["href"])

    def has(self, selector: str) -> Tag | None:
        return self.soup.select_one(selector)


def seen(visitor: Visitor, path: str, **query: str | list[str]) -> Seen:
    response = visitor.get(path, query_params=query) if query else visitor.get(path)
    return Seen(response, BeautifulSoup(response.content.decode(), "html.parser"))


@pytest.fixture(autouse=True)
def nothing_cached() -> Iterator[None]:
    places._cache.clear()
    yield
    places._cache.clear()


@pytest.fixture(scope="session")
def box_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_box(tmp_path_factory.mktemp("box")) as url:
        yield url


@pytest.fixture
def alice(visitor: Visitor, box_url: str, settings: Settings) -> Visitor:
    """Alice, at the box."""
    settings.PLATFORM_URL = box_url
    visitor.sign_in("alice")
    return visitor


@pytest.fixture(scope="session")
def _served() -> Iterator[FaultServer]:
    started: Queue[tuple[FaultServer, asyncio.AbstractEventLoop, asyncio.Event]] = Queue()

    async def serve() -> None:
        async with running() as server:
            done = asyncio.Event()
            started.put((server, asyncio.get_running_loop(), done))
            await done.wait()

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    server, loop, done = started.get()
    yield server
    loop.call_soon_threadsafe(done.set)
    thread.join()


@pytest.fixture
def fake(_served: FaultServer, visitor: Visitor, settings: Settings) -> FaultServer:
    """A platform that answers 404 but where the test says otherwise; the visitor is signed in at it."""
    settings.PLATFORM_URL = _served.url
    _served._answers = {}
    _served.seen.clear()
    visitor.sign_in("alice")
    return _served
