"""Signing in by an OpenID provider: the way there and back, who comes in as what, and what is said when nobody does."""

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.contrib.sessions.models import Session
from pytest_django import Settings

from adminui.accounts.models import Credential, Person
from adminui.accounts.oidc.config import ClaimNames
from adminui.accounts.roles import Role
from adminui.record.models import Event
from tests.accounts.conftest import KnownByProvider, begun, by_sso, here
from tests.accounts.provider import FakeProvider
from tests.conftest import Visitor


def test_the_button_names_the_provider_and_the_token_has_its_place(visitor: Visitor, provider: FakeProvider) -> None:
    soup = BeautifulSoup(visitor.get("/signin/").content, "html.parser")
    assert soup.find("button", string="Sign in with Acme ID")
    assert soup.select_one("details #token")


def test_what_is_asked_of_the_provider(visitor: Visitor, provider: FakeProvider, settings: Settings) -> None:
    settings.OIDC = provider.config(audience="urn:platform", resource="https://platform.example")
    location = begun(visitor)
    assert location.startswith(f"{provider.issuer}/authorize?")
    query = parse_qs(urlsplit(location).query)
    assert query["redirect_uri"] == ["http://testserver/signin/back/"]
    assert query["scope"] == ["openid profile email"]
    assert (query["response_type"], query["code_challenge_method"]) == (["code"], ["S256"])
    assert (query["audience"], query["resource"]) == (["urn:platform"], ["https://platform.example"])
    assert {"state", "nonce", "code_challenge"} <= query.keys()
    assert not {"code_verifier", "client_secret"} & query.keys()
    assert query["state"] != query["nonce"]


def test_signing_in(visitor: Visitor, provider: FakeProvider, both: KnownByProvider) -> None:
    response = by_sso(visitor, provider)
    assert (response.status_code, response["Location"]) == (302, "/")
    person = Person.objects.get()
    assert (person.issuer, person.subject) == (provider.issuer, "sub-alice")
    assert (person.name, person.full_name, person.email) == ("alice", "Alice", "alice@acme.example")
    assert (person.platform_id, person.platform_name, person.roles) == ("alice-id", "alice", ["editor"])
    row = Credential.objects.get()
    assert (row.way, row.roles, row.provider_session) == ("sso", ["editor"], "sid-alice")
    assert row.tokens().access in provider.access_tokens
    assert row.tokens().refresh in provider.refresh_tokens
    assert here(visitor)
    event = Event.objects.get()
    assert (event.chain, event.kind, event.sentence) == ("@site", "signin", "alice signed in by Acme ID")
    assert (event.issuer, event.subject, event.platform_id) == (provider.issuer, "sub-alice", "alice-id")


def test_people_are_their_subject_whatever_their_address(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider
) -> None:
    by_sso(visitor, provider)
    first = Person.objects.get()
    by_sso(Visitor(), provider, email="alice.okafor@acme.example", preferred_username="alice2")
    assert Person.objects.get().id == first.id
    by_sso(Visitor(), provider, sub="another", email="alice.okafor@acme.example")
    assert Person.objects.count() == 2


def test_one_comes_back_to_where_one_was(visitor: Visitor, provider: FakeProvider, both: KnownByProvider) -> None:
    path = "/org/acme/ws/research/runtimes/?q=a"
    location = begun(visitor, f"/signin/?next={quote(path, safe='')}")
    assert visitor.get(provider.sends_back(location))["Location"] == path


def test_several_tabs_may_be_under_way_at_once(visitor: Visitor, provider: FakeProvider, both: KnownByProvider) -> None:
    first, second = begun(visitor, "/signin/?next=%2Faccount%2F"), begun(visitor)
    assert visitor.get(provider.sends_back(first))["Location"] == "/account/"
    assert here(visitor)
    late = visitor.get(provider.sends_back(second))
    assert (late.status_code, late["Location"]) == (302, "/"), "who is in already goes on"


def test_the_session_id_is_a_new_one(visitor: Visitor, provider: FakeProvider, both: KnownByProvider) -> None:
    location = begun(visitor)
    before = Session.objects.get().session_key
    visitor.get(provider.sends_back(location))
    assert [one.session_key for one in Session.objects.all()] != [before]
    assert Session.objects.count() == 1


def test_only_one_way_in_needs_no_button(visitor: Visitor, provider: FakeProvider, settings: Settings) -> None:
    settings.WAYS_IN = ("sso",)
    for address in ("/signin/", "/signin/?why=ended", "/signin/?next=%2Faccount%2F"):
        assert visitor.get(address)["Location"].startswith(f"{provider.issuer}/authorize?")
    for address in ("/signin/?why=out", "/signin/?why=token", "/signin/?why=failed", "/signin/?why=x"):
        response = visitor.get(address)
        assert response.status_code == 200
        assert b"Sign in with Acme ID" in response.content
        assert b'name="token"' not in response.content


def test_a_way_that_is_off_is_shut(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider, settings: Settings
) -> None:
    location = begun(visitor)
    settings.WAYS_IN = ("sso",)
    for form in ({"token": "demo-alice"}, {"as": "alice"}):
        assert visitor.post("/signin/", form).status_code == 403
    settings.WAYS_IN = ("token",)
    assert visitor.get(provider.sends_back(location)).status_code == 404
    assert visitor.post("/signin/", {"with": "sso"}).status_code == 422
    assert not Credential.objects.exists()


def test_what_the_id_token_lacks_is_asked_for(visitor: Visitor, provider: FakeProvider, both: KnownByProvider) -> None:
    provider.about["userinfo_endpoint"] = f"{provider.issuer}/userinfo"
    provider.userinfo = {"sub": "sub-alice", "groups": ["runtime-auditors"], "name": "Alice O."}

    def thin(claims: dict[str, Any]) -> None:
        del claims["groups"], claims["name"]

    provider.change = thin
    by_sso(visitor, provider)
    assert (Person.objects.get().full_name, Credential.objects.get().roles) == ("Alice O.", ["auditor"])
    provider.userinfo["sub"] = "mallory"
    assert by_sso(Visitor(), provider).status_code == 502


@pytest.mark.parametrize(
    ("groups", "default", "roles"),
    [
        (["runtime-viewers"], "viewer", ["viewer"]),
        (["runtime-auditors", "other", "runtime-editors"], "viewer", ["editor", "auditor"]),
        (["runtime-admins"], "viewer", ["admin"]),
        (["other"], "viewer", ["viewer"]),
        ([], "editor", ["editor"]),
        ("runtime-admins", "viewer", ["admin"]),
        ({"runtime-admins": True}, "viewer", ["viewer"]),
        ([None, 7, ["runtime-admins"]], "viewer", ["viewer"]),
    ],
)
def test_roles_come_from_groups(
    visitor: Visitor,
    provider: FakeProvider,
    both: KnownByProvider,
    settings: Settings,
    groups: Any,
    default: str,
    roles: list[str],
) -> None:
    settings.OIDC = provider.config(default_role=Role(default))
    by_sso(visitor, provider, groups=groups)
    assert Credential.objects.get().roles == roles


@pytest.mark.parametrize(
    ("claim", "claims"),
    [
        ("realm_access.roles", {"realm_access": {"roles": ["runtime-admins"]}}),
        ("https://acme.example/groups", {"https://acme.example/groups": ["runtime-admins"]}),
    ],
)
def test_groups_may_be_in_any_claim(
    visitor: Visitor,
    provider: FakeProvider,
    both: KnownByProvider,
    settings: Settings,
    claim: str,
    claims: dict[str, Any],
) -> None:
    settings.OIDC = provider.config(claims=ClaimNames(groups=claim))
    by_sso(visitor, provider, **claims)
    assert Credential.objects.get().roles == ["admin"]


def test_another_role_than_last_time_is_recorded(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider
) -> None:
    by_sso(visitor, provider)
    by_sso(Visitor(), provider)
    by_sso(Visitor(), provider, groups=["runtime-editors", "runtime-admins"])
    assert [event.sentence for event in Event.objects.filter(kind="role.changed")] == [
        "alice’s roles changed from editor to editor and admin"
    ]
    assert Person.objects.get().roles == ["editor", "admin"]
