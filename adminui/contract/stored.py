"""Is what was sent what is stored? Never a comparison of bytes: the platform writes a config its own way.

Ports and secret ids compare as sets, egress targets in canonical form, a version that was left out matches any, an
absent field matches its default; everything else, unknown keys included, compares exactly.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from adminui.contract import egress
from adminui.contract.changes import Change, diff
from adminui.contract.config import Capability, RuntimeConfig
from adminui.contract.document import ABSENT, Absent, Json, JsonObject, same
from adminui.contract.fields import is_optional, model_of
from adminui.contract.identity import identities
from adminui.contract.paths import Item, Path

How = Literal["sorted", "pinned", "canonical", "filled in", "dropped", "differs"]


@dataclass(frozen=True)
class Normalised:
    """One value that is stored otherwise than it was sent, at its change path.

    Only "differs" means that something else is stored; the other ways are the platform's own and mean the same:
    "sorted" (and duplicates removed), "pinned" to a version, a target or id in its "canonical" form, a default "filled
    in", a default or null "dropped".
    """

    path: Path
    sent: Json | Absent
    stored: Json | Absent
    how: How


def is_stored(sent: Json, stored: Json) -> bool:
    """Whether `stored` is what the platform makes of `sent`."""
    return all(one.how != "differs" for one in _compare(sent, stored))


def normalised(sent: Json, stored: Json) -> tuple[Normalised, ...]:
    """What the platform changed between `sent` and `stored`, and what differs, in the order of the form."""
    return tuple(_compare(sent, stored))


def made(before: Json, sent: Json, stored: Json) -> tuple[Change, ...]:
    """What a save changed of what was stored: from `before` to `stored`, less what the platform did on its own.

    A default that it filled in and nobody set is no change, nor the order that it gave to ports; a target is named in
    the spelling that it stored.
    """
    asked = {change.path for change in diff(before, sent)}
    own = {one.path for one in _compare(sent, stored) if one.how in _NOBODYS}

    def is_own(path: Path) -> bool:
        above = {path[:end] for end in range(len(path) + 1)}
        return not own.isdisjoint(above) and asked.isdisjoint(above)

    return tuple(change for change in diff(before, stored) if not is_own(change.path))


_NOBODYS: Final = frozenset[How]({"sorted", "pinned", "filled in", "dropped"})
"""What nobody asked for when it happens beside a change."""


def _compare(sent: Json, stored: Json) -> Iterator[Normalised]:
    if isinstance(sent, dict) and isinstance(stored, dict):
        yield from _object((), RuntimeConfig, sent, stored)
    elif not same(sent, stored):
        yield Normalised((), sent, stored, "differs")


def _object(path: Path, model: type[BaseModel], sent: JsonObject, stored: JsonObject) -> Iterator[Normalised]:
    for name, field in model.model_fields.items():
        yield from _field((*path, name), field, sent.get(name, ABSENT), stored.get(name, ABSENT))
    for name in dict.fromkeys([*sent, *stored]):
        if name not in model.model_fields and not same(sent.get(name, ABSENT), stored.get(name, ABSENT)):
            yield Normalised((*path, name), sent.get(name, ABSENT), stored.get(name, ABSENT), "differs")


def _field(path: Path, field: FieldInfo, sent: Json | Absent, stored: Json | Absent) -> Iterator[Normalised]:
    if same(sent, stored):
        return
    model = model_of(field)
    if model and isinstance(sent, dict) and isinstance(stored, dict):
        yield from _object(path, model, sent, stored)
    elif model and not is_optional(field) and ABSENT in (sent, stored):
        yield from _left_out(path, model, sent, stored)
    elif sent is ABSENT and _is_default(field, stored):
        yield Normalised(path, sent, stored, "filled in")
    elif stored is ABSENT and _is_default(field, sent):
        yield Normalised(path, sent, stored, "dropped")
    elif path == ("capabilities",):
        yield from _capabilities(path, sent, stored)
    else:
        way = _LISTS.get(path)
        how = way(sent, stored) if way and isinstance(sent, list) and isinstance(stored, list) else None
        yield Normalised(path, sent, stored, how or "differs")


def _is_default(field: FieldInfo, value: Json | Absent) -> bool:
    default: Json = field.get_default(call_default_factory=True, validated_data={})
    return not field.is_required() and same(value, default)


def _left_out(path: Path, model: type[BaseModel], sent: Json | Absent, stored: Json | Absent) -> Iterator[Normalised]:
    """A whole part that only one side has: one line when it says nothing but defaults, else what it says."""
    given = stored if sent is ABSENT else sent
    if not isinstance(given, dict):
        yield Normalised(path, sent, stored, "differs")
        return
    found = list(_object(path, model, *(({}, given) if sent is ABSENT else (given, {}))))
    if any(one.how == "differs" for one in found):
        yield from found
    else:
        yield Normalised(path, sent, stored, "filled in" if sent is ABSENT else "dropped")


def _capabilities(path: Path, sent: Json | Absent, stored: Json | Absent) -> Iterator[Normalised]:
    ours, theirs = identities(path, sent), identities(path, stored)
    if ours is None or theirs is None or list(ours) != list(theirs):
        yield Normalised(path, sent, stored, "differs")
        return
    for name, capability in ours.items():
        there, at = theirs[name], (*path, Item(name))
        if not isinstance(capability, dict) or not isinstance(there, dict):
            continue  # an identity comes from an object's name
        version, pinned = capability.get("version", ABSENT), there.get("version")
        if version in (ABSENT, None) and pinned is not None:
            yield Normalised((*at, "version"), version, pinned, "pinned")
            version = pinned
        known = {} if version is ABSENT else {"version": version}
        yield from _object(at, Capability, {**capability, **known}, there)


def _as_ports(sent: list[Json], stored: list[Json]) -> How | None:
    if not all(type(port) is int for port in (*sent, *stored)):
        return None
    return "sorted" if {*map(str, sent)} == {*map(str, stored)} else None


def _as_ids(sent: list[Json], stored: list[Json]) -> How | None:
    ours, theirs = _texts(sent), _texts(stored)
    if ours is None or theirs is None or {one.lower() for one in ours} != {one.lower() for one in theirs}:
        return None
    return "sorted" if set(ours) == set(theirs) else "canonical"


def _as_targets(sent: list[Json], stored: list[Json]) -> How | None:
    ours, theirs = _texts(sent), _texts(stored)
    if ours is None or theirs is None or egress.canonical(ours) != egress.canonical(theirs):
        return None
    return "canonical"


def _texts(listed: list[Json]) -> list[str] | None:
    texts = [one for one in listed if isinstance(one, str)]
    return texts if len(texts) == len(listed) else None


_LISTS: Final[dict[Path, Callable[[list[Json], list[Json]], How | None]]] = {
    ("sandbox", "exposed_ports"): _as_ports,
    ("sandbox", "egress", "allow"): _as_targets,
    ("secrets", "secret_ids"): _as_ids,
}
