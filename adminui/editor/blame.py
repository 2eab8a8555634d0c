"""Who changed what last: one mark a field and a row, from the record's index of each place's last change.

A row is known by its identity in the stored document, never by its position. States before the record began, and what
no event tells, have no mark.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from asgiref.sync import sync_to_async

from adminui.contract import paths
from adminui.contract.identity import identities
from adminui.contract.paths import Item, Path
from adminui.editor.fields.base import ConfigField
from adminui.editor.fields.egress import EgressField
from adminui.editor.fields.rowfields import RowsField
from adminui.editor.form import ConfigForm
from adminui.editor.subject import Subject
from adminui.record import index
from adminui.record.index import Scope, has_landed
from adminui.record.models import Event


@dataclass(frozen=True)
class Mark:
    """The last change of one place. `who` is empty for one that was made outside this UI; `href` is its history."""

    who: str
    at: datetime
    href: str


def marks(about: Subject, form: ConfigForm) -> dict[str, Mark]:
    """The marks of a form's fields by their names, and of its rows by list and origin, `metadata.labels."team"`.

    Two or three look-ups by key, whatever the form holds: rows are asked for only in lists that have a last change.
    """
    scope = Scope(about.ref.org, about.ref.workspace, about.id)
    fields = {name: field.path for name, field in _lists_too(form)}
    last = _last(scope, fields)
    lists = {name: field for name, field in _lists_too(form) if isinstance(field, RowsField) and name in last}
    rows = {f"{name}.{was}": path for name, field in lists.items() for was, path in _rows(field)}
    last |= _last(scope, rows)
    events = _events(scope.chain, set(last.values()))
    places, history = fields | rows, about.url("history-path")
    return {
        name: Mark(who, at, f"{history}?{urlencode({'path': paths.text(places[name])})}")
        for name, number in last.items()
        if number in events
        for who, at in (events[number],)
    }


def _lists_too(form: ConfigForm) -> Iterator[tuple[str, ConfigField[Any]]]:
    for name, field in form.controls.items():
        yield name, field
        if isinstance(field, EgressField):
            yield field.targets.name, field.targets


def _rows(field: RowsField) -> Iterator[tuple[str, Path]]:
    """The change path of each stored row by its `was`; none where rows can't be told apart."""
    names = [*(identities(field.path, field.initial) or ())]
    for was, origin in field.origins.items():
        if isinstance(origin.place, str):
            yield was, (*field.path, origin.place)
        elif names:
            yield was, (*field.path, Item(names[origin.place]))


def _last(scope: Scope, places: Mapping[str, Path]) -> dict[str, int]:
    """The number of the last event that changed each place: something at or below it, or a whole that it lies in."""
    wanted = {
        name: [f"below {paths.text(path)}", *(f"at {paths.text(path[:end])}" for end in range(len(path)))]
        for name, path in places.items()
    }
    found = index.latest(scope, {place for asked in wanted.values() for place in asked})
    numbers = {name: [found[place] for place in asked if place in found] for name, asked in wanted.items()}
    return {name: max(several) for name, several in numbers.items() if several}


def _events(chain: str, numbers: set[int]) -> dict[int, tuple[str, datetime]]:
    rows = Event.objects.filter(chain=chain, seq__in=numbers).values_list("seq", "kind", "name", "at")
    return {
        seq: ("" if kind == "change.outside" else name or "somebody", at)
        for seq, kind, name, at in rows
        if isinstance(at, datetime)
    }


LATELY: Final = 10
"""Changes of a runtime that are looked at."""
OFTEN: Final = 5
"""So many of them must come from elsewhere to be worth a word before editing."""
_LOOKED: Final = 60
"""Events among which those changes are looked for: some tell none."""


def elsewhere(runtime: UUID) -> str:
    """“7 of the last 10 changes of this runtime came from elsewhere”; empty where it is less than often."""
    rows = Event.objects.filter(runtime=runtime).order_by("-seq").only("kind", "data")[:_LOOKED]
    landed = [event.kind == "change.outside" for event in rows if has_landed(event)][:LATELY]
    if sum(landed) < OFTEN:
        return ""
    return f"{sum(landed)} of the last {len(landed)} changes of this runtime came from elsewhere"


async def marked(about: Subject, form: ConfigForm) -> ConfigForm:
    """The form with its marks."""
    form.blame = await sync_to_async(marks)(about, form)
    return form
