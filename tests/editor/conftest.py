"""The editor's pages against the platform in a box, over HTTP."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from tests.conftest import Visitor
from tests.embedded.box import Log, plain, served_box

CONFIG = "/org/acme/ws/research/runtimes/{}/config/"


class Box:
    """The box as a test sees it: over its API, with a person's token."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = plain(base_url=f"{url}/api/v1")
        self.log = Log(url)
        self.users: dict[str, Any] = {}
        self.analyst = self.config("analyst")

    def user(self, person: str) -> Any:
        """Who a person's token belongs to; asked once."""
        if person not in self.users:
            self.users[person] = self.http.get("/user", headers=self._as(person)).json()
        return self.users[person]

    def _as(self, person: str) -> dict[str, str]:
        return {"Authorization": f"Bearer demo-{person}"}

    def item(self, key: str, person: str = "alice") -> Any:
        """A runtime's item."""
        return self.http.get(f"/org/acme/ws/research/runtimes/{key}", headers=self._as(person)).json()

    def config(self, key: str, person: str = "alice") -> Any:
        """A runtime's stored document."""
        answer = self.http.get(f"/org/acme/ws/research/runtimes/{key}/config", headers=self._as(person))
        return answer.raise_for_status().json()["config"]

    def put(self, key: str, document: Any, person: str = "alice") -> None:
        """Stores a document."""
        path = f"/org/acme/ws/research/runtimes/{key}/config"
        self.http.put(path, json={"config": document}, headers=self._as(person)).raise_for_status()

    def fault(self, **fault: Any) -> None:
        """Makes the next answers come wrong."""
        self.http.post("/_faults", json={"path": "config", "method": "PUT", **fault}).raise_for_status()

    def puts(self) -> int:
        """How many PUTs the box has seen."""
        return self.log.count("PUT")


@cache
def box_at(url: str) -> Box:
    """The one of all tests, which remembers what is the same for all."""
    return Box(url)


def form_values(soup: BeautifulSoup) -> dict[str, str]:
    """What the main form of a page would post; of several controls of one name the last."""
    found: dict[str, str] = {}
    for control in soup.select("main form[method=post]:not(#forget) [name]"):
        name, kind = str(control["name"]), control.get("type", "")
        if control.name == "button" or control.has_attr("disabled"):
            continue
        if control.name == "textarea":
            found[name] = control.get_text().removeprefix("\n").replace("\n", "\r\n")
        elif control.name == "select":
            chosen = control.select_one("option[selected]") or control.select_one("option")
            found[name] = "" if chosen is None else str(chosen.get("value", chosen.get_text()))
        elif kind not in {"checkbox", "radio"} or control.has_attr("checked"):
            found[name] = str(control.get("value", "on" if kind == "checkbox" else ""))
    return found


class Page:
    """One page as a browser without scripts has it: its controls, and what pressing a button posts."""

    def __init__(self, visitor: Visitor, response: HttpResponse, path: str = "") -> None:
        self.visitor = visitor
        self.response = response
        self.path = path
        self.status = response.status_code
        self.location = response.get("Location", "")
        self.soup = BeautifulSoup(response.content.decode(), "html.parser")
        self.text = self.soup.get_text(" ", strip=True)
        self.title = self.soup.title.get_text() if self.soup.title else ""

    def one(self, selector: str) -> Tag:
        """The first element of a CSS selector; LookupError when there is none."""
        found = self.soup.select_one(selector)
        if found is None:
            raise LookupError(f"{selector} in {self.text[:300]}")
        return found

    def control(self, name: str) -> Tag:
        """A control by its id."""
        return self.one(f'[id="{name}"]')

    def value(self, control: str) -> str:
        """What a control holds; KeyError when it posts nothing."""
        return self.values()[control]

    def values(self) -> dict[str, str]:
        """What the page's main form would post; of several controls of one name the last."""
        return form_values(self.soup)

    def error(self, control: str) -> str:
        """What stands at a control as wrong."""
        found = self.soup.find(id=f"{control}-error")
        return found.get_text(" ", strip=True) if found else ""

    def post(self, changed: dict[str, str] | None = None, path: str = "", **more: str) -> "Page":
        """The answer to pressing a button after some controls were changed."""
        form = self.soup.select_one("main form[method=post]:not(#forget)")
        action = path or (str(form["action"]) if form and form.get("action") else self.path)
        values = {"do": "review", **self.values(), **(changed or {}), **more}
        return Page(self.visitor, self.visitor.post(action, values), action)

    def follow(self) -> "Page":
        """The page that this answer leads to."""
        return Page(self.visitor, self.visitor.get(self.location), self.location)


def opened(visitor: Visitor, box: Box, name: str = "analyst") -> Page:
    """The editor of a runtime."""
    path = CONFIG.format(box.item(name)["id"])
    return Page(visitor, visitor.get(path), path)


@pytest.fixture(scope="session")
def box_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One box for all tests of this folder."""
    with served_box(Path(tmp_path_factory.mktemp("box"))) as url:
        yield url


@pytest.fixture
def box(box_url: str, settings: Settings) -> Iterator[Box]:
    """The box as the platform of this test; faults and the analyst's document are put back after it."""
    settings.PLATFORM_URL = box_url
    box = box_at(box_url)
    yield box
    box.http.delete("/_faults")
    if box.config("analyst") != box.analyst:
        box.put("analyst", box.analyst)


@pytest.fixture
def alice(transactional_db: None, box: Box) -> Visitor:
    """Somebody signed in as alice, in a database whose commits are real."""
    visitor = Visitor()
    visitor.sign_in("alice", platform_id=box.user("alice")["id"])
    return visitor


@pytest.fixture
def bob(transactional_db: None, box: Box) -> Visitor:
    """Somebody signed in as bob."""
    visitor = Visitor()
    visitor.sign_in("bob", platform_id=box.user("bob")["id"])
    return visitor
