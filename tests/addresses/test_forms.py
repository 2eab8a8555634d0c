"""Nothing is done for a form that isn't ours: every address × every unsafe method, the CSRF token checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import pytest
from django.conf import settings
from django.http import HttpResponse

from adminui.accounts.roles import Role
from tests.addresses.conftest import RULED, Address
from tests.addresses.rules import COLUMNS, RULES
from tests.addresses.state import state
from tests.addresses.world import World, as_role
from tests.conftest import Visitor

SECRET = "s" * 32
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
FORGED: dict[str, Mapping[str, str]] = {
    "no token": {},
    "no token, from htmx": {"HX-Request": "true", "X-Requested-With": "XMLHttpRequest"},
    "another's token": {"X-CSRFToken": "x" * 32},
    "our token, of another site": {"X-CSRFToken": SECRET, "Origin": "https://evil.example"},
    "our token, of a page without an origin": {"X-CSRFToken": SECRET, "Origin": "null"},
}
KEPT = ("saving_draft", "record_document")
"""What was typed in a form of the editor is kept for its person, whoever sends it, as it carries their signed word."""


@dataclass(frozen=True)
class Form:
    """One form that is as it should be, but for its headers and who sends it."""

    path: str
    data: dict[str, str]

    @classmethod
    def of(cls, world: World, address: Address) -> Self:
        """The form of an address; of one that takes none, a form without a field."""
        rule, path = RULES[address.name], address.path(world)
        if rule.post is None:
            return cls(path, {})
        data = {name: value for name, value in rule.data(world).items() if name != "csrfmiddlewaretoken"}
        return cls(path + rule.query(world), data)

    def sent(self, visitor: Visitor, method: str, headers: Mapping[str, str]) -> HttpResponse:
        """The answer to who sends it from a browser that has a page of ours open, its token checked."""
        checked = Visitor(enforce_csrf_checks=True)
        checked.client.cookies.update(visitor.client.cookies)
        checked.client.cookies[settings.CSRF_COOKIE_NAME] = SECRET
        if method == "POST":
            return checked.post(self.path, self.data, headers=headers)
        return checked.request(method, self.path, headers=headers)


@pytest.mark.parametrize("address", [one for one in RULED if not RULES[one.name].exempt], ids=lambda one: one.name)
def test_a_forged_form_does_nothing(world: World, address: Address) -> None:
    world.visitor = as_role(world.box, "alice", Role.ADMIN)
    form = Form.of(world, address)
    before, stored = state(without=KEPT), world.box.config("analyst")
    for method in UNSAFE:
        for how, headers in FORGED.items():
            response = form.sent(world.visitor, method, headers)
            to_signin = response.status_code == 302 and response["Location"].startswith("/signin/?why=form")
            assert response.status_code == 403 or to_signin, f"{method} with {how}: {response.status_code}"
    assert state(without=KEPT) == before
    assert world.box.config("analyst") == stored


@pytest.mark.parametrize("address", [one for one in RULED if RULES[one.name].post], ids=lambda one: one.name)
def test_the_same_form_with_our_token_is_taken(world: World, address: Address) -> None:
    rule = RULES[address.name]
    assert rule.post is not None
    world.visitor = as_role(world.box, "alice", Role.ADMIN)
    form = Form.of(world, address)
    response = form.sent(world.visitor, "POST", {"X-CSRFToken": SECRET, "Origin": "http://testserver"})
    assert response.status_code == rule.post[COLUMNS.index("admin")]
