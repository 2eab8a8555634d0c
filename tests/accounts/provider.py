"""An OpenID provider whose answers a test decides: served over HTTP, so that the real client is what is tested."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from adminui.accounts.oidc.config import Provider
from adminui.accounts.roles import Role

KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
Change = Callable[[dict[str, Any]], None]
Make = Callable[[dict[str, Any]], str]

ROLES = tuple((role, frozenset({f"runtime-{role}s"})) for role in Role)


def signed(claims: dict[str, Any], key: Any = KEY, **header: Any) -> str:
    """A token as the provider signs it, or as somebody else would."""
    return jwt.encode({"alg": "RS256", "kid": "k1", **header}, claims, key, algorithms=[header.get("alg", "RS256")])


@dataclass
class Asked:
    """One authorization request: what the code that answers it will be good for."""

    query: dict[str, str]
    claims: dict[str, Any]


@dataclass
class FakeProvider:
    """The provider. `change` alters the claims of the next ID tokens, `make` makes tokens of them, `broken` maps a
    path to what it answers instead: a status, or a status and a document. `reached` is set when tokens are asked for,
    which are given when `hold` is set, if there is one. `given`: every code, token and verifier that was here.
    """

    issuer: str = ""
    client_id: str = "adminui"
    client_secret: str = "the-secret"
    key: Any = field(default_factory=lambda: KEY)
    change: Change = lambda claims: None
    make: Make = signed
    broken: dict[str, int | tuple[int, Any]] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    life: int | None = 3600
    reached: threading.Event = field(default_factory=threading.Event)
    hold: threading.Event | None = None
    codes: dict[str, Asked] = field(default_factory=dict)
    refresh_tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    access_tokens: dict[str, str] = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)
    given: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def config(self, **more: Any) -> Provider:
        """The settings of a program that this provider knows."""
        return Provider(
            **{
                "issuer": self.issuer,
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "name": "Acme ID",
                "roles": ROLES,
                **more,
            }
        )

    def sends_back(self, location: str, name: str = "alice", **claims: Any) -> str:
        """Where a browser comes back to that was sent to `location` and signed in as `name`: path and query."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(location).query).items()}
        assert (query["client_id"], query["response_type"]) == (self.client_id, "code")
        code = f"code-{secrets.token_urlsafe(16)}"
        self.given.append(code)
        self.codes[code] = Asked(query, {**person(name), **claims})
        return f"{urlsplit(query['redirect_uri']).path}?{urlencode({'code': code, 'state': query['state']})}"

    def tokens(self, claims: dict[str, Any], nonce: str | None) -> dict[str, Any]:
        """What the token endpoint gives somebody."""
        access = f"access-{claims['preferred_username']}-{secrets.token_urlsafe(16)}"
        refresh = f"refresh-{secrets.token_urlsafe(16)}"
        now = int(time.time())
        half = hashlib.sha256(access.encode()).digest()[:16]
        payload = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
            **({} if nonce is None else {"nonce": nonce}),
            **claims,
        }
        self.change(payload)
        self.access_tokens[access] = claims["preferred_username"]
        self.refresh_tokens[refresh] = claims
        life = {} if self.life is None else {"expires_in": self.life}
        tokens = {"access_token": access, "refresh_token": refresh, "id_token": self.make(payload)}
        self.given.extend(tokens.values())
        return {**tokens, "token_type": "Bearer", **life}

    def token_endpoint(self, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        """The answer to a POST of a code or a refresh token."""
        expected = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if authorization != f"Basic {expected}":
            return 401, {"error": "invalid_client"}
        self.reached.set()
        if self.hold is not None:
            self.hold.wait(10)
        with self.lock:
            if form["grant_type"] == "refresh_token":
                claims = self.refresh_tokens.pop(form["refresh_token"], None)
                return (400, {"error": "invalid_grant"}) if claims is None else (200, self.tokens(claims, None))
            asked = self.codes.pop(form["code"], None)
            if asked is None:
                return 400, {"error": "invalid_grant"}
            if form["redirect_uri"] != asked.query["redirect_uri"]:
                return 400, {"error": "invalid_grant", "error_description": "redirect_uri mismatch"}
            self.given.append(form["code_verifier"])
            challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
            assert asked.query["code_challenge_method"] == "S256"
            if challenge.rstrip(b"=").decode() != asked.query["code_challenge"]:
                return 400, {"error": "invalid_grant", "error_description": "PKCE"}
            return 200, self.tokens(asked.claims, asked.query["nonce"])

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        """The answer to any request."""
        self.counted[path] += 1
        if path in self.broken:
            broken = self.broken[path]
            return broken if isinstance(broken, tuple) else (broken, {})
        if path == "/token":
            self.counted[form["grant_type"]] += 1
            return self.token_endpoint(form, authorization)
        if path == "/jwks":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        if path == "/userinfo":
            return 200, self.userinfo
        assert path == "/.well-known/openid-configuration"
        return 200, {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/logout",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            **self.about,
        }


def person(name: str) -> dict[str, Any]:
    """The claims of somebody, who is an editor."""
    return {
        "sub": f"sub-{name}",
        "preferred_username": name,
        "name": name.capitalize(),
        "email": f"{name}@acme.example",
        "email_verified": True,
        "groups": ["runtime-editors"],
        "sid": f"sid-{name}",
    }


def logout_claims(provider: FakeProvider, **claims: Any) -> dict[str, Any]:
    """The claims of a logout token (Back-Channel Logout, 2.4), with `sub`, `sid` and what else is given."""
    now = int(time.time())
    event: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}
    always = {"iss": provider.issuer, "aud": provider.client_id, "iat": now, "exp": now + 120, "events": event}
    return {**always, "jti": secrets.token_urlsafe(16), **claims}


@contextmanager
def served() -> Iterator[FakeProvider]:
    """The provider, answering on a port of this machine."""
    provider = FakeProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._answer({key: values[0] for key, values in parse_qs(body).items()})

        def _answer(self, form: dict[str, str]) -> None:
            path = urlsplit(self.path).path
            status, document = provider.answer(path, form, self.headers.get("Authorization", ""))
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
