"""When signing in by the provider goes wrong: each cause has its own page, none leads on by itself, nobody is in."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse
from pytest_django import Settings

from adminui.accounts.models import Attempts, Credential, Person
from adminui.accounts.oidc import discovery, flow, wire
from adminui.platform import errors
from adminui.record.models import Event
from tests.accounts.conftest import KnownByProvider, begun, by_sso, heading, here, unauthorized
from tests.accounts.provider import FakeProvider
from tests.conftest import Visitor

WELL_KNOWN = "/.well-known/openid-configuration"


def ways(response: HttpResponse) -> dict[str, str]:
    """Where a page leads: label and address."""
    soup = BeautifulSoup(response.content, "html.parser")
    return {link.get_text(): str(link["href"]) for link in soup.select("main a.button")}


def shown(response: HttpResponse, status: int, title: str) -> None:
    """An error page of its own, from which one may begin again by hand."""
    assert (response.status_code, heading(response)) == (status, title)
    assert ways(response)["Sign in again"].startswith("/signin/?")
    assert "why=failed" in ways(response)["Sign in again"]
    assert not Credential.objects.exists()


@pytest.mark.parametrize(
    ("broken", "status", "title"),
    [
        (503, 503, "Acme ID can’t be reached"),
        (429, 503, "Acme ID can’t be reached"),
        (404, 502, "Acme ID and this program don’t fit together"),
        (302, 502, "Acme ID and this program don’t fit together"),
        ((200, b"<html>"), 502, "Acme ID and this program don’t fit together"),
        ((200, []), 502, "Acme ID and this program don’t fit together"),
        ((200, {"issuer": "https://evil.example"}), 502, "Acme ID and this program don’t fit together"),
        ((200, b" " * (wire.LIMIT + 1)), 502, "Acme ID and this program don’t fit together"),
    ],
)
def test_a_discovery_that_fails(visitor: Visitor, provider: FakeProvider, broken: Any, status: int, title: str) -> None:
    provider.broken[WELL_KNOWN] = broken
    shown(visitor.post("/signin/", {"with": "sso"}), status, title)
    assert visitor.get("/signin/").status_code == 200


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("authorization_endpoint", "http://elsewhere.example/authorize"),
        ("token_endpoint", "javascript:alert(1)"),
        ("jwks_uri", None),
        ("jwks_uri", "https://user:pass@idp.example/keys"),
        ("end_session_endpoint", "https://[::1"),
        ("end_session_endpoint", "https://idp.example;script-src"),
        ("authorization_endpoint", "https://idp.example,x/authorize"),
    ],
)
def test_addresses_that_cannot_be_trusted(
    visitor: Visitor, provider: FakeProvider, name: str, address: str | None
) -> None:
    provider.about[name] = address
    shown(visitor.post("/signin/", {"with": "sso"}), 502, "Acme ID and this program don’t fit together")


def test_nobody_listens(visitor: Visitor, provider: FakeProvider, settings: Settings) -> None:
    settings.OIDC = provider.config(issuer="http://127.0.0.1:9")
    shown(visitor.post("/signin/", {"with": "sso"}), 503, "Acme ID can’t be reached")


def test_too_slow(visitor: Visitor, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    location = begun(visitor)
    monkeypatch.setattr(wire, "DEADLINE", 0.05)
    provider.hold = threading.Event()
    shown(visitor.get(provider.sends_back(location)), 503, "Acme ID can’t be reached")
    provider.hold.set()


@pytest.mark.parametrize(
    ("broken", "status", "title"),
    [
        (503, 503, "Acme ID can’t be reached"),
        (429, 503, "Acme ID can’t be reached"),
        ((400, {"error": "temporarily_unavailable"}), 503, "Acme ID can’t be reached"),
        ((200, b"not json"), 502, "Acme ID and this program don’t fit together"),
        ((400, {"error": "unauthorized_client"}), 502, "Acme ID doesn’t know this program"),
        ((400, {"error": "invalid_grant"}), 400, "This sign-in was used up"),
        (
            (400, {"error": "invalid_grant", "error_description": "redirect_uri"}),
            502,
            "Acme ID doesn’t know this address",
        ),
        ((200, {"token_type": "Bearer"}), 502, "What Acme ID said can’t be trusted"),
        ((200, {"access_token": 7, "token_type": "Bearer"}), 502, "What Acme ID said can’t be trusted"),
        ((200, {"access_token": "a", "token_type": "mac"}), 502, "What Acme ID said can’t be trusted"),
        ((200, {"access_token": "a", "token_type": "Bearer"}), 502, "What Acme ID said can’t be trusted"),
    ],
)
def test_a_token_endpoint_that_fails(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider, broken: Any, status: int, title: str
) -> None:
    back = provider.sends_back(begun(visitor))
    provider.broken["/token"] = broken
    shown(visitor.get(back), status, title)


def test_a_wrong_client_secret(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider, settings: Settings
) -> None:
    settings.OIDC = provider.config(client_secret="wrong")
    shown(by_sso(visitor, provider), 502, "Acme ID doesn’t know this program")
    provider.broken["/token"] = (401, b"no")
    shown(by_sso(visitor, provider), 502, "Acme ID doesn’t know this program")


def test_another_redirect_address_than_the_one_it_began_with(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider
) -> None:
    back = provider.sends_back(begun(visitor))
    for asked in provider.codes.values():
        asked.query["redirect_uri"] = "http://elsewhere/signin/back/"
    shown(visitor.get(back), 502, "Acme ID doesn’t know this address")


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        ("access_denied", 403, "Acme ID didn’t sign you in"),
        ("login_required", 403, "Acme ID didn’t sign you in"),
        ("temporarily_unavailable", 503, "Acme ID can’t be reached"),
        ("invalid_scope", 502, "Acme ID and this program don’t fit together"),
        ("unauthorized_client", 502, "Acme ID doesn’t know this program"),
        ("redirect_uri_mismatch", 502, "Acme ID doesn’t know this address"),
        ("<script>", 502, "Acme ID and this program don’t fit together"),
    ],
)
def test_sent_back_with_an_error(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider, error: str, status: int, title: str
) -> None:
    state = provider.sends_back(begun(visitor)).partition("state=")[2]
    response = visitor.get("/signin/back/", query_params={"state": state, "error": error, "error_description": "x"})
    shown(response, status, title)


def test_an_answer_of_another_issuer(visitor: Visitor, provider: FakeProvider, both: KnownByProvider) -> None:
    back = provider.sends_back(begun(visitor))
    shown(visitor.get(f"{back}&iss=https%3A%2F%2Fevil.example"), 502, "What Acme ID said can’t be trusted")
    provider.about["authorization_response_iss_parameter_supported"] = True
    discovery.forget()
    shown(visitor.get(provider.sends_back(begun(visitor))), 502, "What Acme ID said can’t be trusted")
    back = provider.sends_back(begun(visitor))
    assert visitor.get(f"{back}&iss={provider.issuer}").status_code == 302


@pytest.mark.parametrize("path", ["/signin/back/", "/signin/back/?code=x", "/signin/back/?code=x&state=y"])
def test_nothing_under_way(visitor: Visitor, provider: FakeProvider, path: str) -> None:
    shown(visitor.get(path), 400, "This sign-in isn’t under way any more")
    assert provider.counted["/token"] == 0


def test_other_sites_keep_nobody_from_signing_in(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider, settings: Settings
) -> None:
    settings.SIGNIN_ATTEMPTS = settings.SIGNIN_ATTEMPTS_ALL = 3
    for at in range(5):
        assert Visitor().get(f"/signin/back/?code=x&state=made-up-{at}").status_code == 400
    assert not Event.objects.exists()
    assert by_sso(visitor, provider).status_code == 302


def test_begun_too_long_ago(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = provider.sends_back(begun(visitor))
    monkeypatch.setattr(flow, "LASTS", -1)
    shown(visitor.get(back), 400, "This sign-in isn’t under way any more")


def test_of_many_under_way_the_oldest_is_forgotten(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider
) -> None:
    first, *_ = [begun(visitor) for _ in range(flow.MOST + 1)]
    assert visitor.get(provider.sends_back(first)).status_code == 400


@pytest.mark.parametrize(
    ("settings_", "claims", "says"),
    [
        ({"required_groups": frozenset({"staff"})}, {}, "for members of staff only"),
        ({"required_groups": frozenset({"staff"})}, {"groups": "stafff"}, "for members of staff only"),
        ({"email_domains": frozenset({"acme.example"})}, {"email": "a@evil.example"}, "in acme.example"),
        ({"email_domains": frozenset({"acme.example"})}, {"email": "a@acme.example.evil"}, "in acme.example"),
        ({"email_domains": frozenset({"acme.example"})}, {"email_verified": False}, "in acme.example"),
        ({"email_domains": frozenset({"acme.example"})}, {"email": None}, "in acme.example"),
        ({"default_role": None}, {"groups": ["other"]}, "none of your groups has a role here"),
    ],
)
def test_who_may_not_come_in(
    visitor: Visitor,
    provider: FakeProvider,
    both: KnownByProvider,
    settings: Settings,
    settings_: dict[str, Any],
    claims: dict[str, Any],
    says: str,
) -> None:
    settings.OIDC = provider.config(**settings_)
    response = by_sso(visitor, provider, **claims)
    shown(response, 403, "You may not come in")
    assert says in response.content.decode()
    assert ways(response)["Sign out of Acme ID"].startswith(f"{provider.issuer}/logout?client_id=adminui&")
    assert not Person.objects.exists()
    assert [event.kind for event in Event.objects.all()] == ["signin.failed"]


@pytest.mark.parametrize(
    ("settings_", "claims"),
    [
        ({"required_groups": frozenset({"staff", "runtime-editors"})}, {}),
        ({"email_domains": frozenset({"acme.example"})}, {"email": "A@ACME.example"}),
        ({"email_domains": frozenset({"acme.example"})}, {"email_verified": "true"}),
    ],
)
def test_who_may(
    visitor: Visitor,
    provider: FakeProvider,
    both: KnownByProvider,
    settings: Settings,
    settings_: dict[str, Any],
    claims: dict[str, Any],
) -> None:
    settings.OIDC = provider.config(**settings_)
    assert by_sso(visitor, provider, **claims).status_code == 302


def test_the_platform_does_not_take_the_providers_tokens(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuses(token: str) -> Any:
        raise unauthorized()

    monkeypatch.setattr(both, "user", refuses)
    shown(by_sso(visitor, provider), 502, "The platform doesn’t accept the tokens of Acme ID")


def test_a_platform_that_is_down_keeps_out_strangers_only(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_sso(Visitor(), provider, "bob")
    Credential.objects.all().delete()

    async def down(token: str) -> Any:
        raise errors.NotSent("Connection refused.")

    monkeypatch.setattr(both, "user", down)
    shown(by_sso(visitor, provider), 503, "The platform can’t be reached")
    assert by_sso(visitor, provider, "bob").status_code == 302
    assert Person.objects.get(name="bob").platform_id == "bob-id"


def test_refusals_are_throttled_and_recorded_until_then(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider, settings: Settings
) -> None:
    settings.SIGNIN_ATTEMPTS = 2
    provider.broken["/token"] = (400, {"error": "invalid_grant"})
    for status in (400, 400, 429):
        response = by_sso(visitor, provider)
        assert response.status_code == status
    assert int(response["Retry-After"]) > 200
    assert Event.objects.filter(kind="signin.failed").count() == 2


@pytest.mark.parametrize(
    "trouble",
    [
        lambda provider: provider.broken.update({"/token": 503}),
        lambda provider: provider.broken.update({"/token": (401, {"error": "invalid_client"})}),
        lambda provider: setattr(provider, "change", lambda claims: claims.update(exp=1)),
    ],
)
def test_what_is_nobodys_fault_does_not_count(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider, trouble: Callable[[FakeProvider], None]
) -> None:
    back = provider.sends_back(begun(visitor))
    trouble(provider)
    assert visitor.get(back).status_code in (502, 503)
    assert set(Attempts.objects.values_list("count", flat=True)) == {0}
    assert not Event.objects.exists()


def test_a_failed_sign_in_ends_no_session(visitor: Visitor, provider: FakeProvider, both: KnownByProvider) -> None:
    by_sso(visitor, provider)
    assert visitor.get("/signin/back/?code=x&state=y")["Location"] == "/"
    assert here(visitor)
