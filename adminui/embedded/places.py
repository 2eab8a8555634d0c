"""Finding what a path names, and whether the caller may: 404 when there is no such thing, 403 when it is not theirs."""

from uuid import UUID

from .answers import Refusal
from .models import Organization, Person, Runtime, Workspace


def organization(caller: Person, org: str) -> Organization:
    """An organization that the caller is a member of."""
    found = Organization.objects.filter(key=org).first()
    if found is None:
        raise Refusal(404, "There is no such organization.")
    if not found.members.filter(id=caller.id).exists():
        raise Refusal(403, f"You are not a member of {found.name}.")
    return found


def workspace(caller: Person, org: str, ws: str) -> Workspace:
    """A workspace that the caller may read: any of an organization that they are a member of."""
    found = Workspace.objects.filter(organization=organization(caller, org), key=ws).first()
    if found is None:
        raise Refusal(404, "There is no such workspace.")
    return found


def runtime(caller: Person, org: str, ws: str, name: str) -> Runtime:
    """A runtime that the caller may read, named by its key or by its UUID in either case."""
    place = workspace(caller, org, ws)
    runtimes = Runtime.objects.select_related("workspace__organization", "owner", "project").filter(workspace=place)
    uuid = as_uuid(name)
    found = runtimes.filter(key=name).first() if uuid is None else runtimes.filter(id=uuid).first()
    if found is None:
        raise Refusal(404, "There is no such runtime.")
    return found


def as_uuid(text: str) -> UUID | None:
    """The UUID that `text` spells with its hyphens, in either case."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None
