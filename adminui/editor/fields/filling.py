"""What filling a pasted list into rows would do: said before it is done, and done as it was said."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from adminui.editor.fields.base import cut
from adminui.editor.fields.pasted import Given
from adminui.editor.fields.rows import OWN, Row, Rows

if TYPE_CHECKING:
    from adminui.editor.fields.rowfields import RowsField

Kind = Literal["added", "replaced", "there", "refused"]
_WORDS: Mapping[Kind, str] = {
    "added": "{} added",
    "replaced": "{} replaced",
    "there": "{} there already",
    "refused": "{} refused",
}


class Step(NamedTuple):
    """What becomes of one entry. `what`: its key or value; all texts are short, and nothing in them is unseen."""

    kind: Kind
    line: int
    what: str
    before: str = ""
    after: str = ""
    why: str = ""


class Plan(NamedTuple):
    """What becomes of a pasted text: step by step, the rows with it, the first row touched (-1: none), and the text
    that is left: all that was refused, as it was pasted."""

    steps: tuple[Step, ...]
    rows: Rows
    first: int
    left: str

    @property
    def summary(self) -> str:
        """“2 added, 1 replaced, 1 refused”."""
        counts = Counter(step.kind for step in self.steps)
        return ", ".join(words.format(counts[kind]) for kind, words in _WORDS.items() if counts[kind])

    @property
    def takes(self) -> bool:
        """Whether anything of the text is used up."""
        return any(step.kind != "refused" for step in self.steps)

    @property
    def fills(self) -> int:
        """How many rows come or change."""
        return sum(step.kind in {"added", "replaced"} for step in self.steps)


def planned(field: "RowsField", held: Rows, text: str) -> Plan:
    """What filling a text into a field's rows would do. Of a map the value of a key that is there is replaced."""
    rows = [row for row in held.rows if not field.is_idle(row)]
    where = {field.identity(row): at for at, row in enumerate(rows)}
    steps: list[Step] = []
    left: list[str] = []
    touched: list[int] = []
    for one in field.listed(text):
        if not isinstance(one, Given):
            steps.append(Step("refused", one.line, cut(one.text), why=one.why))
            left.append(one.text)
            continue
        fresh = Row(one.cells, OWN)
        at = where.setdefault(field.identity(fresh), len(rows))
        step = _step(one, rows[at] if at < len(rows) else None)
        steps.append(step)
        if step.kind == "refused":
            left.append(one.text)
        elif step.kind == "added":
            rows.append(fresh)
        elif step.kind == "replaced":
            rows[at] = replace(rows[at], cells={**rows[at].cells, "value": one.cells["value"]})
        if step.kind in {"added", "replaced"}:
            touched.append(at)
    return Plan(tuple(steps), Rows(tuple(rows), held.removed), min(touched, default=-1), "\n".join(left))


def _step(one: Given, row: Row | None) -> Step:
    what = cut(one.cells.get("key", one.cells.get("", "")))
    value = one.cells.get("value")
    after = "" if value is None else cut(value)
    if row is None:
        return Step("added", one.line, what, after=after)
    if value is None or row.cells.get("value") == value:
        return Step("there", one.line, what, after=after)
    if "value" not in row.cells:
        return Step("refused", one.line, what, why="What is stored there can’t be edited here, only in Raw.")
    return Step("replaced", one.line, what, before=cut(row.cells["value"]), after=after)
