"""Seals and opens bytes, bound to where they are kept; several keys at once, so that keys can be changed.

A sealed value is `1 | length of key id | key id | nonce (12) | AES-256-GCM ciphertext and tag`. Key id and `bound_to`
are authenticated with it, so a value moved to another row does not open there.
"""

import base64
import binascii
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

FORMAT = b"\x01"
KEY_BYTES = 32
NONCE_BYTES = 12
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,40}")


class BadKey(ValueError):
    """A key that can't be used; the text says why and never holds the key. Reads after the setting's name."""


class SealBroken(Exception):
    """What was to be opened isn't sealed by one of our keys for this place: moved, cut, or its key is gone."""


@dataclass(frozen=True)
class Key:
    """One key of the ring: its id, which sealed values name, and its 32 secret bytes."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """A key out of `id:base64`; raises BadKey."""
        key_id, colon, encoded = text.strip().partition(":")
        if not colon or not _KEY_ID.fullmatch(key_id):  # without a colon it may be the secret that stands there
            raise BadKey("must hold keys like “2026-11:” and 32 bytes in base64, the id of letters, digits, . _ and -")
        try:
            secret = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise BadKey(f"holds a key “{key_id}” that is no base64") from None
        if len(secret) != KEY_BYTES:
            raise BadKey(f"holds a key “{key_id}” of {len(secret)} bytes, and {KEY_BYTES} are needed")
        if len(set(secret)) < 8:
            raise BadKey(f"holds a key “{key_id}” that is too easily guessed: take 32 random bytes")
        return cls(key_id, secret)

    def derived(self, purpose: str) -> bytes:
        """32 bytes for one purpose (HKDF-SHA256)."""
        return _derived(self.secret, purpose)


@lru_cache(maxsize=64)
def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"adminui {purpose}".encode()).derive(secret)


def head_of(key_id: str) -> bytes:
    """What every value begins with that the key of this id sealed."""
    return FORMAT + bytes([len(key_id)]) + key_id.encode()


@dataclass(frozen=True)
class Keyring:
    """Keys in order: the first seals, every one opens."""

    keys: tuple[Key, ...]

    @classmethod
    def parse(cls, lines: Iterable[str]) -> Self:
        """A ring out of `id:base64` texts; raises BadKey."""
        keys = tuple(Key.parse(line) for line in lines)
        if not keys:
            raise BadKey("holds no key")
        if len({key.id for key in keys}) < len(keys):
            raise BadKey("holds two keys with the same id")
        return cls(keys)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """A ring out of a file, one key a line; raises BadKey, also when others may read the file."""
        try:
            with path.open(encoding="ascii") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                lines = file.read(64 * 1024).splitlines()
        except (OSError, UnicodeDecodeError):
            raise BadKey("must name a text file that this program can read") from None
        if mode & 0o077:
            raise BadKey(f"may be read or written by others (mode {mode:o}): set its mode to 600")
        return cls.parse(line for line in lines if line.strip() and not line.startswith("#"))

    def seal(self, plain: bytes, *, bound_to: str) -> bytes:
        """`plain` sealed by the first key for the place `bound_to`."""
        key, nonce = self.keys[0], os.urandom(NONCE_BYTES)
        head = head_of(key.id)
        return head + nonce + AESGCM(key.derived("seal")).encrypt(nonce, plain, head + bound_to.encode())

    def open_sealed(self, sealed: bytes, *, bound_to: str) -> bytes:
        """What was sealed for the place `bound_to`; raises SealBroken."""
        start = 2 + (sealed[1] if len(sealed) > 1 else 0)
        head, nonce, rest = sealed[:start], sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
        key = next((key for key in self.keys if head[2:] == key.id.encode()), None)
        if key is None or head[:1] != FORMAT:
            raise SealBroken("not sealed by a key of this ring")
        try:
            return AESGCM(key.derived("seal")).decrypt(nonce, rest, head + bound_to.encode())
        except (InvalidTag, ValueError):  # ValueError: cut so short that there is no nonce
            raise SealBroken("changed, cut, or sealed for another place") from None


def seal(plain: bytes, *, bound_to: str) -> bytes:
    """`plain` sealed by this program's first key, to be opened only as `bound_to` (a table and a row's key)."""
    ring: Keyring = settings.KEYRING
    return ring.seal(plain, bound_to=bound_to)


def open_sealed(sealed: bytes, *, bound_to: str) -> bytes:
    """What `seal` sealed for `bound_to`; raises SealBroken."""
    ring: Keyring = settings.KEYRING
    return ring.open_sealed(sealed, bound_to=bound_to)
