"""Eight writers at once, on a file of SQLite and on PostgreSQL: no gap, no fork, nothing refused."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adminui.record import events
from tests import postgres

PROCESSES, THREADS, EVENTS = 2, 4, 40
SETTINGS = {"DJANGO_SETTINGS_MODULE": "adminui.settings", "ADMINUI_MODE": "demo"}
"""The program's own settings, as it is their way with databases that this is about."""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'record.sqlite3'}"
    else:
        with postgres.database() as made:
            yield made


def writer(url: str, keys: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.record.writer", *arguments],
        cwd=postgres.ROOT,
        env={**os.environ, "DATABASE_URL": url, "DATA_DIR": str(keys), **SETTINGS},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str], begin: str = "") -> Any:
    """What a writer printed last, once it has ended well."""
    out, _ = process.communicate(begin)
    assert process.returncode == 0
    return json.loads(out or "null")


def test_eight_writers_make_one_line_of_every_chain(url: str, tmp_path: Path) -> None:
    said(writer(url, tmp_path, "migrate"))
    writers = [writer(url, tmp_path, "write", str(number), str(THREADS), str(EVENTS)) for number in range(PROCESSES)]
    for each in writers:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in writers:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    assert [said(each) for each in writers] == [[], []]
    written = PROCESSES * THREADS * EVENTS
    assert said(writer(url, tmp_path, "look")) == {
        "chains": [["acme", written // 2, ""], ["other", written // 4, ""], [events.SITE, written // 4, ""]],
        "requests": written,
        "documents": EVENTS + 1,
        "missing": [],
    }
