"""An event of the database as the fields that are hashed; the rules of the chain are in verifier.py.

A chain shows every change, gap and swap to anybody who has the events, with no key and no program of ours. What it
can't show is a tail cut off together with the head, or a whole chain written anew: that takes a checkpoint, a head that
was noted elsewhere.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from adminui.contract.document import Json
from adminui.record import verifier
from adminui.record.fields import ExactTimeField, ExactUUIDField
from adminui.record.models import Event

FIELDS: Final = tuple("save_id" if name == "save" else name for name in verifier.FIELDS)
"""The fields of an event by their names on the model."""


def written(event: Event) -> dict[str, Json]:
    """The event as it is hashed and exported: UUIDs in lower case with dashes, the time in UTC with microseconds.

    Raises verifier.Unhashable for a column that holds what none of ours does.
    """
    return {name: _plain(getattr(event, field)) for name, field in zip(verifier.FIELDS, FIELDS, strict=True)}


def _plain(value: object) -> Json:
    match value:
        case UUID():
            return ExactUUIDField.write(value)
        case datetime():
            return ExactTimeField.write(value)
        case None | bool() | int() | float() | str() | list() | dict():
            return value
        case _:
            raise verifier.Unhashable(f"a {type(value).__name__} has no place in an event")


def hash_of(event: Event) -> str:
    """The event's hash, 64 hex digits, computed from its fields. Raises verifier.Unhashable."""
    return verifier.hash_of(written(event))
