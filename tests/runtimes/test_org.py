"""/org/{org}/: the workspaces of an organization."""

import pytest

from tests.conftest import Visitor
from tests.platform import fault_server as fs
from tests.platform.fault_server import FaultServer
from tests.runtimes.conftest import seen

pytestmark = pytest.mark.django_db


def test_the_workspaces_are_listed(alice: Visitor) -> None:
    found = seen(alice, "/org/acme/")
    assert set(found.hrefs) == {"/org/acme/ws/research/runtimes/", "/org/acme/ws/production/runtimes/"}
    care = [name for name in found.names if "handle with care" in name]
    assert len(care) == 1
    assert care[0].startswith("Production")


def test_an_organization_that_is_not_there(alice: Visitor) -> None:
    found = seen(alice, "/org/nowhere/")
    assert found.status == 404
    assert "No such organization" in found.text
    assert found.link("Your organizations") == "/?all"
    assert not found.has("main form"), "all organizations are known, so none is to be named"


def test_an_organization_of_others_shows_nothing(alice: Visitor) -> None:
    found = seen(alice, "/org/globex/")
    assert found.status in {403, 404}
    assert found.hrefs == []


def test_a_platform_without_the_list_lets_one_name_a_workspace(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/organizations", fs.reply(200, [{"id": "1", "key": "acme", "name": "Acme"}]))
    found = seen(visitor, "/org/acme/")
    assert found.status == 200
    assert "doesn’t list workspaces" in found.text
    hidden = found.has("main form [name=org]")
    assert hidden is not None
    assert hidden["value"] == "acme"


def test_no_workspace_yet(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/ws", fs.reply(200, {"workspaces": []}))
    assert "No workspace yet in acme" in seen(visitor, "/org/acme/").text


def test_a_workspace_without_an_address_is_shown_without_a_link(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/ws", fs.reply(200, [{"id": "1", "key": "a/../b", "name": "<i>x</i>", "is_default": True}]))
    found = seen(visitor, "/org/acme/")
    assert found.hrefs == []
    assert found.names == ["<i>x</i> default"]


def test_a_failing_platform_is_an_error_page_with_another_try(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/ws", fs.cut())
    found = seen(visitor, "/org/acme/")
    assert found.status == 502
    assert found.link("Try again") == "/org/acme/"


def test_a_stranger_signs_in_and_comes_back(visitor: Visitor) -> None:
    assert visitor.get("/org/acme/")["Location"] == "/signin/?next=%2Forg%2Facme%2F"
