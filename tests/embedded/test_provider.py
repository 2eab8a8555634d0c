"""The box as an OpenID provider, from outside: the code flow with PKCE, its tokens, and what it refuses."""

import base64
import hashlib
import re
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.embedded.box import plain, served_box

BACK = "http://127.0.0.1:54321/signin/back/"
SECRET = "secret-of-the-box"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Browser:
    """Somebody at the provider, and the program that sent them there."""

    def __init__(self, url: str) -> None:
        self.http = plain(base_url=url, timeout=10)

    def asked(self, **changed: str) -> httpx.Response:
        """The answer to a program's request to sign somebody in."""
        query = {
            "response_type": "code",
            "client_id": "adminui",
            "redirect_uri": BACK,
            "scope": "openid profile email",
            "state": "st-1",
            "nonce": "no-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changed,
        }
        return self.http.get("/identity/o/authorize", params=query)

    def sign_in(self, name: str, password: str, at: str = "/accounts/login/") -> httpx.Response:
        """The answer to the provider's own form."""
        form = self.http.get(at)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
        assert token
        data = {"username": name, "password": password, "csrfmiddlewaretoken": token[1]}
        return self.http.post(at, data=data, headers={"Referer": str(self.http.base_url)})

    def code(self, name: str) -> str:
        """A code for whom `name` signs in."""
        first = self.asked()
        assert (first.status_code, urlsplit(first.headers["Location"]).path) == (302, "/accounts/login/")
        signed_in = self.sign_in(name, name, first.headers["Location"])
        assert signed_in.status_code == 302
        back = self.http.get(signed_in.headers["Location"]).headers["Location"]
        assert back.startswith(BACK)
        query = parse_qs(urlsplit(back).query)
        assert query["state"] == ["st-1"]
        return query["code"][0]

    def token(self, *, secret: str = SECRET, **form: str) -> httpx.Response:
        """The answer of the token endpoint."""
        return self.http.post("/identity/o/api/token", data=form, auth=("adminui", secret))

    def tokens(self, name: str) -> Any:
        """What the whole way gives."""
        answer = self.token(
            grant_type="authorization_code", code=self.code(name), redirect_uri=BACK, code_verifier=VERIFIER
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def user(self, token: str) -> httpx.Response:
        """Whom the platform takes a token for."""
        return self.http.get("/api/v1/user", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def somebody(box_url: str) -> Browser:
    return Browser(box_url)


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("alice", "runtime-editors"),
        ("bob", "runtime-editors"),
        ("carol", "runtime-editors"),
        ("vic", "runtime-viewers"),
        ("audrey", "runtime-auditors"),
        ("adam", "runtime-admins"),
    ],
)
def test_everybody_signs_in_and_their_access_token_is_the_platforms(somebody: Browser, name: str, group: str) -> None:
    about = somebody.http.get("/.well-known/openid-configuration").json()
    given = somebody.tokens(name)
    keys = KeySet.import_key_set(somebody.http.get(about["jwks_uri"]).json())
    claims = jwt.decode(given["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (about["issuer"], "adminui", "no-1")
    assert claims["groups"] == [group]
    assert (claims["preferred_username"], claims["email_verified"]) == (name, True)
    assert claims["email"].startswith(f"{name}@")
    user = somebody.user(given["access_token"]).json()
    assert (user["username"], user["id"]) == (name, claims["sub"])
    assert {*somebody.http.cookies} == {"box-csrf", "box-session"}


def test_a_refresh_token_works_once(somebody: Browser) -> None:
    first = somebody.tokens("alice")
    second = somebody.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert somebody.user(second["access_token"]).json()["username"] == "alice"
    assert second["refresh_token"] != first["refresh_token"]
    again = somebody.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_tokens_end_when_they_are_told_to(somebody: Browser) -> None:
    alice, other = somebody.tokens("alice"), Browser(str(somebody.http.base_url))
    bob = other.tokens("bob")
    somebody.http.delete("/api/v1/_tokens", params={"user": "alice"})
    assert somebody.user(alice["access_token"]).status_code == 401
    assert somebody.user(bob["access_token"]).status_code == 200
    fresh = somebody.token(grant_type="refresh_token", refresh_token=alice["refresh_token"])
    assert fresh.status_code == 200
    somebody.http.delete("/api/v1/_tokens", params={"all": "1"})
    assert other.token(grant_type="refresh_token", refresh_token=bob["refresh_token"]).status_code == 400


@pytest.mark.parametrize("password", ["alic", "", "ALICE"])
def test_another_password(somebody: Browser, password: str) -> None:
    answer = somebody.sign_in("alice", password)
    assert answer.status_code == 422
    assert "box-session" not in somebody.http.cookies


def test_who_has_no_groups_cannot_sign_in(somebody: Browser) -> None:
    answer = somebody.sign_in("dana", "dana")
    assert answer.status_code == 422
    assert "There is no such person" in answer.text


def test_a_form_from_elsewhere_signs_nobody_in(somebody: Browser) -> None:
    answer = somebody.http.post("/accounts/login/", data={"username": "alice", "password": "alice"})
    assert answer.status_code == 403


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_form_leads_nowhere_else(somebody: Browser, wanted: str) -> None:
    signed_in = somebody.sign_in("alice", "alice", str(httpx.URL("/accounts/login/", params={"next": wanted})))
    assert signed_in.headers["Location"] == "/accounts/login/"


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "http://127.0.0.1:54321/elsewhere/"},
        {"redirect_uri": "https://evil.example/signin/back/"},
        {"client_id": "another"},
    ],
)
def test_a_program_that_is_not_as_it_is_known_is_told_on_a_page(somebody: Browser, changed: dict[str, str]) -> None:
    somebody.sign_in("alice", "alice")
    answer = somebody.asked(**changed)
    assert answer.status_code == 200
    assert "This sign-in can’t go on" in answer.text


def test_what_the_token_endpoint_refuses(somebody: Browser) -> None:
    grant = {"grant_type": "authorization_code", "redirect_uri": BACK}
    code = somebody.code("alice")
    wrong = somebody.token(secret="wrong", code=code, code_verifier=VERIFIER, **grant)
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    other = somebody.token(code=code, code_verifier="w" * 64, **grant)
    assert other.json()["error"] == "invalid_grant"
    assert somebody.token(code=code, code_verifier=VERIFIER, **grant).status_code == 200
    replayed = somebody.token(code=code, code_verifier=VERIFIER, **grant)
    assert (replayed.status_code, replayed.json()["error"]) == (400, "invalid_grant")


def test_signing_out_asks_then_ends_it_and_comes_back(somebody: Browser) -> None:
    given = somebody.tokens("alice")
    query = {"client_id": "adminui", "post_logout_redirect_uri": "http://127.0.0.1:54321/signin/", "state": "bye"}
    asked = somebody.http.get("/identity/o/logout", params=query)
    assert "Sign out of Demo ID?" in asked.text
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" (?:value="([^"]*)")?', asked.text))
    assert hidden["state"] == "bye"
    done = somebody.http.post(
        "/identity/o/logout", data={**hidden, "action": "logout"}, headers={"Referer": str(somebody.http.base_url)}
    )
    assert (done.status_code, done.headers["Location"]) == (302, "http://127.0.0.1:54321/signin/?state=bye")
    assert urlsplit(somebody.asked().headers["Location"]).path == "/accounts/login/"
    assert somebody.user(given["access_token"]).status_code == 401


def test_a_box_of_an_older_version_learns_its_people(tmp_path: Path) -> None:
    """And keeps its key: what it signed before a restart still verifies."""
    with served_box(tmp_path) as url:
        before = httpx.get(f"{url}/.well-known/jwks.json", trust_env=False).json()
    with sqlite3.connect(tmp_path / "box.sqlite3") as database:
        database.execute("DELETE FROM embedded_organization_members")
        database.execute("DELETE FROM embedded_person WHERE username IN ('vic', 'audrey', 'adam')")
        database.execute("UPDATE embedded_person SET groups = '[]'")
        # As the box that was filled before had them.
        database.execute(
            "INSERT INTO embedded_organization_members (organization_id, person_id) SELECT o.id, p.id"
            " FROM embedded_organization o, embedded_person p WHERE o.key = 'acme' AND p.username IN ('alice', 'dana')"
        )
    with served_box(tmp_path) as url:
        vic = Browser(url).tokens("vic")["access_token"]
        listed = httpx.get(
            f"{url}/api/v1/user/organizations", headers={"Authorization": f"Bearer {vic}"}, trust_env=False
        )
        assert [one["key"] for one in listed.json()] == ["acme"]
        assert httpx.get(f"{url}/.well-known/jwks.json", trust_env=False).json() == before
