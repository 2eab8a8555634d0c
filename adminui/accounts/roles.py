"""What people are here. A role only narrows what the platform allows them."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """In the order in which a page names several."""

    VIEWER = "viewer"
    EDITOR = "editor"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Deed(StrEnum):
    """What a role may be needed for, beside reading configs. History is that of a whole workspace."""

    SAVE = "save"
    HISTORY = "history"
    EXPORT_HISTORY = "export history"
    REVEAL = "reveal"
    PEOPLE = "people"


MAY: dict[Role, frozenset[Deed]] = {
    Role.VIEWER: frozenset({Deed.HISTORY}),
    Role.EDITOR: frozenset({Deed.SAVE, Deed.HISTORY, Deed.REVEAL}),
    Role.AUDITOR: frozenset({Deed.HISTORY, Deed.EXPORT_HISTORY, Deed.REVEAL}),
    Role.ADMIN: frozenset(Deed),
}

BY_TOKEN = frozenset({Role.EDITOR})
"""Who comes by a platform API token: nobody says more of them than the platform does."""


def can(roles: Iterable[Role], deed: Deed) -> bool:
    """Whether one of the roles allows it."""
    return any(deed in MAY[role] for role in roles)


def ordered(roles: Iterable[str]) -> list[Role]:
    """The known ones among some names of roles, each once, in their order."""
    named = set(roles)
    return [role for role in Role if role in named]


def told(roles: Iterable[Role]) -> str:
    """Roles in words: “editor and auditor”; “none” of nobody."""
    return " and ".join(ordered(roles)) or "none"
