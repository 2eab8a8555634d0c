"""Whose word isn't taken: ID tokens that are wrong in one thing each, through the whole sign-in; nobody comes in."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey

from adminui.accounts.models import Credential, Person
from adminui.accounts.oidc import discovery
from tests.accounts.conftest import KnownByProvider, begun, by_sso, heading, here
from tests.accounts.provider import KEY, OTHER_KEY, FakeProvider, signed
from tests.conftest import Visitor

NOW = time.time


def part(value: Any) -> bytes:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")


def bare(claims: dict[str, Any], *, alg: str = "none", signature: bytes = b"") -> str:
    """A token by hand, for what no library makes."""
    head = part({"alg": alg, "kid": "k1"}) + b"." + part(claims)
    return (head + b"." + urlsafe_b64encode(signature).rstrip(b"=")).decode()


def by_public_key(claims: dict[str, Any]) -> str:
    """Signed with the public key's own text as the shared secret."""
    unsigned = bare(claims, alg="HS256").rstrip(".").encode()
    return bare(claims, alg="HS256", signature=hmac.digest(KEY.as_pem(private=False), unsigned, sha256))


def swapped(claims: dict[str, Any]) -> str:
    """The signature of one token under the claims of another."""
    head, _, signature = signed(claims).split(".")
    return f"{head}.{signed({**claims, 'sub': 'mallory'}).split('.')[1]}.{signature}"


def of_another_kind(claims: dict[str, Any]) -> str:
    """Signed by a key that isn't the one its `kid` names, and is of another kind."""
    return signed(claims, ECKey.generate_key("P-256"), alg="ES256")


MADE: dict[str, Callable[[dict[str, Any]], str]] = {
    "alg none": bare,
    "alg none, in capitals": lambda claims: bare(claims, alg="NONE"),
    "HMAC with the public key": by_public_key,
    "a wrong key under a known kid": lambda claims: signed(claims, OTHER_KEY),
    "an unknown kid": lambda claims: signed(claims, OTHER_KEY, kid="k2"),
    "a kid of another kind of key": of_another_kind,
    "a kid that is no text": lambda claims: bare(claims, alg="RS256").replace("azEi", "bnVs"),
    "a key of its own along with it": lambda claims: signed(claims, OTHER_KEY, jwk=OTHER_KEY.as_dict(private=False)),
    "an address for its key": lambda claims: signed(claims, OTHER_KEY, jku="https://evil.example/jwks"),
    "extensions that nobody knows": lambda claims: bare(claims, alg="RS256").replace(
        part({"alg": "RS256", "kid": "k1"}).decode(),
        part({"alg": "RS256", "kid": "k1", "crit": ["x"], "x": 1}).decode(),
    ),
    "changed claims": swapped,
    "a cut signature": lambda claims: signed(claims)[:-20],
    "no token": lambda claims: "nonsense",
    "an endless token": lambda claims: signed({**claims, "more": "x" * 70_000}),
    "claims that are a list": lambda claims: jws.serialize_compact({"alg": "RS256", "kid": "k1"}, b"[1]", KEY),
}

CHANGED: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "the issuer with a slash": {"iss": lambda iss: f"{iss}/"},
    "another audience": {"aud": "another"},
    "no audience": {"aud": None},
    "several audiences without azp": {"aud": ["adminui", "another"]},
    "azp of another": {"azp": "another"},
    "several audiences, azp of another": {"aud": ["adminui", "another"], "azp": "another"},
    "the nonce missing": {"nonce": None},
    "the nonce wrong": {"nonce": "another"},
    "the nonce no text": {"nonce": ["a"]},
    "at_hash of another access token": {"at_hash": "A" * 22},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that can't be kept": {"sub": "s" * 256},
    "no time of making": {"iat": None},
    "no end": {"exp": None},
    "an end that is no number": {"exp": "tomorrow"},
    "an end that is true": {"exp": True},
}

TIMES: dict[str, Callable[[], dict[str, Any]]] = {
    "expired": lambda: {"exp": NOW() - 301},
    "not yet valid": lambda: {"nbf": NOW() + 310},
    "made in the future": lambda: {"iat": NOW() + 310},
}


def nobody(visitor: Visitor) -> bool:
    """Whether nothing was made of it."""
    return not (Person.objects.exists() or Credential.objects.exists() or here(visitor))


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_a_signature_that_is_not_the_providers(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider, make: Callable[[dict[str, Any]], str]
) -> None:
    provider.make = make
    response = by_sso(visitor, provider)
    assert (response.status_code, heading(response)) == (502, "What Acme ID said can’t be trusted")
    assert nobody(visitor)


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED)
def test_a_claim_that_is_not_as_it_must_be(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider, changed: dict[str, Any]
) -> None:
    def change(claims: dict[str, Any]) -> None:
        for name, value in changed.items():
            claims[name] = value(claims[name]) if callable(value) else value
            if value is None:
                del claims[name]

    provider.change = change
    response = by_sso(visitor, provider)
    assert (response.status_code, heading(response)) == (502, "What Acme ID said can’t be trusted")
    assert nobody(visitor)


@pytest.mark.parametrize("when", TIMES.values(), ids=TIMES)
def test_a_time_that_does_not_fit(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider, when: Callable[[], dict[str, Any]]
) -> None:
    provider.change = lambda claims: claims.update(when())
    response = by_sso(visitor, provider)
    assert (response.status_code, heading(response)) == (502, "The clocks differ")
    assert nobody(visitor)


@pytest.mark.parametrize("off", [-300, 290])
def test_clocks_may_differ_by_five_minutes(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider, off: int
) -> None:
    """An ID token of the provider's lives for five minutes."""
    provider.change = lambda claims: claims.update(iat=claims["iat"] + off, exp=claims["exp"] + off)
    assert by_sso(visitor, provider).status_code == 302


@pytest.mark.parametrize(
    "fine",
    [{"aud": ["adminui"]}, {"aud": ["another", "adminui"], "azp": "adminui"}, {"azp": "adminui"}, {"nbf": 1}],
)
def test_what_may_differ(visitor: Visitor, provider: FakeProvider, both: KnownByProvider, fine: dict[str, Any]) -> None:
    provider.change = lambda claims: claims.update(fine)
    assert by_sso(visitor, provider).status_code == 302


def test_a_key_without_an_id_is_taken_if_it_is_the_only_one(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider
) -> None:
    provider.make = lambda claims: jwt.encode({"alg": "RS256"}, claims, KEY)
    assert by_sso(visitor, provider).status_code == 302
    provider.make = lambda claims: jwt.encode({"alg": "RS256"}, claims, OTHER_KEY)
    assert by_sso(Visitor(), provider).status_code == 502


def test_a_new_key_is_learned_when_it_is_first_seen(
    visitor: Visitor, provider: FakeProvider, both: KnownByProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert by_sso(visitor, provider).status_code == 302
    new = RSAKey.generate_key(2048, {"kid": "k2"})
    provider.key, provider.make = new, lambda claims: signed(claims, new, kid="k2")
    assert by_sso(Visitor(), provider).status_code == 502, "just looked: not again so soon"
    monkeypatch.setattr(discovery, "PAUSE", 0)
    assert by_sso(Visitor(), provider).status_code == 302
    assert provider.counted["/jwks"] == 2


def test_a_code_is_good_once(visitor: Visitor, provider: FakeProvider, both: KnownByProvider) -> None:
    back = provider.sends_back(begun(visitor))
    assert visitor.get(back).status_code == 302
    visitor.post("/signout/")
    again = visitor.get(back)
    assert (again.status_code, heading(again)) == (400, "This sign-in isn’t under way any more")
    code = back.partition("code=")[2].partition("&")[0]
    state = begun(visitor).partition("&state=")[2].partition("&")[0]
    replayed = visitor.get(f"/signin/back/?code={code}&state={state}")
    assert (replayed.status_code, heading(replayed)) == (400, "This sign-in was used up")
    assert not Credential.objects.exists()


def test_a_state_is_its_own_browsers(provider: FakeProvider, both: KnownByProvider, visitor: Visitor) -> None:
    mallory = Visitor()
    back = provider.sends_back(begun(mallory), "mallory")
    begun(visitor)
    response = visitor.get(back)
    assert (response.status_code, heading(response)) == (400, "This sign-in isn’t under way any more")
    assert nobody(visitor)
