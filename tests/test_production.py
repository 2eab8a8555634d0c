"""Production mode over HTTP: headers, cookies, sign-out, and what is believed of those that others claim."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.custody.house import HOST, Proxied, production
from tests.embedded.box import served_box
from tests.test_middleware import HEADERS

PROVIDER = "https://id.example:8443"
LIMITS = {"ADMINUI_SIGNIN_ATTEMPTS": "3"}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The program over a box."""
    folder = Path(tmp_path_factory.mktemp("production"))
    with served_box(folder) as box_url, production(folder, box_url, PROVIDER, **LIMITS) as (url, _):
        yield url


@pytest.fixture
def visitor(url: str) -> Iterator[Proxied]:
    """Somebody who isn't signed in."""
    visitor = Proxied(url)
    yield visitor
    visitor.http.close()


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/signin/", {}, 200),
        ("GET", "/account/", {}, 302),
        ("GET", "/account", {}, 301),
        ("GET", "/signin/", {"Host": "evil.example"}, 400),
        ("GET", "/signin/", {"Host": f"{HOST}, evil.example"}, 400),
        ("GET", "/signin/", {"X-Forwarded-Proto": "http"}, 403),
        ("POST", "/signout/", {}, 403),
        ("GET", "/nothing/", {}, 404),
        ("GET", "/static/nothing.js", {}, 404),
        ("PUT", "/account/", {}, 403),
        ("GET", "/signout/", {}, 405),
        ("POST", "/signin/", {"Transfer-Encoding": "chunked"}, 411),
        ("GET", "/static/app.css", {}, 200),
        ("GET", "/healthz", {}, 200),
    ],
)
def test_every_answer_carries_the_headers(
    visitor: Proxied, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    response = visitor.ask(method, path, None, **headers)
    assert response.status_code == status
    expected = dict(HEADERS)
    expected["content-security-policy"] = HEADERS["content-security-policy"].replace("http://127.0.0.1:9", PROVIDER)
    assert {name: response.headers.get(name) for name in expected} == expected
    assert "unsafe" not in response.headers["content-security-policy"]
    plain = headers.get("X-Forwarded-Proto") == "http"
    assert response.headers.get("strict-transport-security") == (None if plain else "max-age=31536000")


def test_cookies_are_for_this_host_and_https_alone(visitor: Proxied) -> None:
    visitor.ask("GET", "/signin/")
    csrf = visitor.set["__Host-csrf"]
    assert (csrf["path"], csrf["domain"], csrf["samesite"]) == ("/", "", "Lax")
    assert csrf["secure"]
    assert csrf["httponly"]
    assert visitor.form("/signin/", {"token": "demo-alice"}).status_code == 302
    session = visitor.set["__Host-session"]
    assert (session["path"], session["domain"], session["samesite"]) == ("/", "", "Lax")
    assert session["secure"]
    assert session["httponly"]
    assert 0 < int(session["max-age"]) <= 30 * 60
    assert set(visitor.cookies) == {"__Host-csrf", "__Host-session"}


def test_signing_in_gives_another_session(visitor: Proxied) -> None:
    visitor.cookies["__Host-session"] = planted = "a" * 32
    visitor.form("/signin/", {"token": "demo-alice"})
    first = visitor.cookies["__Host-session"]
    assert first != planted
    assert visitor.ask("GET", "/account/").status_code == 200
    other = Proxied(visitor.url)
    other.cookies["__Host-session"] = planted
    assert other.ask("GET", "/account/").status_code == 302
    visitor.form("/signin/", {"token": "demo-bob"}, page="/account/")
    assert visitor.cookies["__Host-session"] != first
    other.cookies["__Host-session"] = first
    assert other.ask("GET", "/account/").status_code == 302, "the one before it is dead"


def test_signing_out_takes_back_our_cookie_by_name(visitor: Proxied) -> None:
    visitor.form("/signin/", {"token": "demo-alice"})
    stolen = visitor.cookies["__Host-session"]
    response = visitor.form("/signout/", {}, page="/account/")
    assert (response.status_code, response.headers["location"]) == (302, "/signin/?why=out")
    assert response.headers["clear-site-data"] == '"cache", "storage"'
    gone = visitor.set["__Host-session"]
    assert (gone.value, gone["max-age"], gone["path"], gone["samesite"]) == ("", "0", "/", "Lax")
    assert gone["secure"], "without it a browser ignores a __Host- cookie, and this one lives on"
    visitor.cookies["__Host-session"] = stolen
    assert visitor.ask("GET", "/account/").status_code == 302


def test_names_and_schemes_that_others_claim(visitor: Proxied) -> None:
    response = visitor.ask("GET", "/account/", X_Forwarded_Host="evil.example", Forwarded="host=evil.example")
    assert response.headers["location"] == "/signin/?next=%2Faccount%2F"
    refused = visitor.ask("GET", "/signin/", X_Forwarded_Proto="gopher")
    assert refused.status_code == 403
    assert refused.text.startswith("This program answers over https only.")
    assert "set-cookie" not in refused.headers
    foreign = visitor.form("/signin/", {"token": "demo-alice"}, Origin="https://evil.example")
    assert (foreign.status_code, foreign.headers["location"]) == (302, "/signin/?why=form")
    assert "__Host-session" not in visitor.set


def test_an_address_that_a_browser_writes_itself_opens_no_new_attempts(visitor: Proxied) -> None:
    def attempt(forwarded: str) -> int:
        return visitor.form("/signin/", {"token": "wrong"}, X_Forwarded_For=forwarded).status_code

    statuses = [attempt(f"10.9.8.{at}, 198.51.100.1") for at in range(4)]
    assert statuses == [422, 422, 422, 429]
    assert attempt("198.51.100.2") == 422
    assert [attempt(f"<script>{at}") for at in range(4)] == [422, 422, 422, 429], "what is no address counts as one"
