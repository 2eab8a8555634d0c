"""Finding what a path names, and whether the caller may: 404 when there is no such thing, 403 when it is not theirs."""

from uuid import UUID

from .answers import Refusal
from .models import Organization, Person, Runtime, Workspace


def organization(caller: Person, org: str) -> Organization:
    """An organization that the caller is a member of."""
    found = Organization.objects.filter(key=org, members=caller).first()
    if found is None and Organization.objects.filter(key=org).exists():
        raise Refusal(403, "You are not a member of this organization.")
    if found is None:
        raise Refusal(404, "There is no such organization.")
    return found


def workspace(caller: Person, org: str, ws: str) -> Workspace:
    """A workspace that the caller may read: any of an organization that they are a member of."""
    mine = Workspace.objects.filter(organization__key=org, organization__members=caller)
    found = mine.select_related("organization").filter(key=ws).first()
    if found is None:
        organization(caller, org)
        raise Refusal(404, "There is no such workspace.")
    return found


def runtime(caller: Person, org: str, ws: str, name: str) -> Runtime:
    """A runtime that the caller may read, named by its key or by its UUID in either case."""
    uuid = as_uuid(name)
    mine = Runtime.objects.filter(
        workspace__key=ws, workspace__organization__key=org, workspace__organization__members=caller
    )
    named = mine.filter(key=name) if uuid is None else mine.filter(id=uuid)
    found = named.select_related("workspace__organization", "owner", "project").first()
    if found is None:
        workspace(caller, org, ws)
        raise Refusal(404, "There is no such runtime.")
    return found


def as_uuid(text: str) -> UUID | None:
    """The UUID that `text` spells with its hyphens, in either case."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None
