"""Signing in and out: whose token it is, what is said when it isn't, what is left behind."""

import io
import logging
from pathlib import Path
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup, Tag
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.http import HttpResponse
from pytest_django import Settings

from adminui.accounts.models import Credential, Person
from adminui.accounts.store import row_name
from adminui.contract.answers import User
from adminui.platform import errors
from tests.accounts.conftest import KnownTokens, envelope
from tests.conftest import Visitor

COOKIE = django_settings.SESSION_COOKIE_NAME


def parsed(response: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def field_error(response: HttpResponse) -> str:
    """The sentence at the token's field, which has to be tied to it."""
    soup = parsed(response)
    control, error = soup.find(id="token"), soup.find(id="token-error")
    assert isinstance(control, Tag)
    assert isinstance(error, Tag)
    assert control["aria-invalid"] == "true"
    assert "token-error" in str(control["aria-describedby"]).split()
    assert soup.title is not None
    assert soup.title.get_text().startswith("Error: ")
    assert not control.get("value")
    return error.get_text()


def test_the_form(visitor: Visitor) -> None:
    soup = parsed(visitor.get("/signin/"))
    label = soup.find("label", string="API token")
    assert isinstance(label, Tag)
    control = soup.find(id=str(label["for"]))
    assert isinstance(control, Tag)
    assert control["type"] == "password"
    assert soup.find("button", string="Sign in")
    people = [str(button["value"]) for button in soup.find_all("button", {"name": "as"})]
    assert people == ["alice", "bob", "carol"]


def test_demo_people_are_a_demos_only(visitor: Visitor, settings: Settings, upstream: KnownTokens) -> None:
    settings.DEMO = False
    assert not parsed(visitor.get("/signin/")).find_all("button", {"name": "as"})
    assert visitor.post("/signin/", {"as": "alice"}).status_code == 422
    assert upstream.asked == []


@pytest.mark.parametrize("form", [{"token": "demo-alice"}, {"token": "  demo-alice\r\n"}, {"as": "alice"}])
def test_signing_in(visitor: Visitor, upstream: KnownTokens, form: dict[str, str]) -> None:
    response = visitor.post("/signin/", form)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert upstream.asked == ["demo-alice"]
    person = Person.objects.get()
    assert (person.name, person.full_name, person.email) == ("alice", "Alice Okafor", "alice@acme.example")
    assert (person.issuer, person.subject, person.platform_id) == (django_settings.PLATFORM_URL, "alice-id", "alice-id")
    assert visitor.get("/account/").status_code == 200


def test_signing_in_again_is_the_same_person_with_what_the_platform_says_now(
    visitor: Visitor, upstream: KnownTokens
) -> None:
    visitor.post("/signin/", {"token": "demo-alice"})
    first = Person.objects.get()
    visitor.post("/signout/")
    upstream.users["another"] = User(id="alice-id", username="alice.okafor")
    visitor.post("/signin/", {"token": "another"})
    again = Person.objects.get()
    assert (again.id, again.name, again.email) == (first.id, "alice.okafor", "")


@pytest.mark.parametrize(
    ("user", "name", "full_name"),
    [
        (User(id="7", username="sam", first_name="Sam", last_name="Li"), "sam", "Sam Li"),
        (User(id="7", first_name="Sam", last_name="Li"), "Sam Li", "Sam Li"),
        (User(id="7", email_address="sam@x.example"), "sam@x.example", ""),
        (User(id="7"), "7", ""),
        (User(id="7", username="n" * 999), "n" * 255, ""),
        (User(id="7", username="a\0b"), "a�b", ""),
    ],
)
def test_a_person_always_has_a_name(
    visitor: Visitor, upstream: KnownTokens, user: User, name: str, full_name: str
) -> None:
    upstream.users["t"] = user
    assert visitor.post("/signin/", {"token": "t"}).status_code == 302
    person = Person.objects.get()
    assert (person.name, person.full_name) == (name, full_name)


@pytest.mark.parametrize("user_id", ["x" * 256, "a\0b"])
def test_an_id_that_cannot_be_kept_is_nobody(visitor: Visitor, upstream: KnownTokens, user_id: str) -> None:
    upstream.users["t"] = User(id=user_id)
    response = visitor.post("/signin/", {"token": "t"})
    assert response.status_code == 502
    assert "id that can’t be kept" in field_error(response)
    assert not Person.objects.exists()


REFUSED = [
    ({}, 422, "Enter your API token."),
    ({"token": "   "}, 422, "Enter your API token."),
    ({"as": "mallory"}, 422, "Enter your API token."),
    ({"token": "wrong"}, 422, "doesn’t accept this token. It may be mistyped, expired or revoked."),
]


@pytest.mark.parametrize(("form", "status", "says"), REFUSED)
def test_a_token_that_is_none(
    visitor: Visitor, upstream: KnownTokens, form: dict[str, str], status: int, says: str
) -> None:
    response = visitor.post("/signin/", form)
    assert response.status_code == status
    assert says in field_error(response)
    assert not Session.objects.exists()
    assert not Credential.objects.exists()


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (errors.NotSent("Connection refused."), 503, "The platform can’t be reached. Your token was not checked"),
        (errors.Insecure("Certificate expired."), 502, "No secure connection to the platform could be made."),
        (errors.TimedOut("No answer in 30 s."), 504, "The platform didn’t answer in time."),
        (errors.CutOff("The connection broke."), 502, "The connection broke. Your token was not checked"),
        (errors.Foreign("The answer is no JSON.", status=200), 502, "The answer is no JSON. Your token was not"),
        (errors.failure(502, None, request_id=""), 502, "The platform failed (status 502). Your token was not"),
        (errors.Misaddressed("No."), 422, "This is no API token"),
        (errors.refusal(403, envelope(403, "No"), request_id=""), 422, "doesn’t accept this token"),
        (errors.refusal(429, envelope(429, "Slow"), request_id="", retry_after=7), 429, "no more requests for"),
    ],
)
def test_what_the_platform_cannot_say_has_words_of_its_own(
    visitor: Visitor, upstream: KnownTokens, error: errors.PlatformError, status: int, says: str
) -> None:
    upstream.users["t"] = error
    response = visitor.post("/signin/", {"token": "t"})
    assert response.status_code == status
    assert says in field_error(response)
    assert response.get("Retry-After") == (None if error.retry_after is None else "7")
    assert visitor.get("/account/").status_code == 302


@pytest.mark.parametrize("token", ["a b", "tokén", "a\nb", "a\x00b", "t" * 8193, "Bearer x"])
def test_a_malformed_token_is_never_sent(visitor: Visitor, token: str) -> None:
    """With the real client: nobody listens at the platform's address, so an attempt would read as unreachable."""
    response = visitor.post("/signin/", {"token": token})
    assert response.status_code == 422
    assert "This is no API token" in field_error(response)


def test_an_unreachable_platform(visitor: Visitor) -> None:
    response = visitor.post("/signin/", {"token": "good"})
    assert response.status_code == 503
    assert "The platform can’t be reached" in field_error(response)


def test_the_session_gets_a_new_id_and_the_old_one_and_its_token_are_gone(
    visitor: Visitor, upstream: KnownTokens
) -> None:
    visitor.post("/signin/", {"as": "alice"})
    first, credential = visitor.client.cookies[COOKIE].value, Credential.objects.get()
    visitor.post("/signin/", {"as": "alice"})
    second = visitor.client.cookies[COOKIE].value
    assert second != first
    assert [session.session_key for session in Session.objects.all()] == [row_name(second)]
    assert Credential.objects.get().id != credential.id


def test_a_session_id_from_outside_is_not_taken_over(visitor: Visitor, upstream: KnownTokens) -> None:
    visitor.client.cookies[COOKIE] = "a" * 32
    visitor.post("/signin/", {"as": "alice"})
    assert visitor.client.cookies[COOKIE].value != "a" * 32
    assert not Session.objects.filter(session_key__in=["a" * 32, row_name("a" * 32)]).exists()


def test_the_csrf_token_is_a_new_one(upstream: KnownTokens, db: None) -> None:
    visitor = Visitor(enforce_csrf_checks=True)
    token = parsed(visitor.get("/signin/")).find("input", {"name": "csrfmiddlewaretoken"})
    assert isinstance(token, Tag)
    before = visitor.client.cookies[django_settings.CSRF_COOKIE_NAME].value
    form = {"as": "alice", "csrfmiddlewaretoken": str(token["value"])}
    assert visitor.post("/signin/", form)["Location"] == "/"
    assert visitor.client.cookies[django_settings.CSRF_COOKIE_NAME].value != before


def test_a_sign_in_page_left_open_brings_on_and_loses_nothing_but_the_token(upstream: KnownTokens, db: None) -> None:
    visitor = Visitor(enforce_csrf_checks=True)
    response = visitor.post("/signin/?next=/account/", {"token": "demo-alice"})
    assert response["Location"] == "/signin/?next=%2Faccount%2F&why=form"
    assert "let your browser keep" in visitor.get(response["Location"]).content.decode()
    assert upstream.asked == []


def test_cookies(visitor: Visitor, upstream: KnownTokens, settings: Settings) -> None:
    response = visitor.post("/signin/", {"as": "alice"})
    cookie = response.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]
    assert 29 * 60 <= int(cookie["max-age"]) <= 30 * 60
    settings.SESSION_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME = "__Host-session"
    cookie = visitor.post("/signin/", {"as": "alice"}).cookies["__Host-session"]
    assert cookie["secure"]
    assert not cookie["domain"]


def test_signing_out(visitor: Visitor, upstream: KnownTokens) -> None:
    visitor.post("/signin/", {"as": "alice"})
    key = visitor.client.cookies[COOKIE].value
    response = visitor.post("/signout/")
    assert (response.status_code, response["Location"]) == (302, "/signin/?why=out")
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert response.cookies[COOKIE]["max-age"] == 0
    assert not Credential.objects.exists()
    assert not Session.objects.exists()
    visitor.client.cookies[COOKIE] = key
    assert visitor.get("/account/").status_code == 302


def test_no_link_signs_out(visitor: Visitor) -> None:
    visitor.sign_in()
    response = visitor.get("/signout/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert visitor.get("/account/").status_code == 200


def test_signing_out_takes_the_csrf_token(db: None) -> None:
    visitor = Visitor(enforce_csrf_checks=True)
    visitor.sign_in()
    response = visitor.post("/signout/")
    assert response.status_code == 403
    assert "nothing was done" in response.content.decode()
    assert visitor.get("/account/").status_code == 200


def test_who_is_signed_in_goes_straight_on(visitor: Visitor) -> None:
    visitor.sign_in()
    assert visitor.get("/signin/?next=/account/")["Location"] == "/account/"
    assert visitor.get("/signin/")["Location"] == "/"


def test_where_one_comes_back_to_is_said(visitor: Visitor) -> None:
    page = visitor.get("/signin/?next=/org/acme/ws/research/runtimes/analyst/config/%3Fform%3D1")
    assert "You come back to <b>analyst</b> in acme / research." in page.content.decode()
    assert "You come back" not in visitor.get("/signin/?next=/account/").content.decode()


OWN = ["/", "/account/", "/org/acme/?a=1&b=%2F%2Fevil", "/a/%2e%2e/b", "/a?next=//evil.example", "/ä/?q=ü"]
FOREIGN = [
    "",
    "account/",
    "?a=1",
    "#top",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "/a\\b",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    " /account/",
    "/account/ ",
    "/a b",
    "\u00a0/account/",
    "/\u2028/evil.example",
    "/\u202e/evil",
    "/\x00/evil.example",
    "/\x1f",
    "/\x7f",
    "/account/\r\nSet-Cookie: a=b",
    "http://evil.example",
    "https://evil.example/account/",
    "HTTPS://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "http:///evil.example",
    "//testserver@evil.example",
    "//evil.example/%2f..",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "ftp://evil.example",
    "evil.example",
    "https://testserver/account/",
    "/signin/",
    "/signin/?next=/signin/",
    "/signout/",
    "/" + "a" * 2000,
]


@pytest.mark.parametrize("path", OWN)
def test_one_comes_back_to_own_paths(visitor: Visitor, upstream: KnownTokens, path: str) -> None:
    response = visitor.post(f"/signin/?next={quote(path)}", {"as": "alice"})
    assert response.status_code == 302
    assert response["Location"] == quote(path, safe="/?=&%")


@pytest.mark.parametrize("path", FOREIGN)
def test_one_comes_back_to_nothing_else(visitor: Visitor, upstream: KnownTokens, path: str) -> None:
    response = visitor.post(f"/signin/?next={quote(path)}", {"as": "alice"})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert visitor.get(f"/signin/?next={quote(path)}")["Location"] == "/"


@pytest.mark.django_db(transaction=True)
def test_the_token_is_in_no_dump_no_log_no_page_and_no_cookie(upstream: KnownTokens, tmp_path: Path) -> None:
    canary, visitor = "canary-7f3a91c4", Visitor()
    upstream.users[canary] = User(id="alice-id", username="alice")
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(root.handlers[0].formatter)
    root.addHandler(handler)
    try:
        seen = [visitor.post("/signin/", {"token": canary}), visitor.get("/account/"), visitor.get("/nothing/")]
        call_command("dumpdata", output=str(tmp_path / "dump.json"), verbosity=0)
        upstream.users[canary] = errors.CutOff("The connection broke.")
        seen.append(visitor.post("/signin/", {"token": canary}))
    finally:
        root.removeHandler(handler)
    dump = (tmp_path / "dump.json").read_text()
    assert canary.encode() not in bytes(Credential.objects.get().sealed)
    assert canary not in str(Session.objects.get().get_decoded())
    for text in [dump, stream.getvalue(), *(str(each.serialize() + each.content) for each in seen)]:
        assert canary not in text
    for each in seen:
        assert canary not in each.cookies.output()
