"""What must hold of an ID token or a logout token before a word of it is believed (OpenID Connect Core, 3.1.3.7)."""

import base64
import hashlib
import hmac
import time
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from adminui.accounts.oidc import discovery
from adminui.accounts.oidc.config import Provider
from adminui.accounts.oidc.discovery import PublicKey
from adminui.accounts.oidc.errors import Untrusted, WrongClock

LONGEST = 64 * 1024
"""Characters of a token; one with some hundred groups has 10,000."""
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"

Claims = dict[str, Any]


async def id_token(
    provider: Provider, token: str, *, nonce: str | None, access_token: str = "", subject: str | None = None
) -> Claims:
    """The claims of an ID token that this provider made for this program, now, for this very sign-in.

    `nonce` None: a token of a refresh, which needn't have one. `subject`: whose it must be, where that is known.
    Raises Untrusted, WrongClock, Down and Misset.
    """
    claims, algorithm = await _signed(provider, token)
    _for_us(provider, claims)
    found = _text(claims, "sub")
    if subject is not None and found != subject:
        raise Untrusted("the ID token is of another subject")
    if nonce is not None and not hmac.compare_digest(_text(claims, "nonce").encode(), nonce.encode()):
        raise Untrusted("the nonce of the ID token is another one")
    _in_time(provider, claims)
    if "at_hash" in claims and not hmac.compare_digest(
        _text(claims, "at_hash").encode(), _half_hash(access_token, algorithm).encode()
    ):
        raise Untrusted("at_hash of the ID token is of another access token")
    return claims


async def logout_token(provider: Provider, token: str) -> Claims:
    """The claims of a logout token (Back-Channel Logout, 2.6): `jti` and `sub` or `sid`, or both.

    Raises Untrusted, WrongClock, Down and Misset. Whether it was here before is for the caller to see.
    """
    claims, _ = await _signed(provider, token)
    _for_us(provider, claims)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT), dict):
        raise Untrusted("this is no logout token: it has no such event")
    if "nonce" in claims:
        raise Untrusted("a logout token has no nonce")
    _text(claims, "jti")
    named = [_text(claims, name) for name in ("sub", "sid") if name in claims]
    if not named:
        raise Untrusted("the logout token names neither a subject nor a session")
    _in_time(provider, claims)
    return claims


async def _signed(provider: Provider, token: str) -> tuple[Claims, str]:
    """The claims and the algorithm of a token whose signature is the provider's."""
    if len(token) > LONGEST:
        raise Untrusted("the token is too long")
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, KeyError, TypeError):
        raise Untrusted("it is no signed token") from None
    algorithm, key_id = header.get("alg"), header.get("kid")
    if algorithm not in (await discovery.metadata(provider)).algorithms:
        raise Untrusted(f"the algorithm {str(algorithm)[:20]!r} isn’t one of the provider’s")
    if not isinstance(key_id, str | None):
        raise Untrusted("the key’s id is no text")
    key = await discovery.key(provider, key_id)
    if key is None:
        raise Untrusted("it is signed with a key that the provider doesn’t have")
    return _verified(token, key, str(algorithm)), str(algorithm)


def _verified(token: str, key: PublicKey, algorithm: str) -> Claims:
    named = key.as_dict().get("alg")
    if named is not None and named != algorithm:
        raise Untrusted("the key is for another algorithm")
    try:
        return jwt.decode(token, key, algorithms=[algorithm]).claims
    except (JoseError, ValueError, TypeError):
        raise Untrusted("the signature doesn’t fit the key") from None


def _for_us(provider: Provider, claims: Claims) -> None:
    if claims.get("iss") != provider.issuer:
        raise Untrusted("the issuer is another one")
    audience = claims.get("aud")
    listed = [audience] if isinstance(audience, str) else audience
    if not isinstance(listed, list) or provider.client_id not in listed:
        raise Untrusted("it is for another program")
    if ("azp" in claims or len(listed) > 1) and claims.get("azp") != provider.client_id:
        raise Untrusted("the party that it was made for (azp) is another one")


def _in_time(provider: Provider, claims: Claims) -> None:
    now, skew = time.time(), provider.skew
    moments = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
    if any(isinstance(at, bool) or not isinstance(at, int | float) for at in moments.values()):
        raise Untrusted("a time in it is no number")
    if "exp" not in moments or "iat" not in moments:
        raise Untrusted("it doesn’t say when it was made, or until when it holds")
    if now >= moments["exp"] + skew:
        raise WrongClock(f"it ended {now - moments['exp']:.0f} s ago")
    for name in ("iat", "nbf"):
        if name in moments and moments[name] > now + skew:
            raise WrongClock(f"it is from {moments[name] - now:.0f} s ahead")


def _text(claims: Claims, name: str) -> str:
    found = claims.get(name)
    if not isinstance(found, str) or not found or len(found) > 255:
        raise Untrusted(f"the claim {name} is missing, or no text that can be kept")
    return found


def _half_hash(access_token: str, algorithm: str) -> str:
    """The left half of the access token's hash, by the hash of the token's own algorithm."""
    kind = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}.get(algorithm[-3:], hashlib.sha512)
    digest = kind(access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
