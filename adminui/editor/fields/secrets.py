"""Secrets: picked by name from the person's own where the platform lists them, else by their ids."""

from collections.abc import Mapping, Sequence
from typing import Any

from adminui.contract.answers import Secret
from adminui.editor.fields.base import Pair, Posted
from adminui.editor.fields.lists import ListField
from adminui.editor.fields.rows import OWN, Origin, Row, Rows, RowsControl


class SecretsControl(RowsControl):
    """Rows of ids. With `own` given, one that is the person's is a box to tick, named and masked as the platform says;
    one that isn't is shown as it is stored. Own secrets that no row has are offered below, as `….pick`.

    A stored row has an empty value before its box, so that unticked isn't the same as not posted.
    """

    noun = "secret id"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.own: Sequence[Secret] | None = None

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Rows:
        """The posted rows, and those that were picked now. A row of the person's own that lost its tick is none."""
        posted = super().value_from_datadict(data, files, name)
        rows = [row for row in posted.rows if row.cells or row.was != OWN]
        said = {row.cells.get("", "") for row in rows}
        picks = data.getlist(f"{name}.pick") if isinstance(data, Posted) else []
        at = rows[-1].at + 1 if rows else 0
        fresh = [Row({"": one}, OWN, at + more) for more, one in enumerate(dict.fromkeys(picks)) if one not in said]
        return posted._replace(rows=(*rows, *fresh))

    def pairs(self, name: str, held: Rows) -> list[Pair]:
        """As a browser posts them: a box that isn't ticked leaves its value out."""
        pairs = []
        boxes = {f"{name}.{at}": row for at, row in enumerate(held.rows) if self._secret(row) is not None}
        for control, value in super().pairs(name, held):
            row = boxes.get(control)
            if row is not None and row.was != OWN:
                pairs.append((control, ""))
            if row is None or value:
                pairs.append((control, value))
        return pairs

    def get_context(self, name: str, value: Rows, attrs: Any = None) -> dict[str, Any]:
        """Each row with the secret that it names, if it is one of the person's; and the secrets that no row names."""
        context = super().get_context(name, value, attrs)
        context["widget"]["blank"] |= {"secret": None, "stored": ""}
        named = set()
        for own, row in zip(context["widget"]["rows"], value.rows, strict=True):
            own["secret"] = self._secret(row)
            own["stored"] = self._stored(row)
            named.add(self._id(row))
        offered = [secret for secret in self.own or () if secret.id.lower() not in named]
        return {"widget": {**context["widget"], "own": self.own, "offered": offered}}

    def _stored(self, row: Row) -> str:
        origin = self.origins.get(row.was or OWN)
        return origin.cells.get("", "") if origin else ""

    def _id(self, row: Row) -> str:
        """The id that a row is about, in lower case; one that lost its tick is about the stored one."""
        return (row.cells.get("") or self._stored(row)).lower()

    def _secret(self, row: Row) -> Secret | None:
        wanted = self._id(row)
        return next((secret for secret in self.own or () if secret.id.lower() == wanted), None) if row.cells else None

    def _before(self, row: Row, origin: Origin) -> list[tuple[str, str]]:
        if self.own is not None and not row.cells.get(""):
            return [("", "picked")]  # where there are boxes, nothing else of a stored row can be emptied
        return super()._before(row, origin)

    def title(self, cells: Mapping[str, str], origin: Origin | None, at: int) -> str:
        """The name of a secret of the person's, else its id."""
        wanted = (cells.get("") or (origin.cells.get("", "") if origin else "")).lower()
        found = next((secret.name for secret in self.own or () if wanted and secret.id.lower() == wanted), "")
        return found or super().title(cells, origin, at)


class SecretsField(ListField):
    """Ids of the person's stored secrets. Values never pass through here."""

    widget: Any = SecretsControl

    @property
    def picks(self) -> bool:
        """Whether they can be picked by name here."""
        return self.widget.own is not None and self.holding is not None
