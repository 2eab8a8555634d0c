"""The changes between two documents: as data that can be applied, and as words for people.

`apply(before, diff(before, after))` is `after`, for any two documents. A change names an item of a known list by its
identity (`identity.py`); an unknown list, or one whose items can't be told apart, changes as a whole.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from adminui.contract import paths
from adminui.contract.config import EGRESS, field_of, looks_secret, section_of
from adminui.contract.document import ABSENT, Absent, Json, place, same
from adminui.contract.fields import FieldSpec
from adminui.contract.identity import has_identities, identities
from adminui.contract.paths import Item, Path, Segment
from adminui.contract.visible import visible

Kind = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True)
class Change:
    """One change path with what was there and what is there.

    `before` is ABSENT for "added", `after` for "removed". "moved" stands at a list's path and holds the identities in
    their order before and after; additions at the end and removals alone aren't a move.
    """

    path: Path
    kind: Kind
    before: Json | Absent
    after: Json | Absent


def diff(before: Json, after: Json) -> tuple[Change, ...]:
    """What makes `after` of `before`, in the order of the documents; () when they are the same.

    A new object is told by its innermost values, one change each; a removed one is one change.
    """
    return tuple(_diff((), before, after))


def _diff(path: Path, before: Json, after: Json) -> Iterator[Change]:
    if before is after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            if key in after:
                yield from _diff((*path, key), value, after[key])
            else:
                yield Change((*path, key), "removed", value, ABSENT)
        for key, value in after.items():
            if key not in before:
                yield from _added((*path, key), value)
        return
    old, new = identities(path, before), identities(path, after)
    if old is not None and new is not None:
        yield from _diff_items(path, old, new)
    elif not same(before, after):
        yield Change(path, "changed", before, after)


def _added(path: Path, value: Json) -> Iterator[Change]:
    if isinstance(value, dict) and value and not has_identities(path):
        for key, child in value.items():
            yield from _added((*path, key), child)
    else:
        yield Change(path, "added", ABSENT, value)


def parts(change: Change) -> tuple[Path, ...] | None:
    """The innermost places that a change to or from a whole object fills or empties; None for any other change.

    Where an object goes, or comes in place of something else, a field that it could hold and doesn't isn't changed.
    """
    objects = [side for side in (change.before, change.after) if isinstance(side, dict)]
    if not objects or has_identities(change.path[:-1]):
        return None
    leaves = (leaf for side in objects for leaf in _added(change.path, side))
    held = tuple(dict.fromkeys(leaf.path for leaf in leaves if leaf.after != {}))
    return None if change.kind == "changed" and not held else held


def _diff_items(path: Path, old: dict[str, Json], new: dict[str, Json]) -> Iterator[Change]:
    for identity, item in old.items():
        if identity in new:
            yield from _diff((*path, Item(identity)), item, new[identity])
        else:
            yield Change((*path, Item(identity)), "removed", item, ABSENT)
    for identity, item in new.items():
        if identity not in old:
            yield Change((*path, Item(identity)), "added", ABSENT, item)
    unmoved = [one for one in old if one in new] + [one for one in new if one not in old]
    if unmoved != list(new):
        yield Change(path, "moved", [*old], [*new])


@dataclass
class _Node:
    """What changes at one place and below it."""

    change: Change | None = None
    moved: Change | None = None
    below: dict[Segment, "_Node"] = field(default_factory=dict)


def apply(doc: Json, changes: Iterable[Change]) -> Json:
    """A document with changes made; `doc` stays as it is. Missing parents are created; a later change wins.

    Raises ValueError when a change leads through something that is no object and no list with identities, or when the
    document itself would go.
    """
    root = _Node()
    for change in changes:
        node = root
        for segment in change.path:
            node = node.below.setdefault(segment, _Node())
        if change.kind == "moved":
            node.moved = change
        else:
            node.change, node.moved, node.below = change, None, {}
    result = _applied((), doc, root)
    if result is ABSENT:
        raise ValueError("The document itself can’t be removed.")
    return result


def _applied(path: Path, value: Json | Absent, node: _Node) -> Json | Absent:
    if node.change is not None:
        value = node.change.after
    if not node.below and node.moved is None:
        return value
    if value is ABSENT:
        value = [] if has_identities(path) else {}
    if isinstance(value, dict):
        return _applied_below(path, value, node)
    items = identities(path, value)
    if items is None:
        raise ValueError(f"There is nothing to change within {place(path)}.")
    changed = _applied_below(path, items, node)
    order = node.moved.after if node.moved is not None else None
    first = [one for one in order if isinstance(one, str) and one in changed] if isinstance(order, list) else []
    return [changed[one] for one in dict.fromkeys([*first, *changed])]


def _applied_below(path: Path, parts: dict[str, Json], node: _Node) -> dict[str, Json]:
    changed = dict(parts)
    for segment, below in node.below.items():
        if not isinstance(segment, str):
            raise ValueError(  # noqa: TRY004  # a path's shape is a value here, as everywhere in the contract
                f"A change names the items of {place(path)} by identity, not by position."
            )
        value = _applied((*path, segment), changed.get(segment, ABSENT), below)
        if value is ABSENT:
            changed.pop(segment, None)
        else:
            changed[segment] = value
    return changed


def locate(doc: Json, path: Path) -> Path | None:
    """The document path of a change path in a document: identities become positions. None when an item isn't there."""
    found: list[Segment] = []
    value: Json | Absent = doc
    for segment in path:
        step: Segment = segment
        if isinstance(value, list) and isinstance(segment, str):
            items = identities(tuple(found), value)
            if items is None or segment not in items:
                return None
            step = list(items).index(segment)
            value = value[step]
        elif isinstance(value, dict) and isinstance(segment, str):
            value = value.get(segment, ABSENT)
        elif isinstance(value, list) and isinstance(segment, int) and 0 <= segment < len(value):
            value = value[segment]
        else:
            value = ABSENT
        found.append(step)
    return tuple(found)


# ---- in words ------------------------------------------------------------------------------------------------------

ENVIRONMENT: Final[Path] = ("runtime_server", "env")
"""Where the values lie that histories mask."""
_WEIGHTS: Final[dict[Path, int]] = {("build",): 4, ("sandbox", "egress"): 3, ("secrets",): 2, ("runtime_server",): 1}
_LONGEST: Final = 120
_SAID: Final = frozenset({"not set", "empty"})
"""What is said of no value; a value that reads so is quoted."""


@dataclass(frozen=True)
class Told:
    """A change as people are told it.

    `section` is a key of SECTIONS, `path` the text form of the change path, `place` as much of it as is worth reading
    beside the values: of an item that is its own name, the list's. `before` and `after` are display texts of
    one line, None where there is nothing to say (a row that wasn't there). `secret`: they are an environment value
    whose key looks like a secret's, to be masked. What weighs more is shown first; 0 is ordinary.
    """

    section: str
    label: str
    path: str
    place: str
    kind: str
    before: str | None
    after: str | None
    secret: bool
    weight: int


def is_variable(path: Path) -> bool:
    """Whether a path leads to a variable of the environment, or into one."""
    return path[:2] == ENVIRONMENT and len(path) > 2


def tell(change: Change) -> Told:
    """How a change is said to people."""
    spec = field_of(change.path)
    return Told(
        section=section_of(change.path).key,
        label=_label(spec, change.path),
        path=paths.text(change.path),
        place=paths.text(change.path[:-1] if _names_itself(spec, change.path) else change.path),
        kind=change.kind,
        before=_shown(spec, change, change.before),
        after=_shown(spec, change, change.after),
        secret=is_variable(change.path) and looks_secret(str(change.path[2])),
        weight=next((weight for start, weight in _WEIGHTS.items() if change.path[: len(start)] == start), 0),
    )


def tell_masked(change: Change) -> Told:
    """The same where the past is shown: what was a variable's value is secret, whatever its name."""
    said = tell(change)
    return replace(said, secret=True) if is_variable(change.path) else said


def _names_itself(spec: FieldSpec | None, path: Path) -> bool:
    """Whether a path leads to an item that is nothing but its name: a port, a target, a secret."""
    return spec is not None and spec.kind != "rows" and has_identities(path[:-1])


def _label(spec: FieldSpec | None, path: Path) -> str:
    if spec is None:
        section = section_of(path)
        if not path:
            return "The whole document"
        known = path[0] == section.key
        return section.title if known and len(path) == 1 else paths.text(path[1:] if known else path)
    rest = path[len(spec.path) :]
    if spec.kind in {"map", "rows"} and rest:
        column = next((one.label for one in spec.rows if spec.kind == "rows" and one.path == rest[1:]), "")
        return ", ".join(part for part in (str(rest[0]) or "“”", column or paths.text(rest[1:])) if part)
    if _names_itself(spec, path):
        return spec.rows[0].label
    unknown = rest if spec.kind == "egress" and rest[:1] != ("allow",) else ()
    return ", ".join(part for part in (spec.label, paths.text(unknown)) if part)


def _shown(spec: FieldSpec | None, change: Change, value: Json | Absent) -> str | None:
    """The display text of one side of a change."""
    path = change.path
    if path in {(), ENVIRONMENT[:1]} or (path == ENVIRONMENT and value is not ABSENT):
        return None if value is ABSENT else _described(value)  # may hold environment values
    if spec is None:
        return None if value is ABSENT else _line(value)
    rest = path[len(spec.path) :]
    if spec.kind == "egress" and rest in {(), ("allow",)} and change.kind != "moved":
        return _egress(value)
    if rest and (value is ABSENT or spec.kind not in {"rows", "map"}):
        column = next((one for one in spec.rows if spec.kind == "rows" and one.path == rest[1:]), None)
        return ("not set" if column and value is ABSENT else None) if value is ABSENT else _line(value)
    if value is ABSENT or (value is None and spec.optional):
        return "not set"
    if spec.kind == "rows" and len(rest) == 1:
        return _capability(value)
    names = identities(spec.path, value) if spec.kind == "rows" and not rest else None
    if names:
        return _line([*names])
    is_switch = spec.kind == "switch" or rest[1:] == ("enabled",)
    return ("on" if value else "off") if is_switch and isinstance(value, bool) else _line(value)


def _egress(value: Json | Absent) -> str:
    default, only, none = (option.label for option in EGRESS)
    targets = value.get("allow", []) if isinstance(value, dict) else value
    if value is ABSENT or value is None:
        return default
    if isinstance(targets, list):
        return f"{only}: {_line(targets)}" if targets else none
    return _line(value)


def _capability(value: Json) -> str:
    if not isinstance(value, dict):
        return _line(value)
    said = [_line(value.get("version")) if value.get("version") is not None else "latest version"]
    if value.get("enabled") is False:
        said.append("off")
    said += sorted(value.keys() - {"name", "version", "enabled"})
    return _cut(", ".join(said))


def _described(value: Json) -> str:
    if isinstance(value, dict):
        return f"{len(value)} {'key' if len(value) == 1 else 'keys'}"
    return "a list" if isinstance(value, list) else "text" if isinstance(value, str) else "a value"


def _line(value: Json) -> str:
    """Any value on one line: text as it is where that is plain, else quoted or shortened."""
    if isinstance(value, list) and value and all(isinstance(one, (str, int)) for one in value):
        return _cut(", ".join(_line(one) for one in value[:50]) + (", …" if len(value) > 50 else ""))
    if not isinstance(value, str):
        return _cut(visible(json.dumps(value, ensure_ascii=False)[: _LONGEST + 1]))
    if not value:
        return "empty"
    lines = value.splitlines()
    count = len(lines) + (value[-1:] != lines[-1][-1:])  # a line break at the end begins one more
    first = _cut(visible(lines[0][: _LONGEST + 1]))
    if count > 1:
        return f"{first} … ({count} lines)"
    return f"“{first}”" if value != value.strip() or value in _SAID else first


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
