"""The search box of history: text and terms, as in `person:bob path:resources.cpu_cores -origin:bulk after:30d cost`.

All of them must hold. Values with spaces stand in quotes. A term that begins with “-” must not hold. Text is found by
whole words in reasons, names, ids and request ids; a runtime’s key, name or id finds what is about it.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from json.decoder import scanstring  # type: ignore[attr-defined]  # public in CPython, missing in typeshed
from typing import Final

from adminui.contract import paths
from adminui.contract.identity import has_identities
from adminui.contract.paths import Item
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
_SAID: Final = 60
"""Characters of it that are said again."""
MOST: Final = 60
"""Terms and words of a query."""
OUTCOMES: Final = (
    *("stored", "altered", "overtaken", "rejected", "not_sent", "unknown", "not_stored", "superseded", "open"),
)
"""What can become of a save; `open` is one whose end isn’t told."""
_ALIASES: Final = {"refused": "rejected", "given_up": "superseded"}
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9000, 1, 1, tzinfo=UTC)
_MOMENT: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?Z?)?", re.ASCII)
_UNITS: Final = {"d": timedelta(days=1), "h": timedelta(hours=1)}
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_KEY: Final = re.compile(r"([A-Za-z]+):")
_LATELY: Final = re.compile(r"(\d{1,5})([dh])", re.ASCII)


@dataclass(frozen=True)
class Term:
    """One part of a query; `key` is empty for text. `quoted`: it stands in quotes, as text that looks like a term."""

    key: str
    value: str
    without: bool = False
    quoted: bool = False

    def __str__(self) -> str:
        """As it is typed."""
        key = f"{self.key}:" if self.key else ""
        bare = not self.quoted and (_is_path(self.value) if self.key == "path" else not re.search(r'[\s"]', self.value))
        value = self.value if bare else json.dumps(self.value, ensure_ascii=False)
        return f"{'-' if self.without else ''}{key}{value}"


Group = tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """What is asked for.

    Of each of `groups` an event has at least one term of record.index; of `nots`, which are groups again, none holds in
    all of its groups. `since` and `until` bound its time. `every`: also the events of a save that a later one tells the
    end of. `problem` says what is wrong.
    """

    terms: tuple[Term, ...] = ()
    groups: tuple[Group, ...] = ()
    nots: tuple[tuple[Group, ...], ...] = ()
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

    def holds(self, has: Set[str]) -> bool:
        """Whether an event with these terms of record.index is meant, but for its time."""
        return _hold(self.groups, has) and not any(_hold(one, has) for one in self.nots)

    @property
    def is_empty(self) -> bool:
        """Whether it asks for everything."""
        return not self.terms


def _hold(groups: Iterable[Group], has: Set[str]) -> bool:
    return all(not has.isdisjoint(group) for group in groups)


def parse(text: str, now: datetime | None = None, runtimes: Mapping[str, str] | None = None) -> Query:
    """Reads a query; never raises. `now` is what 24h is counted back from, `runtimes` the ids by key, case folded."""
    now = now or datetime.now(UTC)
    text = text[:LONGEST]
    terms = tuple(_terms(text))
    if problem := next(filter(None, (_problem(term, runtimes or {}, now) for term in terms)), ""):
        return Query(terms, problem=problem)
    if text.strip() and not terms:
        return Query(problem=f"“{text.strip()[:_SAID]}” has nothing to look for: words are made of letters and digits.")
    groups: list[Group] = []
    nots: list[tuple[Group, ...]] = []
    times: dict[str, list[datetime]] = {"after": [], "before": []}
    every = False
    for term in terms:
        if term.key in times:
            times[term.key] += filter(None, [_moment(term.value, now)])
        elif term.key == "show":
            every = not term.without
        elif term.without:
            nots.append(tuple(dict.fromkeys(_groups(term, runtimes or {}, there=True))))
        else:
            groups += _groups(term, runtimes or {}, there=False)
            every = every or term.key in {"outcome", "kind"}  # each of its steps tells one
    since, until = max(times["after"], default=None), min(times["before"], default=None)
    groups = [*dict.fromkeys(groups)]
    if problem := _too_much(groups, nots) or _no_time(since, until, now):
        return Query(terms, problem=problem)
    return Query(terms, tuple(groups), tuple(nots), since, until, every)


def _too_much(groups: list[Group], nots: list[tuple[Group, ...]]) -> str:
    count = len(groups) + sum(map(len, nots))
    return f"{count} words and terms are too many: {MOST} can be looked for at once." if count > MOST else ""


def _no_time(since: datetime | None, until: datetime | None, now: datetime) -> str:
    """Why nothing can lie between two times; empty when something can."""
    if since and since > now:
        return f"Nothing is recorded after {since:%Y-%m-%d %H:%M} UTC yet: it lies ahead."
    if since and until and since >= until:
        return f"Nothing lies after {since:%Y-%m-%d %H:%M} and before {until:%Y-%m-%d %H:%M} UTC at once."
    return ""


def _problem(term: Term, runtimes: Mapping[str, str], now: datetime) -> str:
    """What is wrong with a term, in plain words; empty when nothing is."""
    value = term.value.lower()
    known: Mapping[str, Iterable[str]] = {"outcome": OUTCOMES, "origin": ORIGINS, "kind": KINDS, "show": ("all",)}
    if term.key and not value.strip():
        return f"“{term}” names nothing: its value comes right behind the colon, in quotes if it has spaces."
    if term.key in known and plainly(term.key, value) not in known[term.key]:
        return f"“{term}” finds nothing: {term.key} is one of {', '.join(sorted(known[term.key]))}."
    if term.key == "runtime" and not _UUID.fullmatch(value) and term.value.casefold() not in runtimes:
        return f"“{term}” is no runtime that is known here: write its key, or its whole id."
    if term.key == "path" and not _is_path(term.value):
        return f'“path:{term.value}” is no path: write path:resources.cpu_cores or path:capabilities["web"].version.'
    if term.key == "request" and not words(value):
        return f"“{term}” has nothing to look for: words are made of letters and digits."
    if term.key in {"after", "before"} and (term.without or _moment(term.value, now) is None):
        return f"“{term}” isn’t a time: write {term.key}:2026-11-01, or after:30d."
    typed = _KEY.match(term.value) if not term.key and not term.quoted else None
    return _mistyped(typed[1].lower(), term.value[typed.end() :]) if typed else ""


def _mistyped(key: str, rest: str) -> str:
    """What is wrong with text that looks like a term."""
    if key in TERMS and not rest:
        return f"“{key}:” names nothing: its value comes right behind the colon, in quotes if it has spaces."
    if rest and (meant := get_close_matches(key, TERMS, 1, 0.75)):
        return f"“{key}:” is no term. Did you mean {meant[0]}: ? In quotes it is looked for as text."
    return ""


def plainly(key: str, value: str) -> str:
    """The value of a term as the history writes it: outcomes are said in other words too."""
    value = value.lower()
    if key != "outcome":
        return value
    value = re.sub(r"[ -]", "_", value)
    return _ALIASES.get(value, value)


def _groups(term: Term, runtimes: Mapping[str, str], *, there: bool) -> list[Group]:
    """The terms of the index that a part asks for. `there`: a path only there and below, not where it lies in."""
    match term.key:
        case "":
            known = runtimes.get(term.value.casefold(), term.value.lower())
            about = (f"runtime:{known}",) if _UUID.fullmatch(known) else ()
            return [(f"word:{word}", *about) for word in words(term.value)]
        case "path":
            path = _as_recorded(term.value)
            around = () if there else tuple(f"at:{each}" for each in above(path)[1:])
            return [(f"path:{path}", *around)]
        case "person":
            return [(f"person:{term.value.casefold()}",)]
        case "request":
            return [(f"word:{word}",) for word in words(term.value)]
        case "runtime":
            return [(f"runtime:{runtimes.get(term.value.casefold(), term.value.lower())}",)]
        case _:
            return [(f"{term.key}:{plainly(term.key, term.value)}",)]


def _is_path(text: str) -> bool:
    try:
        return bool(paths.parse(text))
    except ValueError:
        return False


def _as_recorded(text: str) -> str:
    """A path with items by identity where lists have them: `capabilities.web` and `capabilities["web"]` are one."""
    path = paths.parse(text)
    listed = [has_identities(path[:at]) for at in range(len(path))]
    return paths.text(
        tuple(
            Item(str(one)) if within else str(one) if isinstance(one, Item) else one
            for one, within in zip(path, listed, strict=True)
        )
    )


def _moment(text: str, now: datetime) -> datetime | None:
    """The time that is meant, no further off than what can be counted with; None when it is none."""
    if found := _LATELY.fullmatch(text):
        return max(_FIRST, now - int(found[1]) * _UNITS[found[2]])
    if found := _MOMENT.fullmatch(text):
        try:
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
            return min(max(_FIRST, datetime(year, month, day, hour, minute, second, tzinfo=UTC)), _LAST)
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
        known = key is not None and key[1].lower() in TERMS and key.end() < len(text) and not text[key.end()].isspace()
        if key is not None and known:
            value, at = _value(text, key.end())
            yield Term(key[1].lower(), value, without)
            continue
        quoted = text[at] == '"' and _closed(text, at) is not None
        value, at = _value(text, at)
        if words(value):
            yield Term("", value, without, quoted)


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
