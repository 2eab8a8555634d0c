"""The form of one config: document → controls → changes. built from the contract.

    form = ConfigForm.opened(document)                 # a page of what is stored
    form = ConfigForm.posted(document, request.POST)   # what came back, over the same document
    form.is_valid(), form.changes(), form.document()
    form.in_step()                                     # form and Raw saying one document, as far as they can

The document goes in as it was read and comes out with the edits alone. A control that posts what it would post
untouched, or doesn't post, is no edit.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple, Self, cast

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.functional import cached_property

from adminui.contract import paths
from adminui.contract.changes import Change, apply, diff
from adminui.contract.config import FIELDS, check
from adminui.contract.document import ABSENT, Absent, Json, edit, get, pretty, same
from adminui.contract.envelope import FieldError, document_path
from adminui.contract.paths import Path
from adminui.editor import pastes, raw
from adminui.editor.errors import Placed, Trace, place
from adminui.editor.fields import field_for, shown
from adminui.editor.fields.base import ConfigField, Misfit, Pair, Posted
from adminui.editor.fields.lists import CapabilitiesField
from adminui.editor.fields.number import NumberField
from adminui.editor.fields.secrets import SecretsField
from adminui.editor.instep import InRaw, Joined, joined
from adminui.editor.offers import NOTHING, Offers
from adminui.editor.pastes import Pastes
from adminui.editor.raw import Raw
from adminui.editor.sections import SectionView, sections


@dataclass(frozen=True)
class Facts:
    """What the form knows beside the document: the cap of the timeout in seconds, the organization's unless it
    `cap_is_platforms`; the organization's name; what can be picked. `own`: the form is the owner's, so secrets are
    picked from the person's.
    """

    timeout_cap: int | None = None
    organization: str = ""
    offers: Offers = NOTHING
    own: bool = True
    cap_is_platforms: bool = False


class Acted(NamedTuple):
    """The values after a button was pressed, and the name of the control that should have the focus then."""

    values: list[Pair]
    focus: str


class Problem(NamedTuple):
    """One line of the error summary. `control` None: the form doesn't show it, `path` says what it is about."""

    control: str | None
    text: str
    path: str
    from_platform: bool


class ConfigForm(forms.BaseForm):
    """One config on the screen. Make it with `opened` or `posted`.

    `readonly` is the sentence why nothing can be changed, None when it can. `focus` is the name of the control that the
    page puts the focus on, set by the caller after `act`; `blame` who changed what last, set by the caller too.
    """

    base_fields: ClassVar[dict[str, forms.Field]] = {
        paths.text(spec.path): field_for(spec) for spec in FIELDS if shown(spec)
    }

    def __init__(self, base: Json, posted: Posted | None, facts: Facts, readonly: str | None) -> None:
        super().__init__(data=posted, auto_id="%s")
        self.base = base
        self.facts = facts
        self.readonly = readonly
        self.focus: str | None = None
        self.blame: Mapping[str, object] = {}
        said = Posted() if posted is None else posted
        self.raw = Raw(base, said.get(raw.NAME), said.get(raw.SINCE))
        self.choices = {one.removeprefix(raw.CHOOSE): said.get(one) or "" for one in said if one.startswith(raw.CHOOSE)}
        self._refused: list[Placed] = []
        self._touched: frozenset[str] | None = None
        for field in self.controls.values():
            field.open(get(base, field.path), _blocked(base, field.path))
            _inform(field, facts)
        bound = posted is not None
        self.entries = {name: field.clean(self[name].data if bound else None) for name, field in self.controls.items()}
        """What each field's controls hold and mean."""
        self.pastes = Pastes(self.controls, self.entries, said)

    @classmethod
    def opened(cls, document: Json, *, facts: Facts = Facts(), readonly: str | None = None) -> Self:
        """The form of a document as it is stored."""
        return cls(document, None, facts, readonly)

    @classmethod
    def posted(
        cls, document: Json, values: QueryDict | Iterable[Pair], *, facts: Facts = Facts(), readonly: str | None = None
    ) -> Self:
        """What was posted over a document, all controls or some; names that the form doesn't know are ignored."""
        pairs = (
            ((name, value) for name, all_ in values.lists() for value in all_)
            if isinstance(values, QueryDict)
            else values
        )
        return cls(document, Posted.of(pairs), facts, readonly)

    @classmethod
    def rebased(cls, base: Json, document: Json, *, facts: Facts = Facts(), readonly: str | None = None) -> Self:
        """The form of `base`, edited so that it says `document`: in its controls, or in Raw where they can't."""
        return cls.opened(base, facts=facts, readonly=readonly)._saying(document)

    def in_step(self) -> Self:
        """The same document in controls and Raw alike: each says what was typed into the other.

        What can't be told yet stays as it was typed: broken JSON, and places where the two disagree. What no control
        can say is in Raw alone.
        """
        if not self.raw.changed or self.raw.wrong or self._joined.open:
            return self
        return self._saying(self.document())

    def _saying(self, document: Json) -> Self:
        """This form with `document` in its controls, or in Raw where they can't say it; what says it already stays."""
        wanted = type(self).opened(document)
        pairs: list[Pair] = []
        for name, field in self.controls.items():
            entry = self.entries[name]
            as_typed = entry.reading.misfits or same(entry.reading.value, get(document, field.path))
            pairs += field.pairs(entry.held if as_typed else field.carried(wanted.controls[name]))
            pairs += self.pastes.pairs(name)
        form = type(self).posted(self.base, pairs, facts=self.facts, readonly=self.readonly)
        if same(form.document(), document):
            return form
        typed = self.raw.typed if self.raw.typed is not None and same(self.raw.document, document) else pretty(document)
        more = [(raw.SINCE, raw.written(form.changes())), (raw.NAME, typed)]
        return type(self).posted(self.base, [*pairs, *more], facts=self.facts, readonly=self.readonly)

    @property
    def controls(self) -> dict[str, ConfigField[Any]]:
        """The fields by the names of their controls."""
        return cast("dict[str, ConfigField[Any]]", self.fields)

    # ---- the document ----------------------------------------------------------------------------------------------

    @cached_property
    def _form_document(self) -> Json:
        document = self.base
        for name, entry in self.entries.items():
            if entry.changed:
                document = edit(document, self.controls[name].path, entry.reading.value)
        return document

    @cached_property
    def _joined(self) -> Joined:
        """The document with the edits of controls and Raw, and where the two disagree."""
        if not self.raw.changed or self.raw.wrong:
            return Joined(self._form_document)
        return joined(self.raw.since, self.raw.document, self._form_document, self.choices)

    def document(self) -> Json:
        """The document as it would be sent: the one it was made from, with the edits. Only good when `is_valid`."""
        return self._joined.document

    def changes(self) -> tuple[Change, ...]:
        """What differs from the document it was made from."""
        return self._changes

    @cached_property
    def _changes(self) -> tuple[Change, ...]:
        return diff(self.base, self.document())

    def values(self) -> list[Pair]:
        """What a browser would post for the page as it is, in the page's order."""
        pairs: list[Pair] = []
        for name, field in self.controls.items():
            pairs += [*field.pairs(self.entries[name].held), *self.pastes.pairs(name)]
        return [*pairs, *self._raw_pairs(), *([] if self.raw.changed else [(raw.NAME, self.in_raw.text)])]

    def kept(self) -> list[Pair]:
        """What a draft holds: `values` without a Raw that says what the controls say, and of a control that posts twice
        what counts. So the same state is the same draft, whether or not the platform was asked what there is to pick.
        """
        pairs = self.values()[: None if self.raw.changed else -1]
        following = [*pairs[1:], ("", "")]
        return [one for one, next_ in zip(pairs, following, strict=True) if one[0] != next_[0] or _is_listed(one[0])]

    def _raw_pairs(self) -> list[Pair]:
        """The hidden document that Raw was made from, what was chosen, and Raw where something was typed into it."""
        chosen = [(clash.name, clash.chosen) for clash in self._joined.clashes if clash.chosen]
        typed = [(raw.NAME, self.raw.typed or "")] if self.raw.changed else []
        return [(raw.SINCE, self.in_raw.since), *typed, *chosen]

    def act(self, command: str) -> Acted:
        """What the page holds after one of its buttons, named by the value it posts as `do`; nothing else is lost.

        Commands are `verb:name`: add, order on a field; remove, up, down, revert on a row; revert on a field, on Raw;
        restore on a removed row; undo on the path of a change that only Raw says; paste and fill on a list that was
        pasted. One that the form doesn't know changes nothing.
        """
        verb, _, target = command.partition(":")
        if verb == "undo":
            return self._undone(target)
        values: list[Pair] = []
        focus = ""
        for name, field in self.controls.items():
            held, fills = self.entries[name].held, False
            if held is not None and (target == name or target.startswith(f"{name}.")):
                fills = verb == "fill"
                held, focus = self.pastes.filled(name) if fills else field.act(verb, target, held)
            values += [*field.pairs(held), *self.pastes.pairs(name, filled=fills)]
        typed = [] if command == f"revert:{raw.NAME}" else self._raw_pairs()
        return Acted([*values, *typed], f"{pastes.NAME}{target}" if verb == "paste" else focus or target)

    def _undone(self, path: str) -> Acted:
        mine = [change for change in diff(self._form_document, self.document()) if paths.text(change.path) == path]
        if self.raw.wrong or not mine:
            return Acted(self.kept(), raw.NAME)
        return Acted(self._saying(apply(self.document(), map(raw.undone, mine))).kept(), raw.NAME)

    # ---- what is wrong ---------------------------------------------------------------------------------------------

    @cached_property
    def places(self) -> dict[Path, str]:
        """The control of each document path, blank and removed rows left out."""
        return {path: name for entry in self.entries.values() for path, name in entry.reading.places.items()}

    def full_clean(self) -> None:
        """Django's hook for all checks, where `errors` and `is_valid` come from. The platform's errors are apart."""
        self._errors = ErrorDict(renderer=self.renderer)
        self.cleaned_data = {}
        for one in self._own if self.is_bound else ():
            name = self._field_of(one.control)
            self.add_error(name, Misfit(one.control or "", one.text))

    def place(self, errors: Iterable[FieldError], *, sent: Json | Absent = ABSENT) -> None:
        """Takes the platform's errors, to be shown at their fields; they don't make the form invalid.

        `sent` is the document that they were about, when it isn't this form's: an error stands until its value changes.
        """
        target = self.document()
        trace = Trace(target if sent is ABSENT else sent, target)
        for error in errors:
            path = trace(document_path(error.loc))
            if path is not None:
                self._refused.append(self._placed(replace(error, loc=path), from_platform=True))
        self.__dict__.pop("problems", None)

    def tell_only(self, touched: Iterable[str]) -> None:
        """Holds back what is wrong at controls that weren't touched yet; what isn't about a control is told."""
        names = [name.split(".") for name in touched]
        self._touched = frozenset(".".join(name[:end]) for name in names for end in range(1, len(name) + 1))
        self.__dict__.pop("problems", None)

    @cached_property
    def problems(self) -> list[Placed]:
        """Everything wrong, in the order of the page; what has no control last."""
        own = self._own if self.is_bound else []
        return sorted([*filter(self._is_told, own), *self._refused], key=self._rank)

    @property
    def held_back(self) -> bool:
        """Whether something is wrong that isn't told yet."""
        return self.is_bound and not all(map(self._is_told, self._own))

    def _is_told(self, problem: Placed) -> bool:
        if self._touched is None or self._field_of(problem.control) is None:
            return True
        return problem.control in self._touched

    @cached_property
    def _own(self) -> list[Placed]:
        misfits = [misfit for entry in self.entries.values() for misfit in entry.reading.misfits]
        if self.raw.wrong:
            misfits.append(Misfit(raw.NAME, self.raw.wrong))
        for clash in self._joined.open:
            path = clash.name.removeprefix(raw.CHOOSE) or "the document"
            said = f"The form changes {path} to {clash.form}, Raw to {clash.raw}. Choose one."
            misfits.append(Misfit(clash.name, said))
        return [*(Placed(misfit.control, misfit.sentence) for misfit in misfits), *self._checked[0]]

    @cached_property
    def _checked(self) -> tuple[list[Placed], list[Placed]]:
        """What the contract says against the document: new with these edits, and true of what is stored already."""
        document, cap = self.document(), self.facts.timeout_cap
        before = check(self.base, timeout_cap=cap)
        if document is self.base:
            return [], [self._placed(error) for error in before]
        standing = {(error.loc, error.type) for error in before}
        trace = Trace(document, self.base)
        new: list[Placed] = []
        old: list[Placed] = []
        for error in check(document, timeout_cap=cap):
            (old if (trace(error.loc), error.type) in standing else new).append(self._placed(error))
        return new, old

    def _placed(self, error: FieldError, *, from_platform: bool = False) -> Placed:
        """At the error's control; at Raw when Raw made the value, since no control shows it then."""
        by_raw = self.raw.changed and not same(get(self.document(), error.loc), get(self._form_document, error.loc))
        return place(error, {(): raw.NAME} if by_raw else self.places, from_platform=from_platform)

    def _field_of(self, control: str | None) -> str | None:
        return next((name for name in self.fields if control and f"{control}.".startswith(f"{name}.")), None)

    def _rank(self, problem: Placed) -> tuple[int, int]:
        """Field by field, row by row."""
        name = self._field_of(problem.control)
        if name is None:
            return len(self.fields) + (problem.control is None), 0
        row = re.search(r"\.(\d+)", (problem.control or "")[len(name) :])
        return list(self.fields).index(name), int(row[1]) if row else -1

    # ---- what the template draws -----------------------------------------------------------------------------------

    @property
    def sections(self) -> list[SectionView]:
        """The cards of the page."""
        return sections(self.controls, self.entries, self.changes(), self.problems)

    @property
    def summary(self) -> list[Problem]:
        """The lines of the error summary."""
        return [Problem(p.control, self._said(p), p.path, p.from_platform) for p in self.problems]

    def _said(self, problem: Placed) -> str:
        name = self._field_of(problem.control)
        return f"{self.controls[name].describe(problem.control or '')}: {problem.text}" if name else problem.text

    @property
    def at(self) -> dict[str, list[Placed]]:
        """What is wrong by control."""
        return _by_control(self.problems)

    @property
    def notes(self) -> dict[str, list[Placed]]:
        """By control, what the contract has against values that are stored like that: said, but nothing is refused."""
        return _by_control(self._checked[1])

    @property
    def typed(self) -> bool:
        """Whether anything differs from the page of what is stored, good or not."""
        return self.raw.changed or bool(self.pastes.waiting) or any(one.changed for one in self.entries.values())

    @cached_property
    def in_raw(self) -> InRaw:
        """What the page shows in Raw and below it."""
        return InRaw(self.base, self.raw, self._form_document, self._joined)


def _inform(field: ConfigField[Any], facts: Facts) -> None:
    """Tells a field what it can use of what is known beside the document."""
    if isinstance(field, NumberField) and field.path == ("sandbox", "timeout_seconds"):
        field.most = facts.timeout_cap
        field.limit_of = "the platform" if facts.cap_is_platforms else facts.organization
    elif isinstance(field, SecretsField):
        field.widget.own = facts.offers.secrets if facts.own else None
        field.note = "" if facts.own else "These are the owner’s. Only their ids are known here."
        if facts.own and field.widget.own is None:
            field.note = "Your secrets can’t be listed now, so they go by their ids."
    elif isinstance(field, CapabilitiesField):
        field.widget.offered = facts.offers.capabilities or ()
        field.note = f"From {facts.organization}’s list, or typed."
        if facts.offers.capabilities is None:
            field.note = "What the organization offers can’t be listed now. Names can be typed."


def _is_listed(name: str) -> bool:
    """Whether a name may be posted many times, each time with something of its own."""
    return name.endswith(".removed")


def _by_control(placed: Iterable[Placed]) -> dict[str, list[Placed]]:
    by_control: dict[str, list[Placed]] = {}
    for one in placed:
        by_control.setdefault(one.control or "", []).append(one)
    return by_control


def _blocked(document: Json, path: Path) -> Path | None:
    """The path above a field that is there and no object, so that nothing can be set below it."""
    for end in range(len(path)):
        above = get(document, path[:end])
        if above is not ABSENT and not isinstance(above, dict):
            return path[:end]
    return None
