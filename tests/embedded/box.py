"""The platform in a box, served for tests as a program of its own."""

import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from tests import once

WAIT_SECONDS = 120
"""How long a process may take to begin or to end, on a machine with much else to do."""
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def plain(**more: Any) -> httpx.Client:
    """A client for what this machine serves over http: no proxy, and none of the authorities whose list takes long."""
    return httpx.Client(trust_env=False, verify=NO_AUTHORITIES, **more)


FILL = "import django; django.setup(); from adminui.embedded.__main__ import prepare; prepare()"


def _fill(data_dir: Path) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "adminui.embedded.settings", "DATA_DIR": str(data_dir)}
    subprocess.run([sys.executable, "-c", FILL], check=True, env=environment)


@contextmanager
def served_box(data_dir: Path, *, filled: bool = True) -> Iterator[str]:
    """Serve a box that keeps its data in `data_dir`; gives its base URL, without `/api/v1`, once it answers.

    It begins with data that a box filled itself with earlier in this run of tests; not `filled`, it does so itself.
    """
    if filled and not (data_dir / "box.sqlite3").exists():
        once.copied("box", _fill, data_dir)
    port = free_port()
    environment = {**os.environ, "HOST": "127.0.0.1", "BOX_PORT": str(port), "DATA_DIR": str(data_dir)}
    process = subprocess.Popen([sys.executable, "-m", "adminui.embedded"], env=environment)
    try:
        wait_until_answered(f"http://127.0.0.1:{port}/api/v1/_faults", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(WAIT_SECONDS)


class Log:
    """What a box was asked, as far as this looked. The box remembers a thousand requests, and this all of them."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/api/v1/_log"
        self._lines: list[dict[str, Any]] = []

    def count(self, method: str | None = None, ending: str = "") -> int:
        """How many requests of a method were to paths that end so, since this began to look."""
        since = {"since": max(line["at"] for line in self._lines)} if self._lines else {}
        with plain() as client:
            lines = client.get(self._url, params=since).json()
        self._lines += [line for line in lines if not line["path"].endswith("/_log")]
        counted = [line for line in self._lines if method in {None, line["method"]}]
        return sum(line["path"].endswith(ending) for line in counted)


_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_PORTS = count(12_000 + 2_000 * _WORKER + os.getpid() % 1_000)


def free_port() -> int:
    """A port that nobody listens on now, and that no other test is given before somebody does.

    Each of the processes that tests run in gives away its own ones in turn, below those that the system gives to
    connections.
    """
    for port in _PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("there is always another")


def wait_until_answered(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return once a GET of `url` is answered; AssertionError when the process ends or takes too long."""
    with plain() as client:
        for _ in range(WAIT_SECONDS * 50):
            try:
                client.get(url)
            except httpx.TransportError:
                pass
            else:
                return
            try:
                code = process.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(f"the process ended with {code} before it answered")
    raise AssertionError(f"no answer from {url} within {WAIT_SECONDS} s")
