"""What makes a million events quick to search: small tables made from the events, which can be made anew at any time.

Events say everything; nothing is only here. Every event is indexed in the transaction that appends it, and
`manage.py history_index` makes the tables anew. A page without a filter doesn't need them.

- `record_term`: by the hash of a term (`person:bob`, `path:resources`) within a workspace, the numbers of its events.
- `record_tally`: by workspace or runtime and day, how many events there were, and how many were refused or unknown.
  Both tables hold the events that are about no runtime once more, as a part of their workspace.
- `record_name`: by workspace or runtime, who did something, and the number of their last event; by workspace also
  which runtimes there are, under `part`.
- `record_latest`: by runtime and path, the number of the last event that changed the stored value.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

from django.db import connection

from adminui.contract import paths
from adminui.record.models import Event

TABLES: Final = ("record_term", "record_tally", "record_name", "record_latest")

LANDED: Final = frozenset({"stored", "altered", "overtaken"})
"""States of a save after which its changes are what the platform stores."""
BAD: Final = frozenset({"rejected", "not_sent", "unknown", "not_stored"})
"""States of a save that counts as refused or unknown."""

_WORD: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\w+")
_LONGEST_WORD: Final = 100
_KEYS: Final = 100_000
"""Keys of terms that are kept at hand while many events are indexed."""
_CHUNK: Final = 2000
"""Rows of one INSERT."""


@dataclass(frozen=True)
class Scope:
    """A workspace, or one runtime of it; whose events are on the chain of its organization."""

    chain: str
    workspace: str
    runtime: UUID | None = None

    @property
    def whole(self) -> "Scope":
        """The workspace."""
        return Scope(self.chain, self.workspace)

    def key(self, text: str = "") -> int:
        """A text within this scope as a number of 64 bits."""
        whole = "\0".join((self.chain, self.workspace, str(self.runtime or ""), text))
        digest = blake2b(whole.encode(errors="backslashreplace"), digest_size=8).digest()
        return int.from_bytes(digest, "big", signed=True)


def words(text: str) -> list[str]:
    """The words of a text as they are found by: without case, UUIDs whole."""
    return [word[:_LONGEST_WORD] for word in _WORD.findall(text.casefold())]


def told_paths(event: Event) -> list[str]:
    """The change paths of an event as texts, whatever stands there."""
    return [path for path in event.paths if isinstance(path, str)] if isinstance(event.paths, list) else []


def told_data(event: Event) -> dict[str, Any]:
    """The data of an event, whatever stands there."""
    return event.data if isinstance(event.data, dict) else {}


def outcome(event: Event) -> str:
    """The state of the save that an event tells: `open` for an intent, empty for other events."""
    if event.kind == "save.intent":
        return "open"
    state = told_data(event).get("state") if event.kind.startswith("save.") else ""
    return state if isinstance(state, str) else ""


def has_landed(event: Event) -> bool:
    """Whether an event says that its changes are what the platform stores."""
    return event.kind == "change.outside" or (
        event.kind in {"save.stored", "save.settled"} and outcome(event) in LANDED
    )


@lru_cache(maxsize=10_000)
def above(path: str) -> tuple[str, ...]:
    """A path and everything that it lies in, as texts, the path itself first. A text that is no path stands alone."""
    try:
        parsed = paths.parse(path)
    except ValueError:
        return (path,)
    return tuple(paths.text(parsed[:end]) for end in range(len(parsed), 0, -1)) or ("",)


def terms(event: Event) -> set[str]:
    """Everything that an event is found by.

    `path:` stands for changes at or below a path, `at:` for one exactly there, `word:` for reason, names and ids.
    """
    found = {f"kind:{event.kind}", f"origin:{event.origin}"}
    if event.runtime:
        found.add(f"runtime:{event.runtime}")
    if event.name:
        found.add(f"person:{event.name.casefold()}")
    if state := outcome(event):
        found.add(f"outcome:{state}")
    for path in told_paths(event):
        found.add(f"at:{path}")
        found.update(f"path:{each}" for each in above(path))
    found.update(f"word:{word}" for word in _words(event))
    return found


def _words(event: Event) -> list[str]:
    requests = (event.request_id, str(told_data(event).get("platform_request") or ""))
    ids = (str(event.id), str(event.save_id or ""))
    digests = (digest[:8] for digest in (event.before, event.after) if digest)
    return [*words(" ".join((event.reason, event.name, event.platform_name, *requests, *ids))), *digests]


def scope_of(event: Event) -> Scope:
    """The workspace of an event."""
    return Scope(event.chain, event.workspace)


Part = UUID | None
"""A part of a workspace: the events of one runtime, or those that are about none."""
_OWN: Final = " of no runtime"


def _keys(scope: Scope, parts: Iterable[Part] | None, text: str) -> list[int]:
    """A text within a scope as a number; within some parts of it as a number each."""
    if parts is None:
        return [scope.key(text)]
    return [replace(scope, runtime=part).key(text if part else text + _OWN) for part in parts]


def day(event: Event) -> str:
    """The day of an event in UTC, as 2026-11-24."""
    return f"{event.at:%Y-%m-%d}" if isinstance(event.at, datetime) else ""


def places(event: Event) -> set[str]:
    """Where an event is the last change: `below` each place that holds one, and `at` each place changed as a whole.

    A list whose items only changed their order was changed, but none of its items was; of a whole object that came or
    went, what it held. What was asked for and didn't come to be was no change.
    """
    data = told_data(event)
    moved, dropped = (data[key] if isinstance(data.get(key), list) else [] for key in ("moved", "dropped"))
    parts = data["parts"] if isinstance(data.get("parts"), dict) else {}
    found: set[str] = set()
    for path in told_paths(event):
        if path in dropped:
            continue
        held = parts.get(path)
        inner = [one for one in held if isinstance(one, str)] if isinstance(held, list) else [path]
        found.update(f"below {each}" for one in inner for each in above(one))
        found.update(f"at {one}" for one in inner if one not in moved)
    return found


@dataclass(frozen=True)
class _Place:
    """Where an event counts: the keys of names and tally of its workspace and of its part, and the row of the part."""

    part: tuple[int, str] | None
    counted: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, whole: Scope, part: object) -> "_Place":
        """The place of events of a workspace that are about a runtime or none; a damaged row is of no part."""
        counted = (whole.key("name"), whole.key("tally"))
        if part is not None and not isinstance(part, UUID):
            return cls(None, (counted,))
        (names,), (tally,) = _keys(whole, [part], "name"), _keys(whole, [part], "tally")
        return cls((whole.key("part"), str(part or "")), (counted, (names, tally)))


class Rows:
    """Rows of the tables, as events come."""

    def __init__(self) -> None:
        self._tally: Counter[tuple[int, str]] = Counter()
        self._bad: Counter[tuple[int, str]] = Counter()
        self._names: dict[tuple[int, str], int] = {}
        self._latest: dict[int, int] = {}
        self._places: dict[tuple[str, str, object], _Place] = {}
        self._keys: defaultdict[Scope, dict[str, int]] = defaultdict(dict)

    def take(self, event: Event) -> list[int]:
        """Takes an event, after those with lower numbers; the keys of its terms, which are the caller's to write."""
        whole, seq = scope_of(event), event.seq
        placed = self._placed(event)
        if placed.part is not None:
            self._names[placed.part] = seq
        for names, tally in placed.counted:
            if event.name:
                self._names[names, event.name] = seq
            if event.kind != "save.intent":
                at = tally, day(event)
                self._tally[at] += 1
                self._bad[at] += outcome(event) in BAD
        if has_landed(event) and isinstance(event.runtime, UUID):
            runtime = Scope(event.chain, event.workspace, event.runtime)
            self._latest.update(dict.fromkeys(self._of(runtime, places(event)), seq))
        return self._of(whole, terms(event))

    def _placed(self, event: Event) -> "_Place":
        place = event.chain, event.workspace, event.runtime
        known = self._places.get(place)
        if known is None:
            known = self._places[place] = _Place.of(scope_of(event), event.runtime)
        return known

    def _of(self, scope: Scope, texts: Iterable[str]) -> list[int]:
        """The keys of texts. Most come again and again; those that don't are not worth keeping for long."""
        known = self._keys[scope]
        if len(known) > _KEYS:
            known.clear()
        found = []
        for text in texts:
            key = known.get(text)
            if key is None:
                key = known[text] = scope.key(text)
            found.append(key)
        return found

    def put_small(self) -> None:
        """Writes what isn't terms."""
        _insert(
            "record_tally (scope, day, events, bad)",
            [(*key, count, self._bad[key]) for key, count in self._tally.items()],
            "(scope, day) DO UPDATE SET events = record_tally.events + excluded.events,"
            " bad = record_tally.bad + excluded.bad",
        )
        names = [(*key, seq) for key, seq in self._names.items()]
        _insert("record_name (scope, name, seq)", names, _NEWEST.format("scope, name"))
        _insert("record_latest (place, seq)", self._latest.items(), _NEWEST.format("place"))


def add(events: Sequence[Event]) -> None:
    """Indexes events that have just been appended, in their order. Raises django.db.Error."""
    rows = Rows()
    found = {(key, event.seq) for event in events for key in rows.take(event)}
    _insert("record_term (term, seq)", sorted(found), "DO NOTHING")
    rows.put_small()


_NEWEST: Final = "({}) DO UPDATE SET seq = excluded.seq"


def _insert(into: str, rows: Iterable[tuple[Any, ...]], conflict: str) -> None:
    listed = list(rows)
    with connection.cursor() as cursor:
        for start in range(0, len(listed), _CHUNK):
            chunk = listed[start : start + _CHUNK]
            one = f"({', '.join(['%s'] * len(chunk[0]))})"
            values = ", ".join([one] * len(chunk))
            statement = f"INSERT INTO {into} VALUES {values} ON CONFLICT {conflict}"  # noqa: S608 - names are ours
            cursor.execute(statement, [value for row in chunk for value in row])


def clear() -> None:
    """Empties the tables."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - names are ours


def latest(scope: Scope, places: Iterable[str]) -> dict[str, int]:
    """The number of the last event at each of some places of a runtime, as `below …` and `at …`; none where none is."""
    keys = {scope.key(place): place for place in places}
    found: dict[str, int] = {}
    listed = list(keys)
    with connection.cursor() as cursor:
        for start in range(0, len(listed), _CHUNK):
            chunk = listed[start : start + _CHUNK]
            marks = ", ".join(["%s"] * len(chunk))
            cursor.execute(f"SELECT place, seq FROM record_latest WHERE place IN ({marks})", chunk)  # noqa: S608
            found.update((keys[place], seq) for place, seq in cursor.fetchall())
    return found


def parts(scope: Scope) -> list[Part]:
    """The parts of a workspace that have events, the one with the newest first."""
    return [UUID(name) if name else None for name in _names([scope.key("part")])]


def names(scope: Scope, parts: Iterable[Part] | None = None, most: int = 50) -> list[str]:
    """Who did something there, or in some parts of it, whoever did last first."""
    return _names(_keys(scope, parts, "name"), most)


def _names(keys: Sequence[int], most: int | None = None) -> list[str]:
    marks = ", ".join(["%s"] * len(keys)) or "NULL"
    limit = "" if most is None else f" LIMIT {most:d}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT name FROM record_name WHERE scope IN ({marks}) GROUP BY name ORDER BY max(seq) DESC{limit}",  # noqa: S608
            keys,
        )
        return [name for (name,) in cursor.fetchall()]


def tallies(scope: Scope, since: str, until: str, parts: Iterable[Part] | None = None) -> list[tuple[str, int, int]]:
    """Day, events and bad ones among them, for the days from `since` to before `until` that had any, in their order.

    Of the scope, or of some parts of it.
    """
    keys = _keys(scope, parts, "tally")
    marks = ", ".join(["%s"] * len(keys)) or "NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT day, sum(events), sum(bad) FROM record_tally WHERE scope IN ({marks}) AND day >= %s AND day < %s"  # noqa: S608
            " GROUP BY day ORDER BY day",
            [*keys, since, until],
        )
        return [(at, int(events), int(bad)) for at, events, bad in cursor.fetchall()]
