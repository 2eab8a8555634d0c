"""The document as JSON in a text area, beside the controls: what was typed into it, and over which document.

Form and Raw show one document, and either may be edited. `since` is the document that the two last agreed on: what the
page showed in Raw before anything was typed there. It is posted along as the changes that make it of the base, since a
page outlives what the server remembers of it.
"""

import json
from collections.abc import Iterable, Iterator

from adminui.contract import document, paths
from adminui.contract.changes import Change, apply
from adminui.contract.config import FIELDS
from adminui.contract.document import ABSENT, Absent, Json, Unfaithful
from adminui.contract.identity import identities
from adminui.contract.paths import Item, Path

NAME = "raw"
SINCE = f"{NAME}.since"
CHOOSE = f"{NAME}.choose."
"""Before a change path: what was chosen where form and Raw disagree, “form” or “raw”."""


class Raw:
    """What was typed into Raw. `document` is what it says, `since` where it is wrong; `changed`: it says more than
    `since`, or something wrong. `wrong` is a sentence, with the `line` it is about, from 1, where there is one."""

    def __init__(self, base: Json, typed: str | None = None, since: str | None = None) -> None:
        self.since = _applied(base, since) if since else base
        self.typed = typed
        self.wrong = ""
        self.line: int | None = None
        self.column: int | None = None
        self.document: Json = self.since
        if typed is not None and typed != document.pretty(self.since):
            try:
                self.document = document.read(typed)
            except Unfaithful as trouble:
                self.wrong, self.line, self.column = trouble.reason, trouble.line, trouble.column
        self.changed = bool(self.wrong) or not document.same(self.document, self.since)


def written(changes: Iterable[Change]) -> str:
    """Changes as one line of JSON, for `since`; empty for none."""
    said = [[paths.text(one.path), one.kind, *([] if one.after is ABSENT else [one.after])] for one in changes]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) if said else ""


def _applied(base: Json, since: str) -> Json:
    """The base with written changes; the base alone where they are none of ours."""
    try:
        return apply(base, [_change(one) for one in _list(document.read(since, max_depth=document.MAX_DEPTH + 2))])
    except (ValueError, RecursionError):
        return base


def _change(said: Json) -> Change:
    path, kind, *after = _list(said)
    value: Json | Absent = after[0] if after else ABSENT
    return Change(paths.parse(str(path)), "moved" if kind == "moved" else "changed", ABSENT, value)


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise ValueError("No list of changes.")  # noqa: TRY004 - what it is read from is a text
    return value


def undone(change: Change) -> Change:
    """The change that takes another one back."""
    return Change(change.path, change.kind, change.after, change.before)


_FIELDS = {spec.path: spec for spec in FIELDS}
_OBJECTS = {path[:end] for path in _FIELDS for end in range(1, len(path))}
_PARTS = {
    path: {part.path[0] for part in spec.rows} for path, spec in _FIELDS.items() if spec.kind in {"rows", "egress"}
}
"""What is known of the items and objects that one field shows as a whole."""


def unknown(config: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """The keys that no field of the contract knows, as change paths with their values, in the document's order."""
    if not isinstance(config, dict):
        return
    for key, value in config.items():
        here: Path = (*path, key)
        if here in _OBJECTS:
            yield from unknown(value, here)
        elif here in _PARTS:
            yield from _within(here, value)
        elif here not in _FIELDS:
            yield here, value


def _within(path: Path, value: Json) -> Iterator[tuple[Path, Json]]:
    if isinstance(value, dict):
        yield from (((*path, key), part) for key, part in value.items() if key not in _PARTS[path])
    elif isinstance(value, list):
        names = list(identities(path, value) or ())
        for at, item in enumerate(value):
            here: Path = (*path, Item(names[at]) if names else at)
            parts = item.items() if isinstance(item, dict) else ()
            yield from (((*here, key), part) for key, part in parts if key not in _PARTS[path])
