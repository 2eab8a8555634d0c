"""The states that a runtime was in: the documents that its events speak of, and what differs between two of them.

Values of the environment are masked wherever the history shows them, by their place and not by their names.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from adminui.contract import paths
from adminui.contract.changes import ENVIRONMENT, Change, Told, diff, tell_masked
from adminui.contract.config import SECTIONS
from adminui.contract.document import Json
from adminui.contract.jsondiff import Line, lines
from adminui.record import documents
from adminui.record.index import Scope, has_landed
from adminui.record.models import Event

WHOLE: Final = 1_000_000
"""Lines around a difference that make the whole document."""
LISTED: Final = 50
"""States that are offered of the newest, and around one that is chosen."""
_LOOKED: Final = 400


@dataclass(frozen=True)
class State:
    """A document, and where it is from. `document` is None when it is no longer kept, `why` says so."""

    key: str
    label: str
    document: Json | None
    why: str = ""
    event: Event | None = None


@dataclass(frozen=True)
class Group:
    """The changes of one section."""

    key: str
    title: str
    told: tuple[Told, ...]


def groups(changes: Sequence[Change]) -> list[Group]:
    """Changes by section, what weighs first."""
    said = [tell_masked(change) for change in changes]
    found = [Group(one.key, one.title, tuple(each for each in said if each.section == one.key)) for one in SECTIONS]
    return sorted((group for group in found if group.told), key=lambda group: -max(one.weight for one in group.told))


def difference(before: Json, after: Json, *, revealed: Collection[str] = (), whole: bool = False) -> list[Line]:
    """The difference as JSON, the environment masked but for the paths in `revealed`."""

    def hides(key: str) -> bool:
        return paths.text((*ENVIRONMENT, key)) not in revealed

    return lines(before, after, context=WHOLE if whole else 2, hides=hides)


def kept(runtime: UUID, digest: str | None) -> tuple[Json | None, str]:
    """A document and an empty text, or None and why it isn't there."""
    return (None, "No document belongs to it.") if digest is None else documents.opened(runtime, digest)


def event_of(scope: Scope, event: UUID) -> Event | None:
    """An event of this workspace or runtime."""
    found = Event.objects.filter(id=event, chain=scope.chain, workspace=scope.workspace).first()
    return found if found is not None and found.runtime == scope.runtime else None


def of_event(scope: Scope, key: str) -> State | None:
    """The state that a key names: an event's id for the state after it, with `.before` for the one before."""
    name, _, side = key.partition(".")
    try:
        event = event_of(scope, UUID(name))
    except ValueError:
        return None
    if event is None or scope.runtime is None or side not in {"", "before"}:
        return None
    document, why = kept(scope.runtime, event.before if side else event.after)
    key = f"{event.id}.{side}" if side else str(event.id)
    return State(key, f"the state {side or 'after'} {label(event)}", document, why, event)


def label(event: Event) -> str:
    """How an event is named in a list of states."""
    at = event.at if isinstance(event.at, str) else f"{event.at:%-d %b %Y %H:%M}"
    by = f" by {event.name}" if event.name else " made elsewhere" if event.kind == "change.outside" else ""
    return f"change {event.seq}{by}, {at}"


def landed(scope: Scope) -> list[Event]:
    """The last events of a runtime that its stored state changed with, newest first."""
    return _landed(scope, Event.objects.filter(runtime=scope.runtime).order_by("-seq"))


def around(scope: Scope, newest: Sequence[Event], chosen: Collection[Event]) -> list[Event]:
    """The newest such events, and those on both sides of the chosen ones that are older: newest first."""
    found = {one.seq: one for one in newest}
    for event in chosen:
        if newest and event.seq < newest[-1].seq:
            rows = Event.objects.filter(runtime=scope.runtime)
            beside = _landed(scope, rows.filter(seq__lte=event.seq).order_by("-seq"))[: LISTED // 2]
            beside += _landed(scope, rows.filter(seq__gt=event.seq).order_by("seq"))[: LISTED // 2]
            found |= {one.seq: one for one in beside}
    return [found[seq] for seq in sorted(found, reverse=True)]


def _landed(scope: Scope, rows: QuerySet[Event]) -> list[Event]:
    mine = [one for one in rows[:_LOOKED] if (one.chain, one.workspace) == (scope.chain, scope.workspace)]
    return [one for one in mine if has_landed(one) and one.after][:LISTED]


def changes_between(before: Json | None, after: Json | None) -> tuple[Change, ...]:
    """What differs; nothing where one of them isn't kept."""
    return () if before is None or after is None else diff(before, after)
