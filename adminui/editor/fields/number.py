"""Whole numbers, typed as text: a number input would post nothing for what it can't read."""

import re

from adminui.contract.document import ABSENT, Absent, Json
from adminui.editor.fields.base import ConfigField, Misfit, Reading

_WHOLE = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_PADDED = re.compile(r"[0-9]+", re.ASCII)
_MOST_DIGITS = 4300
"""As many as the interpreter reads, and as documents may have."""


def whole_number(text: str) -> int:
    """The integer that a text is, digit by digit. Raises ValueError with a sentence that says what would be right."""
    bare = text.strip()
    if not bare:
        raise ValueError("Must be a whole number; there are only spaces here.")
    if len(bare) > _MOST_DIGITS:
        raise ValueError("This number has too many digits.")
    if _WHOLE.fullmatch(bare):
        if bare != text:
            raise ValueError(f"Remove the spaces around {bare}.")
        return int(bare)
    if _PADDED.fullmatch(bare):
        raise ValueError(f"Write it without zeros in front: {int(bare)}.")
    if bare.isdecimal():
        raise ValueError("Write it with the digits 0 to 9.")
    raise ValueError("Must be a whole number in plain digits, like 2048.")


class NumberField(ConfigField[str]):
    """An integer. An empty control is “not set”."""

    shape = "number"
    most: int | None = None
    limit_of: str = ""
    """A tighter limit than the contract's, and whose it is: the organization's cap."""

    def hold(self, stored: Json | Absent) -> str | None:
        """Its digits. Null is as good as not there where the value is optional."""
        if stored is ABSENT or (stored is None and self.spec.optional):
            return ""
        return str(stored) if isinstance(stored, int) and not isinstance(stored, bool) else None

    def read(self, held: str) -> Reading:
        """The integer, or what is wrong with what was typed. Limits are the contract's to check."""
        places = {self.path: self.name}
        if not held:
            return Reading(ABSENT, places)
        try:
            return Reading(whole_number(held), places)
        except ValueError as wrong:
            return Reading(self.initial, places, (Misfit(self.name, str(wrong)),))

    def hint(self) -> str:
        """With the tighter limit."""
        return self.spec.hint(maximum=self.most, limit_of=self.limit_of)

    def reading(self, held: str) -> str:
        """The unit after the control, with the number in larger units where that says more: “MB = 4 GiB”."""
        unit = self.spec.unit
        number = int(held) if len(held) < 12 and _WHOLE.fullmatch(held) else 0
        if unit == "MB" and number >= 1024:
            return f"MB = {number / 1024:g} GiB" if number % 256 == 0 else f"MB = {number / 1024:.2f} GiB"
        if unit == "s" and number >= 60:
            minutes, seconds = divmod(number, 60)
            parts = {"h": minutes // 60, "min": minutes % 60, "s": seconds}
            return "s = " + " ".join(f"{count} {name}" for name, count in parts.items() if count)
        return unit
