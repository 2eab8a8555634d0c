"""The account: who is signed in, their platform API token, and their sessions."""

from dataclasses import dataclass
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from adminui.accounts import custody, sessions
from adminui.accounts.devices import device
from adminui.accounts.here import Who, own_path, page, signed_in, signin_address
from adminui.accounts.may import why_not
from adminui.accounts.models import Credential, PersonalToken
from adminui.accounts.oidc.identity import groups_with
from adminui.accounts.roles import Deed, told
from adminui.accounts.signin import NotSignedIn
from adminui.accounts.views.signout import cleared
from adminui.accounts.witness import origin_of


@dataclass(frozen=True)
class Seat:
    """One session as the page shows it."""

    row: Credential
    device: str
    this: bool


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(without_token=True)
async def account(request: HttpRequest, who: Who) -> HttpResponse:
    """GET shows it; POST adds or removes the token, ends one session or all."""
    if request.method != "POST":
        return await _page(request, who)
    match request.POST.get("do", "").partition(":"):
        case ("token", _, _) if _own_token(who):
            return await _token(request, who)
        case ("remove-token", _, _) if _own_token(who):
            await sync_to_async(custody.remove)(request, who)
        case ("end", _, session):
            await sync_to_async(_end)(request, who, session)
        case ("everywhere", _, _):
            await sync_to_async(_everywhere)(request, who)
            return cleared(HttpResponseRedirect(signin_address(None, "out")))
        case _:
            pass
    return HttpResponseRedirect(reverse("account"))


def _own_token(who: Who) -> bool:
    """Whether this person's saves are made with a token that they paste here."""
    own: bool = who.way == "sso" and settings.SAVES_WITH == "personal"
    return own


async def _token(request: HttpRequest, who: Who) -> HttpResponse:
    try:
        token = request.POST.get("token", "").strip()
        if not token:
            raise NotSignedIn("Enter your API token.")
        await custody.take(request, who, token)
    except NotSignedIn as error:
        return await _page(request, who, error)
    return HttpResponseRedirect(own_path(request.GET.get("next", "")) or reverse("account"))


def _end(request: HttpRequest, who: Who, session: str) -> None:
    """Ends one of the person's own sessions; this one is for Sign out."""
    try:
        ended = Credential.objects.filter(person=who.person, id=UUID(session)).exclude(id=who.credential)
    except ValueError:
        return
    sessions.end_others(ended, by=who.person, origin=origin_of(request), why="ended at the account")


def _everywhere(request: HttpRequest, who: Who) -> None:
    mine = Credential.objects.filter(person=who.person)
    sessions.end_others(mine, by=who.person, origin=origin_of(request), why="signed out everywhere")
    sessions.end(request)


async def _page(request: HttpRequest, who: Who, error: NotSignedIn | None = None) -> HttpResponse:
    began, ends = sessions.times(request)
    provider = settings.OIDC if who.way == "sso" else None
    context = {
        "began": began,
        "ends": ends,
        "idle_minutes": settings.SESSION_IDLE_MINUTES,
        "platform": settings.PLATFORM_URL,
        "roles": told(who.roles),
        "role_groups": groups_with(provider, who.roles) if provider is not None else [],
        "own_token": _own_token(who),
        "token": await sync_to_async(_kept)(who),
        "seats": await sync_to_async(_seats)(who),
        "people": why_not(who, Deed.PEOPLE) is None,
        "error": error,
    }
    response = page(request, "accounts/account.html", context, status=200 if error is None else error.status, who=who)
    if error is not None and error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response


def _kept(who: Who) -> PersonalToken | None:
    return PersonalToken.objects.filter(person=who.person).first() if _own_token(who) else None


def _seats(who: Who) -> list[Seat]:
    rows = Credential.objects.filter(person=who.person, ends_at__gt=timezone.now()).order_by("-seen_at")
    seats = [Seat(row, device(row.agent), row.id == who.credential) for row in rows[:50]]
    return sorted(seats, key=lambda seat: not seat.this)
