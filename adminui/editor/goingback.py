"""Going back: a recorded state, or a change taken back, as changes of what is stored today.

A restore offers everything that differs between today's document and the recorded one. An undo offers the inverse of
one change as far as nobody changed the same places since; where somebody did, each place is offered by itself.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from adminui.contract import paths, phrases
from adminui.contract.changes import Change, apply, diff
from adminui.contract.config import check
from adminui.contract.document import ABSENT, Absent, Json, get
from adminui.contract.merge import merge
from adminui.record import documents
from adminui.record.index import has_landed, told_paths
from adminui.record.models import Event

Kind = Literal["restore", "undo"]
Side = Literal["before", "after"]
_SHOWN: Final = 3


@dataclass(frozen=True)
class Aim:
    """What is to be gone back to: the state at one `side` of an event, or, to undo it, from the one after it to the
    one before it. A document that it takes may be gone; `gone` says why then."""

    kind: Kind
    event: Event
    side: Side
    state: Json | None
    undone: Json | None = None
    gone: str = ""

    @property
    def name(self) -> str:
        """As in “Put back the state after change 41 by bob”."""
        number = f"change {self.event.seq}{made_by(self.event)}"
        return f"Undo {number}" if self.kind == "undo" else f"Put back the state {self.side} {number}"

    @property
    def places(self) -> str:
        """What the event changed, the first few of it by name: “variable A, target b, CPU cores and 7 more”."""
        named = [*dict.fromkeys(map(_named, told_paths(self.event)))]
        rest = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
        return (", ".join(named[:_SHOWN]) or "the config") + rest


def _named(path: str) -> str:
    try:
        said = phrases.named(paths.parse(path))
    except ValueError:
        return path
    return " ".join(part for part in (said.noun, said.name) if part)


def made_by(event: Event) -> str:
    """As in “change 41 by bob”."""
    return f" by {event.name}" if event.name else ", made outside this UI"


@dataclass(frozen=True)
class Offer:
    """What may be changed of today's document. `overlaps`: what somebody changed since; taken only when asked for."""

    base: Json
    wanted: Json
    changes: tuple[Change, ...]
    overlaps: tuple[Change, ...] = ()

    def document(self, chosen: Collection[str] | None) -> Json:
        """Today's document with the chosen changes, by the texts of their paths; None: all but the overlaps."""
        if chosen is None:
            return self.wanted
        picked = [one for one in (*self.changes, *self.overlaps) if paths.text(one.path) in chosen]
        return self.wanted if tuple(picked) == self.changes else apply(self.base, picked)


def aim(event: Event, kind: Kind, side: Side) -> Aim | None:
    """What going back to an event means; None where the event has no such state."""
    digests = (event.before, event.after)
    if not isinstance(event.runtime, UUID) or not has_landed(event) or not all(digests):
        return None
    before, after = (documents.opened(event.runtime, digest or "") for digest in digests)
    if kind == "undo":
        return Aim(kind, event, "before", before[0], after[0], before[1] or after[1])
    state, why = after if side == "after" else before
    return Aim(kind, event, side, state, gone=why)


def offer(aim: Aim, today: Json) -> Offer:
    """What an aim, none of whose documents is gone, means for today's document."""
    state, undone = aim.state, aim.undone
    if aim.kind == "restore":
        return Offer(today, state, diff(today, state))
    merged = merge(undone, today, state)
    overlaps = tuple(Change(one.path, _kind(one.theirs, one.mine), one.theirs, one.mine) for one in merged.overlaps)
    return Offer(today, merged.document, diff(today, merged.document), overlaps)


def _kind(before: object, after: object) -> Literal["added", "removed", "changed"]:
    return "added" if before is ABSENT else "removed" if after is ABSENT else "changed"


@dataclass(frozen=True)
class Flag:
    """What today's rules or today's secrets have against a document that is to be put back."""

    path: str
    text: str


@dataclass(frozen=True)
class Back:
    """What a draft goes back to, in words, the event's id, and what stands against the draft."""

    name: str
    event: UUID
    flags: Sequence[Flag]


def flags(base: Json, document: Json, secrets: Collection[str] | None, cap: int | None) -> list[Flag]:
    """What would be refused, and secrets that the person no longer has, as far as `document` brings it in.

    `secrets`: the ids of theirs, None where that isn't known. `cap`: the organization's limit of the timeout.
    """
    known = {(error.loc, error.msg) for error in check(base, timeout_cap=cap)}
    found = [
        Flag(paths.text(error.loc), error.msg)
        for error in check(document, timeout_cap=cap)
        if (error.loc, error.msg) not in known
    ]
    there, ids = (_texts(get(one, ("secrets", "secret_ids"))) for one in (base, document))
    if secrets is not None:
        living = {one.lower() for one in (*secrets, *there)}
        dead = [one for one in ids if one.lower() not in living]
        found += [Flag("secrets.secret_ids", f"{one} is no longer among your secrets.") for one in dead]
    return found


def _texts(listed: Json | Absent) -> list[str]:
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
