"""What makes a million events quick to search: small tables made from the events, which can be made anew at any time.

Events say everything; nothing is only here. Every event is indexed in the transaction that appends it, and
`manage.py history_index` makes the tables anew. A page without a filter doesn't need them.

- `record_term`: by the hash of a term (`person:bob`, `path:resources`) within a workspace, the numbers of its events.
- `record_tally`: by workspace or runtime and day, how many events there were, and how many were refused or unknown.
- `record_name`: by workspace or runtime, who did something, and the number of their last event.
- `record_latest`: by runtime and path, the number of the last event that changed the stored value.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
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


def above(path: str) -> list[str]:
    """A path and everything that it lies in, as texts, the path itself first. A text that is no path stands alone."""
    try:
        parsed = paths.parse(path)
    except ValueError:
        return [path]
    return [paths.text(parsed[:end]) for end in range(len(parsed), 0, -1)] or [""]


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


def _words(event: Event) -> Iterator[str]:
    requests = (event.request_id, str(told_data(event).get("platform_request") or ""))
    names = (event.name, event.platform_name)
    for text in (event.reason, *names, *requests, str(event.id), str(event.save_id or "")):
        yield from words(text)
    yield from (digest[:8] for digest in (event.before, event.after) if digest)


def scope_of(event: Event) -> Scope:
    """The workspace of an event."""
    return Scope(event.chain, event.workspace)


def scopes(event: Event) -> Iterator[Scope]:
    """The workspace of an event, and the runtime if it is about one."""
    whole = scope_of(event)
    yield whole
    if isinstance(event.runtime, UUID):
        yield Scope(whole.chain, whole.workspace, event.runtime)


def day(event: Event) -> str:
    """The day of an event in UTC, as 2026-11-24."""
    return f"{event.at:%Y-%m-%d}" if isinstance(event.at, datetime) else ""


def places(event: Event) -> set[str]:
    """Where an event is the last change: `below` each place that holds one, and `at` each place changed as a whole.

    A list whose items only changed their order was changed, but none of its items was. What was asked for and didn't
    come to be was no change.
    """
    data = told_data(event)
    moved, dropped = (data[key] if isinstance(data.get(key), list) else [] for key in ("moved", "dropped"))
    changed = [path for path in told_paths(event) if path not in dropped]
    found = {f"below {each}" for path in changed for each in above(path)}
    return found | {f"at {path}" for path in changed if path not in moved}


def add(events: Sequence[Event]) -> None:
    """Indexes events that have just been appended, in their order. Raises django.db.Error."""
    term_rows: set[tuple[int, int]] = set()
    tally: Counter[tuple[int, str]] = Counter()
    bad: Counter[tuple[int, str]] = Counter()
    names: dict[tuple[int, str], int] = {}
    latest: dict[int, int] = {}
    for event in events:
        whole = scope_of(event)
        term_rows.update((whole.key(term), event.seq) for term in terms(event))
        for scope in scopes(event):
            if event.name:
                names[scope.key("name"), event.name] = event.seq
            if event.kind != "save.intent":
                tally[scope.key("tally"), day(event)] += 1
                bad[scope.key("tally"), day(event)] += outcome(event) in BAD
        if has_landed(event) and isinstance(event.runtime, UUID):
            runtime = Scope(event.chain, event.workspace, event.runtime)
            latest.update((runtime.key(place), event.seq) for place in places(event))
    _insert("record_term (term, seq)", sorted(term_rows), "DO NOTHING")
    _insert(
        "record_tally (scope, day, events, bad)",
        [(*key, count, bad[key]) for key, count in tally.items()],
        "(scope, day) DO UPDATE SET events = record_tally.events + excluded.events,"
        " bad = record_tally.bad + excluded.bad",
    )
    _insert(
        "record_name (scope, name, seq)", [(*key, seq) for key, seq in names.items()], _NEWEST.format("scope, name")
    )
    _insert("record_latest (place, seq)", latest.items(), _NEWEST.format("place"))


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


def names(scope: Scope, most: int = 50) -> list[str]:
    """Who did something there, whoever did last first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM record_name WHERE scope = %s ORDER BY seq DESC LIMIT %s", [scope.key("name"), most]
        )
        return [name for (name,) in cursor.fetchall()]


def tallies(scope: Scope, since: str, until: str) -> list[tuple[str, int, int]]:
    """Day, events and bad ones among them, for the days from `since` to before `until` that had any, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT day, events, bad FROM record_tally WHERE scope = %s AND day >= %s AND day < %s ORDER BY day",
            [scope.key("tally"), since, until],
        )
        return list(cursor.fetchall())
