"""What binds an event to the one before it: the fields that are hashed, and the hash.

An event's hash is SHA-256 over the RFC 8785 bytes of all its fields but the hash itself, the previous event's hash
among them. So no field can change, and no event move, leave or come between, without a break that anybody finds
who has the events, with no key and no program of ours. What this can't show is a tail cut off together with the
head, or a whole chain written anew: that takes a head that was noted elsewhere.
"""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

import rfc8785

from adminui.contract.document import Json
from adminui.record.fields import ExactTimeField, ExactUUIDField
from adminui.record.models import Event

FORMAT: Final = 1
"""The format of the events written now: which fields are hashed, and how they are written."""

GENESIS: Final = "0" * 64
"""The previous hash of a chain's first event."""

FIELDS: Final = (
    *("format", "chain", "seq", "previous", "id", "at", "kind", "issuer", "subject", "name", "platform_id"),
    *("platform_name", "organization", "workspace", "runtime", "request_id", "origin", "reason", "ip", "agent"),
    *("paths", "before", "after", "data", "save_id"),
)
"""The fields of an event of format 1, by their names on the model; `save_id` is written as `save`."""


class Unhashable(ValueError):  # noqa: N818 - reads as what it says
    """An event with a field that no event of this program can have, so that it has no hash."""


def written(event: Event) -> dict[str, Json]:
    """The event as it is hashed and exported: UUIDs in lower case with dashes, the time in UTC with microseconds."""
    return {"save" if name == "save_id" else name: _plain(getattr(event, name)) for name in FIELDS}


def _plain(value: object) -> Json:
    match value:
        case UUID():
            return ExactUUIDField.write(value)
        case datetime():
            return ExactTimeField.write(value)
        case None | bool() | int() | str() | list() | dict():
            return value
        case _:
            raise Unhashable(f"a {type(value).__name__} has no place in an event")


def hash_of(event: Event) -> str:
    """The event's hash, 64 hex digits, computed from its fields. Raises Unhashable."""
    try:
        return hashlib.sha256(rfc8785.dumps(written(event))).hexdigest()
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise Unhashable(str(error)) from error
