"""Activity over time, as bars: how many events a day or week, and how many of them were refused or unknown."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from adminui.history.query import Query
from adminui.record import index
from adminui.record.index import Part, Scope

HEIGHT: Final = 44
"""Units of the tallest bar."""
_BARS: Final = 31
"""Days that have a bar each; more are drawn in weeks, and still more in parts of 30 days."""
_STEPS: Final = (1, 7, 30)
_MOST: Final = 60


@dataclass(frozen=True)
class Bar:
    """One bar: its days (`until` excluded), its counts, and its heights in units; `query` narrows the page to it."""

    since: date
    until: date
    events: int
    bad: int
    tall: float
    tall_bad: float
    query: str

    @property
    def first(self) -> str:
        """Its first day, in words."""
        return said(self.since)

    @property
    def told(self) -> str:
        """What it says, in words."""
        last = self.until - timedelta(days=1)
        days = self.first if last == self.since else f"{self.first} to {said(last)}"
        bad = f", {self.bad} refused or unknown" if self.bad else ""
        return f"{days}: {counted(self.events)}{bad}"


@dataclass(frozen=True)
class Chart:
    """The bars from left to right, and what they say in words: `span` is the time that they show, as in “30 events in
    30 days”. `partial`: of a part of the workspace."""

    bars: tuple[Bar, ...]
    span: str
    step: int
    partial: bool = False

    @property
    def last(self) -> str:
        """The last day, in words."""
        day = self.bars[-1].until - timedelta(days=1)
        return "today" if day == datetime.now(UTC).date() else said(day)

    @property
    def events(self) -> int:
        """How many there are in all."""
        return sum(bar.events for bar in self.bars)

    @property
    def bad(self) -> int:
        """How many of them were refused or unknown."""
        return sum(bar.bad for bar in self.bars)

    @property
    def told(self) -> str:
        """The text that stands for the picture."""
        if not self.events:
            return "None in this time."
        most = max(self.bars, key=lambda bar: bar.events)
        return f"Most on {most.told}. In all {self.bad} of {self.events} were refused or unknown."


def chart(scope: Scope, query: Query, parts: Collection[Part] | None = None, now: datetime | None = None) -> Chart:
    """The activity of the time that a query asks for, else of 30 days; of the events as a whole, not those found.

    `parts`: those of a workspace that are counted; None for all of it.
    """
    today = (now or datetime.now(UTC)).date()
    until = (
        min(query.until.date() + timedelta(days=query.until.time() > datetime.min.time()), today + timedelta(days=1))
        if query.until
        else today + timedelta(days=1)
    )
    since = query.since.date() if query.since else until - timedelta(days=30)
    since = max(since, until - timedelta(days=_STEPS[-1] * _MOST)) if since < until else until - timedelta(days=1)
    days = (until - since).days
    step = next((step for step in _STEPS if days <= step * (_BARS if step == 1 else _MOST)), _STEPS[-1])
    edges = [since + timedelta(days=at) for at in range(0, days, step)]
    counts = index.tallies(scope, since.isoformat(), until.isoformat(), parts)
    return Chart(tuple(_bars(edges, until, counts, query)), _span(query, since, today, days), step, parts is not None)


def _span(query: Query, since: date, today: date, days: int) -> str:
    """The last 30 days of a search begin within a day, whose events are all counted: that is said by the day."""
    if query.since and not query.until:
        return "today" if since == today else f"since {said(since)}"
    return f"in {days} {'day' if days == 1 else 'days'}"


def _bars(edges: Sequence[date], until: date, counts: Sequence[tuple[str, int, int]], query: Query) -> list[Bar]:
    sums, starts = [[0, 0] for _ in edges], [edge.isoformat() for edge in edges]
    for day, events, bad in counts:
        total = sums[bisect_right(starts, day) - 1]
        total[0] += events
        total[1] += bad
    unit = HEIGHT / max(1, *(events for events, _ in sums))
    return [
        Bar(
            since,
            end,
            events,
            bad,
            _tall(events, unit),
            _tall(bad, unit),
            query.replaced(after=since.isoformat(), before=end.isoformat()),
        )
        for since, end, (events, bad) in zip(edges, [*edges[1:], until], sums, strict=True)
    ]


def _tall(count: int, unit: float) -> float:
    return round(max(count * unit, 2), 1) if count else 0


def said(day: date) -> str:
    """A day in words."""
    return f"{day.day} {day:%b}" + ("" if day.year == datetime.now(UTC).year else f" {day.year}")


def counted(events: int) -> str:
    """How many."""
    return f"{events:,} {'event' if events == 1 else 'events'}"
