"""Reasons are values: why a role doesn't allow a deed, and who can."""

from uuid import uuid4

import pytest
from pytest_django import Settings

from adminui.accounts.here import Who
from adminui.accounts.may import why_not, why_not_save
from adminui.accounts.models import Person
from adminui.accounts.oidc.config import Provider
from adminui.accounts.roles import Deed, Role
from adminui.contract.answers import RuntimeItem
from tests.accounts.provider import ROLES

PROVIDER = Provider(issuer="https://idp.example", client_id="c", client_secret="s", name="Acme ID", roles=ROLES)


def who(*roles: Role, way: str = "sso") -> Who:
    return Who(person=Person(name="vic"), token="t", credential=uuid4(), roles=frozenset(roles), way=way)


MATRIX = {
    Role.VIEWER: {Deed.HISTORY},
    Role.EDITOR: {Deed.SAVE, Deed.HISTORY, Deed.REVEAL},
    Role.AUDITOR: {Deed.HISTORY, Deed.EXPORT_HISTORY, Deed.REVEAL},
    Role.ADMIN: {Deed.SAVE, Deed.HISTORY, Deed.EXPORT_HISTORY, Deed.REVEAL, Deed.PEOPLE},
}


@pytest.mark.parametrize("role", Role)
def test_what_each_role_may(role: Role, settings: Settings) -> None:
    settings.OIDC = PROVIDER
    assert {deed for deed in Deed if why_not(who(role), deed) is None} == MATRIX[role]


def test_several_roles_add_up(settings: Settings) -> None:
    settings.OIDC = PROVIDER
    assert why_not(who(Role.VIEWER, Role.EDITOR), Deed.SAVE) is None
    assert why_not(who(), Deed.SAVE) is not None


def test_who_came_by_token_exports_history_since_nobody_else_may_be_there_to(settings: Settings) -> None:
    settings.OIDC = PROVIDER
    assert {deed for deed in Deed if why_not(who(Role.EDITOR, way="token"), deed) is None} == {
        *(Deed.SAVE, Deed.HISTORY, Deed.REVEAL, Deed.EXPORT_HISTORY)
    }


def test_the_reason_says_who_can(settings: Settings) -> None:
    settings.OIDC = PROVIDER
    reason = why_not_save(who(Role.VIEWER), RuntimeItem(id="r", key="k", name="K", owned_by_me=True))
    assert reason is not None
    assert reason.text == (
        "Your role here, viewer, reads configs and changes none. "
        "Members of runtime-editors or runtime-admins can change configs."
    )
    assert reason.who_can == "members of runtime-editors or runtime-admins"
    settings.OIDC = None
    without = why_not(who(Role.VIEWER), Deed.SAVE)
    assert without is not None
    assert without.who_can == "people with the role editor or admin"


def test_a_role_only_narrows_what_the_platform_allows(settings: Settings) -> None:
    settings.OIDC = PROVIDER
    theirs = RuntimeItem(id="r", key="k", name="K", owned_by_me=False, created_by="bob")
    reason = why_not_save(who(Role.ADMIN), theirs)
    assert reason is not None
    assert (reason.text, reason.who_can) == ("Only the owner, bob, can change this config.", "bob")
    assert why_not_save(who(Role.EDITOR), RuntimeItem(id="r", key="k", name="K", owned_by_me=None)) is None
