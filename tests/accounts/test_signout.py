"""Signing out: here, at the provider too, and by the provider's word (back-channel), taken once and only its own."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from pytest_django import Settings

from adminui.accounts.models import Credential, LogoutToken
from adminui.accounts.oidc import discovery
from adminui.record.models import Event
from tests.accounts.conftest import KnownByProvider, by_sso, here
from tests.accounts.provider import OTHER_KEY, FakeProvider, logout_claims, signed
from tests.accounts.test_idtoken import bare, by_public_key
from tests.conftest import Visitor

ADDRESS = "/signout/by-provider/"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def people(provider: FakeProvider, both: KnownByProvider, db: None) -> dict[str, Visitor]:
    """Alice twice, in two sessions of the provider, and bob."""
    found = {name: Visitor() for name in ("alice", "alice elsewhere", "bob")}
    by_sso(found["alice"], provider, "alice", sid="s-1")
    by_sso(found["alice elsewhere"], provider, "alice", sid="s-2")
    by_sso(found["bob"], provider, "bob", sid="s-3")
    return found


def told(token: str) -> HttpResponse:
    """What the provider gets for a logout token; no cookie, no CSRF token."""
    return Visitor(enforce_csrf_checks=True).post(ADDRESS, {"logout_token": token})


def still(people: dict[str, Visitor]) -> list[str]:
    return [name for name, visitor in people.items() if here(visitor)]


NAMED: list[tuple[dict[str, Any], list[str]]] = [
    ({"sub": "sub-alice"}, ["bob"]),
    ({"sid": "s-1"}, ["alice elsewhere", "bob"]),
    ({"sub": "sub-alice", "sid": "s-2"}, ["alice", "bob"]),
    ({"sub": "sub-alice", "sid": "s-3"}, ["alice", "alice elsewhere", "bob"]),
    ({"sub": "nobody"}, ["alice", "alice elsewhere", "bob"]),
]


@pytest.mark.parametrize(("claims", "left"), NAMED)
def test_the_sessions_that_it_names_end(
    people: dict[str, Visitor], provider: FakeProvider, claims: dict[str, Any], left: list[str]
) -> None:
    response = told(signed(logout_claims(provider, **claims), typ="logout+jwt"))
    assert (response.status_code, response.content) == (200, b"")
    assert still(people) == left
    ended = Event.objects.filter(kind="session.ended")
    assert ended.count() == 3 - len(left)
    for event in ended:
        assert event.sentence == "A session of alice was ended: signed out at Acme ID"


def test_a_session_whose_provider_told_no_id_ends_by_its_person(
    people: dict[str, Visitor], provider: FakeProvider
) -> None:
    Credential.objects.filter(provider_session="s-1").update(provider_session="")
    told(signed(logout_claims(provider, sub="sub-alice", sid="another")))
    assert still(people) == ["alice elsewhere", "bob"]


def test_who_came_by_token_stays(people: dict[str, Visitor], provider: FakeProvider) -> None:
    by_token = Visitor()
    by_token.sign_in("alice")
    told(signed(logout_claims(provider, sub="sub-alice")))
    assert here(by_token)


def test_it_is_taken_once(people: dict[str, Visitor], provider: FakeProvider) -> None:
    token = signed(logout_claims(provider, sub="sub-alice"))
    assert told(token).status_code == 200
    by_sso(people["alice"], provider, "alice", sid="s-4")
    assert told(token).status_code == 400
    assert here(people["alice"])
    by_sso(Visitor(), provider, "bob")  # what is too old to be taken is swept with what ended
    assert LogoutToken.objects.count() == 1
    LogoutToken.objects.update(ends_at="2020-01-01T00:00:00Z")
    by_sso(Visitor(), provider, "bob")
    assert LogoutToken.objects.count() == 0


Change = Callable[[dict[str, Any]], str]


def with_(**changed: Any) -> Change:
    return lambda claims: signed({name: value for name, value in {**claims, **changed}.items() if value is not None})


BAD: dict[str, Change] = {
    "no token": lambda claims: "",
    "nonsense": lambda claims: "a.b.c",
    "alg none": bare,
    "HMAC with the public key": by_public_key,
    "a wrong key": lambda claims: signed(claims, OTHER_KEY),
    "another issuer": with_(iss="https://evil.example"),
    "another audience": with_(aud="another"),
    "no audience": with_(aud=None),
    "ended": with_(exp=int(time.time()) - 400),
    "without an end": with_(exp=None),
    "without a time": with_(iat=None),
    "from the future": with_(iat=int(time.time()) + 4000, exp=int(time.time()) + 5000),
    "no events": with_(events=None),
    "another event": with_(events={"http://schemas.openid.net/event/another": {}}),
    "an event that is no object": with_(events={EVENT: True}),
    "a nonce": with_(nonce="n"),
    "no jti": with_(jti=None),
    "a jti that is no text": with_(jti=7),
    "neither sub nor sid": with_(sub=None),
    "a sub that is no text": with_(sub=["sub-alice"]),
    "a sub that is no text beside a sid": with_(sub=["sub-alice"], sid="s-1"),
    "an ID token": with_(events=None, nonce="n", jti=None),
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_any_other_token_ends_nothing(people: dict[str, Visitor], provider: FakeProvider, change: Change) -> None:
    response = told(change(logout_claims(provider, sub="sub-alice")))
    assert response.status_code == 400
    assert b'"error": "invalid_request"' in response.content
    assert still(people) == ["alice", "alice elsewhere", "bob"]
    assert not LogoutToken.objects.exists()


def test_keys_that_cannot_be_had_end_nothing(people: dict[str, Visitor], provider: FakeProvider) -> None:
    discovery.forget()
    provider.broken["/jwks"] = 500
    assert told(signed(logout_claims(provider, sub="sub-alice"))).status_code == 400
    assert len(still(people)) == 3


def test_where_nobody_signs_in_by_a_provider_none_is_listened_to(
    people: dict[str, Visitor], provider: FakeProvider, settings: Settings
) -> None:
    settings.WAYS_IN = ("token",)
    assert told(signed(logout_claims(provider, sub="sub-alice"))).status_code == 400
    assert Visitor().get(ADDRESS).status_code == 405


def test_signing_out_at_the_provider_too(people: dict[str, Visitor], provider: FakeProvider) -> None:
    response = people["alice"].post("/signout/", {"at": "provider"})
    location = urlsplit(response["Location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == f"{provider.issuer}/logout"
    assert parse_qs(location.query) == {
        "client_id": ["adminui"],
        "post_logout_redirect_uri": ["http://testserver/signin/"],
    }
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert still(people) == ["alice elsewhere", "bob"]
    assert Event.objects.filter(kind="signout", name="alice").count() == 1


def test_signing_out_here_leaves_the_provider_alone(people: dict[str, Visitor], provider: FakeProvider) -> None:
    assert people["alice"].post("/signout/")["Location"] == "/signin/?why=out"
    provider.about["end_session_endpoint"] = None
    discovery.forget()
    assert people["bob"].post("/signout/", {"at": "provider"})["Location"] == "/signin/?why=out"
    assert still(people) == ["alice elsewhere"]
