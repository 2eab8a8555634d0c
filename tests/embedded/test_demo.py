"""The demo data: what other tests count on, that it holds every edge, and that a box keeps what it was told."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from adminui.contract.config import check
from adminui.embedded.demo.cast import CAPABILITIES, ORGANIZATIONS, known_id
from adminui.embedded.demo.crowd import crowd
from adminui.embedded.demo.stories import stories
from adminui.embedded.rules import stored
from tests.embedded.box import served_box

VERSIONS = {name: version for name, version, _ in CAPABILITIES}
EVERY = [("acme", "research", story) for story in stories()] + list(crowd())
DOCUMENTS: dict[str, dict[str, Any]] = {
    runtime.key: runtime.document for _, workspace, runtime in EVERY if workspace == "research"
}


def test_there_are_enough_and_keys_are_unique() -> None:
    counted = Counter((org, ws) for org, ws, _ in EVERY)
    assert counted["acme", "research"] >= 120
    assert min(counted["acme", "production"], counted["globex", "main"]) >= 10
    assert len({(org, ws, runtime.key) for org, ws, runtime in EVERY}) == len(EVERY)


def test_every_config_but_the_legacy_one_would_be_taken_again() -> None:
    caps = {one.key: one.max_seconds for one in ORGANIZATIONS}
    wrong = {
        runtime.key for org, _, runtime in EVERY if check(stored(runtime.document, VERSIONS), timeout_cap=caps[org])
    }
    assert wrong == {"legacy-import"}


def test_the_crowd_is_the_same_each_time() -> None:
    assert list(crowd()) == list(crowd())


def test_the_edges_are_there() -> None:
    env = {
        key: value for one in DOCUMENTS.values() for key, value in one.get("runtime_server", {}).get("env", {}).items()
    }
    egress = [one.get("sandbox", {}).get("egress", "absent") for one in DOCUMENTS.values()]
    prompts = [one.get("defaults", {}).get("system_prompt", "absent") for one in DOCUMENTS.values()]
    assert len(DOCUMENTS["label-museum"]["metadata"]["labels"]) == 300
    assert len(DOCUMENTS["egress-fifty"]["sandbox"]["egress"]["allow"]) == 50
    assert any("\n" in value for value in env.values() if isinstance(value, str))
    assert any("." in key for key in env)
    assert any("." in key for key in DOCUMENTS["dotted-keys"]["metadata"]["labels"])
    assert "absent" in egress
    assert {"allow": []} in egress
    assert {"", "absent"} <= set(prompts)
    assert max(map(len, prompts)) > 20_000
    assert any(not prompt.isascii() for prompt in prompts)
    assert DOCUMENTS["analyst"]["resources"]["accelerator"] == {"kind": "none"}
    assert DOCUMENTS["newer-version"]["schema_revision"] == 2**53 + 1


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1", "٨٠"])
def test_a_bad_port_is_said_in_one_line(tmp_path: Path, port: str) -> None:
    environment = {**os.environ, "BOX_PORT": port, "DATA_DIR": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-m", "adminui.embedded"], env=environment, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr == "BOX_PORT must be a whole number from 1 to 65535.\n"


def test_a_box_is_filled_once_and_keeps_what_it_is_told(tmp_path: Path) -> None:
    ours = "/api/v1/org/acme/ws/research/runtimes/notebook-helper"
    headers = {"X-API-Key": "demo-alice"}
    with (
        served_box(tmp_path / "new" / "folder", filled=False) as url,
        httpx.Client(base_url=url, headers=headers) as client,
    ):
        config = {"resources": {"cpu_cores": 31}}
        told = client.put(f"{ours}/config", json={"config": config}).json()
    with served_box(tmp_path / "new" / "folder") as url, httpx.Client(base_url=url, headers=headers) as client:
        assert client.get(f"{ours}/config").json() == told
        assert client.get(ours).json()["id"] == str(known_id("runtime", "acme", "research", "notebook-helper"))
        page = client.get("/api/v1/org/acme/ws/research/runtimes?limit=1").json()
        assert page["items"][0]["key"] == "notebook-helper"
    assert (tmp_path / "new" / "folder" / "box.sqlite3").is_file()
