"""The program in production mode as it runs: a server of its own behind what stands for a proxy that speaks TLS."""

import base64
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookies import Morsel, SimpleCookie
from pathlib import Path

import httpx
from bs4 import BeautifulSoup

from tests import once
from tests.browser.house import ROOT, served_ui, surroundings
from tests.embedded.box import plain

HOST = "admin.example"
SESSION, CSRF = "__Host-session", "__Host-csrf"
PRODUCTION = {
    "ADMINUI_MODE": "production",
    "ADMINUI_SECRET_KEY": secrets.token_urlsafe(48),
    "ADMINUI_KEYS": f'["k1:{base64.b64encode(secrets.token_bytes(32)).decode()}"]',
    "ADMINUI_ALLOWED_HOSTS": f'["{HOST}"]',
    "ADMINUI_WAYS_IN": '["sso", "token"]',
    "ADMINUI_OIDC_CLIENT_ID": "adminui",
    # Whatever asked these would be answered by nobody.
    **dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9"),
}
COLLECT = "import django; django.setup(); from adminui import statics; statics.collect_if_stale()"


def _collect(folder: Path) -> None:
    """Production serves what was collected, which lies in the program's own folder."""
    environment = surroundings(folder, ADMINUI_PLATFORM_URL="http://127.0.0.1:9")
    subprocess.run([sys.executable, "-c", COLLECT], check=True, cwd=ROOT, env=environment)


@contextmanager
def production(folder: Path, platform: str, issuer: str, **settings: str) -> Iterator[tuple[str, int]]:
    """The program over that platform and provider, its data in `folder`; gives address and process once it answers."""
    given = {**PRODUCTION, "ADMINUI_OIDC_ISSUER": issuer, **settings}
    once.made("collected", _collect)
    with served_ui(folder, platform, **given) as served:
        yield served


class Proxied:
    """A browser behind the proxy: it keeps cookies by hand, as no jar sends Secure ones to this machine."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = plain(timeout=30)
        self.cookies: dict[str, str] = {}
        self.set: dict[str, Morsel[str]] = {}
        self.more: dict[str, str] = {}
        self.kept: list[httpx.Response] = []

    def ask(self, method: str, path: str, data: Mapping[str, str] | None = None, **headers: str) -> httpx.Response:
        """The answer; `set` holds the cookies that it sets, `kept` every answer; `more` are headers of all requests."""
        given = {
            "Host": HOST,
            "Origin": f"https://{HOST}",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "192.0.2.7",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **self.more,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        response = self.http.request(method, self.url + path, data=data, headers=given)
        self.http.cookies.clear()
        self.set = {}
        for line in response.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.set[name] = morsel
                self.cookies[name] = morsel.value
        self.kept.append(response)
        return response

    def form(self, path: str, data: Mapping[str, str], page: str = "/signin/", **headers: str) -> httpx.Response:
        """The answer to a form of `page`."""
        field = BeautifulSoup(self.ask("GET", page).text, "html.parser").select_one("[name=csrfmiddlewaretoken]")
        assert field is not None
        return self.ask("POST", path, {"csrfmiddlewaretoken": str(field["value"]), **data}, **headers)

    def post(self, path: str, data: Mapping[str, str], **headers: str) -> httpx.Response:
        """The answer to a form that needs no page: its token is the cookie's own."""
        self.cookies[CSRF] = "s" * 32
        return self.ask("POST", path, data, X_CSRFToken="s" * 32, **headers)
