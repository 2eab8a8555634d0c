"""/: where you were last, else the organizations."""

import pytest

from tests.conftest import Visitor
from tests.platform import fault_server as fs
from tests.platform.fault_server import FaultServer
from tests.runtimes.conftest import LIST, seen

pytestmark = pytest.mark.django_db


def test_the_first_visit_shows_the_organizations(alice: Visitor) -> None:
    found = seen(alice, "/")
    assert found.status == 200
    assert "/org/acme/" in found.hrefs
    assert "/org/globex/" not in found.hrefs


def test_a_later_one_goes_where_one_was_last(alice: Visitor) -> None:
    seen(alice, LIST)
    seen(alice, "/org/acme/ws/production/runtimes/")
    found = seen(alice, "/")
    assert (found.status, found.response["Location"]) == (302, "/org/acme/ws/production/runtimes/")
    assert "/org/acme/" in seen(alice, "/?all").hrefs


def test_a_place_that_is_gone_is_not_gone_to_again(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/organizations", fs.reply(200, []))
    fake.on("/runtimes", fs.reply(200, {"items": []}))
    seen(visitor, LIST)
    assert seen(visitor, "/").response["Location"] == LIST
    fake.on("/runtimes", fs.reply(404, fs.envelope(404, "gone")))
    assert seen(visitor, LIST).status == 404
    assert seen(visitor, "/").status == 200


def test_someone_elses_place_is_not_ones_own(alice: Visitor) -> None:
    seen(alice, LIST)
    bob = Visitor()
    bob.sign_in("bob")
    assert seen(bob, "/").status == 200


def test_a_place_can_be_named(visitor: Visitor) -> None:
    visitor.sign_in("alice")
    assert seen(visitor, "/", org=" acme ", ws="research").response["Location"] == LIST
    assert seen(visitor, "/", org="acme", ws="").response["Location"] == "/org/acme/"


@pytest.mark.parametrize("org", ["a/b", "//evil.example", "a b", "é", "<b>x</b>"])
def test_what_is_no_name_is_said(fake: FaultServer, visitor: Visitor, org: str) -> None:
    fake.on("/organizations", fs.reply(200, []))
    found = seen(visitor, "/", org=org, ws="research")
    assert found.status == 404
    assert found.has("[role=alert]")
    assert "can’t be an address" in found.text
    field = found.has("main [name=org]")
    assert field is not None
    assert field["value"] == org


def test_a_platform_without_the_list_lets_one_name_a_place(fake: FaultServer, visitor: Visitor) -> None:
    found = seen(visitor, "/")
    assert found.status == 200
    assert "doesn’t list organizations" in found.text
    assert found.has("main form [name=org]")
    assert found.has("main form [name=ws]")


def test_nobodys_organization_is_not_an_error(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/organizations", fs.reply(200, []))
    found = seen(visitor, "/")
    assert "No organization yet" in found.text


def test_an_organization_without_an_address_is_shown_without_a_link(fake: FaultServer, visitor: Visitor) -> None:
    hostile = [
        {"id": "1", "key": "<img src=x>/..", "name": "<b>\u202eevil</b>"},
        {"id": "2", "key": "ok", "name": "", "is_active": False},
    ]
    fake.on("/organizations", fs.reply(200, hostile))
    found = seen(visitor, "/")
    assert found.hrefs == ["/org/ok/"]
    assert found.names == ["<b>\\u{202e}evil</b>", "ok inactive"]


def test_a_failing_platform_is_an_error_page_with_another_try(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/organizations", fs.reply(503, b""))
    found = seen(visitor, "/")
    assert found.status == 502
    assert found.link("Try again") == "/"


def test_a_stranger_signs_in(visitor: Visitor) -> None:
    assert visitor.get("/")["Location"] == "/signin/"
