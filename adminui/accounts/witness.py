"""Who did something in this room and from where, for the record: events on the chain of the site."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from django.http import HttpRequest

from adminui.accounts.models import Person
from adminui.contract.document import Json
from adminui.record import events


@dataclass(frozen=True)
class Origin:
    """Where a request came from: our id of it, network address and browser."""

    request_id: str = ""
    ip: str = ""
    agent: str = ""


NOWHERE = Origin()
"""Of what no request of a browser sets off: a refresh ahead of a save, a call of the provider, a command."""


def origin_of(request: HttpRequest) -> Origin:
    """Where a request came from. An address that a proxy made up is none: it would get into the record as text."""
    scope: dict[str, object] = getattr(request, "scope", {})
    return Origin(
        request_id=str(scope.get("adminui.request_id", "")),
        ip=_address(request.META.get("REMOTE_ADDR", "")),
        agent=request.headers.get("User-Agent", "")[:300],
    )


def _address(text: str) -> str:
    """The one spelling of a network address; "" for what is none."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def record(kind: str, person: Person | None, origin: Origin, data: Mapping[str, Json] | None = None) -> None:
    """Appends an event to the site's chain, in the caller's transaction. Raises django.db.Error."""
    events.append(
        events.NewEvent(
            kind=kind,
            chain=events.SITE,
            origin="site",
            person=None if person is None else events.Person(person.issuer, person.subject, person.name),
            platform_user=None
            if person is None or not person.platform_id
            else events.PlatformUser(person.platform_id, person.platform_name),
            request_id=origin.request_id,
            ip=origin.ip,
            agent=origin.agent,
            data=data or {},
        )
    )
