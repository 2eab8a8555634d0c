"""Form and Raw in one document: joined by path where both were edited, asked about where they disagree.

And what a document leaves out, which the platform resets: said before anything is dropped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from adminui.contract import document, paths
from adminui.contract.changes import Change, Told, diff, locate, tell
from adminui.contract.config import FIELDS
from adminui.contract.document import ABSENT, Absent, Json, get, same
from adminui.contract.merge import Overlap, merge, resolve
from adminui.contract.paths import Path
from adminui.editor import raw
from adminui.editor.fields.base import as_json
from adminui.editor.raw import Raw

_SIDES: dict[str, Literal["theirs", "mine"]] = {"raw": "theirs", "form": "mine"}


@dataclass(frozen=True)
class Clash:
    """One place that form and Raw both changed, each to something else. `name` is of the control that chooses."""

    name: str
    told: Told
    form: str
    raw: str
    chosen: str


@dataclass(frozen=True)
class Joined:
    """The document of both, with Raw's values where they disagree and nothing was chosen yet."""

    document: Json
    clashes: tuple[Clash, ...] = ()

    @property
    def open(self) -> list[Clash]:
        """Where it still has to be chosen."""
        return [clash for clash in self.clashes if not clash.chosen]


def joined(since: Json, typed: Json, form: Json, choices: Mapping[str, str]) -> Joined:
    """Raw's document and the form's, both made from `since`; `choices` by the text of a change path."""
    if same(form, since):
        return Joined(typed)
    merged = merge(since, typed, form)
    clashes = tuple(_clash(overlap, choices.get(paths.text(overlap.path), "")) for overlap in merged.overlaps)
    sides = {
        overlap.path: _SIDES.get(clash.chosen, "theirs")
        for overlap, clash in zip(merged.overlaps, clashes, strict=True)
    }
    return Joined(resolve(merged, sides), clashes)


def _clash(overlap: Overlap, chosen: str) -> Clash:
    told = tell(Change(overlap.path, "changed", overlap.base, overlap.mine))
    other = tell(Change(overlap.path, "changed", overlap.base, overlap.theirs))
    return Clash(
        name=raw.CHOOSE + paths.text(overlap.path),
        told=told,
        form=_said(told, overlap.mine),
        raw=_said(other, overlap.theirs),
        chosen=chosen if chosen in _SIDES else "",
    )


def _said(told: Told, value: Json | Absent) -> str:
    return told.after if told.after is not None else as_json(value) or "not there"


@dataclass(frozen=True)
class LeftOut:
    """A stored value that a document no longer has: “resets resources.memory_mb to 2048”."""

    verb: str
    path: str
    to: str = ""


def left_out(stored: Json, doc: Json) -> list[LeftOut]:
    """What is stored and gone from a document without a change that says it: rows, variables and a field that is now
    “not set” say it themselves. What is told: fields reset to a default, fields that went with the object around them,
    keys that no field knows.
    """
    found: list[LeftOut] = []
    for spec in FIELDS:
        before = get(stored, spec.path)
        if before is ABSENT or (before is None and spec.optional) or get(doc, spec.path) is not ABSENT:
            continue
        path, default = paths.text(spec.path), spec.default
        if default is not ABSENT:
            found.append(LeftOut("leaves" if same(before, default) else "resets", path, _json(default)))
        elif get(doc, spec.path[:-1]) is ABSENT:
            found.append(LeftOut("removes", path))
    there = {path for path, _ in raw.unknown(doc)}
    gone = [path for path, _ in raw.unknown(stored) if path not in there and _by_itself(path, doc)]
    return found + [LeftOut("removes", paths.text(path)) for path in gone]


def _by_itself(path: Path, doc: Json) -> bool:
    """Whether a key is missing alone, not with its list's item: that one is told as an item. By position none is."""
    return locate(doc, path) is not None and not any(isinstance(one, int) for one in path)


def _json(value: Json) -> str:
    return document.wire(value).decode()


@dataclass(frozen=True)
class InRaw:
    """What a page shows in Raw and below it: of a form with its base, what was typed into Raw, and the two joined."""

    base: Json
    raw: Raw
    form: Json
    joined: Joined

    @cached_property
    def text(self) -> str:
        """What was typed there, else the document."""
        return self.raw.typed or "" if self.raw.changed else document.pretty(self.joined.document)

    @property
    def since(self) -> str:
        """The document that the text shows, or was typed over, for the hidden field that comes back with it."""
        return raw.written(diff(self.base, self.raw.since if self.raw.changed else self.joined.document))

    @property
    def numbers(self) -> tuple[str, str, str]:
        """The numbers beside the lines: those before the line that is wrong, it, those after it."""
        said = [str(number) for number in range(1, self.text.count("\n") + 2)]
        line = self.raw.line
        if line is None or line > len(said):
            return "\n".join(said), "", ""
        before, after = said[: line - 1], said[line:]
        return "".join(f"{one}\n" for one in before), said[line - 1], "".join(f"\n{one}" for one in after)

    @property
    def alone(self) -> list[Told]:
        """The changes that no control shows."""
        told = self.raw.changed and not self.raw.wrong
        return [tell(change) for change in diff(self.form, self.joined.document)] if told else []

    @property
    def left_out(self) -> list[LeftOut]:
        """What is stored and no longer in the document."""
        return left_out(self.base, self.joined.document)

    @property
    def unknown(self) -> list[tuple[str, str]]:
        """What no field knows of the document and stays as it is stored, as path and JSON."""
        stored = dict(raw.unknown(self.base))
        there = ((path, value) for path, value in raw.unknown(self.joined.document) if path in stored)
        return [(paths.text(path), as_json(value)) for path, value in there if same(value, stored[path])]
