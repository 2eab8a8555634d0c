"""Starts this program and a platform in a box for it, in demo mode, and ends them together: what `make run` runs.

Reads HOST, PORT, BOX_PORT and DATA_DIR as the program itself does (environment.py). Procfile holds the two commands.
"""

import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from honcho.environ import parse_procfile
from honcho.manager import Manager

from adminui.embedded.demo.cast import PEOPLE
from adminui.environment import Environment, read_or_exit

ROOT = Path(__file__).resolve().parent.parent
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 (compared, not bound)


class Unstartable(Exception):
    """Why nothing was started, in one line."""


def main() -> int:
    """Run until asked to stop (0) or until one of the two ends by itself (1)."""
    os.environ["ADMINUI_MODE"] = "demo"
    environment = read_or_exit()
    variables = child_variables(environment)
    try:
        require_free(environment.host, {"PORT": environment.port, "BOX_PORT": environment.box_port})
        migrate_if_needed(environment, variables)
        return supervise(environment, variables)
    except Unstartable as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    except KeyboardInterrupt:  # before the two were started
        return 130


def child_variables(environment: Environment) -> dict[str, str]:
    """The environment of the two processes: everything that was left to a default is said."""
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    box = address("127.0.0.1" if environment.host in EVERYWHERE else environment.host, environment.box_port)
    return {
        **os.environ,
        "PATH": binaries,
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "adminui.settings",
        "HOST": environment.host,
        "PORT": str(environment.port),
        "BOX_PORT": str(environment.box_port),
        "DATA_DIR": str(environment.data_dir.resolve()),
        "ADMINUI_PLATFORM_URL": box,
    }


def address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def require_free(host: str, ports: Mapping[str, int]) -> None:
    """Raise Unstartable unless every port, by the name of its variable, can be listened on."""
    if len(set(ports.values())) < len(ports):
        raise Unstartable(f"{' and '.join(ports)} must not be the same port.")
    for variable, port in ports.items():
        try:
            family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
        except OSError as error:
            said = f"Can't listen on port {port} of {host}: {(error.strerror or str(error)).lower()}."
            raise Unstartable(f"{said} Set {variable} to another port, or HOST to another address.") from None


def migrate_if_needed(environment: Environment, variables: Mapping[str, str]) -> None:
    """Bring the database up to date, unless this very file already was by these very migrations."""
    done = environment.data_dir / "migrated"
    database = environment.data_dir / "db.sqlite3"

    def fingerprint() -> str:
        names = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("adminui/*/migrations/*.py"))]
        packages = (ROOT / "requirements" / "run.txt").read_bytes()
        seen = f"{database.stat().st_ino} {' '.join(names)}".encode() + packages
        return hashlib.sha256(seen).hexdigest()

    ours = environment.database_url is None
    if ours and database.exists() and done.exists() and done.read_text("ascii") == fingerprint():
        return
    ran = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"], check=False, cwd=ROOT, env=dict(variables)
    )
    if ran.returncode != 0:
        raise Unstartable("The database could not be brought up to date; see above.")
    if ours:
        done.write_text(fingerprint(), "ascii")


class Output:
    """Prints what the processes print, each line with whose it is, and notes how they end. A printer for honcho."""

    SYSTEM = "system"

    def __init__(self, names: list[str], when_started: Callable[[], None]) -> None:
        self.width = 0
        self.waiting = set(names)
        self.when_started = when_started
        self.asked_to_stop = False
        self.ended_by_itself: str | None = None
        self.last_lines: dict[str, str] = {}

    def write(self, message: Any) -> None:
        """Take a honcho message: a line of a process, or what honcho says of one."""
        text = message.data.decode("utf-8", "replace") if isinstance(message.data, bytes) else str(message.data)
        if message.name == self.SYSTEM:
            self.note(text.strip())
            return
        for line in text.splitlines():
            self.last_lines[message.name] = line.strip() or self.last_lines.get(message.name, "")
            say(f"{message.name.ljust(self.width)} | {line}")

    def note(self, said: str) -> None:
        """Follow honcho's own account of what it does."""
        if said.endswith(" received"):
            self.asked_to_stop = True
        elif started := re.fullmatch(r"(\w+) started \(pid=\d+\)", said):
            self.waiting.discard(started[1])
            if not self.waiting:
                self.when_started()
        elif (stopped := re.fullmatch(r"(\w+) stopped \(rc=(-?\d+)\)", said)) and not self.asked_to_stop:
            self.ended_by_itself = self.ended_by_itself or self.epitaph(stopped[1], int(stopped[2]))

    def epitaph(self, name: str, code: int) -> str:
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        last = self.last_lines.get(name)
        return f"{name} ended by itself ({how}), so the other was ended too." + (
            f" Its last line: {last}" if last else ""
        )


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def supervise(environment: Environment, variables: Mapping[str, str]) -> int:
    """Run the processes of the Procfile until one ends or a signal asks for the end; the exit status."""
    commands: Mapping[str, str] = parse_procfile((ROOT / "Procfile").read_text("utf-8")).processes
    over = threading.Event()

    def welcome() -> None:
        hosts = "127.0.0.1" if environment.host in EVERYWHERE else environment.host
        if all(
            answers(hosts, port, path, over)
            for port, path in ((environment.box_port, "/api/v1/_faults"), (environment.port, "/readyz"))
        ):
            for line in greeting(environment):
                say(line)

    # Not before honcho has forked: a thread and a fork don't go together.
    output = Output(list(commands), threading.Thread(target=welcome, daemon=True).start)
    manager = Manager(output)
    for name, command in commands.items():
        manager.add_process(name, command, env=dict(variables), cwd=str(ROOT))
    manager.loop()
    over.set()
    if output.asked_to_stop:
        say("Stopped.")
        return 0
    sys.stderr.write(f"{output.ended_by_itself}\n")
    return 1


def answers(host: str, port: int, path: str, over: threading.Event) -> bool:
    """Wait until a GET is answered with 200; False when it is over before that."""
    while not over.wait(0.03):
        connection = HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return True
        except (OSError, HTTPException):
            continue
        finally:
            connection.close()
    return False


def greeting(environment: Environment) -> Iterator[str]:
    """Where it is, who there is and how to stop."""
    host = "localhost" if environment.host in EVERYWHERE else environment.host
    yield ""
    yield f"  Runtime configs           {address(host, environment.port)}"
    yield f"  The platform in a box     {address(host, environment.box_port)}/api/v1"
    yield ""
    yield "  Demo people               password     token"
    for person in PEOPLE:
        if person.groups:
            told = f"{person.username:<12} {person.token or '':<12} {person.about}"
            yield f"  {person.username:<25} {told}"
    yield ""
    yield f"  Ctrl-C stops both. The data stays in {environment.data_dir.resolve()}."
    yield ""


if __name__ == "__main__":
    sys.exit(main())
