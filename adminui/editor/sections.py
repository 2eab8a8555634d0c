"""What the template draws of a form: its sections, their fields, and how many changes and errors each has."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from adminui.contract import paths
from adminui.contract.changes import Change
from adminui.contract.config import SECTIONS, section_of
from adminui.editor.errors import Placed
from adminui.editor.fields.base import ConfigField, Entry
from adminui.editor.fields.lists import KNOWN_CAPABILITIES
from adminui.editor.fields.rowfields import RowsField
from adminui.editor.fields.secrets import SecretsField


@dataclass(frozen=True)
class FieldView:
    """One field as its macro draws it. `kept` and `why_kept` take the place of `widget` when no control can hold it.

    `known`: the id of the page's list that suggests values; `note` stands below rows; `picker`: they can be picked.

    `before` is None while the field is unchanged; rows say it row by row. `moved`: stored rows stand in another order.
    """

    name: str
    shape: str
    label: str
    help: str
    wide: bool
    alone: bool
    deprecated: bool
    unit: str
    placeholder: str
    known: str
    widget: dict[str, Any]
    kept: str | None
    why_kept: str
    before: str | None
    reading: str = ""
    movable: bool = False
    moved: bool = False
    note: str = ""
    picker: bool = False


@dataclass(frozen=True)
class Group:
    """Fields under one another; `two`: in two columns where there is room."""

    two: bool
    fields: list[FieldView]


@dataclass(frozen=True)
class SectionView:
    """One card of the page."""

    key: str
    title: str
    help: str
    changed: int
    wrong: int
    fields: list[FieldView] = field(default_factory=list)

    @property
    def groups(self) -> list[Group]:
        """The fields in their order, short ones in two columns. One that has no neighbour takes the whole width."""
        groups: list[Group] = []
        for wide, several in groupby(self.fields, key=lambda view: view.wide):
            fields = list(several)
            alone = [] if wide or len(fields) % 2 == 0 else [fields.pop()]
            groups += [Group(two, part) for two, part in ((not wide, fields), (False, alone)) if part]
        return groups


def sections(
    controls: Mapping[str, ConfigField[Any]],
    entries: Mapping[str, Entry],
    changes: Sequence[Change],
    problems: Sequence[Placed],
) -> list[SectionView]:
    """All sections in the order of the page, Raw last."""
    changed = Counter(section_of(change.path).key for change in changes)
    wrong = Counter(section_of((one.control.partition(".")[0],)).key for one in problems if one.control)
    views = [SectionView(s.key, s.title, s.help, changed[s.key], wrong[s.key]) for s in SECTIONS]
    by_key = {view.key: view for view in views}
    for name, control in controls.items():
        by_key[section_of(control.path).key].fields.append(_view(control, entries[name]))
    return views


def _view(control: ConfigField[Any], entry: Entry) -> FieldView:
    spec, kept = control.spec, control.kept
    rows = control if isinstance(control, RowsField) else None
    drawn = {} if kept is not None else control.widget.get_context(control.name, entry.held)["widget"]
    return FieldView(
        name=control.name,
        shape=control.shape,
        label=spec.label,
        help=control.hint(),
        wide=control.wide,
        alone=control.alone,
        deprecated=spec.deprecated,
        unit=spec.unit,
        placeholder=str(spec.default) if isinstance(spec.default, (str, int)) else "",
        known=KNOWN_CAPABILITIES if control.path == ("defaults", "capability") else "",
        widget=drawn,
        kept=kept,
        why_kept=_why_kept(control),
        before=control.before() if entry.changed and rows is None else None,
        reading=control.reading(entry.held) if kept is None else "",
        note=control.note,
        picker=isinstance(control, SecretsField) and control.picks,
        movable=rows is not None and rows.movable,
        moved=rows is not None and kept is None and rows.moved(entry.held),
    )


def _why_kept(control: ConfigField[Any]) -> str:
    if control.blocked is None:
        return "Kept as it is: no control can hold this value. Edit it in Raw."
    where = paths.text(control.blocked) or "The document"
    return f"{where} is no object, so this can’t be set here. Edit it in Raw."
