"""Texts: one line, or many with “not set” and “empty” apart."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from adminui.contract.document import ABSENT, Absent, Json
from adminui.editor.fields.base import ConfigField, Control, Misfit, Pair, Reading, fits_area, fits_line


class LineField(ConfigField[str]):
    """A text of one line. An empty control is “not set”: the key is absent."""

    shape = "line"

    def hold(self, stored: Json | Absent) -> str | None:
        """The text itself; empty for what isn't there. Null is as good as that where the text is optional."""
        if stored is ABSENT or (stored is None and self.spec.optional):
            return ""
        return stored if isinstance(stored, str) and fits_line(stored) else None

    def read(self, held: str) -> Reading:
        """Exactly what was typed."""
        places = {self.path: self.name}
        if not fits_line(held):
            return Reading(self.initial, places, (Misfit(self.name, "Must be one line, without line breaks."),))
        return Reading(held or ABSENT, places)


class Prompt(NamedTuple):
    """A long text, and what it means when there is none: set to the empty text, or not set."""

    text: str
    empty: bool


class PromptControl(Control):
    """A text area, and the choice that counts while it is empty."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[str | None, str | None]:
        """Text and choice, each None when it wasn't posted."""
        return data.get(name), data.get(f"{name}.empty")

    def pairs(self, name: str, held: Prompt) -> list[Pair]:
        """The text before the choice, as on the page."""
        return [(name, held.text), (f"{name}.empty", "set" if held.empty else "unset")]


class PromptField(ConfigField[Prompt]):
    """A text of many lines that may be empty, which isn't the same as not set."""

    shape = "prompt"
    wide = True
    widget: Any = PromptControl

    def hold(self, stored: Json | Absent) -> Prompt | None:
        """The text, and whether it is there and empty."""
        if stored is ABSENT or stored is None:
            return Prompt("", empty=False)
        return Prompt(stored, empty=stored == "") if isinstance(stored, str) and fits_area(stored) else None

    def fill(self, posted: Any) -> Prompt:
        """Each of the two as posted, else as stored."""
        text, empty = posted
        stored = self.holding or Prompt("", empty=False)
        return Prompt(stored.text if text is None else text, stored.empty if empty is None else empty == "set")

    def differs(self, held: Prompt) -> bool:
        """The choice counts only while there is no text."""
        return self.holding is not None and self._meant(held) != self._meant(self.holding)

    def read(self, held: Prompt) -> Reading:
        """The text exactly as typed; without one, what was chosen."""
        meant = self._meant(held)
        return Reading(ABSENT if meant is None else meant, {self.path: self.name})

    def reading(self, held: Prompt) -> str:
        """How long the text is."""
        return f"{len(held.text)} {'character' if len(held.text) == 1 else 'characters'}"

    @staticmethod
    def _meant(held: Prompt) -> str | None:
        return held.text or ("" if held.empty else None)
