"""Every secret that comes near the program is looked for in all that it leaves: in none of it, whatever goes wrong.

The secrets are as unlike all else as can be. The program runs in production mode at its most talkative; platform and
provider repeat what they were sent in what they answer, as careless ones do.
"""

import base64
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup

from tests.accounts.provider import OTHER_KEY, FakeProvider, served, signed
from tests.custody.house import PRODUCTION, SESSION, Proxied, production
from tests.custody.platform import DOCUMENT, Fault, RecordingPlatform, envelope, recording, runtime_of
from tests.custody.search import files, found, sessions
from tests.editor.conftest import form_values

ORG = "acme"
CONFIG = f"/org/{ORG}/ws/main/runtimes/{runtime_of(ORG)}/config/"
ENV = "runtime_server.env"


def canary(kind: str) -> str:
    """A secret that is like no other text."""
    return f"canary-{kind}-{secrets.token_hex(12)}"


@dataclass
class Drive:
    """Everything that is driven, and every secret that was used for it, by what it is."""

    platform: RecordingPlatform
    provider: FakeProvider
    folder: Path
    browser: Proxied
    used: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    looks: dict[str, bytes] = field(default_factory=dict)

    def secret(self, kind: str) -> str:
        """A new secret."""
        return self.used.setdefault(kind, canary(kind.replace(" ", "-")))

    def get(self, path: str, status: int = 200) -> httpx.Response:
        """A page, which has to answer so: else nothing was driven."""
        response = self.browser.ask("GET", path)
        assert response.status_code == status, (path, response.status_code, told(response))
        return response

    def post(self, path: str, data: dict[str, str], *statuses: int) -> httpx.Response:
        """The answer to a form, which has to be one of these."""
        response = self.browser.post(path, data)
        assert response.status_code in statuses, (path, response.status_code, told(response))
        return response

    @property
    def database(self) -> Path:
        """The program's database."""
        return self.folder / "db.sqlite3"

    def note_session(self) -> None:
        """Remembers the cookie of the session, and what sessions hold while it lives."""
        self.looks[f"sessions, look {len(self.looks)}"] = sessions(self.database, PRODUCTION["ADMINUI_SECRET_KEY"])
        self.used[f"session cookie {len(self.used)}"] = self.browser.cookies[SESSION]

    @contextmanager
    def without(self, table: str) -> Iterator[None]:
        """While a table is missing, whatever needs it is a fault of the program."""
        self._renamed(table, f"{table}_gone")
        try:
            yield
        finally:
            self._renamed(f"{table}_gone", table)

    def _renamed(self, table: str, name: str) -> None:
        with sqlite3.connect(self.database, timeout=20) as connection:
            connection.execute("PRAGMA legacy_alter_table = ON")
            connection.execute(f"ALTER TABLE {table} RENAME TO {name}")


def shows_values(response: httpx.Response) -> bool:
    """Whether it is its job to show the config's values: the editor, parts of it, and exports."""
    return f'name="{ENV}' in response.text or response.request.url.path.startswith(
        (f"{CONFIG}check/", f"{CONFIG}export/")
    )


def told(response: httpx.Response) -> str:
    """What a page says first."""
    main = BeautifulSoup(response.text, "html.parser").select_one("main")
    return "" if main is None else main.get_text(" ", strip=True)[:500]


def form_of(response: httpx.Response) -> dict[str, str]:
    """What the page's form would post, but for its CSRF token."""
    values = form_values(BeautifulSoup(response.text, "html.parser"))
    values.pop("csrfmiddlewaretoken", None)
    return values


def edited(drive: Drive, kind: str) -> httpx.Response:
    """The review of a draft in which a secret-looking variable has a new secret value."""
    drive.values[kind] = canary(kind.replace(" ", "-"))
    page = form_of(drive.get(CONFIG))
    row = next((name.removesuffix(".key") for name, value in page.items() if value == "API_TOKEN"), f"{ENV}.9")
    data = {**page, f"{row}.key": "API_TOKEN", f"{row}.value": drive.values[kind]}
    drive.post(f"{CONFIG}check/", {**data, "touched": "*"}, 200)
    drive.post(CONFIG, {**data, "resources.cpu_cores": drive.values[kind], "do": "review"}, 422)
    answer = drive.post(CONFIG, {**data, "do": "review"}, 302)
    return drive.get(answer.headers["location"])


def sign_in_by_token(drive: Drive) -> None:
    """Refused in each way, then let in."""
    for kind, status in (("wrong token", 422), ("token with a space", 422), ("token with a line end", 422)):
        token = drive.secret(kind) + {"wrong token": "", "token with a space": " x"}.get(kind, "\nx: y")
        drive.post("/signin/", {"token": token}, status)
    drive.browser.ask("POST", "/signin/", {"token": drive.secret("token of a forged form")})
    drive.browser.ask("GET", "/signin/", Host="evil.example", X_API_Key=drive.secret("header of a foreign host"))
    pasted = drive.secret("pasted token")
    drive.platform.whose[pasted] = "alice"
    drive.post("/signin/", {"token": pasted}, 302)
    drive.note_session()


def look_around(drive: Drive) -> None:
    """Every page that there is to read, and those that there aren't."""
    for path in ("/?all", f"/org/{ORG}/", f"/org/{ORG}/ws/main/runtimes/", "/account/", CONFIG, f"{CONFIG}drafts/"):
        drive.get(path)
    for kind in ("json", "yaml", "curl"):
        drive.get(f"{CONFIG}export/{kind}")
    drive.get("/nothing/", 404)
    drive.get("/signout/", 405)


def save_in_every_way(drive: Drive, token: str, ways: slice = slice(None)) -> None:
    """One save for each answer (of `ways`) that a platform may give, each followed to what is told of it.

    Where nobody knows what became of it, it was stored, which a first look back tells.
    """
    said = f"I was sent {token}, which I repeat."
    faults = [
        None,
        *(Fault(code, envelope(code, said)) for code in (400, 403, 409, 426, 429)),
        Fault(422, envelope(422, said, ("runtime_server", "env", "API_TOKEN"))),
        *(Fault(code, envelope(code, said), stored=True) for code in (500, 503)),
        Fault(502, f"<html>{said}</html>".encode(), stored=True),
        Fault(504, b"", stored=True),
        Fault(None, stored=True),
        Fault(200, said.encode(), stored=True),
        Fault(302, said.encode(), stored=True),
    ]
    for at, fault in enumerate(faults[ways]):
        review = edited(drive, f"value {at}")
        if fault is not None:
            drive.platform.faults.append(fault)
        answer = drive.post(
            f"{CONFIG}review/", {**form_of(review), "do": "save", "reason": "why"}, 302, 400, 403, 409, 422, 426, 429
        )
        if answer.status_code == 302:
            drive.get(answer.headers["location"])
    assert not drive.platform.faults


def look_back(drive: Drive) -> None:
    """The history of what was saved, the ways back to it, and its exports."""
    workspace, runtime = f"/org/{ORG}/ws/main/history/", f"/org/{ORG}/ws/main/runtimes/{runtime_of(ORG)}/history/"
    listed = drive.get(runtime).text
    events = dict.fromkeys(re.findall(rf'href="({runtime}[0-9a-f-]{{36}}/)"', listed))
    assert len(events) > 10
    for event in list(events)[:5]:
        drive.get(event)
        drive.browser.ask("GET", f"{event}restore/?state=before")
        drive.browser.ask("GET", f"{event}undo/")
    for path in (workspace, f"{runtime}compare/", f"{runtime}path/?path={ENV}", f"{runtime}?q=API_TOKEN"):
        drive.get(path)
    for kind in ("csv", "ndjson"):
        drive.post(f"{workspace}export/", {"kind": kind}, 200)
        drive.post(f"{runtime}export/", {"kind": kind}, 200)
    for path in ("/people/", "/people/history/", "/health/"):
        drive.get(path)


def merge(drive: Drive) -> None:
    """A draft over a config that was changed elsewhere."""
    review = edited(drive, "value to merge")
    path = f"/org/{ORG}/ws/main/runtimes/{runtime_of(ORG)}/config"
    drive.values["value of elsewhere"] = canary("elsewhere")
    drive.platform.documents[path] = {
        **DOCUMENT,
        "runtime_server": {"env": {"API_TOKEN": drive.values["value of elsewhere"]}},
    }
    drive.post(f"{CONFIG}review/", {**form_of(review), "do": "save"}, 302, 409)
    form = str(review.url).partition("form=")[2]
    drive.get(f"{CONFIG}merge/?form={form}")


def fail_within(drive: Drive, token: str) -> None:
    """Faults of the program itself, with a secret in hand each time."""
    review = form_of(edited(drive, "value of a fault"))
    with drive.without("saving_draft"):
        drive.post(CONFIG, {**review, f"{ENV}.8.key": "TOKEN", f"{ENV}.8.value": token}, 500)
    with drive.without("saving_save"):
        drive.post(f"{CONFIG}review/", {**review, "do": "save"}, 500, 503)
    with drive.without("accounts_credential"):
        drive.get("/account/", 500)
        drive.post("/signin/", {"token": token}, 500)
    with drive.without("record_document"):
        drive.get(CONFIG, 500)
    with drive.without("django_session"):
        drive.get("/account/", 500)


def lose_the_token(drive: Drive, token: str) -> None:
    """The platform no longer knows it, and says so with the token in its words."""
    review = form_of(edited(drive, "value of a lost token"))
    del drive.platform.whose[token]
    drive.post(f"{CONFIG}review/", {**review, "do": "save"}, 302)
    assert drive.browser.ask("GET", CONFIG).headers["location"].startswith("/signin/")


def sign_in_by_sso(drive: Drive, **claims: object) -> httpx.Response:
    """From the button to the answer to coming back."""
    location = drive.post("/signin/", {"with": "sso"}, 302).headers["location"]
    return drive.browser.ask("GET", drive.provider.sends_back(location, "alice", **claims))


def fail_at_the_provider(drive: Drive) -> None:
    """Sign-ins that end there, each with the provider's own words for it."""
    said = {"error": "invalid_grant", "error_description": f"{drive.used['client secret']} has no such code"}
    for status, answer in ((400, said), (401, said), (500, said), (200, {"access_token": 1}), (200, b"\xff")):
        drive.provider.broken["/token"] = (status, answer)
        assert sign_in_by_sso(drive).status_code >= 400
    drive.provider.broken.clear()
    drive.provider.make = lambda claims: drive.used.setdefault("ID token of nobody", signed(claims, OTHER_KEY))
    assert sign_in_by_sso(drive).status_code == 502
    drive.provider.make = signed
    assert sign_in_by_sso(drive, groups=[]).status_code == 403
    drive.browser.ask("GET", f"/signin/back/?code={drive.secret('stray code')}&state=none")


def refresh(drive: Drive) -> None:
    """Access tokens that end at once: renewed, and then refused."""
    drive.provider.life = 0
    assert sign_in_by_sso(drive).status_code == 302
    drive.note_session()
    drive.get("/account/")
    drive.provider.broken["/token"] = (400, {"error": "invalid_grant", "error_description": "gone"})
    assert drive.browser.ask("GET", "/account/").status_code == 302
    drive.provider.broken.clear()
    drive.provider.life = 3600


def give_a_token_of_ones_own(drive: Drive) -> None:
    """Signed in at the provider, with a token of the platform pasted once."""
    assert sign_in_by_sso(drive).status_code == 302
    drive.note_session()
    drive.post("/account/", {"do": "token", "token": drive.secret("wrong personal token")}, 422)
    own = drive.secret("personal token")
    drive.platform.whose[own] = "alice"
    drive.post("/account/", {"do": "token", "token": own}, 302)
    drive.get("/account/")
    look_around(drive)
    drive.platform.faults.append(Fault(500, envelope(500, own), stored=True))
    review = form_of(edited(drive, "value with a personal token"))
    drive.post(f"{CONFIG}review/", {**review, "do": "save"}, 302)
    drive.post("/account/", {"do": "remove-token"}, 302)
    drive.post("/account/", {"do": "everywhere"}, 302)


def left_behind(drive: Drive) -> list[str]:
    """Where one of the secrets is to be found."""
    names = {f"{at}. of the provider": secret for at, secret in enumerate(dict.fromkeys(drive.provider.given))}
    keys = {"SECRET_KEY": PRODUCTION["ADMINUI_SECRET_KEY"], "key": PRODUCTION["ADMINUI_KEYS"].split(":")[1][:40]}
    tokens = {**drive.used, **names, **keys}
    places = {**files(drive.database), **drive.looks, "the log": (drive.folder / "ui.log").read_bytes()}
    assert len(places["the log"]) > 10_000, "the log is where it is looked for"
    answers, pages = {}, {}
    for at, response in enumerate(drive.browser.kept):
        name = f"answer {at} to {response.request.method} {response.request.url.path}"
        sets = [(key, value) for key, value in response.headers.multi_items() if key != "set-cookie"]
        answers[name] = repr(sets).encode() + response.content
        if not shows_values(response):
            pages[name] = answers[name]
    return [*found(tokens, {**places, **answers}), *found(drive.values, {**places, **pages})]


@pytest.mark.parametrize("place", ["log", "database", "page", "session"])
def test_a_leak_is_found(place: str) -> None:
    secret = canary(place)
    holds = {
        "log": f'{{"event": "x", "token": "{secret}"}}'.encode(),
        "database": b"SQLite format 3\0" + secret.encode() + b"\0",
        "page": f"<input value={secret}>".encode(),
        "session": b"x" + base64.b64encode(b"ab" + secret.encode() + b"cd"),
    }[place]
    assert found({"it": secret}, {place: holds, "nowhere": b"canary"}) == [f"it in {place}"]


def test_no_secret_is_left_anywhere(tmp_path: Path) -> None:
    settings = {"ADMINUI_LOG_LEVEL": "debug", "ADMINUI_SIGNIN_ATTEMPTS": "1000", "ADMINUI_SIGNIN_ATTEMPTS_ALL": "1000"}
    settings["ADMINUI_OIDC_REQUIRED_GROUPS"] = '["runtime-editors"]'
    with served() as provider, recording() as platform:
        drive = Drive(platform, provider, tmp_path, Proxied(""))
        platform.whose = provider.access_tokens
        provider.client_secret = settings["ADMINUI_OIDC_CLIENT_SECRET"] = drive.secret("client secret")
        drive.browser.more = {
            "X-API-Key": drive.secret("X-API-Key"),
            "Authorization": f"Bearer {drive.secret('bearer')}",
        }
        with production(tmp_path, platform.url, provider.issuer, **settings) as (drive.browser.url, _):
            sign_in_by_token(drive)
            pasted = drive.used["pasted token"]
            look_around(drive)
            save_in_every_way(drive, pasted)
            merge(drive)
            fail_within(drive, pasted)
            lose_the_token(drive, pasted)
            fail_at_the_provider(drive)
            refresh(drive)
            assert sign_in_by_sso(drive, groups=["runtime-editors", "runtime-admins"]).status_code == 302
            drive.note_session()
            look_back(drive)
            save_in_every_way(drive, next(reversed(provider.access_tokens)), slice(6, 9))
            drive.post("/signout/", {"at": "provider"}, 302)
            assert not (left := left_behind(drive)), "\n".join(left)
        settings["ADMINUI_SAVES_WITH"] = "personal"
        with production(tmp_path, platform.url, provider.issuer, **settings) as (drive.browser.url, _):
            give_a_token_of_ones_own(drive)
            assert not (left := left_behind(drive)), "\n".join(left)
