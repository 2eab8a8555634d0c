"""The breadcrumb's lists, and the place someone was last."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest
from pytest_django.fixtures import Settings

from adminui.accounts import places
from adminui.accounts.here import Who
from adminui.accounts.models import Person
from adminui.accounts.places import Named, Neighbour, Place, forget, is_loud, last, place, remember
from adminui.contract.answers import Organization, RuntimeItem, Workspace
from adminui.platform.client import RuntimePage
from adminui.platform.errors import CutOff, PlatformError


class Lists:
    """Stands for the platform's client: gives these lists, or raises this error, and counts."""

    def __init__(self) -> None:
        self.error: PlatformError | None = None
        self.asked: list[tuple[str, ...]] = []
        self.following: list[str] = []
        self.item = RuntimeItem(id="r1", key="analyst", name="", project_id="p1", project_name="Care")

    def _ask(self, *what: str) -> None:
        self.asked.append(what)
        if self.error is not None:
            raise self.error

    async def organizations(self, token: str) -> list[Organization]:
        self._ask(token, "organizations")
        return [Organization(id="1", key="acme", name="Acme"), Organization(id="2", key="a/b", name="Hostile")]

    async def workspaces(self, token: str, org: str) -> list[Workspace]:
        self._ask(token, "workspaces", org)
        return [Workspace(id="1", key="research", name="")]

    async def runtimes(self, token: str, org: str, ws: str, *, limit: int, cursor: str | None) -> RuntimePage:
        self._ask(token, "runtimes", org, ws, str(limit), *([cursor] if cursor else []))
        following = self.following.pop(0) if self.following else None
        return RuntimePage((self.item, self.item.model_copy(update={"id": "../x"})), following)


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lists]:
    known = Lists()
    monkeypatch.setattr(places, "platform", lambda: known)
    places._cache.clear()
    yield known
    places._cache.clear()


def who(token: str = "token-of-alice") -> Who:
    return Who(person=Person(name="alice"), token=token, credential=uuid4())


def at(org: str | None = None, workspace: str | None = None, *, token: str = "token-of-alice") -> Place:
    return asyncio.run(place(who(token), org, workspace))


def test_each_depth_has_its_lists(lists: Lists) -> None:
    acme, research = (Named("acme", "Acme"),), (Named("research", "research"),)
    analyst = (Neighbour("r1", "analyst", "analyst", "p1", "Care"),)
    assert at() == Place(organizations=acme)
    assert at("acme") == Place("acme", organizations=acme, workspaces=research)
    assert at("acme", "research") == Place("acme", "research", None, acme, research, analyst)


def test_the_lists_are_read_once_a_minute(lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    at("acme", "research")
    at("acme", "research")
    assert len(lists.asked) == 3
    monkeypatch.setattr(places, "_FRESH", 0.0)
    at("acme", "research")
    assert len(lists.asked) == 6


def test_nobody_sees_anothers_lists(lists: Lists, settings: Settings) -> None:
    at("acme")
    at("acme", token="token-of-bob")
    assert [token for token, *_ in lists.asked] == ["token-of-alice"] * 2 + ["token-of-bob"] * 2
    settings.PLATFORM_URL = "http://another.example"
    at("acme")
    assert len(lists.asked) == 6


def test_a_platform_that_fails_empties_the_lists_and_is_asked_again(lists: Lists) -> None:
    lists.error = CutOff("broke")
    assert at("acme", "research") == Place("acme", "research")
    lists.error = None
    assert at("acme", "research").runtimes


def test_the_cache_keeps_no_token_and_has_an_end(lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_KEPT", 3)
    for number in range(5):
        at("acme", token=f"token-{number}")
    assert len(places._cache) == 3
    assert "token" not in repr(places._cache.keys())


@pytest.mark.parametrize(
    ("workspace", "loud"),
    [("production", True), ("PROD-eu", True), ("prod", True), ("preprod", False), ("live", True), ("research", False)],
)
def test_a_workspace_is_loud_by_its_name(settings: Settings, lists: Lists, workspace: str, loud: bool) -> None:
    settings.LOUD_WORKSPACES = ("prod*", "live")
    assert is_loud(workspace) is loud
    assert at("acme", workspace).loud is loud


def test_where_someone_was_last_is_remembered_and_forgotten() -> None:
    request = HttpRequest()
    request.session = SessionStore()

    async def go() -> None:
        assert await last(request) is None
        await remember(request, "acme", "research")
        assert await last(request) == ("acme", "research")
        await forget(request, "acme", "production")
        assert await last(request) == ("acme", "research")
        await forget(request, "acme", "research")
        assert await last(request) is None

    asyncio.run(go())


@pytest.mark.parametrize("kept", ["acme", ["acme"], ["acme", 3], {"org": "acme"}])
def test_what_a_session_holds_otherwise_is_nowhere(kept: object) -> None:
    request = HttpRequest()
    request.session = SessionStore()
    request.session["last_place"] = kept
    assert asyncio.run(last(request)) is None


def test_staying_in_a_place_writes_no_session() -> None:
    request = HttpRequest()
    request.session = SessionStore()
    asyncio.run(remember(request, "acme", "research"))
    request.session.modified = False
    asyncio.run(remember(request, "acme", "research"))
    assert not request.session.modified


def test_more_neighbours_are_read_page_by_page_and_no_further_than_asked(lists: Lists) -> None:
    lists.following = ["c1", "c2"]
    for pages, read in ((1, 1), (2, 2), (9, 3), (9, 3)):
        assert len(asyncio.run(places.neighbours(who(), "acme", "research", pages=pages))) == read
        assert [one[5:] for one in lists.asked] == [(), ("c1",), ("c2",)][:read], "each once a minute"


def test_neighbours_before_a_page_that_fails_are_given(lists: Lists) -> None:
    lists.following = ["c1"]
    assert len(asyncio.run(places.neighbours(who(), "acme", "research"))) == 1
    lists.error = CutOff("broke")
    assert len(asyncio.run(places.neighbours(who(), "acme", "research", pages=2))) == 1
    lists.error = None
    assert len(asyncio.run(places.neighbours(who(), "acme", "research", pages=2))) == 2
