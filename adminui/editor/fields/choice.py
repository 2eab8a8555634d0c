"""One of a few texts, and a switch."""

from collections.abc import Mapping
from typing import Any

from adminui.contract.document import ABSENT, Absent, Json
from adminui.editor.fields.base import ConfigField, Control, Pair, Reading, fits_line


class ChoiceField(ConfigField[str]):
    """A text out of the contract's list. What is stored stays choosable though the list doesn't know it."""

    shape = "choice"

    def hold(self, stored: Json | Absent) -> str | None:
        """The text itself; empty for what isn't there."""
        if stored is ABSENT:
            return ""
        return stored if isinstance(stored, str) and fits_line(stored) else None

    def open(self, stored: Json | Absent, blocked: tuple[str | int, ...] | None = None) -> None:
        """Offers the contract's choices, “not set” while that is what is stored, and the stored value in any case."""
        super().open(stored, blocked)
        options = [(choice, choice) for choice in self.spec.choices]
        unset = f"Not set ({self.spec.default})" if isinstance(self.spec.default, str) else "Not set"
        options.insert(0, ("", unset))
        if self.holding and self.holding not in self.spec.choices:
            options.append((self.holding, self.holding))
        elif stored == "":
            options[0] = ("", "Empty")
        self.widget.attrs["options"] = options

    def read(self, held: str) -> Reading:
        """Exactly the option's value; the contract says whether it may be."""
        return Reading(held or ABSENT, {self.path: self.name})


class SwitchControl(Control):
    """A checkbox, and a hidden “false” before it, so that unchecked isn't the same as not posted."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> bool | None:
        """The last of what was posted; None when nothing was."""
        last = data.get(name)
        return None if last is None else last != "false"

    def pairs(self, name: str, held: bool) -> list[Pair]:
        """“false”, and “true” after it when checked."""
        return [(name, "false"), *([(name, "true")] if held else [])]


class SwitchField(ConfigField[bool]):
    """True or false. What isn't there shows its default, and stays absent while it does."""

    shape = "switch"
    widget: Any = SwitchControl

    def hold(self, stored: Json | Absent) -> bool | None:
        """The value, or what its absence means."""
        if stored is ABSENT:
            return bool(self.spec.default)
        return stored if isinstance(stored, bool) else None

    def read(self, held: bool) -> Reading:
        """The value, set."""
        return Reading(held, {self.path: self.name})
