"""What rows mean: the items of a list or map that they came from, and those that they become."""

from dataclasses import replace
from typing import Any, ClassVar, Self

from adminui.contract import paths
from adminui.contract.document import ABSENT, Absent, Json
from adminui.contract.fields import FieldSpec
from adminui.contract.paths import Path
from adminui.editor.fields.base import Acted, ConfigField, Misfit, Reading, in_order
from adminui.editor.fields.pasted import Read
from adminui.editor.fields.rows import OWN, Column, Origin, Row, Rows, RowsControl, cell_name

_KINDS = {"lines": "area", "switch": "check"}


class RowsField(ConfigField[Rows]):
    """A list or map as rows. Kinds say what an item's controls hold and what they mean."""

    shape = "rows"
    wide = True
    widget: Any = RowsControl
    movable: ClassVar[bool] = False
    listed: Read
    """Reads a pasted list, where one can fill the rows."""
    list_help: ClassVar[str] = ""
    """What such a list looks like."""

    def __init__(self, spec: FieldSpec, **widget: Any) -> None:
        super().__init__(spec, **widget)
        self.origins: dict[str, Origin] = {}
        self.widget.noun = self.widget.noun or spec.label.lower().removesuffix("s")
        self.widget.columns = tuple(self.column(part) for part in spec.rows)

    def column(self, part: FieldSpec) -> Column:
        """The control of one part of a row, as the contract names it."""
        return Column(paths.text(part.path), part.label, _KINDS.get(part.kind, "line"))

    def hold(self, stored: Json | Absent) -> Rows | None:
        """A row an item."""
        origins = {} if stored is ABSENT else self.take(stored)
        if origins is None:
            return None
        self.origins = self.widget.origins = origins
        return Rows(tuple(Row(origin.cells, was, at) for at, (was, origin) in enumerate(origins.items())))

    def take(self, stored: Json) -> dict[str, Origin] | None:
        """The items of a stored value by the `was` that names them; None when it is no list or map at all."""
        raise NotImplementedError

    def list_in(self, held: Rows | None) -> tuple[Self, Rows] | None:
        """All its rows, where a list can be read for them."""
        return (self, held) if held is not None and hasattr(self, "listed") else None

    def with_list(self, held: Rows, rows: Rows) -> Rows:
        """The other rows."""
        return rows

    def identity(self, row: Row) -> object:
        """What a row is told apart from others by, when a list is filled in."""
        return row.cells.get(self.widget.columns[0].key)

    def carried(self, other: Self) -> Rows | None:
        """The other document's rows, each tied to the item here that has its identity; the rest here is removed."""
        if other.holding is None:
            return None
        ours = self.counterparts(other)
        rows = tuple(Row(row.cells, ours.get(row.was or OWN, OWN)) for row in other.holding.rows)
        present = {row.was for row in rows}
        return Rows(rows, tuple(was for was in self.origins if was not in present))

    def counterparts(self, other: Self) -> dict[str, str]:
        """The `was` here of each `was` there that names the same item."""
        raise NotImplementedError

    def fill(self, posted: Any) -> Rows:
        """Posted rows made whole: missing columns and missing rows are as stored."""
        origins = self.origins
        claimed = {row.was for row in posted.rows if row.was in origins}
        gone = in_order([was for was in posted.removed if was in origins and was not in claimed])
        free = list(origins)
        rows: list[Row] = []
        taken: set[str] = set()
        for row in posted.rows:
            was = row.was
            if was is None and row.at < len(free) and free[row.at] not in claimed and free[row.at] not in gone:
                was = free[row.at]  # a form made by hand: the position says which
            if was not in origins or was in taken:
                was = OWN
            taken.add(was)
            basis = origins[was].cells if was in origins else self.widget.blank()
            whole = Row({key: row.cells.get(key, value) for key, value in basis.items()}, was, row.at)
            if not (self.widget.spare and self.is_idle(whole)):
                rows.append(whole)
        return Rows(tuple(self._with_missing(rows, taken.union(gone))), gone)

    def _with_missing(self, rows: list[Row], known: set[str]) -> list[Row]:
        """The rows, and each stored one that isn't known behind the one that it followed."""
        followers: dict[str, list[Row]] = {}
        present, before = {row.was for row in rows}, OWN
        for was, origin in self.origins.items():
            if was in present:
                before = was
            elif was not in known:
                followers.setdefault(before, []).append(Row(origin.cells, was))
        if not followers:
            return rows
        whole = followers.get(OWN, [])
        for row in rows:
            whole.append(row)
            if row.was != OWN:
                whole.extend(followers.get(row.was or OWN, ()))
        return whole

    def is_idle(self, row: Row) -> bool:
        """Whether a row of the person's own has nothing in it."""
        return row.was == OWN and not self.widget.says(row)

    def differs(self, held: Rows) -> bool:
        """Blank rows of the person's own aside."""
        if self.holding is None:
            return False
        return bool(held.removed) or tuple(row for row in held.rows if not self.is_idle(row)) != self.holding.rows

    def leaves(self, row: Row, origin: Origin | None) -> bool:
        """Whether a row is left out: nothing stands in its texts, and it isn't stored like that."""
        if origin and (origin.cells == row.cells or len(row.cells) < len(self.widget.columns)):
            return False
        return not self.widget.says(row)

    def read(self, held: Rows) -> Reading:
        """The list: blank and removed rows left out, untouched items exactly as they are stored."""
        items: list[Json] = []
        places: dict[Path, str] = {self.path: self.name}
        misfits: list[Misfit] = []
        for at, row in enumerate(held.rows):
            origin = self.origins.get(row.was or OWN)
            if self.leaves(row, origin):
                continue
            try:
                untouched = origin and origin.cells == row.cells
                item = origin.item if origin and untouched else self.item(row, origin, f"{self.name}.{at}")
            except Misfit as misfit:
                misfits.append(misfit)
                if origin is None:
                    continue
                item = origin.item
            places |= self.item_places((*self.path, len(items)), f"{self.name}.{at}")
            items.append(item)
        return Reading(items, places, tuple(misfits))

    def item(self, row: Row, origin: Origin | None, control: str) -> Json:
        """What a new or changed row means. Raises Misfit."""
        raise NotImplementedError

    def item_places(self, path: Path, control: str) -> dict[Path, str]:
        """Which controls the parts of an item are typed in."""
        return {path: control}

    def act(self, verb: str, target: str, held: Rows) -> Acted:
        """add, remove, up, down, revert, restore, order: each on the name of the field or of one row."""
        at = self._position(target, held)
        if verb == "add" and target == self.name:
            fresh = held if self.widget.spare else held._replace(rows=(*held.rows, Row(self.widget.blank(), OWN)))
            return Acted(fresh, self.focus(fresh, len(self.widget.drawn(fresh)) - 1))
        if verb == "order" and target == self.name:
            ranks = {was: rank for rank, was in enumerate(self.origins)}
            ordered = sorted(held.rows, key=lambda row: ranks.get(row.was or OWN, len(ranks)))
            return Acted(held._replace(rows=tuple(ordered)), self.name)
        if verb == "restore":
            return self._restore(target, held)
        if at is None:
            return super().act(verb, target, held)
        return self._act_on(verb, at, held)

    def _act_on(self, verb: str, at: int, held: Rows) -> Acted:
        rows, row = list(held.rows), held.rows[at]
        origin = self.origins.get(row.was or OWN)
        removed = held.removed
        if verb == "remove" or (verb == "revert" and origin is None):
            del rows[at]
            removed = (*removed, row.was) if origin and row.was else removed
        elif verb == "revert" and origin:
            rows[at] = replace(row, cells=origin.cells)
        elif self.movable and (other := at + {"up": -1, "down": 1}.get(verb, 0)) in range(len(rows)):
            rows[at], rows[other] = rows[other], row
            at = other
        fresh = Rows(tuple(rows), removed)
        return Acted(fresh, self.focus(fresh, min(at, len(rows) - 1)))

    def _restore(self, target: str, held: Rows) -> Acted:
        back = next((was for at, was in enumerate(held.removed) if target == f"{self.name}.removed.{at}"), None)
        kept = tuple(was for was in held.removed if was != back)
        rows = self._with_missing(list(held.rows), {row.was or OWN for row in held.rows}.union(kept))
        fresh = Rows(tuple(rows), kept)
        return Acted(fresh, self.focus(fresh, next((at for at, row in enumerate(rows) if row.was == back), -1)))

    def _position(self, target: str, held: Rows) -> int | None:
        number = target.removeprefix(f"{self.name}.")
        return next((index for index, row in enumerate(held.rows) if str(row.at) == number), None)

    def focus(self, held: Rows, at: int) -> str:
        """The first control of a row that can take the focus; the whole field when there is none."""
        drawn = self.widget.drawn(held)
        if not 0 <= at < len(drawn):
            return self.name
        keys = [column.key for column in self.widget.columns]
        return cell_name(self.name, at, next((key for key in keys if key in drawn[at].cells), keys[0]))

    def describe(self, control: str) -> str:
        """“Labels, row 3, Key”."""
        at, _, key = control.removeprefix(f"{self.name}.").partition(".")
        if not at.isdecimal():
            return self.called
        label = next((column.label for column in self.widget.columns if column.key == key and key), "")
        return ", ".join(filter(None, (self.called, f"row {int(at) + 1}", label)))

    def moved(self, held: Rows) -> bool:
        """Whether the stored rows stand in another order than in the document."""
        order = [row.was for row in held.rows if row.was != OWN]
        present = set(order)
        return order != [was for was in self.origins if was in present]
