"""Finds events: newest first, page by page from a number on, by the index, in bounded time.

Without a filter the pages come from the events themselves. With one, candidates come from the rarest of its terms, each
of them is probed for the others, and what is found is held against the events again. One answer looks at no more than
so many candidates: when they run out it says how far it looked, and one goes on from there.
"""
# ruff: noqa: S608 - statements are put together from texts of this module; values go in as parameters

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from adminui.history.query import Query
from adminui.record.fields import ExactTimeField
from adminui.record.index import Scope, terms
from adminui.record.models import Event

BATCH: Final = 1000
"""Candidates that are looked for at once, at most."""
WINDOW: Final = 5000
"""Candidates that one statement looks at."""
WINDOWS: Final = 2
"""Statements that find too little before an answer stops without an end."""
MOST_LOADED: Final = 3000
"""Events that one answer holds against what is asked for."""
SLACK: Final = timedelta(minutes=5)
"""How far apart the clocks of workers may be without a bound in time missing an event."""

NEAR: Final = 2000
"""Candidates by which it is judged how frequent a term is."""
_AS_FREQUENT: Final = 20.0
"""Times as frequent as the rarest up to which the numbers of a term are read beside those of the rarest."""

_PROBE: Final = "(SELECT 1 FROM record_term t WHERE t.term IN ({}) AND t.seq = d.seq LIMIT 1) IS {} NULL"
_BESIDE: Final = (
    "EXISTS (SELECT 1 FROM record_term t WHERE t.term IN ({}) AND t.seq = d.seq AND t.seq > %s AND t.seq < %s)"
)
"""The same for PostgreSQL to answer by reading both side by side, which it does only where it may choose to."""


@dataclass(frozen=True)
class Hit:
    """An event of a page, and the course of its save: all events of it in their order, or the event alone.

    Of those that aren't asked for themselves the course tells what became of the save, and no more.
    """

    event: Event
    course: tuple[Event, ...]

    @property
    def is_passed(self) -> bool:
        """Whether a later event of the same save tells the end."""
        return self.course[-1].seq > self.event.seq


@dataclass(frozen=True)
class Found:
    """A page of events. `more`: others follow; `stopped`: the number to which was looked, and no further."""

    hits: tuple[Hit, ...]
    more: bool = False
    stopped: int | None = None


def find(scope: Scope, query: Query, *, below: int | None = None, above: int = 0, up: bool = False, most: int) -> Found:
    """Up to `most` events of a workspace or runtime with numbers between `above` and `below`, both excluded.

    Newest first; the newest of those in between, or with `up` the oldest.
    """
    if query.problem:
        return Found(())
    search = _Search(scope, query, up=up, every=query.every, batch=min(BATCH, 2 * most + 10), load=most + 5)
    low, high = _bounds(scope, query)
    found: list[Hit] = []
    for hit in search.hits(max(low, above), min(high, below or high)):
        found.append(hit)
        if len(found) > most:
            break
    hits = found[:most][::-1] if up else found[:most]
    tired = search.tired and len(found) <= most
    return Found(tuple(hits), more=len(found) > most, stopped=search.looked if tired else None)


def walk(scope: Scope, query: Query) -> Iterator[list[Event]]:
    """Every event that a query asks for, steps of saves too, oldest first, a batch at a time and to the end."""
    search = _Search(scope, query, up=True, every=True, batch=BATCH, load=BATCH, alone=True)
    search.looked, high = _bounds(scope, query)
    search.tired = not query.problem
    while search.tired:
        if batch := [hit.event for hit in search.hits(search.looked, high)]:
            yield batch


_END: Final = 2**63 - 1


def _bounds(scope: Scope, query: Query) -> tuple[int, int]:
    """Numbers between which all events of the time asked for are, both excluded."""
    low, high = 0, _END
    with connection.cursor() as cursor:
        if query.since is not None:
            cursor.execute(
                "SELECT seq FROM record_event WHERE chain = %s AND at < %s ORDER BY at DESC LIMIT 1",
                [scope.chain, ExactTimeField.write(query.since - SLACK)],
            )
            low = (cursor.fetchone() or (low,))[0]
        if query.until is not None:
            cursor.execute(
                "SELECT seq FROM record_event WHERE chain = %s AND at >= %s ORDER BY at LIMIT 1",
                [scope.chain, ExactTimeField.write(query.until + SLACK)],
            )
            high = (cursor.fetchone() or (high,))[0]
    return low, high


class _Search:
    """One search. `tired`: it stopped after looking at as many candidates as it may, at the number `looked`.

    `batch`: candidates that are looked for at once, of which every second may be a step of a save whose end a later one
    tells; `load`: how many of them are loaded at once; `alone`: without the course of their save.
    """

    def __init__(
        self,
        scope: Scope,
        query: Query,
        *,
        up: bool,
        every: bool,
        batch: int,
        load: int,
        alone: bool = False,
    ) -> None:
        self.scope, self.query, self.up, self.every, self.alone = scope, query, up, every, alone
        self.batch, self.load = batch, load
        self.tired = False
        self.looked = 0
        whole = scope.whole
        groups = list(query.groups)
        if groups and scope.runtime is not None:
            groups.append((f"runtime:{scope.runtime}",))
        self.groups = [[whole.key(one) for one in group] for group in groups]
        self.nots = [[[whole.key(one) for one in group] for group in groups] for groups in query.nots]

    def hits(self, low: int, high: int) -> Iterator[Hit]:
        """What is asked for between two numbers, in the direction of the search."""
        groups, beside = self._rarest_first(low, high)
        self.tired = False
        windows = loaded = 0
        while windows < WINDOWS and loaded < MOST_LOADED:
            numbers = self._candidates(groups, beside, low, high)
            loaded += len(numbers)
            for start in range(0, len(numbers), self.load):
                yield from filter(self._is_meant, self._loaded(numbers[start : start + self.load]))
            end = numbers[-1] if len(numbers) == self.batch else self._end_of_window(groups, low, high)
            if end is None:
                return
            windows += len(numbers) < self.batch
            low, high = (end, high) if self.up else (low, end)
            self.looked = end
        self.tired = True

    def _rarest_first(self, low: int, high: int) -> tuple[list[list[int]], int]:
        """The groups of terms in the order in which they are looked at, and how many are read beside the first."""
        if len(self.groups) < 2:
            return self.groups, 0
        told = sorted((self._frequency(group, low, high), group) for group in self.groups)
        (_, rarest), _ = told[0]
        beside = sum(rarest > 0 and rate <= _AS_FREQUENT * rarest for (_, rate), _ in told[1:])
        return [group for _, group in told], beside

    def _frequency(self, group: list[int], low: int, high: int) -> tuple[float, float]:
        """How many candidates a group has, and how many to a number at the search's beginning: 0 for one with few."""
        near = f"SELECT seq FROM record_term WHERE term = %s AND seq > %s AND seq < %s ORDER BY seq {self._order}"
        total, rate = 0, 0.0
        with connection.cursor() as cursor:
            for term in group:
                cursor.execute(f"SELECT count(*), min(seq), max(seq) FROM ({near} LIMIT {NEAR}) c", [term, low, high])
                count, least, most = cursor.fetchone()
                total += count
                rate += count / (most - least) if count == NEAR else 0
        return (math.inf, rate) if rate else (total, 0.0)

    def _candidates(self, groups: Sequence[Sequence[int]], beside: int, low: int, high: int) -> list[int]:
        """Numbers of the next events that have all the terms, within one window."""
        driver, values = self._driver(groups[0] if groups else None, low, high)
        tests: list[str] = []
        for at, group in enumerate(groups[1:]):
            tests.append((_BESIDE if at < beside else _PROBE).format(_marks(group), "NOT"))
            values += [*group, low, high] if at < beside else group
        for refused in self.nots:
            tests.append(f"({' OR '.join(_PROBE.format(_marks(group), '') for group in refused)})")
            values += [one for group in refused for one in group]
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        values.append(self.batch)
        return _numbers(f"SELECT d.seq FROM ({driver}) d{where} ORDER BY d.seq {self._order} LIMIT %s", values)

    def _end_of_window(self, groups: Sequence[Sequence[int]], low: int, high: int) -> int | None:
        """The last number of the window; None when there are no candidates beyond it."""
        last = f"LIMIT 1 OFFSET {WINDOW - 1}"
        found = _numbers(*self._driver(groups[0] if groups else None, low, high, last))
        return found[0] if found else None

    @property
    def _order(self) -> str:
        return "ASC" if self.up else "DESC"

    def _driver(self, group: Sequence[int] | None, low: int, high: int, taken: str = "") -> tuple[str, list[Any]]:
        """The statement that gives a window of candidates, or what is `taken` of it, and its values."""
        taken = taken or f"LIMIT {WINDOW}"
        between = f"AND seq > %s AND seq < %s ORDER BY seq {self._order}"
        if group is None:
            scope = self.scope
            where = "chain = %s AND workspace = %s"
            values: list[Any] = [scope.chain, scope.workspace]
            if scope.runtime is not None:
                # The chain in a form that leads no planner to another index than the runtime's, nor to think it rare.
                where, values = "runtime = %s AND (chain = %s) IS TRUE", [str(scope.runtime), scope.chain]
            return f"SELECT seq FROM record_event WHERE {where} {between} {taken}", [*values, low, high]
        one = f"SELECT seq FROM record_term WHERE term = %s {between}"
        if len(group) == 1:
            return f"{one} {taken}", [group[0], low, high]
        several = " UNION ".join(f"SELECT seq FROM ({one} LIMIT {WINDOW}) g{at}" for at in range(len(group)))
        values = [value for term in group for value in (term, low, high)]
        return f"SELECT seq FROM ({several}) u ORDER BY seq {self._order} {taken}", values

    def _loaded(self, numbers: list[int]) -> Iterator[Hit]:
        """The events of these numbers, in their order."""
        found = {one.seq: one for one in Event.objects.filter(chain=self.scope.chain, seq__in=numbers)}
        events = [found[number] for number in numbers if number in found]
        courses = {} if self.alone else _courses(events)
        for event in events:
            yield Hit(event, courses.get(event.save_id, (event,)))

    def _is_meant(self, hit: Hit) -> bool:
        """Whether an event is really what is asked for, and of this workspace: the index is believed in nothing."""
        event, query, scope = hit.event, self.query, self.scope
        if (event.chain, event.workspace) != (scope.chain, scope.workspace):
            return False
        if scope.runtime is not None and event.runtime != scope.runtime:
            return False
        if (query.since or query.until) and not _within(event.at, query.since, query.until):
            return False
        if hit.is_passed and not self.every:
            return False
        return (not query.groups and not query.nots) or query.holds(terms(event))


def _within(at: object, since: datetime | None, until: datetime | None) -> bool:
    return isinstance(at, datetime) and (since is None or at >= since) and (until is None or at < until)


_STEP: Final = ("chain", "seq", "kind", "workspace", "after", "data", "save_id")
"""What a course needs to tell. The rest takes longer to read than these: a page has more of such events than rows."""


def _courses(events: Sequence[Event]) -> dict[object, tuple[Event, ...]]:
    """The events of each save that these are of, in their order. Those that are loaded aren't loaded once more."""
    places = {event.save_id: (event.chain, event.workspace) for event in events if event.save_id}
    loaded = [event.id for event in events]
    others = Event.objects.filter(save_id__in=places).exclude(id__in=loaded).only(*_STEP) if places else ()
    courses: dict[object, tuple[Event, ...]] = {}
    for event in sorted((*others, *(one for one in events if one.save_id)), key=lambda one: one.seq):
        if (event.chain, event.workspace) == places[event.save_id]:
            courses[event.save_id] = (*courses.get(event.save_id, ()), event)
    return courses


def _marks(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _numbers(statement: str, values: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [number for (number,) in cursor.fetchall()]
