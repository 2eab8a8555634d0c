"""The code flow (with PKCE, state and nonce): sending somebody to the provider, and what they come back with.

What a sign-in under way has to remember is sealed in the session of the browser that began it, under its state: at
most five at once (tabs), for ten minutes, each good for one return.
"""

import base64
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from adminui import keyring
from adminui.accounts.oidc import discovery, idtoken, wire
from adminui.accounts.oidc.config import Provider
from adminui.accounts.oidc.errors import (
    Declined,
    Down,
    Misset,
    ProviderError,
    Strayed,
    Untrusted,
    WrongAddress,
    WrongSecret,
)
from adminui.accounts.oidc.idtoken import Claims
from adminui.accounts.oidc.wire import Grant

LASTS = 10 * 60
MOST = 5
_PENDING = "signins"
_DECLINED = frozenset(
    {"access_denied", "login_required", "interaction_required", "consent_required", "account_selection_required"}
)


@dataclass(frozen=True)
class Arrival:
    """Somebody is back from the provider: their tokens, the claims of the ID token, and the page they want to go to."""

    grant: Grant
    claims: Claims
    back: str | None


async def begin(request: HttpRequest, provider: Provider, back: str | None) -> str:
    """The provider's address to send this browser to. Raises Down and Misset."""
    metadata = await discovery.metadata(provider)
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    kept = {"nonce": nonce, "verifier": verifier, "back": back, "began": int(time.time())}
    pending: dict[str, str] = await request.session.aget(_PENDING) or {}
    pending[state] = _seal(state, kept)
    await request.session.aset(_PENDING, dict(list(pending.items())[-MOST:]))
    asked = {"audience": provider.audience, "resource": provider.resource}
    async with wire.client(provider, metadata, redirect_uri=redirect_uri(request)) as http:
        url, _ = http.create_authorization_url(
            metadata.authorization_endpoint,
            state=state,
            code_verifier=verifier,
            nonce=nonce,
            **{name: value for name, value in asked.items() if value},
        )
    return str(url)


async def arrive(request: HttpRequest, provider: Provider) -> Arrival:
    """What the provider's answer in this request's query is worth, checked. Raises ProviderError and its kinds."""
    kept = await _taken(request)
    metadata = await discovery.metadata(provider)
    if request.GET.get("iss", provider.issuer if not metadata.names_issuer else None) != provider.issuer:
        raise Untrusted("the answer is of another issuer (iss)")
    if "error" in request.GET:
        raise _sent_back(request.GET["error"], request.GET.get("error_description", ""))
    code = request.GET.get("code", "")
    if not code:
        raise Untrusted("the answer has neither a code nor an error")
    grant = await wire.exchange(
        provider, metadata, code=code, verifier=kept["verifier"], redirect_uri=redirect_uri(request)
    )
    if not grant.id_token:
        raise Untrusted("the token endpoint gave no ID token")
    claims = await idtoken.id_token(provider, grant.id_token, nonce=kept["nonce"], access_token=grant.access_token)
    return Arrival(grant, claims, kept["back"])


def redirect_uri(request: HttpRequest) -> str:
    """Where the provider sends people back to, as it has to be registered there; https but in a demo."""
    scheme = request.scheme if settings.DEMO else "https"
    return f"{scheme}://{request.get_host()}{reverse('signin-back')}"


def end_session_url(request: HttpRequest, provider: Provider) -> str | None:
    """The provider's own sign-out, from which people come back to the sign-in page; None where it has none.

    Without an ID token as a hint: no token goes into an address. The provider asks for a word of confirmation instead.
    """
    metadata = discovery.known(provider)
    if metadata is None or metadata.end_session_endpoint is None:
        return None
    scheme = request.scheme if settings.DEMO else "https"
    back = f"{scheme}://{request.get_host()}{reverse('signin')}"
    query = urlencode({"client_id": provider.client_id, "post_logout_redirect_uri": back})
    endpoint = metadata.end_session_endpoint
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"


async def _taken(request: HttpRequest) -> dict[str, Any]:
    """What was remembered under the state of this request, which is forgotten by it. Raises Strayed."""
    state = request.GET.get("state", "")
    pending: dict[str, str] = await request.session.aget(_PENDING) or {}
    sealed = pending.pop(state, None)
    if sealed is None:
        raise Strayed("no sign-in with this state is under way in this browser")
    await request.session.aset(_PENDING, pending)
    await request.session.asave()  # at once: an error page of ours doesn't save sessions
    kept = _open(state, sealed)
    if time.time() - kept["began"] > LASTS:
        raise Strayed("the sign-in was begun too long ago")
    return kept


def _seal(state: str, kept: dict[str, Any]) -> str:
    return base64.b64encode(keyring.seal(json.dumps(kept).encode(), bound_to=f"signin {state}")).decode()


def _open(state: str, sealed: str) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(keyring.open_sealed(base64.b64decode(sealed), bound_to=f"signin {state}"))
    except keyring.SealBroken:
        raise Strayed("what was remembered of the sign-in can’t be opened") from None
    return kept


def _sent_back(error: str, description: str) -> ProviderError:
    """The authorization endpoint's own error (RFC 6749, 4.1.2.1; OpenID Connect Core, 3.1.2.6)."""
    why = f"sent back with {error[:100]}: {description[:300]}"
    if error in _DECLINED:
        return Declined(why)
    if error in wire.TEMPORARY:
        return Down(why)
    if error in wire.UNKNOWN_CLIENT:
        return WrongSecret(why)
    return WrongAddress(why) if wire.about_address(error, description) else Misset(why)
