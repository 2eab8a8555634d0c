"""Three-way merge by path: what they changed and what I changed, from the same base, into one document.

Objects merge key by key, lists whose items have identities item by item, everything else as a whole. Where both changed
the same place to different values there is an `Overlap`, and a person chooses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from adminui.contract.changes import Change, apply, diff
from adminui.contract.document import ABSENT, Absent, Json, place, same
from adminui.contract.identity import ORDERED, has_identities, identities
from adminui.contract.paths import Item, Path

Choice = Literal["theirs", "mine"]


@dataclass(frozen=True)
class Overlap:
    """One change path that both changed, each to something else. At a list's path it is the whole list."""

    path: Path
    base: Json | Absent
    theirs: Json | Absent
    mine: Json | Absent


@dataclass(frozen=True)
class Merge:
    """What became of a merge: `document` holds both sides' changes, and theirs where they overlap."""

    document: Json
    overlaps: tuple[Overlap, ...]
    theirs: tuple[Change, ...]
    mine: tuple[Change, ...]


def merge(base: Json, theirs: Json, mine: Json) -> Merge:
    """Merge two documents made from `base`.

    When only one side changed, that side comes out as it is; when both are the same, that. Items that both added to a
    list come theirs first.
    """
    overlaps: list[Overlap] = []
    merged = _merged((), base, theirs, mine, overlaps)
    document = cast(Json, merged)  # never ABSENT: every side is a document, and one of them or a mix comes out
    return Merge(document, tuple(overlaps), diff(base, theirs), diff(base, mine))


def resolve(merged: Merge, choices: Mapping[Path, Choice]) -> Json:
    """The document once every overlap is decided.

    Raises ValueError when an overlap isn't chosen, or a choice is made where there is none.
    """
    overlapping = {overlap.path: overlap for overlap in merged.overlaps}
    if missing := [path for path in overlapping if path not in choices]:
        raise ValueError(f"Choose for {', '.join(map(place, missing))}.")
    if unknown := [path for path in choices if path not in overlapping]:
        raise ValueError(f"There is nothing to choose at {', '.join(map(place, unknown))}.")
    document = merged.document
    for path, choice in choices.items():
        overlap = overlapping[path]
        if choice == "mine":
            kind: Literal["removed", "changed"] = "removed" if overlap.mine is ABSENT else "changed"
            document = apply(document, [Change(path, kind, overlap.theirs, overlap.mine)])
    return document


def _merged(
    path: Path, base: Json | Absent, theirs: Json | Absent, mine: Json | Absent, overlaps: list[Overlap]
) -> Json | Absent:
    if same(theirs, mine) or same(base, mine):
        return theirs
    if same(base, theirs):
        return mine
    if isinstance(theirs, dict) and isinstance(mine, dict) and (base is ABSENT or isinstance(base, dict)):
        return _merged_parts(path, {} if base is ABSENT else base, theirs, mine, overlaps)
    before = identities(path, [] if base is ABSENT else base)
    ours, others = identities(path, mine), identities(path, theirs)
    if before is not None and ours is not None and others is not None:
        order = _order(path, [*before], [*others], [*ours])
        if order is not None:
            parts = _merged_parts(path, before, others, ours, overlaps)
            return [parts[identity] for identity in order if identity in parts]
    overlaps.append(Overlap(path, base, theirs, mine))
    return theirs


def _merged_parts(
    path: Path, base: dict[str, Json], theirs: dict[str, Json], mine: dict[str, Json], overlaps: list[Overlap]
) -> dict[str, Json]:
    merged: dict[str, Json] = {}
    segment = Item if has_identities(path) else str
    for key in dict.fromkeys([*theirs, *mine, *base]):
        before, others, ours = (side.get(key, ABSENT) for side in (base, theirs, mine))
        value = _merged((*path, segment(key)), before, others, ours, overlaps)
        if value is not ABSENT:
            merged[key] = value
    return merged


def _order(path: Path, base: list[str], theirs: list[str], mine: list[str]) -> list[str] | None:
    """The order of everything that either side has; None when both moved the same items, each otherwise."""
    kept = {*base} & {*theirs} & {*mine}
    before, others, ours = ([one for one in side if one in kept] for side in (base, theirs, mine))
    they_moved, i_moved = before != others, before != ours
    if they_moved and i_moved and others != ours and path in ORDERED:
        return None
    first, second = (mine, theirs) if i_moved and not they_moved else (theirs, mine)
    order, known = list(first), set(first)
    following: str | None = None
    for identity in reversed(second):  # what only the second has goes before what follows it there
        if identity not in known:
            order.insert(len(order) if following is None else order.index(following), identity)
            known.add(identity)
        following = identity
    return order
