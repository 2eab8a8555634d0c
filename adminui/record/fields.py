"""Columns whose text is exactly what was hashed.

A UUID or a time can be spelled in several ways that a database's own conversion reads as one value: an upper-case
UUID in an SQLite file still reads as the same one, yet no look-up finds the row. So these are kept as text in one
spelling, the same on every database, and a text in any other spelling is read as the bare text: it was never
hashed, so the event is found broken, and no page fails over it.
"""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from adminui.record.verifier import canonical

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field  # not generic when it runs


class _ExactField(_Field):
    """A value kept as its one text. `read` may raise anything that a bad text brings about."""

    def get_internal_type(self) -> str:
        """A text, for Django and the database."""
        return "TextField"

    @staticmethod
    def read(text: str) -> object:
        """The value of a text."""
        raise NotImplementedError

    @staticmethod
    def write(value: Any) -> str:
        """The one text of a value."""
        raise NotImplementedError

    def from_db_value(self, text: str | None, _expression: object, _connection: BaseDatabaseWrapper) -> object:
        """The value, or the bare text when it isn't the one that this value is written as."""
        if text is None:
            return None
        try:
            value = self.read(text)
            return value if self.write(value) == text else text
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            return text

    def get_prep_value(self, value: Any) -> str | None:
        """The text of a value; a text is taken as it is, for look-ups."""
        return value if value is None or isinstance(value, str) else self.write(value)


class ExactUUIDField(_ExactField):
    """A UUID in lower case with dashes."""

    @staticmethod
    def read(text: str) -> UUID:
        """The UUID."""
        return UUID(text)

    @staticmethod
    def write(value: UUID) -> str:
        """Lower case with dashes."""
        return str(value)


class ExactTimeField(_ExactField):
    """A time in UTC to the microsecond, in RFC 3339; the texts sort as the times do."""

    @staticmethod
    def read(text: str) -> datetime:
        """The time, in UTC."""
        return datetime.fromisoformat(text).astimezone(UTC)

    @staticmethod
    def write(value: datetime) -> str:
        """UTC, with all six digits and a Z."""
        return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


class ExactJSONField(_ExactField):
    """JSON as its RFC 8785 text. Not for lone strings: those are taken for texts."""

    @staticmethod
    def read(text: str) -> object:
        """The JSON value."""
        return json.loads(text)

    @staticmethod
    def write(value: Any) -> str:
        """RFC 8785. Raises verifier.Unhashable, a ValueError."""
        return canonical(value).decode()
