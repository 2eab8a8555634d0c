"""Raw documents: read strictly, edited without loss, written in three ways, compared exactly.

A document is what `json` makes of JSON text. Nothing here knows what a config is; nothing changes a document in place.
Documents from `read` are at most `MAX_DEPTH` containers deep, so walking them by recursion is safe.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, Final, Literal, TypeGuard

from adminui.contract import paths
from adminui.contract.paths import Path, Segment

MAX_DEPTH: Final = 64


class Absent(Enum):
    """The type of `ABSENT`."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent.ABSENT
"""Not there: neither null nor empty."""

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
JsonObject = dict[str, Json]


class Unfaithful(ValueError):
    """A text that can't be carried as a document without changing it, or that is no JSON at all.

    `reason` is a plain sentence for people; it holds keys and positions, never values. `line` and `column` count from 1
    and say where the text stops being JSON, None where it is JSON.
    """

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.column = column


_JSON_TROUBLE = {
    "Expecting value": "a value is missing",
    "Expecting property name enclosed in double quotes": "a key in double quotes is missing",
    "Expecting ':' delimiter": "“:” is missing",
    "Expecting ',' delimiter": "“,” or a closing bracket is missing",
    "Extra data": "there is more after the end",
    "Unterminated string starting at": "a closing quote is missing",
    "Invalid control character at": "a line break, tab or other control character has to be escaped",
    "Invalid \\escape": "no such escape",
    "Invalid \\uXXXX escape": "no such escape",
}


def read(raw: bytes | str, *, max_depth: int = MAX_DEPTH) -> Json:
    """The document that a JSON text (UTF-8 when bytes) stands for, so that `wire` gives back the same document.

    Raises Unfaithful, and nothing else, for what isn't JSON or can't be carried exactly: duplicate keys, NaN and
    infinities, numbers beyond double precision or 4,300 digits, lone surrogates, a byte order mark, more than
    `max_depth` containers in each other.
    """
    text = _decoded(raw)
    duplicates: list[tuple[JsonObject, str]] = []

    def build(pairs: list[tuple[str, Json]]) -> JsonObject:
        built = dict(pairs)
        if len(built) != len(pairs):
            seen: set[str] = set()
            again = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # the idiom for "seen before"
            duplicates.append((built, again))
        return built

    try:
        document: Json = json.loads(text, object_pairs_hook=build, parse_constant=_refuse_constant)
    except Unfaithful:
        raise
    except RecursionError:
        raise Unfaithful(_too_deep(max_depth)) from None
    except json.JSONDecodeError as trouble:
        said = next((plain for start, plain in _JSON_TROUBLE.items() if trouble.msg.startswith(start)), "")
        where = f"Not JSON at line {trouble.lineno} column {trouble.colno}"
        sentence = f"{where}: {said}." if said else f"{where}."
        raise Unfaithful(sentence, trouble.lineno, trouble.colno) from None
    except ValueError:  # the interpreter's own limit on the digits of an integer, its only other complaint
        raise Unfaithful("A number is too large: it has more than 4300 digits.") from None
    _require_faithful(document, max_depth, duplicates, surrogates="\\ud" in text or "\\uD" in text)
    return document


def _decoded(raw: bytes | str) -> str:
    try:
        if isinstance(raw, str):
            raw.encode()
            text = raw
        else:
            text = raw.decode()
    except UnicodeEncodeError as trouble:
        raise Unfaithful(f"A lone surrogate (half of a character) is at character {trouble.start + 1}.") from None
    except UnicodeDecodeError as trouble:
        raise Unfaithful(f"Not UTF-8 at byte {trouble.start + 1}.") from None
    if text.startswith("\ufeff"):
        raise Unfaithful("It starts with a byte order mark, which JSON doesn’t allow.")
    return text


def _refuse_constant(name: str) -> Json:
    raise Unfaithful(f"{name} is not a JSON number.")


def _too_deep(max_depth: int) -> str:
    return f"It is deeper than {max_depth} levels."


def _require_faithful(
    document: Json, max_depth: int, duplicates: list[tuple[JsonObject, str]], *, surrogates: bool
) -> None:
    again = {id(built): key for built, key in duplicates}
    _require_faithful_leaf((), document, surrogates=surrogates)
    for path, value in containers(document):
        if len(path) >= max_depth:
            raise Unfaithful(_too_deep(max_depth))
        if isinstance(value, dict):
            if id(value) in again:
                raise Unfaithful(f"Duplicate key {json.dumps(again[id(value)])} in {place(path)}.")
            if surrogates and any(map(is_broken, value)):
                raise Unfaithful(f"A lone surrogate (half of a character) is in a key of {place(path)}.")
        for segment, child in items(value):
            if isinstance(child, float) or (surrogates and isinstance(child, str)):
                _require_faithful_leaf((*path, segment), child, surrogates=surrogates)


def _require_faithful_leaf(path: Path, value: Json, *, surrogates: bool) -> None:
    if isinstance(value, float) and math.isinf(value):
        raise Unfaithful(f"A number is too large in {place(path)}.")
    if surrogates and isinstance(value, str) and is_broken(value):
        raise Unfaithful(f"A lone surrogate (half of a character) is in {place(path)}.")


def containers(document: Json) -> Iterator[tuple[Path, JsonObject | list[Json]]]:
    """Every object and list of a document with its document path, outer ones first, in order. Safe at any depth."""
    waiting: list[tuple[Path, JsonObject | list[Json]]] = []
    if isinstance(document, (dict, list)):
        waiting.append(((), document))
    while waiting:
        path, value = waiting.pop()
        yield path, value
        inner = [((*path, segment), child) for segment, child in items(value) if isinstance(child, (dict, list))]
        waiting.extend(reversed(inner))


def items(container: JsonObject | list[Json]) -> Iterable[tuple[Segment, Json]]:
    """What an object or list holds, each with its key or position."""
    return container.items() if isinstance(container, dict) else enumerate(container)


def is_broken(text: str) -> bool:
    """Whether a text holds a lone surrogate: half of a character, which no encoding can carry."""
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def place(path: Path) -> str:
    """A path in a sentence."""
    return paths.text(path) if path else "the document"


def canonical(doc: Json) -> bytes:
    """UTF-8 JSON, keys sorted, no space: equal for two documents exactly when they are `same`.

    Raises ValueError for what `read` doesn't give (NaN, infinities, lone surrogates).
    """
    return json.dumps(doc, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def wire(doc: Json) -> bytes:
    """UTF-8 JSON without space, keys in their order: what is sent. Raises as `canonical` does."""
    return json.dumps(doc, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def pretty(doc: Json) -> str:
    """JSON for people: indented by two, keys in their order, letters as they are. Raises as `canonical` does."""
    return json.dumps(doc, indent=2, ensure_ascii=False, allow_nan=False)


def digest(doc: Json) -> str:
    """SHA-256 of the canonical form, 64 hex digits."""
    return hashlib.sha256(canonical(doc)).hexdigest()


def same(a: Json | Absent, b: Json | Absent) -> bool:
    """Whether two documents are one: key order aside, everything counts. True isn't 1, 1 isn't 1.0, 0.0 isn't -0.0."""
    if a is b:
        return True
    if isinstance(a, dict):
        return (
            isinstance(b, dict)
            and len(a) == len(b)
            and all(key in b and same(value, b[key]) for key, value in a.items())
        )
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, str):
        return isinstance(b, str) and a == b
    if isinstance(a, float):
        return isinstance(b, float) and a == b and math.copysign(1, a) == math.copysign(1, b)
    return type(a) is type(b) and a == b


def is_object(value: Json | Absent) -> TypeGuard[JsonObject]:
    """Whether a value is a JSON object."""
    return isinstance(value, dict)


def get(doc: Json, path: Path) -> Json | Absent:
    """The value at a document path; ABSENT when nothing is there."""
    value: Json | Absent = doc
    for segment in path:
        value = _child(value, segment)
    return value


def _child(parent: Json | Absent, segment: Segment) -> Json | Absent:
    if isinstance(segment, str):
        return parent.get(segment, ABSENT) if isinstance(parent, dict) else ABSENT
    return parent[segment] if isinstance(parent, list) and 0 <= segment < len(parent) else ABSENT


def edit(doc: Json, path: Path, value: Json | Absent) -> Json:
    """A document with `value` at a document path, or without that path when `value` is ABSENT.

    `doc` stays as it is; untouched parts are shared. Missing parent objects are created, and a list takes one more item
    at its end. Deleting what isn't there changes nothing; deleting a list's item moves the following ones up.
    Raises ValueError when a parent is no object or list, a list has no such position, or the document itself would go.
    """
    if not path:
        if value is ABSENT:
            raise ValueError("The document itself can’t be removed.")
        return value
    if value is ABSENT and get(doc, path) is ABSENT and _can_hold(doc, path):
        return doc
    return _edited(doc, path, 0, value)


def _can_hold(doc: Json, path: Path) -> bool:
    for end in range(len(path)):
        parent = get(doc, path[:end])
        if parent is ABSENT:
            return True
        if not isinstance(parent, dict if isinstance(path[end], str) else list):
            return False
    return True


def _edited(doc: Json, path: Path, at: int, value: Json | Absent) -> Json:
    segment, last = path[at], at == len(path) - 1
    copy: Any
    if isinstance(segment, str) and isinstance(doc, dict):
        copy = dict(doc)
        if last and value is ABSENT:
            del copy[segment]
        else:
            copy[segment] = value if last else _edited(doc.get(segment, {}), path, at + 1, value)
        return copy  # type: ignore[no-any-return]  # a dict or list of Json, indexed by either kind of segment
    if isinstance(segment, int) and isinstance(doc, list) and 0 <= segment <= len(doc):
        copy = list(doc)
        if last and value is ABSENT:
            del copy[segment]
        else:
            kept = doc[segment] if segment < len(doc) else {}
            copy[segment : segment + 1] = [value if last else _edited(kept, path, at + 1, value)]
        return copy  # type: ignore[no-any-return]  # see above
    kind: Literal["object", "list"] = "object" if isinstance(segment, str) else "list"
    wanted = f"no position {segment} in the list" if isinstance(doc, list) and kind == "list" else f"no {kind}"
    raise ValueError(f"There is {wanted} at {place(path[:at])}.")
