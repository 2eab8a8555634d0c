"""A page of history: the events that are asked for and that one may see, each told in a sentence, grouped by day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import QueryDict
from django.urls import reverse

from adminui.accounts.places import Place
from adminui.history import telling
from adminui.history.access import Access, Runtime, short
from adminui.history.asked import Asked
from adminui.history.finding import Found, Hit, find
from adminui.history.telling import Telling, Told
from adminui.platform.address import is_uuid
from adminui.record import documents, events
from adminui.record.index import Scope
from adminui.record.models import Event

ROWS: Final = 30
"""Events of a page."""
_NAMED: Final = 4
"""Runtimes of one search that the platform is asked for by their keys."""
_ROUNDS: Final = 4
"""Times that events are looked for when those found may not be seen."""


@dataclass(frozen=True)
class Row:
    """An event on a page. `runtime` is its runtime's name, empty for an event of the workspace; `href` its page."""

    event: Event
    telling: Telling
    runtime: str
    runtime_href: str
    href: str

    @property
    def at(self) -> datetime | None:
        """When it was; None when the row doesn't say."""
        return self.event.at if isinstance(self.event.at, datetime) else None

    @property
    def reason(self) -> str:
        """The reason that its person gave."""
        return self.event.reason if isinstance(self.event.reason, str) else ""

    @property
    def day(self) -> date | None:
        """Its day, in UTC."""
        return self.at.astimezone(UTC).date() if self.at else None


@dataclass(frozen=True)
class Listing:
    """A page of rows, newest first. `newer` and `older` lead to the pages beside it, empty where there is none.

    `stopped`: the search ended before its end; `older` goes on from there.
    """

    rows: tuple[Row, ...]
    newer: str = ""
    older: str = ""
    stopped: bool = False

    @property
    def days(self) -> list[tuple[str, list[Row]]]:
        """The rows by day, each day as it is called."""
        return [(day_said(day), list(rows)) for day, rows in groupby(self.rows, key=lambda row: row.day)]


def day_said(day: date | None) -> str:
    """A day as a heading: “Today, 24 November”."""
    if day is None:
        return "At an unknown time"
    today = datetime.now(UTC).date()
    told = f"{day.day} {day:%B}" + ("" if day.year == today.year else f" {day.year}")
    return f"{ {today: 'Today', today - timedelta(days=1): 'Yesterday'}.get(day, f'{day:%A}') }, {told}"


async def asked_of(access: Access, place: Place, given: QueryDict) -> Asked:
    """What an address or form asks for. Runtimes are known by key or name: the first hundred, a few others by asking.

    Raises the platform's error when it can't be asked.
    """
    ids = {name.casefold(): each.id for each in place.runtimes for name in (each.name, each.key)}
    asked = Asked.read(given, ids)
    keys = dict.fromkeys(term.value for term in asked.query.terms if term.key == "runtime" and not is_uuid(term.value))
    for key in [key for key in keys if key.casefold() not in ids][:_NAMED]:
        if found := await access.named(key):
            ids[key.casefold()] = str(found)
    return Asked.read(given, ids)


async def listed(access: Access, scope: Scope, asked: Asked, known: Mapping[UUID, Runtime]) -> Listing:
    """The page that is asked for. `known`: runtimes that the person may see for certain.

    Raises the platform's error when it can't be asked which events the person may see.
    """
    hits: list[Hit] = []
    looked: list[Hit] = []
    seen = dict(known)
    below, above, up = asked.below, asked.above or 0, asked.above is not None
    for _ in range(_ROUNDS):
        found = await sync_to_async(find)(scope, asked.query, below=below, above=above, up=up, most=ROWS - len(hits))
        seen |= await access.runtimes(_of(found.hits) - seen.keys())
        meant = [hit for hit in found.hits if hit.event.runtime is None or hit.event.runtime in seen]
        hits = meant + hits if up else hits + meant
        looked = [*found.hits, *looked] if up else [*looked, *found.hits]
        if len(hits) >= ROWS or not found.more:
            break
        edge = found.hits[0] if up else found.hits[-1]
        below, above = (below, edge.event.seq) if up else (edge.event.seq, above)
    rows = await sync_to_async(told_rows)(hits, scope, seen)
    beside = _beside(asked, replace(found, hits=tuple(looked)), up=up)
    # What may not be seen isn't looked through to its end at once, however much of it there is.
    stopped = found.stopped is not None or (found.more and len(hits) < ROWS)
    return Listing(tuple(rows), *beside, stopped=stopped)


def site(asked: Asked) -> Listing:
    """The page of events of no organization that is asked for. They have no pages of their own."""
    up = asked.above is not None
    found = find(Scope(events.SITE, ""), asked.query, below=asked.below, above=asked.above or 0, up=up, most=ROWS)
    rows = tuple(Row(hit.event, telling.tell(Told(hit.event, hit.course)), "", "", "") for hit in found.hits)
    return Listing(rows, *_beside(asked, found, up=up), stopped=found.stopped is not None)


def _of(hits: Iterable[Hit]) -> set[UUID]:
    """The runtimes of some events. A row that names one in no readable way is of no runtime that one may see."""
    return {hit.event.runtime for hit in hits if isinstance(hit.event.runtime, UUID)}


def _beside(asked: Asked, found: Found, *, up: bool) -> tuple[str, str]:
    """The addresses of the newer and the older page."""
    edge = found.stopped
    first = found.hits[0].event.seq if found.hits else None
    last = found.hits[-1].event.seq if found.hits else None
    if up:
        upward = first if found.more else edge
        downward = last or (asked.above or 0) + 1
        return asked.newer(upward) if upward else "", asked.older(downward)
    downward_ = last if found.more else edge
    upward_ = (first or asked.below) if asked.below else None
    return asked.newer(upward_) if upward_ else "", asked.older(downward_) if downward_ else ""


def told_rows(hits: Sequence[Hit], scope: Scope, runtimes: Mapping[UUID, Runtime]) -> list[Row]:
    """The rows of some events. Documents that are small and still kept give the values."""
    at_hand = documents.load_small(pair for hit in hits for pair in telling.wanted(hit))
    return [_row(hit, scope, runtimes, at_hand) for hit in hits]


def _row(hit: Hit, scope: Scope, runtimes: Mapping[UUID, Runtime], at_hand: telling.Documents) -> Row:
    event = hit.event
    told = telling.tell(Told(event, hit.course, at_hand))
    if scope.runtime is not None:
        told = told.within()
    href = event_href(scope, event)
    if not isinstance(event.runtime, UUID):
        return Row(event, told, "", "", href)
    runtime = runtimes.get(event.runtime)
    there = _runtime_href(scope.chain, scope.workspace, event.runtime)
    return Row(event, told, runtime.name if runtime else short(event.runtime), there, href)


@lru_cache(maxsize=1000)
def _runtime_href(org: str, ws: str, runtime: UUID) -> str:
    return reverse("runtime-history", kwargs={"org": org, "ws": ws, "runtime": runtime})


def event_href(scope: Scope, event: Event) -> str:
    """The page of an event; empty for a row whose id is none."""
    if not isinstance(event.id, UUID):
        return ""
    runtime = event.runtime if isinstance(event.runtime, UUID) else None
    before, after = _around_id(scope.chain, scope.workspace, runtime)
    return f"{before}{event.id}{after}"


@lru_cache(maxsize=1000)
def _around_id(org: str, ws: str, runtime: UUID | None) -> tuple[str, str]:
    """The address of any event there, before its id and after it. Made once: it takes as long as what a row says."""
    place = {"org": org, "ws": ws, "event": _ANY}
    if runtime is None:
        address = reverse("workspace-event", kwargs=place)
    else:
        address = reverse("history-event", kwargs={**place, "runtime": runtime})
    before, _, after = address.rpartition(str(_ANY))
    return before, after


_ANY: Final = UUID(int=0)
