"""What the provider says of itself: its addresses and its public keys, fetched when needed and kept for an hour."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

from adminui.accounts.oidc import wire
from adminui.accounts.oidc.config import Provider, origin
from adminui.accounts.oidc.errors import Misset, ProviderError
from adminui.environment import is_loopback, is_plain

FRESH = 60 * 60.0
"""Seconds for which addresses and keys are taken as they are."""
PAUSE = 15.0
"""Seconds between two looks for a key that isn't known, so that forged tokens don't drive requests."""

SIGNATURES = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""Algorithms with a public key. None of a shared secret: its public key would be taken for one."""

_NEVER = float("-inf")
PublicKey = RSAKey | ECKey | OKPKey


@dataclass(frozen=True)
class Metadata:
    """The discovery document, as far as it is used."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    userinfo_endpoint: str | None = None
    algorithms: frozenset[str] = frozenset({"RS256"})
    auth_method: str = "client_secret_basic"
    names_issuer: bool = False
    """Whether its authorization answers name it (RFC 9207), so that one without the name is none of its."""

    @property
    def origins(self) -> tuple[str, ...]:
        """Where forms of ours may lead: to sign in, and to sign out."""
        ends = (self.authorization_endpoint, self.end_session_endpoint)
        return tuple(dict.fromkeys(origin(url) for url in ends if url))


@dataclass
class _Known:
    metadata: Metadata | None = None
    metadata_at: float = 0.0
    keys: tuple[PublicKey, ...] = ()
    keys_at: float = 0.0
    looked_at: float = _NEVER
    failed_at: float = _NEVER


_known: dict[Provider, _Known] = {}


def _of(provider: Provider) -> _Known:
    return _known.setdefault(provider, _Known())


def forget() -> None:
    """Forgets all providers, so that they are asked anew."""
    _known.clear()


def known(provider: Provider) -> Metadata | None:
    """What is known of the provider by now; asks nobody."""
    return _of(provider).metadata


def origins(provider: Provider) -> tuple[str, ...]:
    """Where forms of ours may lead by way of the provider, as far as that is known by now; asks nobody."""
    found = known(provider)
    return tuple(dict.fromkeys((provider.origin, *(found.origins if found else ()))))


async def metadata(provider: Provider) -> Metadata:
    """The provider's addresses, at most an hour old unless it isn't answering. Raises Down and Misset."""
    found = _of(provider)
    if found.metadata is not None and time.monotonic() - found.metadata_at < FRESH:
        return found.metadata
    try:
        found.metadata = await read(provider)
    except ProviderError:
        if found.metadata is None:
            raise
    found.metadata_at = time.monotonic()
    return found.metadata


async def warm(provider: Provider, patience: float) -> None:
    """Learns the addresses if it can within `patience` seconds; what stands against it is told when they are needed."""
    found = _of(provider)
    if found.metadata is not None or time.monotonic() - found.failed_at < PAUSE:
        return
    try:
        async with asyncio.timeout(patience):
            await metadata(provider)
    except (ProviderError, TimeoutError):
        found.failed_at = time.monotonic()


async def read(provider: Provider) -> Metadata:
    """The provider's addresses as it says them now. Raises Down and Misset."""
    told = await wire.get_json(provider, provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if told.get("issuer") != provider.issuer:
        raise Misset(f"the discovery document is of the issuer {str(told.get('issuer'))[:200]!r}")
    return Metadata(
        authorization_endpoint=_address(told, "authorization_endpoint"),
        token_endpoint=_address(told, "token_endpoint"),
        jwks_uri=_address(told, "jwks_uri"),
        end_session_endpoint=_address(told, "end_session_endpoint") if told.get("end_session_endpoint") else None,
        userinfo_endpoint=_address(told, "userinfo_endpoint") if told.get("userinfo_endpoint") else None,
        algorithms=SIGNATURES & _texts(told, "id_token_signing_alg_values_supported", "RS256"),
        auth_method=_auth_method(_texts(told, "token_endpoint_auth_methods_supported", "client_secret_basic")),
        names_issuer=told.get("authorization_response_iss_parameter_supported") is True,
    )


def _address(told: dict[str, Any], name: str) -> str:
    url = told.get(name)
    try:
        parts = urlsplit(url) if isinstance(url, str) and url.isprintable() and " " not in url else None
        safe = parts is not None and is_plain(parts.netloc) and parts.port != 0
    except ValueError:
        parts, safe = None, False
    if parts is None or not safe:
        raise Misset(f"the discovery document has no {name}")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise Misset(f"the {name} of the discovery document isn’t https")
    return str(url)


def _texts(told: dict[str, Any], name: str, default: str) -> frozenset[str]:
    listed = told.get(name)
    return (
        frozenset(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else frozenset({default})
    )


def _auth_method(methods: frozenset[str]) -> str:
    basic, post = "client_secret_basic", "client_secret_post"
    return post if post in methods and basic not in methods else basic


async def key(provider: Provider, key_id: str | None) -> PublicKey | None:
    """The provider's public key of that id; without an id, its only key. None where there is none.

    A key that isn't known is looked for anew, at most every 15 seconds. Raises Down and Misset.
    """
    found = _of(provider)
    chosen = _chosen(found.keys, key_id) if time.monotonic() - found.keys_at < FRESH else None
    if chosen is None and time.monotonic() - found.looked_at >= PAUSE:
        found.looked_at = time.monotonic()
        try:
            found.keys = _usable(await wire.get_json(provider, (await metadata(provider)).jwks_uri))
        except ProviderError:
            found.looked_at = _NEVER  # nothing was learned, so the next one may ask at once
            raise
        found.keys_at = time.monotonic()
    return chosen or _chosen(found.keys, key_id)


def _chosen(keys: tuple[PublicKey, ...], key_id: str | None) -> PublicKey | None:
    named = [one for one in keys if one.kid == key_id] if key_id is not None else list(keys)
    return named[0] if len(named) == 1 else None


def _usable(told: dict[str, Any]) -> tuple[PublicKey, ...]:
    """The keys for signatures that can be read; one that can't doesn't take the others with it."""
    usable: list[PublicKey] = []
    listed = told.get("keys")
    for one in listed if isinstance(listed, list) else []:
        if not isinstance(one, dict) or one.get("use", "sig") != "sig":
            continue
        try:
            read = import_key(one)
        except (JoseError, ValueError, KeyError, TypeError):
            continue
        if isinstance(read, RSAKey | ECKey | OKPKey) and not read.is_private:
            usable.append(read)
    return tuple(usable)
