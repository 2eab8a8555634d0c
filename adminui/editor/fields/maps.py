"""Maps of text to text: environment variables, labels."""

import json
from collections.abc import Mapping
from typing import Any, Self

from adminui.contract.document import Absent, Json
from adminui.contract.paths import Path
from adminui.editor.fields.base import Misfit, Reading, fits_area, fits_line
from adminui.editor.fields.pasted import entries
from adminui.editor.fields.rowfields import RowsField
from adminui.editor.fields.rows import OWN, Origin, Row, Rows, RowsControl, cell_name


class MapControl(RowsControl):
    """Key and value. Values are text areas, since they may have many lines."""

    def part(self, origin: Origin, key: str) -> Json | Absent:
        """A key is the item's place."""
        return origin.place if key == "key" else origin.item


class MapField(RowsField):
    """A row a key. `was` is the key as JSON: the order of keys isn't part of a document."""

    widget: Any = MapControl
    listed = staticmethod(entries)
    list_help = "KEY=value lines as in a .env file, with quotes, export and # comments, or key: value lines."

    def identity(self, row: Row) -> object:
        """The key, shown or not."""
        origin = self.origins.get(row.was or OWN)
        return row.cells.get("key", origin.place if origin else "")

    def take(self, stored: Json) -> dict[str, Origin] | None:
        """A key or value that an input can't hold has no cell."""
        if not isinstance(stored, dict):
            return None
        return {json.dumps(key): Origin(key, value, _cells(key, value)) for key, value in stored.items()}

    def counterparts(self, other: Self) -> dict[str, str]:
        """By the key, which is what `was` says."""
        return {was: was for was in other.origins if was in self.origins}

    def read(self, held: Rows) -> Reading:
        """The map in the rows' order. A key that is there already is wrong at its later row."""
        items: dict[str, Json] = {}
        rows: dict[str, int] = {}
        places: dict[Path, str] = {self.path: self.name}
        misfits: list[Misfit] = []
        for at, row in enumerate(held.rows):
            origin = self.origins.get(row.was or OWN)
            if self.leaves(row, origin):
                continue
            key = row.cells.get("key", str(origin.place) if origin else "")
            control = cell_name(self.name, at, "key")
            if wrong := self._wrong(key, row, origin, rows):
                misfits.append(Misfit(control, wrong))
                if origin:
                    items.setdefault(str(origin.place), origin.item)
                continue
            rows[key] = at
            items[key] = origin.item if origin and "value" not in row.cells else row.cells["value"]
            places[(*self.path, key)] = cell_name(self.name, at, "value")
            places[(*self.path, key, "[key]")] = control
        return Reading(items, places, tuple(misfits))

    def _wrong(self, key: str, row: Row, origin: Origin | None, rows: Mapping[str, int]) -> str:
        if key in rows:
            return f"“{key}” is a key already, in row {rows[key] + 1}. Keys are unique."
        if origin and key == origin.place:
            return ""
        if not key:
            return "A value needs a key. To remove the row, use its button."
        return "" if fits_line(key) else "A key must be one line, without line breaks."


def _cells(key: str, value: Json) -> dict[str, str]:
    cells = {"key": key} if fits_line(key) else {}
    return {**cells, "value": value} if isinstance(value, str) and fits_area(value) else cells
