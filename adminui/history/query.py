"""The search box of history: text and terms, as in `person:bob path:resources.cpu_cores -origin:bulk after:30d cost`.

All of them must hold. Values with spaces stand in quotes. A term that begins with “-” must not hold. Text is found word
by word in reasons, names, ids and request ids.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from json.decoder import scanstring  # type: ignore[attr-defined]  # public in CPython, missing in typeshed
from typing import Final

from adminui.record.index import above, words
from adminui.record.kinds import KINDS, ORIGINS

TERMS: Final[Mapping[str, str]] = {
    "person": "who did it, by name",
    "path": "what was changed, there or below: resources.cpu_cores",
    "outcome": "what became of the save: stored, rejected, unknown …",
    "origin": "where it came from: editor, restore, import, outside …",
    "kind": "the kind of event: save.stored, reveal, export …",
    "runtime": "the runtime, by its key or id",
    "request": "the request, by our id of it or the platform’s",
    "after": "from that day or time on, or the last 30d or 24h",
    "before": "before that day or time",
    "show": "all: the steps of a save too, each as it was written",
}
"""The terms that are known, and what each says."""

LONGEST: Final = 1000
"""Characters of a query."""
_MOST: Final = 20
"""Terms and words of a query."""
OUTCOMES: Final = (
    *("stored", "altered", "overtaken", "rejected", "not_sent", "unknown", "not_stored", "superseded", "open"),
)
"""What can become of a save; `open` is one whose end isn’t told."""
_ALIASES: Final = {"refused": "rejected", "not-sent": "not_sent", "not-stored": "not_stored"}
_MOMENT: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?Z?)?", re.ASCII)
_UNITS: Final = {"d": timedelta(days=1), "h": timedelta(hours=1)}
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_KEY: Final = re.compile(r"([a-z]+):")
_LATELY: Final = re.compile(r"(\d{1,5})([dh])", re.ASCII)


@dataclass(frozen=True)
class Term:
    """One part of a query; `key` is empty for text."""

    key: str
    value: str
    without: bool = False

    def __str__(self) -> str:
        """As it is typed."""
        key = f"{self.key}:" if self.key else ""
        return f"{'-' if self.without else ''}{key}{_quoted(self.value, path=self.key == 'path')}"


@dataclass(frozen=True)
class Query:
    """What is asked for.

    Of each of `groups` an event has at least one term of record.index, of `nots` none. `since` and `until` bound its
    time. `every`: also the events of a save that a later one tells the end of. `problem` says what is wrong.
    """

    terms: tuple[Term, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    nots: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    every: bool = False
    problem: str = ""

    def __str__(self) -> str:
        """As it is typed."""
        return " ".join(map(str, self.terms))

    def value(self, key: str) -> str:
        """The value of the first term of that key that must hold; empty when there is none."""
        return next((term.value for term in self.terms if term.key == key and not term.without), "")

    def replaced(self, **values: str) -> str:
        """The query with other values for these keys, as it is typed; an empty one takes the term out."""
        kept = [term for term in self.terms if term.key not in values or term.without]
        return " ".join(map(str, [*kept, *(Term(key, value) for key, value in values.items() if value)]))

    @property
    def is_empty(self) -> bool:
        """Whether it asks for everything."""
        return not self.terms


def parse(text: str, now: datetime | None = None, runtimes: Mapping[str, str] | None = None) -> Query:
    """Reads a query; never raises. `now` is what 24h is counted back from, `runtimes` the ids by key, case folded."""
    text = text[:LONGEST]
    terms = list(_terms(text))[:_MOST]
    if problem := next(filter(None, (_problem(term, runtimes or {}) for term in terms)), ""):
        return Query(tuple(terms), problem=problem)
    groups: list[tuple[str, ...]] = []
    nots: list[str] = []
    times: dict[str, datetime] = {}
    every = False
    for term in terms:
        if term.key in {"after", "before"}:
            moment = _moment(term.value, now or datetime.now(UTC))
            if moment is None or term.without:
                return Query(tuple(terms), problem=f"“{term}” isn’t a time: write {term.key}:2026-11-01, or after:30d.")
            times[term.key] = moment
        elif term.key == "show":
            every = term.value == "all"
        elif term.without:
            nots += [one for group in _groups(term, runtimes or {}, there=True) for one in group]
        else:
            groups += _groups(term, runtimes or {}, there=False)
            every = every or term.key in {"outcome", "kind"}  # each of its steps tells one
    return Query(tuple(terms), tuple(groups), tuple(nots), times.get("after"), times.get("before"), every)


def _problem(term: Term, runtimes: Mapping[str, str]) -> str:
    """What is wrong with a term, in plain words; empty when nothing is."""
    value = term.value.lower()
    known: Mapping[str, Iterable[str]] = {"outcome": OUTCOMES, "origin": ORIGINS, "kind": KINDS, "show": ("all",)}
    if term.key in known and _ALIASES.get(value, value) not in known[term.key]:
        return f"“{term}” finds nothing: {term.key} is one of {', '.join(sorted(known[term.key]))}."
    if term.key == "runtime" and not _UUID.fullmatch(value) and term.value.casefold() not in runtimes:
        return f"“{term}” is no runtime that is known here: write its key, or its whole id."
    typed = _KEY.match(term.value) if not term.key else None
    if typed and typed.end() < len(term.value) and (meant := get_close_matches(typed[1], TERMS, 1, 0.75)):
        return f"“{typed[1]}:” is no term. Did you mean {meant[0]}: ? In quotes it is looked for as text."
    return ""


def _groups(term: Term, runtimes: Mapping[str, str], *, there: bool) -> list[tuple[str, ...]]:
    """The terms of the index that a part asks for. `there`: a path only there and below, not where it lies in."""
    match term.key:
        case "":
            return [(f"word:{word}",) for word in words(term.value)]
        case "path":
            around = () if there else tuple(f"at:{each}" for each in above(term.value)[1:])
            return [(f"path:{term.value}", *around)]
        case "person":
            return [(f"person:{term.value.casefold()}",)]
        case "outcome":
            value = term.value.lower()
            return [(f"outcome:{_ALIASES.get(value, value)}",)]
        case "request":
            return [(f"word:{word}",) for word in words(term.value)]
        case "runtime":
            return [(f"runtime:{runtimes.get(term.value.casefold(), term.value.lower())}",)]
        case _:
            return [(f"{term.key}:{term.value.lower()}",)]


def _moment(text: str, now: datetime) -> datetime | None:
    if found := _LATELY.fullmatch(text):
        return now - int(found[1]) * _UNITS[found[2]]
    if found := _MOMENT.fullmatch(text):
        try:
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            return None
    return None


def _terms(text: str) -> Iterator[Term]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        without = text[at] == "-" and at + 1 < len(text) and not text[at + 1].isspace()
        at += without
        key = _KEY.match(text, at)
        known = key is not None and key[1] in TERMS and key.end() < len(text) and not text[key.end()].isspace()
        if key is not None and known:
            value, at = _value(text, key.end())
            yield Term(key[1], value, without)
        else:
            value, at = _value(text, at)
            if words(value):
                yield Term("", value, without)


def _value(text: str, at: int) -> tuple[str, int]:
    """The value that begins there, and where it ends: to the next space, quoted parts whole."""
    if text[at] == '"' and (closed := _closed(text, at)):
        return closed
    start = at
    while at < len(text) and not text[at].isspace():
        closed = _closed(text, at + 1) if text.startswith('["', at) else None
        at = at + 1 if closed is None else closed[1]
    return text[start:at], at


def _closed(text: str, at: int) -> tuple[str, int] | None:
    """The JSON string whose quote stands there, and its end; None when it isn't closed."""
    try:
        value, end = scanstring(text, at + 1, False)
        return str(value), int(end)
    except ValueError:
        return None


def _quoted(value: str, *, path: bool) -> str:
    return value if path or not re.search(r'[\s"]', value) else json.dumps(value, ensure_ascii=False)
