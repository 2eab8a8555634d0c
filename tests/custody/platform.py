"""A platform that writes down every request that comes, knows whom each token belongs to, and fails as it is told."""

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

AT = "2026-11-24T08:00:00Z"
DOCUMENT: dict[str, Any] = {
    "version": "v2",
    "resources": {"cpu_cores": 2, "memory_mb": 2048},
    "runtime_server": {"env": {"LOG_LEVEL": "info"}},
}


@dataclass(frozen=True)
class Came:
    """One request: its path without /api/v1, token, headers and body."""

    method: str
    path: str
    token: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Fault:
    """What a PUT is answered with; `says` is the body, an error envelope or not. None cuts the connection."""

    status: int | None
    says: bytes = b""
    stored: bool = False


def envelope(code: int, detail: str, loc: tuple[str, ...] = ()) -> bytes:
    """An error as the API has it."""
    errors = [{"loc": ["body", "config", *loc], "msg": detail, "type": "value_error"}] if loc else []
    return json.dumps({"code": code, "detail": detail, "type": "error", "errors": errors}).encode()


def runtime_of(org: str) -> str:
    """The id of an organization's one runtime."""
    return str(uuid5(NAMESPACE_URL, org))


@dataclass
class RecordingPlatform:
    """`whose` maps tokens to names; `faults` are for the next PUTs. An organization named by anybody is there."""

    whose: dict[str, str] = field(default_factory=dict)
    came: list[Came] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    documents: dict[str, Any] = field(default_factory=dict)
    url: str = ""

    def answer(self, came: Came) -> tuple[int | None, bytes]:
        """Status and body; None cuts the connection."""
        self.came.append(came)
        name = self.whose.get(came.token)
        if name is None:
            return 401, envelope(401, f"I don't know {came.token}.")  # as careless as a platform can be
        if came.method == "PUT":
            return self._put(came)
        return self._get(came.path.strip("/").split("/"), name)

    def _put(self, came: Came) -> tuple[int | None, bytes]:
        document = json.loads(came.body)["config"]
        fault = self.faults.popleft() if self.faults else None
        if fault is None or fault.stored:
            self.documents[came.path] = document
        return (200, _json({"config": document})) if fault is None else (fault.status, fault.says)

    def _get(self, parts: list[str], name: str) -> tuple[int, bytes]:
        match parts:
            case ["user"]:
                return 200, _json({"id": f"{name}-id", "username": name, "full_name": f"{name} in full"})
            case ["user", "organizations"]:
                return 200, _json([{"id": f"{name}-org", "key": f"org-of-{name}", "name": f"Organization of {name}"}])
            case ["user", "secrets"]:
                secret = {"id": str(uuid5(NAMESPACE_URL, name)), "name": f"SECRET_OF_{name}", "provider": "openai"}
                listed = {**secret, "masked_value": "sk-…", "created_at": AT, "updated_at": AT}
                return 200, _json({"secrets": [listed], "total": 1})
            case ["org", org]:
                return 200, _json({"id": org, "key": org, "name": org, "is_active": True})
            case ["org", org, "capabilities"]:
                return 200, _json({"items": []})
            case ["org", org, "ws"]:
                return 200, _json({"workspaces": [_workspace(org)]})
            case ["org", org, "ws", _]:
                return 200, _json(_workspace(org))
            case ["org", org, "ws", _, "runtimes"]:
                return 200, _json({"items": [_item(org)], "next_cursor": None})
            case ["org", org, "ws", _, "runtimes", _]:
                return 200, _json(_item(org))
            case ["org", _, "ws", _, "runtimes", _, "config"]:
                return 200, _json({"config": self.documents.get("/" + "/".join(parts), DOCUMENT)})
            case _:
                return 404, envelope(404, "Not found")


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _workspace(org: str) -> dict[str, Any]:
    about = {"id": f"{org}-main", "key": "main", "name": "Main", "org_id": org, "is_active": True, "is_default": True}
    return {**about, "created_at": AT, "updated_at": AT}


def _item(org: str) -> dict[str, Any]:
    about = {"id": runtime_of(org), "key": f"runtime-of-{org}", "name": f"Runtime of {org}", "status": "idle"}
    return {**about, "owned_by_me": True, "created_at": AT, "updated_at": AT, "instance": None}


@contextmanager
def recording() -> Iterator[RecordingPlatform]:
    """The platform, answering on a port of this machine."""
    platform = RecordingPlatform()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = urlsplit(self.path).path.removeprefix("/api/v1")
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, says = platform.answer(Came(self.command, path, token, dict(self.headers.items()), body))
            if status is None:
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(says)))
            self.end_headers()
            self.wfile.write(says)

        def do_PUT(self) -> None:
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    platform.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
