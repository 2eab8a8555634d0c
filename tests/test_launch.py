"""`make run`'s supervisor, as a real process with real children."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from adminui import launch
from adminui.environment import Environment
from tests.embedded.box import free_port

CONFIG = "/api/v1/org/acme/ws/research/runtimes/notebook-helper/config"
SECONDS = 60


class Started:
    """A launcher under way."""

    def __init__(self, data_dir: Path) -> None:
        self.port, self.box_port = free_port(), free_port()
        self.process = launched(data_dir, self.port, self.box_port)
        self.greeting = ""
        assert self.process.stdout
        for line in self.process.stdout:
            self.greeting += line
            if "Ctrl-C" in line:
                return
        raise AssertionError(f"it ended before it was up: {self.greeting}{self.end()}")

    def end(self) -> str:
        """Wait for the end; what was still printed, to either stream."""
        out, err = self.process.communicate(timeout=SECONDS)
        return f"{out}{err}"

    def box(self) -> httpx.Client:
        base = f"http://127.0.0.1:{self.box_port}"
        return httpx.Client(base_url=base, headers={"X-API-Key": "demo-alice"}, trust_env=False)


def launched(data_dir: Path, port: int, box_port: int) -> subprocess.Popen[str]:
    """The launcher as a terminal would start it, in a process group of its own."""
    own = {"PORT": str(port), "BOX_PORT": str(box_port), "HOST": "127.0.0.1", "DATA_DIR": str(data_dir)}
    return subprocess.Popen(
        [sys.executable, "-m", "adminui.launch"],
        env={name: value for name, value in os.environ.items() if not name.startswith(("ADMINUI_", "DATABASE_"))} | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Started]:
    started = Started(tmp_path)
    yield started
    if started.process.poll() is None:
        started.process.terminate()
        started.end()


def descendants(pid: int) -> Iterator[int]:
    """The processes below a process, from Linux's own account."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split():
        yield int(child)
        yield from descendants(int(child))


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_it_says_where_it_is_who_there_is_and_how_to_stop(running: Started) -> None:
    assert f"http://127.0.0.1:{running.port}\n" in running.greeting
    assert f"http://127.0.0.1:{running.box_port}/api/v1\n" in running.greeting
    for name in ("alice", "bob", "carol"):
        assert re.search(rf"  {name} +{name} +demo-{name} +editor", running.greeting)
    for name, role in (("vic", "viewer"), ("audrey", "auditor"), ("adam", "admin")):
        assert re.search(rf"  {name} +{name} +{role}", running.greeting)
    assert "Ctrl-C stops both" in running.greeting
    assert httpx.get(f"http://127.0.0.1:{running.port}/readyz", trust_env=False).status_code == 200
    with running.box() as box:
        assert box.get("/api/v1/user").json()["username"] == "alice"


def test_ctrl_c_ends_both_without_a_complaint_and_the_data_stays(tmp_path: Path) -> None:
    first = Started(tmp_path)
    with first.box() as box:
        told = box.put(CONFIG, json={"config": {"resources": {"cpu_cores": 11}}}).json()
    keys = {path.name: path.read_bytes() for path in (tmp_path / "keys", tmp_path / "secret_key")}
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in keys} == {0o600}
    os.killpg(first.process.pid, signal.SIGINT)  # as a terminal does: to the whole group
    said = first.end()
    assert first.process.returncode == 0
    assert "Traceback" not in said
    assert is_free(first.port)
    assert is_free(first.box_port)

    second = Started(tmp_path)
    with second.box() as box:
        assert box.get(CONFIG).json() == told
    assert {name: (tmp_path / name).read_bytes() for name in keys} == keys
    second.process.terminate()
    assert "Traceback" not in second.end()
    assert second.process.returncode == 0


@pytest.mark.parametrize(("name", "part"), [("box", "adminui.embedded"), ("web", "uvicorn")])
def test_when_one_dies_the_other_ends_too_and_it_says_which_and_why(running: Started, name: str, part: str) -> None:
    victim = next(pid for pid in descendants(running.process.pid) if part in command(pid))
    os.kill(victim, signal.SIGKILL)
    said = running.end()
    assert running.process.returncode == 1
    assert f"{name} ended by itself (killed by SIGKILL), so the other was ended too." in said
    assert "Traceback" not in said
    assert is_free(running.port)
    assert is_free(running.box_port)


@pytest.mark.parametrize("variable", ["PORT", "BOX_PORT"])
def test_a_taken_port_is_said_in_one_line(tmp_path: Path, variable: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken: int = other.getsockname()[1]
        ports = (taken, free_port()) if variable == "PORT" else (free_port(), taken)
        out, err = launched(tmp_path, *ports).communicate(timeout=SECONDS)
    assert err == (
        f"Can't listen on port {taken} of 127.0.0.1: address already in use."
        f" Set {variable} to another port, or HOST to another address.\n"
    )
    assert out == ""
    assert not (tmp_path / "db.sqlite3").exists()


def test_two_ports_that_are_one_are_refused() -> None:
    with pytest.raises(launch.Unstartable, match="PORT and BOX_PORT must not be the same port"):
        launch.require_free("127.0.0.1", {"PORT": 8000, "BOX_PORT": 8000})


def test_it_migrates_only_what_was_not_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Any] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        ran.append(command)
        (tmp_path / "db.sqlite3").touch()
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    environment = Environment.model_construct(data_dir=tmp_path, database_url=None)
    for _ in range(3):
        launch.migrate_if_needed(environment, {})
    assert len(ran) == 1
    (tmp_path / "older").touch()
    (tmp_path / "older").replace(tmp_path / "db.sqlite3")
    launch.migrate_if_needed(environment, {})
    assert len(ran) == 2


def test_a_failed_migration_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1))
    environment = Environment.model_construct(data_dir=tmp_path, database_url=None)
    with pytest.raises(launch.Unstartable, match="could not be brought up to date"):
        launch.migrate_if_needed(environment, {})
    assert not (tmp_path / "migrated").exists()
