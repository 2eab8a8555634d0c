"""Looks for secrets in what a program leaves behind, as they are and as programs write them."""

import base64
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from django.test import override_settings

from adminui.accounts.store import SessionStore


def spellings(secret: str) -> Iterator[bytes]:
    """A secret as it is, in an address, in JSON, in hex, and within base64 at each of the three places it may begin."""
    raw = secret.encode()
    yield from {raw, quote(secret, safe="").encode(), json.dumps(secret)[1:-1].encode(), raw.hex().encode()}
    for lead in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            # The characters at both ends also depend on what stands beside it.
            yield encode(b"\0" * lead + raw)[4:-4]


def found(secrets: Mapping[str, str], places: Mapping[str, bytes]) -> list[str]:
    """“secret in place” for each secret that a place holds in any spelling."""
    return [
        f"{name} in {place}"
        for name, secret in secrets.items()
        for place, content in places.items()
        if any(spelling in content for spelling in spellings(secret))
    ]


def files(database: Path) -> dict[str, bytes]:
    """A database of SQLite as it lies there, with what isn't written back yet."""
    return {f"the file {one.name}": one.read_bytes() for one in database.parent.glob(f"{database.name}*")}


def sessions(database: Path, secret_key: str) -> bytes:
    """What is in the sessions of a program with that SECRET_KEY: in the file they are compressed."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT session_data FROM django_session").fetchall()
    with override_settings(SECRET_KEY=secret_key):
        return json.dumps([SessionStore().decode(row[0]) for row in rows]).encode()
