"""The difference of two documents as lines of JSON, with values of the environment masked.

Masked values must still show as changed, so each side's mask carries a mark of its own while lines are compared; the
mark is gone from what is shown. Invisible and direction-changing characters are written as escapes: a diff that
can be made to look like another is none.
"""

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from adminui.contract.config import looks_secret
from adminui.contract.document import ABSENT, Absent, Json, edit, get, pretty, same
from adminui.contract.paths import Path
from adminui.contract.visible import visible

MASK = "••••••••"
_ENV: Path = ("runtime_server", "env")
_MARKS = "\ue000", "\ue001"


@dataclass(frozen=True)
class Line:
    """One line: kept ("same"), only before ("del"), only after ("ins"), or a gap between two places ("gap")."""

    kind: Literal["same", "del", "ins", "gap"]
    text: str


Hides = Callable[[str], bool]
"""Whether the value of an environment variable of that name is masked."""


def lines(before: Json, after: Json, *, context: int = 2, hides: Hides = looks_secret) -> list[Line]:
    """The unified difference, with `context` lines around each place; all lines where that is as many as there are."""
    old = pretty(_masked(before, after, _MARKS[0], hides)).split("\n")
    new = pretty(_masked(after, before, _MARKS[1], hides)).split("\n")
    return list(_unified(old, new, context))


def _masked(doc: Json, other: Json, mark: str, hides: Hides) -> Json:
    here, there = get(doc, _ENV), get(other, _ENV)
    if here is ABSENT:
        return doc
    if not isinstance(here, dict):  # no environment at all, but what stands in its place may hold one
        return edit(doc, _ENV, _mask(here, there, mark)) if hides("") else doc
    beside = there if isinstance(there, dict) else {}
    return edit(
        doc,
        _ENV,
        {key: _mask(value, beside.get(key, ABSENT), mark) if hides(key) else value for key, value in here.items()},
    )


def _mask(value: Json, other: Json | Absent, mark: str) -> str:
    return MASK if other is not ABSENT and same(value, other) else MASK + mark


def _unified(old: list[str], new: list[str], context: int) -> Iterator[Line]:
    if old == new:
        yield from (Line("same", _shown(text)) for text in old if context >= len(old))
        return
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    start = max(0, head - context)
    end = max(0, tail - context)
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    groups = difflib.SequenceMatcher(None, a, b, autojunk=len(a) > 2000).get_grouped_opcodes(context)
    for at, group in enumerate(groups):
        if at or start or group[0][1]:
            yield Line("gap", f"line {start + group[0][1] + 1}")
        for tag, a1, a2, b1, b2 in group:
            if tag == "equal":
                yield from (Line("same", _shown(text)) for text in a[a1:a2])
                continue
            yield from (Line("del", _shown(text)) for text in a[a1:a2])
            yield from (Line("ins", _shown(text)) for text in b[b1:b2])


def _common(a: list[str], b: list[str]) -> int:
    count = 0
    for one, other in zip(a, b, strict=False):
        if one != other:
            break
        count += 1
    return count


def _shown(text: str) -> str:
    return visible(text.replace(MASK + _MARKS[0], MASK).replace(MASK + _MARKS[1], MASK))
