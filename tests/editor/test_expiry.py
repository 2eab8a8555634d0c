"""An access token that ends, wherever one is: one refresh, nobody at the sign-in page, nothing that was typed is lost.

The box is provider and platform, so the old token is truly dead there.
"""

import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone
from pytest_django import Settings

from adminui.accounts import tokens
from adminui.accounts.models import Credential
from adminui.accounts.oidc import discovery, flow
from adminui.accounts.oidc.config import Provider
from adminui.platform.errors import Unauthorized
from adminui.saving import settle
from adminui.saving.models import Save
from tests.accounts.provider import ROLES
from tests.conftest import Visitor
from tests.editor.conftest import Box, Page, opened
from tests.embedded.box import served_box

pytestmark = pytest.mark.django_db(transaction=True)
BACK = "http://127.0.0.1:8000/signin/back/"
"""An address that the box's provider sends people back to; it knows no testserver."""


class Provided(Box):
    """The box with its own provider and what it keeps of tokens."""

    def __init__(self, url: str, data_dir: Path) -> None:
        super().__init__(url)
        self.data_dir = data_dir

    def end_tokens(self) -> None:
        """Every access token is at its end, and the refresh tokens live on."""
        with sqlite3.connect(self.data_dir / "box.sqlite3", timeout=20) as connection:
            changed = connection.execute(
                "UPDATE allauth_idp_oidc_token SET expires_at = '2020-01-01 00:00:00' WHERE type = 'at'"
            )
            assert changed.rowcount

    def signs_in(self, visitor: Visitor, name: str) -> None:
        """The whole way to the provider and back."""
        begun = visitor.post("/signin/", {"with": "sso"})
        with httpx.Client(base_url=self.url, trust_env=False) as browser:
            form = browser.get(begun["Location"], follow_redirects=True)
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
            assert token
            data = {"username": name, "password": name, "csrfmiddlewaretoken": token[1]}
            gone = browser.post(str(form.url), data=data, headers={"Referer": self.url})
            back = urlsplit(browser.get(gone.headers["Location"]).headers["Location"])
        answer = visitor.get(f"{back.path}?{back.query}")
        assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provided]:
    """A box of this module's own."""
    data_dir = tmp_path_factory.mktemp("provided")
    with served_box(data_dir) as url:
        yield Provided(url, data_dir)


@pytest.fixture
def box(home: Provided, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provided]:
    """It as platform and provider; the analyst's document is put back."""
    discovery.forget()
    monkeypatch.setattr(flow, "redirect_uri", lambda request: BACK)
    settings.PLATFORM_URL, settings.WAYS_IN, settings.SAVES_WITH = home.url, ("sso", "token"), "sso"
    settings.OIDC = Provider(
        issuer=home.url, client_id="adminui", client_secret="secret-of-the-box", name="Demo ID", roles=ROLES
    )
    before = home.config("analyst")
    yield home
    home.http.delete("/_faults")
    home.put("analyst", before)


@pytest.fixture
def alice(box: Provided) -> Visitor:
    """The owner, by the provider."""
    visitor = Visitor()
    box.signs_in(visitor, "alice")
    return visitor


def ends(box: Provided, how: str) -> None:
    """The token ends: as our clock says, or 5 minutes before or after it does."""
    now = timezone.now()
    off = {"by our clock": 0, "our clock is 5 minutes slow": 5, "our clock is 5 minutes fast": -5}[how]
    at = now + timedelta(minutes=off)
    Credential.objects.update(expires_at=at, renew_at=at - timedelta(minutes=1))
    if off >= 0:
        box.end_tokens()


def renewed_once() -> None:
    assert [row.version for row in Credential.objects.all()] == [1]


HOW = ["by our clock", "our clock is 5 minutes slow", "our clock is 5 minutes fast"]


@pytest.mark.parametrize("how", HOW)
def test_wherever_one_is(alice: Visitor, box: Provided, how: str) -> None:
    ends(box, how)
    assert opened(alice, box).status == 200, "idle before"
    renewed_once()

    page = opened(alice, box)
    Credential.objects.update(version=0)
    ends(box, how)
    typed = {**page.values(), "defaults.agent": "typed"}
    checked = alice.post(f"{page.path}check/", typed, headers={"HX-Request": "true"})
    assert checked.status_code == 200, "while typing"
    if "slow" not in how:  # then nobody notices: a check asks the platform nothing
        renewed_once()

    Credential.objects.update(version=0)
    ends(box, how)
    review = page.post({"defaults.agent": "typed"}).follow()
    assert "typed" in review.text
    renewed_once()

    puts = box.puts()
    Credential.objects.update(version=0)
    ends(box, how)
    saved = review.post(do="save")
    assert "/saves/" in saved.location, saved.text
    assert "Saved: 1 change" in saved.follow().text
    renewed_once()
    assert box.puts() == puts + 1
    assert box.config("analyst")["defaults"]["agent"] == "typed"


def test_between_the_comparison_and_the_put(alice: Visitor, box: Provided) -> None:
    review = opened(alice, box).post({"defaults.agent": "typed"}).follow()
    box.fault(status=401, envelope=True)
    saved = review.post(do="save").follow()
    assert "Saved: 1 change" in saved.text
    renewed_once()
    assert box.config("analyst")["defaults"]["agent"] == "typed"


def test_where_the_provider_gives_no_other_what_was_typed_waits_for_the_next_sign_in(
    alice: Visitor, box: Provided
) -> None:
    review = opened(alice, box).post({"defaults.agent": "typed"}).follow()
    box.end_tokens()
    with sqlite3.connect(box.data_dir / "box.sqlite3", timeout=20) as connection:
        connection.execute("DELETE FROM allauth_idp_oidc_token")
    puts = box.puts()
    sent = review.post(do="save")
    assert box.puts() == puts
    at = alice.get(sent.location)
    while at.status_code == 302:
        assert at["Location"].startswith(("/signin/", "/org/")), at["Location"]
        if at["Location"].startswith("/signin/"):
            break
        at = alice.get(at["Location"])
    box.signs_in(alice, "alice")
    assert "typed" in Page(alice, alice.get(review.path), review.path).text


def test_parallel_tabs(alice: Visitor, box: Provided) -> None:
    pages = [opened(alice, box) for _ in range(3)]
    ends(box, "by our clock")
    tabs = [Visitor() for _ in range(6)]
    for tab in tabs:
        tab.client.cookies.update(alice.client.cookies)

    def act(number: int) -> int:
        if number < 3:
            page = pages[number]
            data = {**page.values(), "defaults.agent": f"typed {number}"}
            return tabs[number].post(f"{page.path}check/", data, headers={"HX-Request": "true"}).status_code
        return tabs[number].get(pages[0].path).status_code

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(act, range(6))) == [200] * 6
    renewed_once()


def test_who_works_after_the_browser_left_renews_as_well(alice: Visitor, box: Provided) -> None:
    row = Credential.objects.select_related("person").get()

    def at_hand(**more: Any) -> str | None:
        return async_to_sync(tokens.at_hand)(row.person.platform_id, row.id, **more)

    first = at_hand()
    assert first == row.tokens().access
    ends(box, "by our clock")
    second = at_hand()
    assert second not in (None, first)
    third = at_hand(refused=second)
    assert third not in (None, first, second)
    assert at_hand(refused=second) == third, "the newer one is there already"
    assert Credential.objects.get().version == 2
    Credential.objects.all().delete()
    assert at_hand() is None


def test_what_is_in_doubt_is_read_back_with_a_newer_token(alice: Visitor, box: Provided) -> None:
    review = opened(alice, box).post({"defaults.agent": "typed"}).follow()
    review.post(do="save")
    old = Credential.objects.select_related("person").get().tokens().access
    box.end_tokens()
    stored = async_to_sync(settle._read)(Save.objects.get(), old)
    assert stored.document == box.config("analyst")
    renewed_once()
    Credential.objects.all().delete()
    box.end_tokens()
    with pytest.raises(Unauthorized):
        async_to_sync(settle._read)(Save.objects.get(), old)
