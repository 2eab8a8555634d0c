"""A session's limits hold on the server, and its token goes with it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone
from pytest_django import Settings

from adminui import keyring
from adminui.accounts.here import Who, signed_in
from adminui.accounts.models import Credential, Tokens
from tests.conftest import Visitor, person

MINUTE = timedelta(minutes=1)


class Clock:
    """Time as the sessions see it: the database's sessions, ours, and what a test moves on."""

    def __init__(self) -> None:
        self.moment = datetime.fromisoformat("2026-11-24T08:00:00+00:00")

    def now(self) -> datetime:
        """The moment."""
        return self.moment

    def passes(self, time: timedelta) -> None:
        """Moves it on."""
        self.moment += time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Django's own sessions read the same function."""
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock.now)
    return clock


def here(visitor: Visitor) -> bool:
    """Whether the visitor still is signed in."""
    return visitor.get("/account/").status_code == 200


def test_it_ends_after_half_an_hour_without_use(visitor: Visitor, clock: Clock) -> None:
    visitor.sign_in()
    clock.passes(29 * MINUTE)
    assert here(visitor)
    clock.passes(29 * MINUTE)
    assert here(visitor)
    clock.passes(31 * MINUTE)
    assert not here(visitor)
    clock.passes(-20 * MINUTE)
    assert not here(visitor), "what ended stays ended: the cookie was taken back"


def test_use_within_a_minute_writes_nothing(
    visitor: Visitor, clock: Clock, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    visitor.sign_in()
    with django_assert_num_queries(3):  # the session, its row with the person, and the list that the page shows
        assert here(visitor)
    clock.passes(2 * MINUTE)
    before = Session.objects.get().expire_date
    with django_assert_max_num_queries(8):
        assert here(visitor)
    assert Session.objects.get().expire_date == before + 2 * MINUTE
    assert Credential.objects.get().ends_at == Session.objects.get().expire_date


def test_it_ends_after_twelve_hours_however_it_is_used(visitor: Visitor, clock: Clock) -> None:
    visitor.sign_in()
    for _ in range(12 * 60 // 20 - 1):
        clock.passes(20 * MINUTE)
        assert here(visitor)
    clock.passes(19 * MINUTE)
    assert here(visitor)
    clock.passes(2 * MINUTE)
    assert not here(visitor)


def test_the_limits_are_settings(visitor: Visitor, clock: Clock, settings: Settings) -> None:
    settings.SESSION_HOURS, settings.SESSION_IDLE_MINUTES = 1, 50
    visitor.sign_in()
    clock.passes(45 * MINUTE)
    assert here(visitor)
    clock.passes(16 * MINUTE)
    assert not here(visitor)


def test_a_longer_life_of_the_session_row_alone_helps_nobody(visitor: Visitor, clock: Clock) -> None:
    visitor.sign_in()
    Session.objects.update(expire_date=clock.now() + timedelta(days=30))
    clock.passes(31 * MINUTE)
    assert not here(visitor)


def test_ended_sessions_leave_no_token_behind(visitor: Visitor, clock: Clock) -> None:
    visitor.sign_in("alice")
    clock.passes(31 * MINUTE)
    bob = Visitor().sign_in("bob")
    assert [credential.id for credential in Credential.objects.all()] == [bob.credential]
    assert Session.objects.count() == 1


def test_a_token_is_sealed_for_its_row_alone(visitor: Visitor) -> None:
    alice = visitor.sign_in("alice")
    bob = Visitor().sign_in("bob")
    row = Credential.objects.get(id=bob.credential)
    assert row.tokens() == Tokens("demo-bob")
    Credential.objects.filter(id=bob.credential).update(sealed=Credential.objects.get(id=alice.credential).sealed)
    with pytest.raises(keyring.SealBroken):
        Credential.objects.get(id=bob.credential).tokens()


@pytest.mark.parametrize("damage", ["moved", "key gone", "row gone"])
def test_a_token_that_does_not_open_ends_the_session(visitor: Visitor, settings: Settings, damage: str) -> None:
    alice = visitor.sign_in("alice")
    row = Credential.objects.filter(id=alice.credential)
    if damage == "moved":
        row.update(person=person("bob"))
    elif damage == "key gone":
        settings.KEYRING = keyring.Keyring((keyring.Key("new", bytes(range(32))),))
    else:
        row.delete()
    assert not here(visitor)
    assert not row.exists()
    assert not Session.objects.exists()


def test_a_new_first_key_lets_sessions_live_on(visitor: Visitor, settings: Settings) -> None:
    visitor.sign_in("alice")
    settings.KEYRING = keyring.Keyring((keyring.Key("new", bytes(range(32))), *settings.KEYRING.keys))
    assert here(visitor)


def test_each_session_has_its_own_token(visitor: Visitor) -> None:
    first, second = visitor.sign_in("alice"), Visitor()
    second.sign_in("alice")
    assert Credential.objects.count() == 2
    second.post("/signout/")
    assert [credential.id for credential in Credential.objects.all()] == [first.credential]
    assert here(visitor)


@signed_in
async def meanwhile(request: HttpRequest, who: Who) -> HttpResponse:
    """A page during which the person signs out elsewhere."""
    await request.session.aset("changed", True)
    await Session.objects.all().adelete()
    return HttpResponse(who.person.name)


urlpatterns = [path("meanwhile/", meanwhile), path("", include("adminui.urls"))]


@pytest.mark.urls(__name__)
def test_signed_out_in_another_tab_while_a_page_was_made(visitor: Visitor) -> None:
    visitor.sign_in("alice")
    response = visitor.get("/meanwhile/")
    assert (response.status_code, response["Location"]) == (302, "/signin/?next=%2Fmeanwhile%2F&why=ended")


def test_the_account_says_who_since_when_and_until_when(visitor: Visitor, clock: Clock) -> None:
    visitor.sign_in("alice", full_name="Alice Okafor", email="alice@acme.example")
    clock.passes(5 * MINUTE)
    text = visitor.get("/account/").content.decode()
    for shown in ("Alice Okafor", "alice@acme.example", "alice-id", django_settings.PLATFORM_URL):
        assert shown in text
    assert 'title="2026-11-24 08:00:00 UTC"' in text
    assert 'title="2026-11-24 20:00:00 UTC"' in text
    assert "demo-alice" not in text


def test_the_table_of_sessions_opens_none(visitor: Visitor) -> None:
    visitor.sign_in("alice")
    cookie = visitor.client.cookies[django_settings.SESSION_COOKIE_NAME].value
    [row] = Session.objects.all()
    assert cookie not in (row.session_key, row.session_data, str(row.get_decoded()))
    thief = Visitor()
    thief.client.cookies[django_settings.SESSION_COOKIE_NAME] = row.session_key
    assert not here(thief)
    assert here(visitor)
    visitor.post("/account/preferences/", {"times": "local"})
    assert [row.session_key] == [one.session_key for one in Session.objects.all()]
