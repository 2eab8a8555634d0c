"""Requests to the provider, each within bounds: time, size, no redirects, no cookies, no proxy of the environment.

Nothing of what is sent (secret, code, tokens) hangs on the errors that leave here.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import warnings
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from adminui.accounts.oidc.errors import Down, Misset, ProviderError, Untrusted, UsedUp, WrongAddress, WrongSecret

if TYPE_CHECKING:
    from adminui.accounts.oidc.config import Provider
    from adminui.accounts.oidc.discovery import Metadata

DEADLINE = 10.0
"""Seconds that one request to the provider may take in all."""
LIMIT = 1 << 20
"""Bytes of an answer."""
TEMPORARY = frozenset({"temporarily_unavailable", "server_error"})
UNKNOWN_CLIENT = frozenset({"invalid_client", "unauthorized_client"})

T = TypeVar("T")


@dataclass(frozen=True)
class Grant:
    """What the token endpoint gave; `expires_in`: seconds that the access token lives, None where it doesn't say."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False, default="")
    id_token: str = field(repr=False, default="")
    expires_in: int | None = None


class _Bounded(httpx.AsyncBaseTransport):
    """One connection a request; the body is read here, uncompressed and counted. Raises Down where a server fails."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        limits = httpx.Limits(max_connections=4, max_keepalive_connections=0)
        self._inner = httpx.AsyncHTTPTransport(verify=tls, trust_env=False, limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["Accept-Encoding"] = "identity"
        response = await self._inner.handle_async_request(request)
        try:
            if response.status_code >= 500 or response.status_code == 429:
                raise Down(f"{_shown(str(request.url))} answered {response.status_code}")
            if response.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
                raise httpx.DecodingError("compressed, though asked for uncompressed")
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > LIMIT:
                    raise httpx.DecodingError(f"larger than {LIMIT} bytes")
        finally:
            await response.aclose()
        headers = [(name, value) for name, value in response.headers.items() if name != "transfer-encoding"]
        return httpx.Response(response.status_code, headers=headers, content=bytes(body), request=request)

    async def aclose(self) -> None:
        await self._inner.aclose()


@lru_cache(maxsize=8)
def _authorities(ca_file: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


def client(provider: Provider, metadata: Metadata | None = None, **more: Any) -> Any:
    """An Authlib client of this provider for one exchange: `async with client(…) as …`."""
    method = "none" if not provider.client_secret else (metadata.auth_method if metadata else None)
    return _authlib().AsyncOAuth2Client(
        client_id=provider.client_id,
        client_secret=provider.client_secret or None,
        token_endpoint_auth_method=method,
        scope=" ".join(provider.scopes),
        code_challenge_method="S256",
        transport=_Bounded(_authorities(provider.ca_file)),
        trust_env=False,
        timeout=DEADLINE,
        **more,
    )


@lru_cache(maxsize=1)
def _authlib() -> Any:
    """Loaded when first needed: it takes longer than all the rest of the start."""
    from authlib.deprecate import AuthlibDeprecationWarning

    with warnings.catch_warnings():
        # It would rather have httpx's successor, and says so on every start.
        warnings.simplefilter("ignore", AuthlibDeprecationWarning)
        from authlib.integrations import httpx_client
    return httpx_client


async def get_json(provider: Provider, url: str, *, token: str = "") -> dict[str, Any]:
    """The JSON object at an address of the provider, asked for with `token` as the bearer where one is given.

    Raises Down and Misset.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=_Bounded(_authorities(provider.ca_file)), trust_env=False) as http:
            return await http.get(url, headers={"Accept": "application/json", **headers}, timeout=DEADLINE)

    response = await _bounded(ask())
    if response.status_code != 200:
        raise Misset(f"{_shown(url)} answered {response.status_code}")
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Misset(f"{_shown(url)} answered no JSON object")
    return found


async def exchange(provider: Provider, metadata: Metadata, *, code: str, verifier: str, redirect_uri: str) -> Grant:
    """The tokens for a code. Raises Down, Misset, UsedUp and Untrusted."""
    async with client(provider, metadata) as http:
        return await _grant(
            http.fetch_token(
                metadata.token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                redirect_uri=redirect_uri,
            ),
            (code, verifier, provider.client_secret),
        )


async def refresh(provider: Provider, metadata: Metadata, refresh_token: str) -> Grant:
    """New tokens for a refresh token, which may be dead from now on. Raises Down, Misset, UsedUp and Untrusted."""
    more = {"resource": provider.resource} if provider.resource else {}
    async with client(provider, metadata) as http:
        asking = http.refresh_token(metadata.token_endpoint, refresh_token=refresh_token, **more)
        return await _grant(asking, (refresh_token, provider.client_secret))


async def _grant(asking: Awaitable[Any], sent: Iterable[str]) -> Grant:
    """The grant; what was sent is taken out of what the provider says of it, since that goes into log and record."""
    try:
        given = await _bounded(asking)
    except ProviderError as error:
        raise type(error)(_without(sent, error.why)) from None
    texts = {name: given.get(name) or "" for name in ("access_token", "refresh_token", "id_token")}
    if not all(isinstance(text, str) for text in texts.values()) or not texts["access_token"]:
        raise Untrusted("the token endpoint gave no access token")
    if str(given.get("token_type", "")).lower() != "bearer":
        raise Untrusted("the token endpoint gave a token that is no bearer token")
    try:
        seconds = int(given["expires_in"])
    except (KeyError, ValueError, TypeError):
        seconds = None
    return Grant(**texts, expires_in=seconds)


def _without(sent: Iterable[str], why: str) -> str:
    """`why` without the secrets, whole or cut at its end as a long answer is."""
    for secret in filter(None, sent):
        why = why.replace(secret, "…")
        for length in range(len(secret) - 1, 7, -1):
            if why.endswith(secret[:length]):
                why = why[:-length] + "…"
                break
    return why


async def _bounded(asking: Awaitable[T]) -> T:
    """What is asked for, or one of our errors with nothing of httpx's or Authlib's behind it."""
    failed: ProviderError
    try:
        async with asyncio.timeout(DEADLINE):
            return await asking
    except (TimeoutError, httpx.TransportError, OSError) as error:
        failed = Down(f"no answer: {type(error).__name__}")
    except httpx.HTTPStatusError as error:
        kind = WrongSecret if error.response.status_code == 401 else Misset
        failed = kind(f"the token endpoint answered {error.response.status_code}")
    except (httpx.DecodingError, json.JSONDecodeError, ValueError):
        failed = Misset("the answer can’t be read")
    except _authlib().OAuthError as error:
        failed = _refused(str(error.error or ""), str(error.description or ""))
    raise failed


def _refused(error: str, description: str) -> ProviderError:
    """The token endpoint's own error (RFC 6749, 5.2)."""
    why = f"the token endpoint says {error[:100]}: {description[:300]}"
    if error in TEMPORARY:
        return Down(why)
    if error in UNKNOWN_CLIENT:
        return WrongSecret(why)
    if about_address(error, description):
        return WrongAddress(why)
    return UsedUp(why) if error == "invalid_grant" else Misset(why)


def about_address(error: str, description: str) -> bool:
    """Whether an error is of the address to come back to, for which there is no code of its own."""
    return "redirect" in error.lower() or "redirect" in description.lower()


def _shown(url: str) -> str:
    return url.partition("?")[0][:200]
