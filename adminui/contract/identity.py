"""Which lists have items with an identity, and which: what lets a change name an item rather than a position."""

from collections.abc import Callable, Mapping
from typing import Final

from adminui.contract.document import Absent, Json
from adminui.contract.paths import Path


def _name(item: Json) -> str | None:
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else None


def _number(item: Json) -> str | None:
    return str(item) if type(item) is int and abs(item) < 10**9 else None


def _text(item: Json) -> str | None:
    return item if isinstance(item, str) else None


_RULES: Final[Mapping[Path, Callable[[Json], str | None]]] = {
    ("capabilities",): _name,
    ("sandbox", "exposed_ports"): _number,
    ("sandbox", "egress", "allow"): _text,
    ("secrets", "secret_ids"): _text,
}

ORDERED: Final = frozenset[Path]({("capabilities",)})
"""The lists among them whose order means something."""


def has_identities(path: Path) -> bool:
    """Whether the list at a path is one whose items have identities."""
    return path in _RULES


def identities(path: Path, value: Json | Absent) -> dict[str, Json] | None:
    """The items of the list at a path by identity, in their order.

    None when it is no list, a list without identities, or not every item has one of its own.
    """
    identity_of = _RULES.get(path)
    if identity_of is None or not isinstance(value, list):
        return None
    found: dict[str, Json] = {}
    for item in value:
        identity = identity_of(item)
        if identity is None or identity in found:
            return None
        found[identity] = item
    return found
