"""A change in a few words, for lists and logs: “set CPU cores 2 → 4”, “added label team analysis”.

Never holds the value of an environment variable.
"""

from dataclasses import dataclass
from typing import Final, Literal

from adminui.contract import paths
from adminui.contract.changes import ENVIRONMENT, Change, tell
from adminui.contract.config import field_of
from adminui.contract.paths import Path

Verb = Literal["set", "change", "add", "remove", "enable", "disable", "reorder"]

PAST: Final[dict[Verb, str]] = {
    "set": "set",
    "change": "changed",
    "add": "added",
    "remove": "removed",
    "enable": "enabled",
    "disable": "disabled",
    "reorder": "reordered",
}
"""What somebody did, of what somebody tried to do."""

_TARGETS: Final[Path] = ("sandbox", "egress", "allow")
_NOUNS: Final[dict[Path, str]] = {
    ("capabilities",): "capability",
    ("sandbox", "exposed_ports"): "port",
    ("sandbox", "egress"): "target",
    ("secrets", "secret_ids"): "secret",
    ENVIRONMENT: "variable",
    ("metadata", "labels"): "label",
}
_VERBS: Final[dict[str, Verb]] = {"added": "add", "removed": "remove", "changed": "change", "moved": "reorder"}


@dataclass(frozen=True)
class Phrase:
    """What happened to what: a verb, the thing (`noun` says what it is, empty for a field), and from what to what.

    `code`: the thing is a key, a path or an item, else the label of a field. `before` and `after` are display texts of
    one line, None where there is nothing to say. An item that came or went is its own `after` or `before`, with no
    `name`.
    """

    verb: Verb
    noun: str = ""
    name: str = ""
    code: bool = False
    before: str | None = None
    after: str | None = None

    def __str__(self) -> str:
        """As a text: “set CPU cores 2 → 4”."""
        sides = " → ".join(side for side in (self.before, self.after) if side is not None)
        return " ".join(part for part in (PAST[self.verb], self.noun, self.name, sides) if part)


def phrase(change: Change) -> Phrase:
    """A change in words."""
    told, spec = tell(change), field_of(change.path)
    rest = change.path[len(spec.path) :] if spec else ()
    verb = _VERBS[change.kind]
    if change.kind == "moved":
        return Phrase("reorder", name=told.label)
    if change.path[:2] == ENVIRONMENT:
        return Phrase(verb, "variable", told.label, code=True) if rest else Phrase(verb, name="the variables")
    if spec is None:
        name = paths.text(change.path) or "the document"
        sides = (told.before, told.after) if verb == "change" else (None, None)
        return Phrase(verb, name=name, code=bool(change.path), before=sides[0], after=sides[1])
    noun = _NOUNS.get(spec.path, "")
    if rest[1:] == ("enabled",) and change.kind == "changed" and isinstance(change.after, bool):
        return Phrase("enable" if change.after else "disable", noun, str(rest[0]), code=True)
    if not noun or not (change.path[:-1] == _TARGETS if spec.kind == "egress" else len(rest) == 1):
        return Phrase("set", name=told.label, before=told.before or "not set", after=told.after or "not set")
    if spec.kind == "map":
        before = told.before if verb == "change" else None
        return Phrase(verb, noun, told.label, code=True, before=before, after=told.after)
    item = str(rest[-1])
    return Phrase(
        verb,
        noun,
        name=item if verb == "change" else "",
        code=True,
        before=item if verb == "remove" else None,
        after=item if verb == "add" else None,
    )


def named(path: Path) -> Phrase:
    """That something changed at a path, where the values aren't known."""
    spec = field_of(path)
    rest = path[len(spec.path) :] if spec else ()
    if spec is None or not rest or spec.path not in _NOUNS:
        return Phrase("change", name=tell(Change(path, "changed", None, None)).label)
    return Phrase("change", _NOUNS[spec.path], str(rest[-1] if spec.kind == "egress" else rest[0]), code=True)
