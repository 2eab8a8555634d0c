"""The document as JSON in a text area, and what of it the form shows nowhere else."""

from collections.abc import Iterator

from adminui.contract import document
from adminui.contract.config import FIELDS
from adminui.contract.document import Json, Unfaithful
from adminui.contract.identity import identities
from adminui.contract.paths import Item, Path

NAME = "raw"


class Raw:
    """What was typed into Raw over a document. `typed` is what the page shows and posts again."""

    def __init__(self, base: Json, posted: str | None) -> None:
        untouched = document.pretty(base)
        self.typed = untouched if posted is None else posted
        self.wrong = ""
        self.document: Json = base
        if self.typed != untouched:
            try:
                self.document = document.read(self.typed)
            except Unfaithful as reason:
                self.wrong = reason.reason
        self.changed = bool(self.wrong) or not document.same(self.document, base)

    @property
    def lines(self) -> int:
        """How many lines the text has."""
        return self.typed.count("\n") + 1


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
