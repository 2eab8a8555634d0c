"""Lists: of short values, and of capabilities."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Self

from adminui.contract import egress
from adminui.contract.answers import Capability
from adminui.contract.document import ABSENT, Absent, Json
from adminui.contract.fields import FieldSpec
from adminui.contract.identity import identities
from adminui.contract.paths import Path
from adminui.contract.visible import visible
from adminui.editor.fields import pasted
from adminui.editor.fields.base import Misfit, fits_line
from adminui.editor.fields.number import whole_number
from adminui.editor.fields.rowfields import RowsField
from adminui.editor.fields.rows import OWN, Column, Origin, Row, Rows, RowsControl

KNOWN_CAPABILITIES = "known-capabilities"
"""The id of the page's list of what the organization offers."""

_BETWEEN = re.compile(r"[\s,;]+")


class ListField(RowsField):
    """A list of texts. `was` is the position in the stored list."""

    def take(self, stored: Json) -> dict[str, Origin] | None:
        """An item that an input can't hold has no cell."""
        if not isinstance(stored, list):
            return None
        return {str(at): Origin(at, item, self.cells(item)) for at, item in enumerate(stored)}

    def counterparts(self, other: Self) -> dict[str, str]:
        """By the item's name or value; none where items can't be told apart."""
        here = {one: str(at) for at, one in enumerate(identities(self.path, self.initial) or ())}
        there = enumerate(identities(other.path, other.initial) or ())
        return {str(at): here[one] for at, one in there if one in here}

    def column(self, part: FieldSpec) -> Column:
        """A row is one value, and has the control's name itself."""
        return super().column(part)._replace(key="")

    def cells(self, item: Json) -> dict[str, str]:
        """What the row's controls hold of an item."""
        return {"": item} if isinstance(item, str) and fits_line(item) else {}

    def item(self, row: Row, origin: Origin | None, control: str) -> Json:
        """The text exactly as typed."""
        if not fits_line(row.cells[""]):
            raise Misfit(control, "Must be one line, without line breaks.")
        return row.cells[""]


class TargetsControl(RowsControl):
    """Where a sandbox may connect to; each with its kind beside it."""

    noun = "target"

    def get_context(self, name: str, value: Rows, attrs: Any = None) -> dict[str, Any]:
        """Rows with the kind of their target."""
        context = super().get_context(name, value, attrs)
        for row in context["widget"]["rows"]:
            row["tag"] = egress.kind_of(row["cells"][0]["value"] or "")
        return context


class TargetsField(ListField):
    """The targets of egress."""

    widget: Any = TargetsControl
    listed = staticmethod(pasted.targets)
    list_help = "Targets, set apart by lines, spaces or commas. A # begins a comment."

    def identity(self, row: Row) -> object:
        """Its canonical form, as far as it has one."""
        return next(iter(egress.canonical([row.cells.get("", "")])))


class PortsControl(RowsControl):
    """Chips that can be edited, and a blank one at the end. A pasted list of ports makes a chip each."""

    noun = "port"
    spare = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Rows:
        """What a separator stands in, in a row of the person's own, is several rows."""
        posted = super().value_from_datadict(data, files, name)
        rows: list[Row] = []
        for row in posted.rows:
            parts = _BETWEEN.split(row.cells.get("", "").strip()) if row.was == OWN else []
            rows.extend(Row({"": part}, OWN, row.at) for part in parts if len(parts) > 1)
            if len(parts) < 2:
                rows.append(row)
        return posted._replace(rows=tuple(rows))


class PortsField(ListField):
    """Port numbers as chips. The platform sorts them; here they stay in the order they were given."""

    shape = "chips"
    widget: Any = PortsControl
    listed = staticmethod(pasted.ports)
    list_help = "Ports, set apart by lines, spaces or commas. A # begins a comment."

    def cells(self, item: Json) -> dict[str, str]:
        """The digits of an integer."""
        return {"": str(item)} if isinstance(item, int) and not isinstance(item, bool) else {}

    def item(self, row: Row, origin: Origin | None, control: str) -> Json:
        """The integer. Raises Misfit."""
        try:
            return whole_number(row.cells[""])
        except ValueError as wrong:
            raise Misfit(control, str(wrong)) from None


class CapabilitiesControl(RowsControl):
    """Name, version, enabled. `offered` is what the organization has, none where that isn't known."""

    noun = "capability"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.offered: Sequence[Capability] = ()

    def get_context(self, name: str, value: Rows, attrs: Any = None) -> dict[str, Any]:
        """Each row with the latest version of what it names, where that is known."""
        context = super().get_context(name, value, attrs)
        latest = {one.name: one.latest_version for one in self.offered}
        for own, row in zip(context["widget"]["rows"], value.rows, strict=True):
            version = latest.get(row.cells.get("name", ""))
            for cell in own["cells"]:
                if version and cell["column"].key == "version":
                    cell["placeholder"] += f", now {visible(version)}"
        return context

    def part(self, origin: Origin, key: str) -> Json | Absent:
        """A part of the stored object."""
        return origin.item.get(key, ABSENT) if isinstance(origin.item, dict) else ABSENT


class CapabilitiesField(ListField):
    """Capabilities in their order. What an object has besides the three parts stays with it."""

    widget: Any = CapabilitiesControl
    movable = True

    def column(self, part: FieldSpec) -> Column:
        """An optional version says what its absence means; names are suggested."""
        column = RowsField.column(self, part)
        match part.path:
            case ("version",):
                return column._replace(placeholder="latest")
            case ("name",):
                return column._replace(known=KNOWN_CAPABILITIES)
            case _:
                return column

    def cells(self, item: Json) -> dict[str, str]:
        """Each part that a control can hold; what is absent shows what that means."""
        if not isinstance(item, dict):
            return {}
        cells = {}
        for key in ("name", "version"):
            part = item.get(key)
            if part is None and (key == "version" or key not in item):
                part = ""
            if isinstance(part, str) and fits_line(part):
                cells[key] = part
        enabled = item.get("enabled", True)
        return {**cells, "enabled": "true" if enabled else "false"} if isinstance(enabled, bool) else cells

    def item(self, row: Row, origin: Origin | None, control: str) -> Json:
        """The stored object with the changed parts, or a new one."""
        stored, before = ({}, {}) if origin is None else (origin.item, origin.cells)
        item: dict[str, Json] = dict(stored) if isinstance(stored, dict) else {}
        for key, value in row.cells.items():
            if value == before.get(key):
                continue
            if key == "enabled":
                item[key] = value != "false"
            elif not fits_line(value):
                raise Misfit(f"{control}.{key}", "Must be one line, without line breaks.")
            elif value or key == "name":
                item[key] = value
            else:
                item.pop(key, None)
        return item

    def item_places(self, path: Path, control: str) -> dict[Path, str]:
        """A control a part, and the name for the whole."""
        parts = {(*path, key): f"{control}.{key}" for key in ("name", "version", "enabled")}
        return {path: f"{control}.name", **parts}
