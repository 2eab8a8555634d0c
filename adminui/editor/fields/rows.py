"""Rows: what lists and maps are edited as, whatever stands in them.

A row's controls are named by position (`capabilities.2.version`). What ties it to the document is its hidden `was`:
the origin it came from, or empty for a row of the person's own. So a row can be renamed, moved or removed while
others come and go, and what the form doesn't show of it stays. A removed row leaves a hidden `….removed` with its
origin: a row that simply wasn't posted is as stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from adminui.contract.document import ABSENT, Absent, Json
from adminui.editor.fields.base import Control, Pair, Posted, as_json, cut, on_or_off

OWN = ""
"""The `was` of a row that isn't in the document."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what its controls hold by column, where it came from, and the position it was posted at."""

    cells: dict[str, str]
    was: str | None = None
    at: int = field(default=-1, compare=False)


class Rows(NamedTuple):
    """All rows in order, and the origins of those that were removed."""

    rows: tuple[Row, ...] = ()
    removed: tuple[str, ...] = ()


class Column(NamedTuple):
    """One control of a row. `key` is its part of the name; "" when the row is one value and has the name itself.

    `known`: the id of the list on the page that suggests values.
    """

    key: str
    label: str
    kind: str = "line"
    placeholder: str = ""
    known: str = ""


class Origin(NamedTuple):
    """An item as the document has it, and what controls hold of it. A column that can't be held has no cell."""

    place: str | int
    item: Json
    cells: dict[str, str]


class RowsControl(Control):
    """Names and contexts of rows. `origins` come from the field, as a select's choices do."""

    noun: str = ""
    spare: bool = False
    """Whether a blank row always stands at the end, to type the next value into."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.columns: Sequence[Column] = ()
        self.origins: Mapping[str, Origin] = {}

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Rows:
        """The posted rows in the order of their positions, with the columns that were posted."""
        posted = data if isinstance(data, Posted) else Posted()
        rows = tuple(
            Row({key: value for key, value in cells.items() if key != "was"}, cells.get("was"), at)
            for at, cells in sorted(posted.rows(name).items())
        )
        return Rows(rows, tuple(posted.getlist(f"{name}.removed")))

    def drawn(self, held: Rows) -> list[Row]:
        """The rows that the page shows, a spare one included."""
        spare = [Row(self.blank(), OWN)] if self.spare else []
        return [*held.rows, *spare]

    def blank(self) -> dict[str, str]:
        """What the controls of a new row hold."""
        return {column.key: "true" if column.kind == "check" else "" for column in self.columns}

    def says(self, row: Row) -> bool:
        """Whether anything stands in a row's texts."""
        return any(row.cells.get(column.key) for column in self.columns if column.kind != "check")

    def pairs(self, name: str, held: Rows) -> list[Pair]:
        """Row by row: where it came from, then its controls; what was removed last."""
        pairs: list[Pair] = []
        kinds = {column.key: column.kind for column in self.columns}
        for at, row in enumerate(self.drawn(held)):
            pairs.append((f"{name}.{at}.was", row.was or OWN))
            for key, value in row.cells.items():
                control = cell_name(name, at, key)
                if kinds[key] == "check":
                    pairs.append((control, "false"))
                    if value == "false":
                        continue
                pairs.append((control, value))
        return [*pairs, *((f"{name}.removed", was) for was in held.removed)]

    def get_context(self, name: str, value: Rows, attrs: Any = None) -> dict[str, Any]:
        """Rows and removed rows as the macros draw them."""
        drawn = self.drawn(value)
        rows = [self._row(name, at, row, last=at == len(drawn) - 1) for at, row in enumerate(drawn)]
        removed = [
            {"was": was, "title": self.title(self.origins[was].cells, self.origins[was], at), "at": at}
            for at, was in enumerate(value.removed)
        ]
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"rows": rows, "removed": removed, "noun": self.noun, "columns": self.columns}
        context["widget"]["blank"] = self._row(name, 0, Row(self.blank(), OWN), last=False)
        return context

    def _row(self, name: str, at: int, row: Row, *, last: bool) -> dict[str, Any]:
        origin = self.origins.get(row.was or OWN)
        own = {"name": f"{name}.{at}", "at": at, "was": row.was or OWN, "first": at == 0, "last": last}
        own["title"] = self.title(row.cells, origin, at)
        own["cells"] = [self._cell(name, at, column, row, origin) for column in self.columns]
        own["whole"] = as_json(origin.item) if origin and not origin.cells and not self._has_parts(origin) else None
        own["kept"] = origin is not None and len(origin.cells) < len(self.columns)
        own["added"] = origin is None and self.says(row)
        own["before"] = [] if origin is None else self._before(row, origin)
        return own

    def _cell(self, name: str, at: int, column: Column, row: Row, origin: Origin | None) -> dict[str, Any]:
        value = row.cells.get(column.key)
        kept = as_json(self.part(origin, column.key)) if value is None and origin else None
        shown = {"name": cell_name(name, at, column.key), "column": column, "placeholder": column.placeholder}
        return {**shown, "value": value, "kept": kept}

    def _before(self, row: Row, origin: Origin) -> list[tuple[str, str]]:
        said = []
        for column in self.columns:
            before = origin.cells.get(column.key)
            if before is not None and before != row.cells.get(column.key):
                if column.kind == "check":
                    before = on_or_off(before != "false")
                said.append((column.label, cut(before) or "empty"))
        return said

    def _has_parts(self, origin: Origin) -> bool:
        """Whether each column of a row is shown by itself, though none can be held."""
        return len(self.columns) > 1 and any(self.part(origin, column.key) is not ABSENT for column in self.columns)

    def part(self, origin: Origin, key: str) -> Json | Absent:
        """The part of a stored item that a column shows."""
        return origin.item if key == "" else ABSENT

    def title(self, cells: Mapping[str, str], origin: Origin | None, at: int) -> str:
        """What a row is called on its buttons."""
        first = cells.get(self.columns[0].key)
        if first:
            return cut(first)
        if origin and first is None:
            return as_json(self.part(origin, self.columns[0].key)) or as_json(origin.item)
        return f"{self.noun} {at + 1}"


def cell_name(name: str, at: int, key: str) -> str:
    """The name of one control of a row."""
    return f"{name}.{at}.{key}" if key else f"{name}.{at}"
