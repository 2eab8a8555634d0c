"""Egress: three choices, and the targets that one of them lists."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any, NamedTuple, Self

from adminui.contract.config import EGRESS
from adminui.contract.document import ABSENT, Absent, Json
from adminui.contract.fields import FieldSpec
from adminui.contract.paths import Path
from adminui.editor.fields.base import Acted, ConfigField, Control, Misfit, Pair, Reading
from adminui.editor.fields.lists import TargetsField
from adminui.editor.fields.rows import Rows

CHOICES = {option.value: option for option in EGRESS}


class Egress(NamedTuple):
    """The choice, and the targets that were listed, whether they count or not."""

    choice: str
    targets: Rows


class EgressControl(Control):
    """Radio buttons by the field's name, targets below `….allow`."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.targets = TargetsField.widget()
        self.most: int | None = None
        self.help = ""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[str | None, Rows]:
        """The choice when one was posted, and the posted targets."""
        choice = data.get(name)
        targets: Rows = self.targets.value_from_datadict(data, files, f"{name}.allow")
        return (choice if choice in CHOICES else None), targets

    def pairs(self, name: str, held: Egress) -> list[Pair]:
        """The choice where it stands on the page: targets stand within the second."""
        targets = self.targets.pairs(f"{name}.allow", held.targets)
        chosen = (name, held.choice)
        return [*targets, chosen] if held.choice == "none" else [chosen, *targets]

    def get_context(self, name: str, value: Egress, attrs: Any = None) -> dict[str, Any]:
        """Choices with their effects, and the targets' own context."""
        context = super().get_context(name, value, attrs)
        context["widget"]["targets"] = self.targets.get_context(f"{name}.allow", value.targets)["widget"]
        context["widget"]["choices"] = EGRESS
        most = f"{len(value.targets.rows)} of at most {self.most}. " if self.most else ""
        context["widget"]["note"] = most + self.help
        return context


class EgressField(ConfigField[Egress]):
    """Absent, empty and listed are three things, and each can be said."""

    shape = "egress"
    wide = True
    widget: Any = EgressControl

    def __init__(self, spec: FieldSpec, **widget: Any) -> None:
        super().__init__(spec, **widget)
        self.targets = TargetsField(replace(spec, path=(*spec.path, *spec.rows[0].path)))
        self.widget.most, self.widget.help = spec.rows[0].max_items, spec.rows[0].help

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Forms work on copies of the fields; the targets within are a field as well."""
        copy = super().__deepcopy__(memo)
        copy.targets = deepcopy(self.targets, memo)
        return copy

    def open(self, stored: Json | Absent, blocked: Path | None = None) -> None:
        """The targets are a field of their own, within."""
        self.targets.open(stored.get("allow", ABSENT) if isinstance(stored, dict) else ABSENT, blocked)
        self.widget.targets = self.targets.widget
        super().open(stored, blocked)

    def hold(self, stored: Json | Absent) -> Egress | None:
        """Which choice a stored value is. An object without a list is none of them."""
        if stored is ABSENT or stored is None:
            return Egress("default", Rows())
        if not isinstance(stored, dict) or "allow" not in stored or self.targets.holding is None:
            return None
        return Egress("only" if self.targets.holding.rows else "none", self.targets.holding)

    def carried(self, other: Self) -> Egress | None:
        """The other's choice, and its targets tied to those here."""
        targets = self.targets.carried(other.targets)
        return None if other.holding is None or targets is None else Egress(other.holding.choice, targets)

    def fill(self, posted: Any) -> Egress:
        """Choice and targets, each as posted, else as stored."""
        choice, targets = posted
        stored = self.holding.choice if self.holding else "default"
        return Egress(choice or stored, self.targets.fill(targets))

    def differs(self, held: Egress) -> bool:
        """Targets count only where they are listed."""
        if self.holding is None or held.choice != self.holding.choice:
            return self.holding is not None
        return held.choice == "only" and self.targets.differs(held.targets)

    def read(self, held: Egress) -> Reading:
        """What the choice means; unknown keys beside the list stay while there is an object."""
        places: dict[Path, str] = {self.path: self.name}
        if held.choice == "default":
            return Reading(ABSENT, places)
        around: dict[str, Json] = dict(self.initial) if isinstance(self.initial, dict) else {}
        if held.choice == "none":
            return Reading({**around, "allow": []}, places)
        targets = self.targets.read(held.targets)
        misfits = targets.misfits
        if targets.value == [] and not misfits:
            wrong = f"List at least one target, or choose “{CHOICES['none'].label}”."
            misfits = (Misfit(self.name, wrong),)
        return Reading({**around, "allow": _listed(targets.value)}, places | targets.places, misfits)

    def act(self, verb: str, target: str, held: Egress) -> Acted:
        """Commands below `….allow` are for the targets."""
        if not target.startswith(self.targets.name):
            return super().act(verb, target, held)
        acted = self.targets.act(verb, target, held.targets)
        return Acted(held._replace(targets=acted.held), acted.focus)

    def list_in(self, held: Egress | None) -> tuple[TargetsField, Rows] | None:
        """The targets."""
        return None if held is None else self.targets.list_in(held.targets)

    def with_list(self, held: Egress, rows: Rows) -> Egress:
        """Targets that were filled in are meant to count."""
        return Egress("only", rows)

    def describe(self, control: str) -> str:
        """“Egress, row 2”."""
        return self.targets.describe(control) if control.startswith(f"{self.targets.name}.") else self.called


def _listed(value: Json | Absent) -> Json:
    return [] if value is ABSENT else value
