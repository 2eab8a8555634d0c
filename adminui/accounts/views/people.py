"""People and their sessions, for who looks after them."""

from dataclasses import dataclass
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from adminui.accounts import sessions
from adminui.accounts.devices import device
from adminui.accounts.failures import error_page
from adminui.accounts.here import Who, page, signed_in
from adminui.accounts.may import why_not
from adminui.accounts.models import Credential, Person
from adminui.accounts.roles import Deed, told
from adminui.accounts.witness import origin_of

MOST = 200


@dataclass(frozen=True)
class Seen:
    """One person as the page shows them, with their living sessions."""

    person: Person
    roles: str
    sessions: list[tuple[Credential, str]]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(without_token=True)
async def people(request: HttpRequest, who: Who) -> HttpResponse:
    """GET lists who was here last; POST ends one session, or all of a person."""
    if reason := why_not(who, Deed.PEOPLE):
        return error_page(request, status=403, title="Not for your role", sentence=reason.text)
    if request.method == "POST":
        await sync_to_async(_end)(request, who)
        return HttpResponseRedirect(reverse("people"))
    return page(request, "accounts/people.html", {"seen": await sync_to_async(_seen)(), "most": MOST}, who=who)


def _seen() -> list[Seen]:
    living = Q(credentials__ends_at__gt=timezone.now())
    found = Person.objects.annotate(
        open=Count("credentials", filter=living), last=Max("credentials__seen_at", filter=living)
    ).order_by("-open", "-last", "name")[:MOST]
    rows: dict[UUID, list[tuple[Credential, str]]] = {}
    for row in Credential.objects.filter(ends_at__gt=timezone.now(), person__in=[p.id for p in found]):
        rows.setdefault(row.person_id, []).append((row, device(row.agent)))
    return [
        Seen(
            person,
            told(person.roles),
            sorted(rows.get(person.id, []), key=lambda one: one[0].seen_at, reverse=True),
        )
        for person in found
    ]


def _end(request: HttpRequest, who: Who) -> None:
    """Ends one session, or all of a person, but never the one that asks."""
    try:
        if session := request.POST.get("session"):
            asked = Credential.objects.filter(id=UUID(session))
        else:
            asked = Credential.objects.filter(person=UUID(request.POST.get("person", "")))
    except ValueError:
        raise PermissionDenied from None
    ended = asked.exclude(id=who.credential)
    sessions.end_others(ended, by=who.person, origin=origin_of(request), why="ended by an administrator")
