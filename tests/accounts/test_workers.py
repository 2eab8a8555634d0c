"""Several workers over one database, as in production: a session that ends is dead on all, a token is renewed once."""

import re
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.accounts.provider import FakeProvider, logout_claims, served, signed
from tests.browser.house import MODULE, ROOT, migrated, surroundings
from tests.embedded.box import WAIT_SECONDS, free_port, plain, wait_until_answered


@dataclass
class Workers:
    """The addresses of some processes of one program, its provider and its database."""

    urls: list[str]
    provider: FakeProvider
    data_dir: Path

    def signed_in(self, at: int = 0, name: str = "alice") -> httpx.Cookies:
        """The cookies of somebody who signed in by the provider at one of them; a demo's are good for all ports."""
        with plain(base_url=self.urls[at], timeout=30) as http:
            token = hidden(http.get("/signin/").text)
            begun = http.post("/signin/", data={"with": "sso", "csrfmiddlewaretoken": token})
            back = self.provider.sends_back(begun.headers["location"], name)
            assert http.get(back).headers["location"] == "/"
            return http.cookies

    def status(self, at: int, cookies: httpx.Cookies) -> int:
        """The status of the account there: 200 for who is signed in."""
        with plain(timeout=30) as http:
            return http.get(f"{self.urls[at]}/account/", headers=sent(cookies)).status_code

    def post(self, at: int, path: str, cookies: httpx.Cookies, **data: str) -> int:
        """The status of a form that is sent from the account there."""
        with plain(timeout=30, headers=sent(cookies)) as http:
            token = hidden(http.get(f"{self.urls[at]}/account/").text)
            return http.post(f"{self.urls[at]}{path}", data={**data, "csrfmiddlewaretoken": token}).status_code

    def sql(self, query: str) -> list[tuple[object, ...]]:
        """Asks, or changes, the program's database."""
        with sqlite3.connect(self.data_dir / "db.sqlite3", timeout=20) as connection:
            return connection.execute(query).fetchall()


def sent(cookies: httpx.Cookies) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}


def hidden(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page)
    assert found, page[:1000]
    return found[1]


@contextmanager
def at_work(count: int, data_dir: Path) -> Iterator[Workers]:
    """So many processes, which people sign in to by a provider and paste tokens of their own."""
    with served() as provider:
        environment = surroundings(
            data_dir,
            ADMINUI_PLATFORM_URL="http://127.0.0.1:9",  # nobody listens there
            ADMINUI_OIDC_ISSUER=provider.issuer,
            ADMINUI_OIDC_CLIENT_ID=provider.client_id,
            ADMINUI_OIDC_CLIENT_SECRET=provider.client_secret,
            ADMINUI_SAVES_WITH="personal",
        )
        migrated(data_dir)
        ports = [free_port() for _ in range(count)]
        serve = [*MODULE, "uvicorn", "adminui.asgi:application", "--lifespan", "on", "--no-access-log", "--port"]
        with (data_dir / "ui.log").open("ab") as log:
            processes = [
                subprocess.Popen([*serve, str(port)], cwd=ROOT, env=environment, stdout=log, stderr=log)
                for port in ports
            ]
        try:
            for port, process in zip(ports, processes, strict=True):
                wait_until_answered(f"http://127.0.0.1:{port}/healthz", process)
            yield Workers([f"http://127.0.0.1:{port}" for port in ports], provider, data_dir)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(WAIT_SECONDS)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """Two workers."""
    with at_work(2, tmp_path_factory.mktemp("two")) as workers:
        yield workers


def dead(workers: Workers, cookies: httpx.Cookies) -> bool:
    """Whether the session is dead on every worker, the first time that each is asked."""
    return all(workers.status(at, cookies) != 200 for at in range(len(workers.urls)))


def test_a_session_that_ends_on_one_worker_is_dead_on_all_at_once(two: Workers) -> None:
    here, there, bob = two.signed_in(0), two.signed_in(1), two.signed_in(0, "bob")
    assert [two.status(at, who) for at in (0, 1) for who in (here, there, bob)] == [200] * 6
    assert two.post(0, "/signout/", here) == 302
    assert dead(two, here)
    assert two.status(0, there) == 200

    again = two.signed_in(0)
    assert two.post(1, "/account/", there, do="everywhere") == 302
    assert dead(two, again)
    assert dead(two, there)
    assert [two.status(at, bob) for at in (0, 1)] == [200, 200]

    token = signed(logout_claims(two.provider, sub="sub-bob"))
    path = "/signout/by-provider/"
    with httpx.Client(base_url=two.urls[1], trust_env=False) as provider:
        assert provider.post(path, data={"logout_token": token}).status_code == 200
        assert dead(two, bob)
        assert provider.post(path, data={"logout_token": token}).status_code == 400
    with httpx.Client(base_url=two.urls[0], trust_env=False) as provider:
        assert provider.post(path, data={"logout_token": token}).status_code == 400, "nor by another worker"


def at_expiry(workers: Workers, each: int) -> None:
    """Requests of one session to all workers at once, when its access token has just ended: one is renewed."""
    cookies = workers.signed_in()
    refreshed = workers.provider.counted["refresh_token"]
    workers.sql("UPDATE accounts_credential SET renew_at = '2020-01-01', expires_at = '2020-01-02'")
    statuses: list[int] = []
    begin = threading.Barrier(len(workers.urls) * min(each, 10))

    def ask(at: int, times: int) -> None:
        begin.wait()
        statuses.extend(workers.status(at, cookies) for _ in range(times))

    per_thread = each // min(each, 10)
    threads = [
        threading.Thread(target=ask, args=(at, per_thread))
        for at in range(len(workers.urls))
        for _ in range(min(each, 10))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * (each * len(workers.urls)), "nobody was signed out"
    assert workers.provider.counted["refresh_token"] - refreshed == 1
    assert workers.sql("SELECT version FROM accounts_credential ORDER BY created_at DESC LIMIT 1") == [(1,)]


def test_a_token_that_ends_is_renewed_once_however_many_ask(two: Workers) -> None:
    at_expiry(two, 10)


@pytest.mark.long
def test_four_workers_with_fifty_requests_each_make_one_refresh(tmp_path: Path) -> None:
    with at_work(4, tmp_path) as four:
        at_expiry(four, 50)
