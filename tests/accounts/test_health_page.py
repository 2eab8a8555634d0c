"""What admins see of what the program stands on."""

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from adminui import health
from adminui.accounts import keys
from adminui.platform.errors import TimedOut
from adminui.record.models import Checked
from tests.accounts.conftest import KnownByProvider, by_sso
from tests.accounts.provider import FakeProvider
from tests.conftest import Visitor


@pytest.fixture
def adam(provider: FakeProvider, both: KnownByProvider, db: None, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """An admin."""
    monkeypatch.setattr(health, "platform", lambda: both)
    visitor = Visitor()
    by_sso(visitor, provider, "adam", groups=["runtime-admins"])
    return visitor


def lines(visitor: Visitor) -> dict[str, str]:
    """What the page says, by what of."""
    response = visitor.get("/health/")
    assert response.status_code == 200
    items = BeautifulSoup(response.content, "html.parser").select("main li")
    return {item.b.get_text(): item.get_text(" ", strip=True) for item in items if item.b}


def test_all_is_well(adam: Visitor, provider: FakeProvider) -> None:
    keys.noted()
    Checked.objects.create(chain="@site", seq=1, hash="0" * 64, at=timezone.now())
    said = lines(adam)
    assert said["Database"] == "Database ok"
    assert "whole to event 1" in said["@site"]
    assert said["Saves not settled"] == "Saves not settled none ok"
    assert said["Sessions"] == "Sessions 1"
    assert said["demo"].startswith("demo seals, since")
    assert "answers in" in said["Acme ID"]


def test_what_is_not_well_is_said_exactly(adam: Visitor, provider: FakeProvider, both: KnownByProvider) -> None:
    provider.broken["/.well-known/openid-configuration"] = 503
    both.users |= {token: TimedOut("The platform didn’t answer in time.") for token in provider.access_tokens}
    Checked.objects.create(chain="@site", seq=1, hash="0" * 64, why="Event 2 is missing.", at=timezone.now())
    said = lines(adam)
    assert "answered 503" in said["Acme ID"]
    assert said["Acme ID"].endswith("look at this")
    assert "didn’t answer in time" in said["Platform"]
    assert "Event 2 is missing." in said["@site"]


def test_it_is_for_admins(provider: FakeProvider, both: KnownByProvider, db: None) -> None:
    alice = Visitor()
    by_sso(alice, provider)
    response = alice.get("/health/")
    assert response.status_code == 403
    assert "Members of runtime-admins can" in response.content.decode()
