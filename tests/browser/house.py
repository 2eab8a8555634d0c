"""The whole program as a person meets it: the box and the admin UI, each a process of its own, over HTTP."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests import once
from tests.embedded.box import WAIT_SECONDS, Log, free_port, plain, served_box, wait_until_answered

ROOT = Path(__file__).resolve().parents[2]
MODULE = [sys.executable, "-m"]
RESEARCH = "/org/acme/ws/research/runtimes"


@dataclass(frozen=True)
class House:
    """Where the two are, and the box's API for what a test reads back."""

    url: str
    box_url: str
    data_dir: Path
    pid: int
    """The admin UI's process."""
    log: Log

    def api(self, method: str, path: str, *, token: str = "demo-alice", **more: Any) -> httpx.Response:
        """One request to the box, past the admin UI."""
        headers = {"Authorization": f"Bearer {token}"}
        with plain() as client:
            return client.request(method, f"{self.box_url}/api/v1{path}", headers=headers, **more)

    def config(self, key: str) -> Any:
        """What is stored for a runtime of acme/research."""
        return self.api("GET", f"{RESEARCH}/{key}/config").raise_for_status().json()["config"]

    def put(self, key: str, document: Any, token: str = "demo-alice") -> None:
        """Stores a document, as the command line would."""
        self.api("PUT", f"{RESEARCH}/{key}/config", token=token, json={"config": document}).raise_for_status()

    def id(self, key: str) -> str:
        """A runtime's id."""
        return str(self.api("GET", f"{RESEARCH}/{key}").raise_for_status().json()["id"])

    def fault(self, **fault: Any) -> None:
        """Makes the next answers of the box come wrong."""
        self.api("POST", "/_faults", json={"method": "PUT", "path": "config", **fault}).raise_for_status()

    def mend(self) -> None:
        """Takes all faults back."""
        self.api("DELETE", "/_faults").raise_for_status()

    def puts(self) -> int:
        """How many PUTs the box has seen."""
        return self.log.count("PUT")


def surroundings(data_dir: Path, **settings: str) -> dict[str, str]:
    """The environment of the admin UI over a database in `data_dir`, in demo mode where `settings` say no other."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("ADMINUI_", "DATABASE_"))}
    given = {"ADMINUI_MODE": "demo", "DJANGO_SETTINGS_MODULE": "adminui.settings", "DATA_DIR": str(data_dir)}
    return {**ours, **given, **settings}


def migrated(data_dir: Path, **settings: str) -> None:
    """Makes the admin UI's database in `data_dir` unless it has one: a copy of what `migrate` makes.

    Where `settings` name a database elsewhere, that one is migrated.
    """
    if "DATABASE_URL" in settings:
        _migrate(data_dir, **settings)
    elif not (data_dir / "db.sqlite3").exists():
        once.copied("database", _make, data_dir)


def _migrate(data_dir: Path, **settings: str) -> None:
    environment = surroundings(data_dir, **{"ADMINUI_PLATFORM_URL": "http://127.0.0.1:9", **settings})
    subprocess.run([*MODULE, "django", "migrate", "-v", "0"], check=True, cwd=ROOT, env=environment)


def _make(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as data_dir:
        _migrate(Path(data_dir))
        (Path(data_dir) / "db.sqlite3").rename(folder / "db.sqlite3")  # and not the keys, of which each has its own


@contextmanager
def served_ui(data_dir: Path, box_url: str, **settings: str) -> Iterator[tuple[str, int]]:
    """The admin UI over that box, in demo mode; gives its address and its process once it answers."""
    port = free_port()
    here = {"ADMINUI_PLATFORM_URL": box_url, "HOST": "127.0.0.1", "PORT": str(port)}
    migrated(data_dir, **settings)
    serve = ["uvicorn", "adminui.asgi:application", "--port", str(port), "--lifespan", "on", "--no-access-log"]
    with (data_dir / "ui.log").open("ab") as log:
        environment = surroundings(data_dir, **here, **settings)
        process = subprocess.Popen([*MODULE, *serve], cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait_until_answered(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(WAIT_SECONDS)


@contextmanager
def open_house(data_dir: Path, **settings: str) -> Iterator[House]:
    """Both, with data of their own."""
    with served_box(data_dir) as box_url, served_ui(data_dir, box_url, **settings) as (url, pid):
        yield House(url, box_url, data_dir, pid, Log(box_url))
