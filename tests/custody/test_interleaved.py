"""Three people, each signed in by token and by SSO, all at once on two workers: nobody's request carries another's.

Each session has an organization of its own, so the path of a request to the platform says whose token it must carry.
"""

import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.accounts.provider import FakeProvider, served
from tests.custody.house import SESSION, Proxied, production
from tests.custody.platform import Came, RecordingPlatform, recording, runtime_of
from tests.custody.test_canary import form_of

PEOPLE = ("alice", "bob", "carol")
SENT = {
    "Host",
    "Authorization",
    "Accept",
    "Accept-Encoding",
    "Connection",
    "User-Agent",
    "X-Request-Id",
    "X-Request-ID",
}
BODY = {"Content-Type", "Content-Length"}
AT_ONCE = 12


@dataclass
class Session:
    """One session: whose, by which way, where it works, and the tokens that it may speak with."""

    name: str
    way: str
    browser: Proxied
    tokens: set[str]

    @property
    def org(self) -> str:
        """The organization that nobody else asks for."""
        return f"{self.name}-by-{self.way}"

    @property
    def config(self) -> str:
        """Its editor."""
        return f"/org/{self.org}/ws/main/runtimes/{runtime_of(self.org)}/config/"

    def ask(self, chance: random.Random) -> str:
        """One request of some kind to some worker; what is wrong with its answer, or "" ."""
        browser = self.browser
        what = chance.choice(["home", "org", "list", "account", "editor", "editor", "export", "check", "save"])
        match what:
            case "home":
                return self.own(browser.ask("GET", "/?all"), f"Organization of {self.name}")
            case "org":
                return self.own(browser.ask("GET", f"/org/{self.org}/"), self.org)
            case "list":
                return self.own(browser.ask("GET", f"/org/{self.org}/ws/main/runtimes/"), f"Runtime of {self.org}")
            case "account":
                return self.own(browser.ask("GET", "/account/"), self.name)
            case "editor":
                return self.own(browser.ask("GET", self.config), f"Runtime of {self.org}")
            case "export":
                return self.own(browser.ask("GET", f"{self.config}export/json"), "cpu_cores")
        form = form_of(browser.ask("GET", self.config)) | {"resources.cpu_cores": str(chance.randint(1, 32))}
        if what == "check":
            return self.own(browser.post(f"{self.config}check/", form), "")
        review = browser.post(self.config, {**form, "do": "review"})
        if review.status_code == 302:
            page = browser.ask("GET", review.headers["location"])
            browser.post(f"{self.config}review/", {**form_of(page), "do": "save"})
        return self.own(browser.ask("GET", f"{self.config}drafts/"), f"Runtime of {self.org}")

    def own(self, response: httpx.Response, own: str) -> str:
        """What is wrong with a page that should be this person's."""
        if response.status_code != 200 or own not in response.text:
            return f"{self.org}: {response.status_code} without {own} at {response.request.url.path}"
        for name in PEOPLE:
            others = (f"SECRET_OF_{name}", f"{name}-by-", f"org-of-{name}", f"{name} in full")
            if name != self.name and any(other in response.text for other in others):
                return f"{self.org}: a page with {name}'s at {response.request.url.path}"
        return ""


def wrong(came: Came, sessions: list[Session]) -> str:
    """What is wrong with one request to the platform, or ""."""
    allowed = {token: session for session in sessions for token in session.tokens}
    speaks = allowed.get(came.token)
    if speaks is None:
        return f"{came.path} with a token of nobody's"
    if (extra := set(came.headers) - SENT - (BODY if came.method == "PUT" else set())) != set():
        return f"{came.path} with {sorted(extra)}"
    parts = came.path.strip("/").split("/")
    if parts[0] == "org" and parts[1] != speaks.org:
        return f"{came.path} with the token of {speaks.org}"
    return ""


def workers(server: int) -> dict[int, float]:
    """Seconds that each worker of a server has computed."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    stats = {int(pid): Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in children}
    return {pid: int(stat[11]) / os.sysconf("SC_CLK_TCK") for pid, stat in stats.items() if int(stat[11]) > 50}


def signed_in(name: str, way: str, url: str, platform: RecordingPlatform, provider: FakeProvider) -> Session:
    """A new session."""
    first = Proxied(url)
    first.more["Connection"] = "close"  # each request may come to another worker
    if way == "token":
        token = f"pasted-token-of-{name}"
        platform.whose[token] = name
        assert first.post("/signin/", {"token": token}).status_code == 302
    else:
        location = first.post("/signin/", {"with": "sso"}).headers["location"]
        assert first.ask("GET", provider.sends_back(location, name)).status_code == 302
        token = next(reversed(provider.access_tokens))
    assert SESSION in first.cookies
    return Session(name, way, first, {token})


@pytest.mark.parametrize("count", [500, pytest.param(5000, marks=pytest.mark.long)])
def test_nobodys_request_carries_anothers(tmp_path: Path, count: int) -> None:
    with served() as provider, recording() as platform:
        platform.whose = provider.access_tokens
        settings = {"ADMINUI_OIDC_CLIENT_SECRET": provider.client_secret, "WEB_CONCURRENCY": "2"}
        with production(tmp_path, platform.url, provider.issuer, **settings) as (url, server):
            before = workers(server)
            sessions = [signed_in(name, way, url, platform, provider) for name in PEOPLE for way in ("token", "sso")]
            begun, chance = len(platform.came), random.Random(7)
            asks = [(session, random.Random(chance.random())) for session in chance.choices(sessions, k=count * 3 // 4)]
            with ThreadPoolExecutor(AT_ONCE) as pool:
                told = list(pool.map(lambda ask: ask[0].ask(ask[1]), asks))
            worked = [seconds - before.get(pid, 0) for pid, seconds in workers(server).items()]
        assert [one for one in told if one][:5] == []
        assert [said for came in platform.came if (said := wrong(came, sessions))][:5] == []
        spoke = Counter(came.token for came in platform.came[begun:])
        assert len(spoke) == len(sessions), "all of them were heard"
        assert sum(len(session.browser.kept) for session in sessions) >= count
        assert sum(came.method == "PUT" for came in platform.came) > count // 50
        assert len([seconds for seconds in worked if seconds > 0.5]) == 2, "both workers had their share"
