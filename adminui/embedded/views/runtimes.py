"""The list of a workspace's runtimes, and one of them."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict

from adminui.contract.envelope import FieldError

from ..answers import Answer, invalid, ok
from ..endpoint import Call
from ..models import Person, Runtime
from ..places import as_uuid, runtime, workspace
from ..rules import VERSION

STATES = ("idle", "running", "paused")


def listed(call: Call, org: str, ws: str) -> Answer:
    """A page of runtimes, the one changed last first.

    Keyset paging: a runtime that is changed while someone turns pages moves to the first one; no other is missed.
    """
    place = workspace(call.caller, org, ws)
    asked = Asked.read(call.query)
    found = Runtime.objects.select_related("owner", "project").defer("config").filter(workspace=place)
    if asked.states:
        found = found.filter(status__in=asked.states)
    if asked.project is not None:
        found = found.filter(project=as_uuid(asked.project) or UUID(int=0))
    if asked.mine:
        found = found.filter(owner=call.caller)
    if asked.after is not None:
        moment, last = asked.after
        found = found.filter(Q(updated_at__lt=moment) | Q(updated_at=moment, id__lt=last))
    page = list(found.order_by("-updated_at", "-id")[: asked.limit + 1])
    more = len(page) > asked.limit
    page = page[: asked.limit]
    items = [shape(one, call.caller) for one in page]
    return ok({"items": items, "next_cursor": cursor(page[-1]) if more else None})


def one(call: Call, org: str, ws: str, name: str) -> Answer:
    return ok(shape(runtime(call.caller, org, ws, name), call.caller))


def shape(one: Runtime, caller: Person) -> dict[str, Any]:
    """A runtime item. `created_by` is the owner's username: the API has no other way to learn a colleague's name."""
    return {
        "id": str(one.id),
        "key": one.key,
        "name": one.name,
        "description": one.description,
        "status": one.status,
        "project_id": str(one.project.id) if one.project else None,
        "project_key": one.project.key if one.project else None,
        "project_name": one.project.name if one.project else None,
        "owned_by_me": one.owner == caller,
        "created_by": one.owner.username,
        "created_at": one.created_at.isoformat(),
        "updated_at": one.updated_at.isoformat(),
        "config_version": VERSION,
        "config_digest": one.config_digest,
        "instance": instance(one),
    }


def instance(one: Runtime) -> dict[str, Any] | None:
    """The sandbox, when there is one, with the digest of the config that it was started with."""
    if one.running_digest is None or one.started_at is None:
        return None
    return {
        "provider": "docker",
        "status": one.status,
        "started_at": one.started_at.isoformat(),
        "config_digest": one.running_digest,
    }


@dataclass(frozen=True)
class Asked:
    """The query of a list: an absent or empty parameter asks for nothing."""

    limit: int
    after: tuple[datetime, UUID] | None
    states: tuple[str, ...]
    project: str | None
    mine: bool

    @classmethod
    def read(cls, query: QueryDict) -> "Asked":
        """Raises a 422 that names every parameter at fault."""
        said: dict[str, str] = {}
        errors: list[FieldError] = []

        def wrong(name: str, msg: str, kind: str) -> None:
            errors.append(FieldError(("query", name), msg, kind))

        for name in ("limit", "cursor", "state", "project_id", "owner"):
            values = query.getlist(name)
            said[name] = values[0] if values else ""
            if len(values) > 1:
                wrong(name, "May be given once.", "too_many")
        limit = said["limit"] if "limit" in query else "50"
        if not (limit.isascii() and limit.isdigit() and len(limit) <= 3 and 1 <= int(limit) <= 100):
            wrong("limit", "Must be a number from 1 to 100.", "limit")
        states = tuple(said["state"].split(",")) if said["state"] else ()
        if not set(states) <= set(STATES):
            wrong("state", f"Must be {', '.join(STATES)}, or some of them with commas between.", "enum")
        if said["owner"] not in ("", "me"):
            wrong("owner", "Must be me.", "enum")
        after = position(said["cursor"]) if said["cursor"] else None
        if said["cursor"] and after is None:
            wrong("cursor", "Is not one that an earlier page gave.", "cursor")
        if errors:
            raise invalid(*errors)
        return cls(int(limit), after, states, said["project_id"] or None, said["owner"] == "me")


def cursor(last: Runtime) -> str:
    """Where the next page goes on, not to be read by callers."""
    return base64.urlsafe_b64encode(f"{last.updated_at.isoformat()} {last.id}".encode()).decode().rstrip("=")


def position(text: str) -> tuple[datetime, UUID] | None:
    """What `cursor` wrote, or None for anything else."""
    try:
        read = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        moment, _, last = read.partition(" ")
        found = datetime.fromisoformat(moment), UUID(last)
    except (ValueError, binascii.Error):
        return None
    return found if found[0].tzinfo else None
