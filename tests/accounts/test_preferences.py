"""The switches of a session: kept with it, set by a POST, and nothing else is taken."""

import pytest
from bs4 import BeautifulSoup, Tag

from tests.conftest import Visitor


def body(visitor: Visitor) -> Tag:
    """The body of a page."""
    found = BeautifulSoup(visitor.get("/account/").content.decode(), "html.parser").body
    assert found is not None
    return found


@pytest.fixture
def alice(db: None) -> Visitor:
    visitor = Visitor()
    visitor.sign_in("alice")
    return visitor


def test_keys_are_on_and_times_in_utc_until_somebody_says_otherwise(alice: Visitor) -> None:
    assert (body(alice)["data-keys"], body(alice)["data-times"]) == ("on", "utc")


@pytest.mark.parametrize(("name", "value"), [("keys", "off"), ("times", "local")])
def test_one_switch_changes_itself_and_comes_back(alice: Visitor, name: str, value: str) -> None:
    answer = alice.post("/account/preferences/", {name: value}, headers={"referer": "http://testserver/org/acme/?q=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/org/acme/?q=1")
    assert body(alice)[f"data-{name}"] == value
    assert alice.post("/account/preferences/", {})["Location"] == "/account/"
    assert body(alice)[f"data-{name}"] == value


@pytest.mark.parametrize("value", ["", "maybe", "<b>", "\0"])
def test_anything_else_changes_nothing(alice: Visitor, value: str) -> None:
    alice.post("/account/preferences/", {"keys": value, "times": value})
    assert (body(alice)["data-keys"], body(alice)["data-times"]) == ("on", "utc")


def test_they_are_for_who_is_signed_in(visitor: Visitor) -> None:
    assert visitor.post("/account/preferences/", {"keys": "off"})["Location"].startswith("/signin/")
    assert visitor.get("/account/preferences/").status_code == 405
