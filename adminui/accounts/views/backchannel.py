"""The provider says that somebody signed out there (OpenID Connect Back-Channel Logout 1.0): their sessions end."""

import hashlib
from datetime import UTC, datetime, timedelta

from asgiref.sync import sync_to_async
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from adminui.accounts import sessions
from adminui.accounts.here import in_log
from adminui.accounts.models import Credential, LogoutToken
from adminui.accounts.oidc import idtoken
from adminui.accounts.oidc.config import Provider
from adminui.accounts.oidc.errors import ProviderError, Untrusted
from adminui.accounts.oidc.idtoken import Claims
from adminui.accounts.views.signin import sso
from adminui.accounts.witness import Origin, origin_of


@csrf_exempt  # no browser sends it: what proves it is the provider's signature
@require_POST
async def backchannel(request: HttpRequest) -> HttpResponse:
    """Ends the sessions that a logout token names: 200, also where there are none any more; 400 for any other token."""
    provider = sso()
    if provider is None:
        return _refused("nobody signs in by a provider here")
    try:
        claims = await idtoken.logout_token(provider, request.POST.get("logout_token", ""))
        ended = await sync_to_async(_end)(provider, claims, origin_of(request))
    except ProviderError as error:
        in_log(request, logout_refused=type(error).__name__, why=error.why)
        return _refused("the logout token isn’t one that is taken here")
    in_log(request, sessions_ended=ended)
    return HttpResponse()


@transaction.atomic
def _end(provider: Provider, claims: Claims, origin: Origin) -> int:
    """Ends what the token names, once. Raises Untrusted for a token that was here before."""
    name = hashlib.sha256(f"{provider.issuer}\n{claims['jti']}".encode()).hexdigest()
    until = datetime.fromtimestamp(claims["exp"], UTC) + timedelta(seconds=provider.skew + 1)
    try:
        with transaction.atomic():
            LogoutToken.objects.create(digest=name, ends_at=until)
    except IntegrityError:
        raise Untrusted("the logout token was here before") from None
    return sessions.end_others(_named(provider, claims), by=None, origin=origin, why=f"signed out at {provider.name}")


def _named(provider: Provider, claims: Claims) -> QuerySet[Credential]:
    """The sessions of a subject, of one session of the provider, or both; one that never told its id may be it."""
    rows = Credential.objects.filter(way="sso", person__issuer=provider.issuer)
    subject, session = claims.get("sub"), claims.get("sid")
    if subject:
        rows = rows.filter(person__subject=subject)
    if session:
        rows = rows.filter(provider_session__in=[session, ""] if subject else [session])
    return rows


def _refused(why: str) -> HttpResponse:
    return JsonResponse({"error": "invalid_request", "error_description": why}, status=400)
