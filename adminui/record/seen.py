"""The state of each runtime's config that is known last, and when it was last seen.

Whoever learns of a new state marks it, in the transaction of the event that tells it. A reading that finds another one
thus finds what nobody told: a change made elsewhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from adminui.contract import paths
from adminui.contract.changes import Change, parts
from adminui.contract.document import Json
from adminui.platform.address import RuntimeRef
from adminui.record import events
from adminui.record.models import Event, Seen

FRESH: Final = timedelta(seconds=30)
"""How old a sighting may be before another one of the same state is written down."""


@dataclass(frozen=True)
class Known:
    """What was known of a runtime at one moment.

    digest, since: of its state, and the number of the event that told it; None and 0 where none is known yet.
    last: the number of its last event, 0 where it has none.
    """

    digest: str | None
    since: int
    last: int
    at: datetime


def known(runtime: UUID) -> Known:
    """What is known of a runtime now."""
    now = timezone.now()
    digest, since = Seen.objects.filter(runtime=runtime).values_list("digest", "seq").first() or (None, 0)
    return Known(digest, since, last_number(runtime), now)


def last_number(runtime: UUID) -> int:
    """The number of a runtime's last event; 0 where it has none."""
    number: int | None = Event.objects.filter(runtime=runtime).order_by("-seq").values_list("seq", flat=True).first()
    return number or 0


def mark(runtime: UUID, digest: str, seq: int) -> None:
    """From the event with that number on, this is the state that is known."""
    Seen.objects.update_or_create(runtime=runtime, defaults={"digest": digest, "seq": seq, "seen_at": timezone.now()})


def again(runtime: UUID, digest: str, at: datetime) -> None:
    """The state that is known was there at this time still."""
    Seen.objects.filter(runtime=runtime, digest=digest, seen_at__lt=at - FRESH).update(seen_at=at)


def first(runtime: UUID, digest: str, at: datetime) -> None:
    """The state that a runtime was first seen in; nothing when another was marked meanwhile."""
    Seen.objects.bulk_create([Seen(runtime=runtime, digest=digest, seq=0, seen_at=at)], ignore_conflicts=True)


_LONGEST: Final = 200
"""Characters kept of the platform's own digest."""


def is_listed(runtime: UUID, listed: str) -> bool:
    """Whether the platform's own digest is the one that belongs to the state that is known."""
    return Seen.objects.filter(runtime=runtime, listed=listed[:_LONGEST]).exists()


def listed_otherwise(listed: Mapping[UUID, str]) -> list[UUID]:
    """Those of some runtimes of which a state is known, and not by the platform's digest that is given."""
    rows = Seen.objects.filter(runtime__in=listed).values_list("runtime", "listed")
    return [runtime for runtime, known_as in rows if known_as != listed[runtime][:_LONGEST]]


def listed_as(runtime: UUID, digest: str, listed: str) -> None:
    """The platform's own digest of the state that is known; nothing where another state is."""
    Seen.objects.filter(runtime=runtime, digest=digest).update(listed=listed[:_LONGEST])


def changed_outside(
    ref: RuntimeRef, changes: Iterable[Change], *, before: str, after: str, since: datetime, until: datetime
) -> None:
    """Writes down a change that nobody made here, between two times, and marks the new state.

    `before` and `after` are digests. Raises django.db.Error. In the caller's transaction, like events.append.
    """
    listed = list(changes)
    event = events.append(
        events.NewEvent(
            kind="change.outside",
            chain=ref.org,
            origin="outside",
            organization=ref.org,
            workspace=ref.workspace,
            runtime=UUID(ref.runtime),
            paths=tuple(paths.text(change.path) for change in listed),
            before=before,
            after=after,
            data={"since": _second(since), "until": _second(until + timedelta(seconds=1)), **told(listed)},
        )
    )
    mark(UUID(ref.runtime), after, event.seq)


def _second(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def told(changes: Iterable[Change]) -> Mapping[str, Json]:
    """What an event's data says of its changes beside their paths, as index.places reads it.

    `moved`: lists in which only the order changed; `parts`: of each whole object that came or went, what it held.
    """
    listed = list(changes)
    moved: list[Json] = [paths.text(change.path) for change in listed if change.kind == "moved"]
    held: dict[str, Json] = {
        paths.text(change.path): [paths.text(part) for part in within]
        for change in listed
        if (within := parts(change)) is not None
    }
    return {key: value for key, value in (("moved", moved), ("parts", held)) if value}
