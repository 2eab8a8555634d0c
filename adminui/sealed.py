"""Columns of sealed values, and how all that they hold is sealed anew while everybody works on.

Each value is opened and sealed by itself, and put back only where the old one still stands: a row that somebody writes
meanwhile is sealed with the first key by that. So it can be stopped and begun again at any time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import Substr

from adminui import keyring

if TYPE_CHECKING:
    _Binary = models.BinaryField[bytes, bytes]
else:
    _Binary = models.BinaryField

BATCH: Final = 200
"""Rows that are held at once."""


class Sealed(_Binary):
    """A column of sealed values, `holding` what people would call them.

    Its rows say by `place` what theirs are bound to; `joined` are the relations that it needs for that.
    """

    def __init__(self, *args: Any, holding: str = "", joined: Sequence[str] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.holding = holding
        self.joined = tuple(joined)

    def deconstruct(self) -> Any:
        """An ordinary column to migrations: what is sealed in it is none of the database's business."""
        name, _, args, more = super().deconstruct()
        return name, "django.db.models.BinaryField", args, more


@dataclass(frozen=True)
class Column:
    """One column of sealed values."""

    model: type[models.Model]
    field: Sealed

    @property
    def name(self) -> str:
        """Its table and name."""
        return f"{self.model._meta.db_table}.{self.field.column}"

    def by(self, key_id: str) -> models.QuerySet[Any]:
        """The rows that the key of this id sealed."""
        return self._with_head(key_id).filter(head=keyring.head_of(key_id))

    def not_by(self, key_id: str) -> models.QuerySet[Any]:
        """The rows that another key sealed."""
        return self._with_head(key_id).exclude(head=keyring.head_of(key_id))

    def _with_head(self, key_id: str) -> models.QuerySet[Any]:
        head = Substr(self.field.attname, 1, len(keyring.head_of(key_id)), output_field=models.BinaryField())
        rows: models.QuerySet[Any] = self.model._default_manager.annotate(head=head)
        return rows.select_related(*self.field.joined) if self.field.joined else rows


@dataclass(frozen=True)
class Unopened:
    """A value that none of the keys opens: its column, its row, and why."""

    column: Column
    row: str
    why: str


def columns() -> list[Column]:
    """Every column of sealed values that this program has."""
    found = [
        Column(model, field)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, Sealed)
    ]
    return sorted(found, key=lambda column: column.name)


def seal_anew(column: Column) -> Iterator[Unopened | None]:
    """Seals every value of a column that isn't sealed by the first key; None for each one that now is."""
    ring: keyring.Keyring = settings.KEYRING
    rows = column.not_by(ring.keys[0].id).order_by("pk")
    batch = list(rows[:BATCH])
    while batch:
        for row in batch:
            old = bytes(getattr(row, column.field.attname))
            try:
                new = ring.seal(ring.open_sealed(old, bound_to=row.place), bound_to=row.place)
            except keyring.SealBroken as error:
                yield Unopened(column, str(row.pk), str(error))
                continue
            here = column.model._default_manager.filter(pk=row.pk, **{column.field.attname: old})
            if here.update(**{column.field.attname: new}):
                yield None
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:BATCH])
