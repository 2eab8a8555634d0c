"""What the tests of the record begin with: the record emptied after each, and events to write."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from adminui.record import events
from adminui.record.models import Event

RUNTIME = UUID("2489e9ad-2ee2-4e00-8ec9-32d5f69181c0")
Append = Callable[..., Event]


def new_event(**other: Any) -> events.NewEvent:
    """An event as a save writes it, with other fields where given."""
    given: dict[str, Any] = {
        "kind": "save.intent",
        "chain": "acme",
        "origin": "editor",
        "person": events.Person("https://id.example", "sub-1", "Bob"),
        "platform_user": events.PlatformUser("user-1", "bob"),
        "organization": "acme",
        "workspace": "main",
        "runtime": RUNTIME,
        "request_id": "req-1",
        "reason": "more room",
        "ip": "192.0.2.7",
        "agent": "Browser/1",
        "paths": ("resources.cpu_cores", 'metadata.labels["team"]'),
        "before": "a" * 64,
        "after": "b" * 64,
        "data": {"state": "stored", "status": 200},
        "save": UUID("0190a5f2-0000-7000-8000-000000000001"),
    }
    return events.NewEvent(**{**given, **other})


def site_event(**other: Any) -> events.NewEvent:
    """An event of no organization, with other fields where given."""
    given = {"kind": "signout", "origin": "site", "chain": events.SITE}
    return events.NewEvent(**{**given, **other})


@pytest.fixture
def append(db: None) -> Append:
    """Writes an event like new_event's."""

    def write(**other: Any) -> Event:
        return events.append(new_event(**other))

    return write


@pytest.fixture
def chain(append: Append) -> list[Event]:
    """Five events of acme."""
    return [append(reason=f"the {number}th") for number in range(1, 6)]
