"""What the fields of a config have in common.

A widget knows names: what a browser posts for a field, and what it would post untouched. A field knows meaning: what
its control holds for a stored value, and what a held value means in the document. Between the two goes a *held*
value, one type a kind (a `str` for a line of text, `Rows` for a map …).

What a control can't hold without changing it (a number where a text belongs, a carriage return, NUL) is *kept*: it is
shown, posts nothing, and stays in the document as it was read.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, Self, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property

from adminui.contract import document, paths
from adminui.contract.changes import Change, tell
from adminui.contract.document import ABSENT, Absent, Json
from adminui.contract.fields import FieldSpec
from adminui.contract.paths import Path
from adminui.contract.visible import visible

if TYPE_CHECKING:
    from adminui.editor.fields.rowfields import RowsField
    from adminui.editor.fields.rows import Rows

Pair = tuple[str, str]
Held = TypeVar("Held")

_ROW = re.compile(r"(.+?)\.(0|[1-9][0-9]{0,5})(?:\.([a-z]+))?", re.ASCII)
_NEWLINE = re.compile(r"\r\n?")
SHOWN = 160
"""Characters of a kept or earlier value that a page shows."""


def fits_line(text: str) -> bool:
    """Whether an `<input>` gives this text back: it drops line breaks, and no page can carry NUL."""
    return fits_area(text) and "\n" not in text


def fits_area(text: str) -> bool:
    """Whether a `<textarea>` gives this text back: carriage returns come back as line feeds, and NUL not at all."""
    return "\0" not in text and "\r" not in text


def cut(text: str) -> str:
    """A text short enough to stand beside a control, with what can't be seen in it written out."""
    return visible(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")


def as_json(value: Json | Absent) -> str:
    """A value as JSON, short enough to stand in place of a control; empty for what isn't there."""
    return "" if value is ABSENT else cut(document.wire(value).decode())


class Misfit(ValidationError):
    """A posted text that can't go into the document, at the control that holds it. The message is a sentence."""

    def __init__(self, control: str, message: str) -> None:
        super().__init__(message, code="misfit")
        self.control = control
        self.sentence = message


class Posted(MultiValueDict[str, str]):
    """The pairs of one POST, newlines as documents have them: browsers send a carriage return before each."""

    @classmethod
    def of(cls, pairs: Iterable[Pair]) -> Self:
        """From names and values in the order they were posted."""
        listed: dict[str, list[str]] = {}
        for name, value in pairs:
            listed.setdefault(_NEWLINE.sub("\n", name), []).append(_NEWLINE.sub("\n", value))
        return cls(listed)

    def rows(self, name: str) -> dict[int, dict[str, str]]:
        """The rows below a name: position → column → value. A row that is one value has it in column ""."""
        return self._grouped.get(name, {})

    @cached_property
    def _grouped(self) -> dict[str, dict[int, dict[str, str]]]:
        grouped: dict[str, dict[int, dict[str, str]]] = {}
        for name in self:
            if found := _ROW.fullmatch(name):
                group, at, column = found.groups()
                grouped.setdefault(group, {}).setdefault(int(at), {})[column or ""] = self.getlist(name)[-1]
        return grouped


class Reading(NamedTuple):
    """What a held value means.

    `value` goes into the document at the field's path; what is wrong with the rest stands in `misfits`. `places` says
    which control each document path of the field is typed in.
    """

    value: Json | Absent
    places: dict[Path, str]
    misfits: tuple[Misfit, ...] = ()


class Entry(NamedTuple):
    """One field after a POST: what its controls hold, whether that was changed, and what it means."""

    held: Any
    changed: bool
    reading: Reading


class Acted(NamedTuple):
    """A held value after a button was pressed, and the control that should have the focus then."""

    held: Any
    focus: str


class Control(forms.Widget):
    """The HTML side of a field: its names and what they post."""

    def pairs(self, name: str, held: Any) -> list[Pair]:
        """What a browser posts for these controls untouched, in order."""
        return [(name, held)]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """The posted part of a held value; None when nothing was posted."""
        return data.get(name)

    def get_context(self, name: str, value: Any, attrs: Any = None) -> dict[str, Any]:
        """What the field's macro draws: {"widget": {…}}."""
        return {"widget": {"name": name, "value": value, **self.attrs, **(attrs or {})}}


class ConfigField(forms.Field, Generic[Held]):
    """The meaning of one path of the document. `shape`: the macro that draws it; `called`: its name in errors;
    `note`: what stands below its rows.

    `alone`: the only field of its section, whose heading stands for its label then.
    """

    shape: ClassVar[str] = "line"
    note: str = ""
    wide: ClassVar[bool] = False
    widget: Any = Control

    def __init__(self, spec: FieldSpec, **widget: Any) -> None:
        super().__init__(required=False, label=spec.label, help_text=spec.help, widget=self.widget(attrs=widget))
        self.spec = spec
        self.path: Path = spec.path
        self.name = paths.text(spec.path)
        self.called = spec.label
        self.alone = False
        self.blocked: Path | None = None
        self.holding: Held | None = None

    def open(self, stored: Json | Absent, blocked: Path | None = None) -> None:
        """Takes the document's value. `blocked`: the path above it that is no object, so that nothing can be set."""
        self.initial = stored
        self.blocked = blocked
        self.holding = None if blocked is not None else self.hold(stored)

    def hold(self, stored: Json | Absent) -> Held | None:
        """What the control holds for a stored value; None when it can't."""
        raise NotImplementedError

    def carried(self, other: Self) -> Held | None:
        """What these controls hold to say what `other` has stored: the same field over another document."""
        return other.holding

    def fill(self, posted: Any) -> Held:
        """A whole held value from what was posted: what wasn't is as stored."""
        whole: Held = posted
        return whole

    def differs(self, held: Held) -> bool:
        """Whether a held value isn't what the page showed."""
        return held != self.holding

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Django's question, answered by what the controls would have posted untouched."""
        return self.clean(data).changed

    def clean(self, value: Any) -> Entry:
        """What was posted, read. Untouched or missing controls give exactly the stored value; None posts nothing."""
        if self.holding is None:
            return Entry(None, changed=False, reading=Reading(self.initial, {self.path: self.name}))
        held = self.holding if value is None else self.fill(value)
        reading = self.read(held)
        if self.differs(held):
            return Entry(held, changed=True, reading=reading)
        return Entry(held, changed=False, reading=reading._replace(value=self.initial, misfits=()))

    def read(self, held: Held) -> Reading:
        """What a held value means in the document."""
        raise NotImplementedError

    def pairs(self, held: Held | None) -> list[Pair]:
        """What a browser posts for a held value; nothing for a kept one."""
        return [] if held is None else list(self.widget.pairs(self.name, held))

    def act(self, verb: str, target: str, held: Held) -> Acted:
        """A button's command to this field. What it doesn't know changes nothing."""
        return Acted(self.holding if verb == "revert" and target == self.name else held, self.name)

    def list_in(self, held: Held | None) -> "tuple[RowsField, Rows] | None":
        """The rows of this field that a pasted list fills, None where there are none; `with_list` puts them back."""
        return None

    def with_list(self, held: Held, rows: "Rows") -> Held:
        """A held value with other rows in it."""
        return held

    def before(self) -> str:
        """The stored value beside a changed control."""
        return tell(Change(self.path, "changed", self.initial, ABSENT)).before or "not set"

    def reading(self, held: Held) -> str:
        """What is said beside the control of what it holds: a number in larger units, how long a text is."""
        return ""

    def describe(self, control: str) -> str:
        """What people call one of this field's controls."""
        return self.called

    def hint(self) -> str:
        """Help, limits and default in sentences."""
        return self.spec.hint()

    @property
    def kept(self) -> str | None:
        """The stored value as JSON when no control can hold it, else None."""
        return as_json(self.initial) if self.holding is None else None


def on_or_off(value: object) -> str:
    """A switch's value in words."""
    return "on" if value else "off"


def in_order(values: Sequence[str]) -> tuple[str, ...]:
    """Each text once, in order."""
    return tuple(dict.fromkeys(values))
