#!/usr/bin/env python3
"""Verifies history: the rules of the chain, and a program that checks an export with no more than this file.

    python verifier.py EXPORT.ndjson [--checkpoints FILE] [--public-key BASE64 …] [--keys-file FILE]

It needs Python 3.11 and the packages rfc8785 and cryptography; not Django, no database, nothing else of this program.
Exit status 0: all is as it was written. 1: something isn't, and the first broken place is named. 2: it can't be read.

An export is NDJSON, each line one object in RFC 8785 form. A chain begins with `export` (`whole`: every event, or a
selection), then each event as `event` and `hash`, in their order, and ends with `head`. `document` lines hold sealed
documents: with the keys they are opened and held against their digests, without they are only counted.

An event's hash is SHA-256 over the RFC 8785 bytes of its fields, the previous event's hash among them. That shows every
change, gap and swap; not a tail that was cut off, nor a chain written anew: for those there are checkpoints, heads
signed with Ed25519 and kept elsewhere.
"""

import argparse
import base64
import hashlib
import hmac
import json
import sys
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import rfc8785
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT: Final = 1
"""The format of events: which fields are hashed, and how they are written."""
GENESIS: Final = "0" * 64
"""The previous hash of a chain's first event."""
FIELDS: Final = (
    *("format", "chain", "seq", "previous", "id", "at", "kind", "issuer", "subject", "name", "platform_id"),
    *("platform_name", "organization", "workspace", "runtime", "request_id", "origin", "reason", "ip", "agent"),
    *("paths", "before", "after", "data", "save"),
)
"""The fields of an event of format 1."""
SIGNED: Final = b"adminui checkpoint\n"
"""What stands before the bytes that a checkpoint's signature is over."""
Keys = Mapping[str, bytes]  # secrets by the keys' ids
_LARGEST: Final = 2**53 - 1
_JSON: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Unhashable(ValueError):
    """A value that no event can have, so that it has no hash."""


class Unreadable(ValueError):
    """A file that can't be verified at all; the text says why."""


# ---- events ----------------------------------------------------------------------------------------------------------
def canonical(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value. Raises Unhashable for what has none."""
    try:
        if _is_plain(value):  # twenty times as fast, and the same bytes
            return _JSON.encode(value).encode()
        return bytes(rfc8785.dumps(value))
    except (rfc8785.CanonicalizationError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Unhashable(str(error)) from error


def _is_plain(value: Any) -> bool:
    """Whether Python's own JSON is that of RFC 8785: no floats, and keys that sort alike as UTF-16."""
    kind = type(value)  # asked of a million events: quicker than isinstance
    if kind is dict:
        return all(map(str.isascii, value)) and _are_plain(value.values())
    if kind is list:
        return _are_plain(value)
    return kind is str or kind is bool or value is None or (kind is int and abs(value) <= _LARGEST)


def _are_plain(values: Iterable[Any]) -> bool:
    for one in values:  # noqa: SIM110 - asked of a million events: quicker than all()
        if type(one) is not str and one is not None and not _is_plain(one):
            return False
    return True


def hash_of(fields: Mapping[str, Any]) -> str:
    """The hash of an event, 64 hex digits, computed from its fields. Raises Unhashable."""
    return hashlib.sha256(canonical(dict(fields))).hexdigest()


def fault(fields: Mapping[str, Any], digest: object, seq: int, link: str | None) -> str:
    """Why this is not the event of that number after the one with hash `link` (None: not known); empty when it is."""
    if fields.get("seq") != seq:
        return f"Event {seq} is missing; the next one is {fields.get('seq')}."
    if fields.get("format") != FORMAT:
        return f"It has format {fields.get('format')}; this version reads format {FORMAT}."
    if link is not None and fields.get("previous") != link:
        return "It does not follow the event before it."
    try:
        whole = hash_of(fields) == digest
    except Unhashable as error:
        return f"It holds what no event can: {error}."
    return "" if whole else "Its fields don’t match its hash."


# ---- checkpoints -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Checkpoint:
    """A head that was noted and signed: at the time `at`, event `seq` of `chain` had this hash. `key`: who signed."""

    chain: str
    seq: int
    hash: str
    at: str
    key: str

    @property
    def _bytes(self) -> bytes:
        return SIGNED + canonical({"format": FORMAT, **vars(self)})

    def signed(self, private: Ed25519PrivateKey) -> str:
        """The line to keep."""
        public = base64.b64encode(private.public_key().public_bytes_raw()).decode()
        signature = base64.b64encode(private.sign(self._bytes)).decode()
        return canonical({"checkpoint": vars(self), "public_key": public, "signature": signature}).decode()

    @classmethod
    def read(cls, line: str, trusted: Callable[[str], bytes | None]) -> "Checkpoint":
        """A kept line whose signature is good under the public key (32 bytes) that `trusted` gives for the key's name.

        Raises Unreadable.
        """
        try:
            given = json.loads(line)
            one = cls(**given["checkpoint"])
            public = trusted(one.key)
            good = all(isinstance(text, str) for text in (one.chain, one.hash, one.at)) and type(one.seq) is int
            if public is None or not good:
                raise Unreadable("It is signed by a key that isn’t known here." if good else "It is no checkpoint.")
            signature = base64.b64decode(given["signature"], validate=True)
            Ed25519PublicKey.from_public_bytes(public).verify(signature, one._bytes)
        except InvalidSignature:
            raise Unreadable("Its signature doesn’t fit: it was changed, or another key signed it.") from None
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise (error if isinstance(error, Unreadable) else Unreadable("It is no checkpoint.")) from None
        return one


def checkpoints(lines: Iterable[str], trusted: Callable[[str], bytes | None]) -> list[Checkpoint]:
    """The checkpoints of a file, blank lines aside. Raises Unreadable, naming the line."""
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(Checkpoint.read(line, trusted))
            except Unreadable as error:
                raise Unreadable(f"Line {number} of the checkpoints: {error}") from None
    return found


def missed(noted: Checkpoint, last: int) -> str:
    """Said of a chain of `last` events that ends before a checkpoint."""
    gone = f"those after {last} were cut off" if last else "the whole chain is gone"
    return f"Event {noted.seq} was there on {noted.at}, as a checkpoint says; {gone}."


def differs(noted: Checkpoint) -> str:
    """Said of an event that is another than the one a checkpoint noted."""
    return f"It is not the event that a checkpoint noted on {noted.at}: the chain was written anew."


# ---- sealed documents ------------------------------------------------------------------------------------------------
def keys_of(text: str) -> dict[str, bytes]:
    """Keys out of a file's text, `id:base64` a line. Raises Unreadable."""
    try:
        pairs = (line.strip().partition(":") for line in text.splitlines() if line.strip() and line[0] != "#")
        return {name: base64.b64decode(encoded, validate=True) for name, _, encoded in pairs}
    except ValueError:
        raise Unreadable("The keys are lines of an id, “:” and 32 bytes in base64.") from None


@lru_cache(maxsize=64)
def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"adminui {purpose}".encode()).derive(secret)


def _opened(sealed: bytes, place: str, keys: Keys) -> bytes:
    """What was sealed for a place, by the rules of adminui.keyring. Raises KeyError, InvalidTag and ValueError."""
    start = 2 + (sealed[1] if len(sealed) > 1 else 0)
    head, nonce, rest = sealed[:start], sealed[start : start + 12], sealed[start + 12 :]
    sealing = _derived(keys[head[2:].decode("ascii", "replace")], "seal")
    return AESGCM(sealing).decrypt(nonce, rest, head + place.encode())


def digest_key_in(sealed: bytes, keys: Keys) -> bytes | None:
    """The key of the documents' digests; None when it can't be opened."""
    try:
        return _opened(sealed, "record_digestkey", keys)
    except (KeyError, InvalidTag, ValueError):
        return None


def document_fault(runtime: str, digest: str, sealed: bytes, keys: Keys, digest_key: bytes | None) -> str:
    """Why a sealed document isn't the one with that digest of that runtime; empty when it is."""
    if digest_key is None:
        return "the key of the digests isn’t there, or can’t be opened"
    try:
        document = json.loads(zlib.decompress(_opened(sealed, f"record_document:{runtime}:{digest}", keys)))
    except KeyError:
        return "it is sealed by a key that isn’t given"
    except (InvalidTag, ValueError, zlib.error):
        return "it was changed, cut, or moved from another place"
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    same = hmac.digest(digest_key, f"{runtime}\n{text}".encode(), "sha256").hex() == digest
    return "" if same else "it is not the document with this digest"


# ---- exports ---------------------------------------------------------------------------------------------------------
@dataclass
class Chain:
    """One chain of an export as it is followed; `head`: its last number and hash. `why`: how it is broken at `at`."""

    name: str
    whole: bool
    noted: list[Checkpoint] = field(default_factory=list)
    seq: int = 0
    link: str = GENESIS
    head: tuple[int, str] = (0, "")
    events: int = 0
    ended: bool = False
    at: int = 0
    why: str = ""

    def follow(self, fields: Mapping[str, Any], digest: object) -> None:
        """The next event."""
        seq = fields.get("seq")
        expected = self.seq + 1 if self.whole or type(seq) is not int or seq <= self.seq else seq
        why = fault(fields, digest, expected, self.link if expected == self.seq + 1 else None)
        if not why and fields.get("chain") != self.name:
            why = f"It is an event of the chain {fields.get('chain')}."
        self.spoil(why or self._anew(expected, digest), expected)
        if not self.why:
            self.seq, self.link, self.events = expected, str(digest), self.events + 1

    def end(self, head: Mapping[str, Any]) -> None:
        """What the export says of its end."""
        self.ended = True
        if type(head.get("seq")) is int and isinstance(head.get("hash"), str):
            self.head = head["seq"], head["hash"]
        if head.get("events") != self.events:
            self.spoil(f"The export counts {head.get('events')} events, and has {self.events}.")
        elif (self.whole or self.head[0] <= self.seq) and self.head != (self.seq, self.link):
            self.spoil("The head of the export is another.", self.seq)
        self.spoil(self._anew(*self.head), self.head[0])

    def _anew(self, seq: int, digest: object) -> str:
        return next((differs(one) for one in self.noted if one.seq == seq and one.hash != digest), "")

    def close(self) -> None:
        """No more lines of it."""
        if not self.ended:
            self.spoil("The export ends here without its head: it was cut off.")
        missing = next((one for one in self.noted if one.seq > self.seq), None)
        if self.whole and missing:
            self.spoil(missed(missing, self.seq))

    def spoil(self, why: str, at: int | None = None) -> None:
        """Notes the first break, by default after the last event that was good; nothing where `why` is empty."""
        if why and not self.why:
            self.at, self.why = self.seq + 1 if at is None else at, why

    def __str__(self) -> str:
        """The verdict, a line."""
        if self.why:
            return f"{self.name}: BROKEN at event {self.at}: {self.why}"
        if self.whole:
            return f"{self.name}: {self.events} events, whole, head {self.link}"
        part = f"{self.name}: {self.events} events, each as it was written, a part of the chain; "
        return part + "its head was event {}, {}".format(*self.head)


@dataclass
class Found:
    """What verifying an export found."""

    chains: list[Chain] = field(default_factory=list)
    digest_key: bytes | None = field(default=None, repr=False)
    documents: int = 0
    opened: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether all is as it was written."""
        return not self.wrong and not any(chain.why for chain in self.chains)


def verify(lines: Iterable[bytes], noted: Iterable[Checkpoint] = (), keys: Keys | None = None) -> Found:
    """Verifies an export, line by line: holds one line at once. Raises Unreadable when it is no export."""
    found, kept = Found(), list(noted)
    chain: Chain | None = None
    for number, raw in enumerate(lines, 1):
        match _line(raw):
            case {"export": {"format": 1, "chain": str(name), "whole": bool(whole)}}:
                chain = Chain(name, whole, [one for one in kept if one.chain == name])
                found.chains.append(chain)
            case {"event": dict(fields), "hash": digest} if chain and not chain.ended:
                chain.follow(fields, digest)
            case {"head": dict(head)} if chain and not chain.ended:
                chain.end(head)
            case {"digest_key": {"sealed": str(sealed)}}:
                found.digest_key = digest_key_in(base64.b64decode(sealed), keys or {})
            case {"document": {"runtime": str(runtime), "digest": str(digest), "sealed": str(sealed)}}:
                _document(found, runtime, digest, base64.b64decode(sealed), keys)
            case _ if chain:
                chain.spoil(f"Line {number} isn’t written as exports are: it was changed, cut or put there.")
            case _:
                break
    if not found.chains:
        raise Unreadable(f"This is no export of format {FORMAT}: it doesn’t begin as one.")
    for one in found.chains:
        one.close()
    return found


def _line(raw: bytes) -> Any:
    """The object of a line; None when it isn't written in the one way that it can be."""
    try:
        line = json.loads(raw)
        base64.b64decode((line.get("document") or line.get("digest_key") or {}).get("sealed", ""), validate=True)
        return line if canonical(line) + b"\n" == raw else None
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _document(found: Found, runtime: str, digest: str, sealed: bytes, keys: Keys | None) -> None:
    found.documents += 1
    if keys is None:
        return
    if why := document_fault(runtime, digest, sealed, keys, found.digest_key):
        found.wrong.append(f"Document {digest[:8]} of runtime {runtime}: {why}")
    else:
        found.opened += 1


def report(found: Found) -> Iterator[str]:
    """The verdict in lines."""
    yield from map(str, found.chains)
    if found.documents:
        opened = f", {found.opened} opened and as their digests say" if found.opened or found.wrong else ", not opened"
        yield f"{found.documents} documents{opened}"
    yield from found.wrong


def main(arguments: list[str] | None = None) -> int:
    """The program of this module's docstring; gives the exit status."""
    parser = argparse.ArgumentParser(
        description="Verifies exported history.", epilog="Exit status: 0 good, 1 not, 2 no export."
    )
    parser.add_argument("export", type=Path, help="NDJSON that history_export wrote")
    parser.add_argument("--checkpoints", type=Path, help="lines that history_checkpoint printed")
    parser.add_argument("--public-key", action="append", help="one that signed them, else those they name are believed")
    parser.add_argument("--keys-file", type=Path, help="the program’s keys, to open sealed documents")
    given = parser.parse_args(arguments)
    try:
        keys = None if given.keys_file is None else keys_of(given.keys_file.read_text("ascii"))
        lines = given.checkpoints.read_text("utf-8").splitlines() if given.checkpoints is not None else []
        noted = checkpoints(lines, trust(lines, given.public_key))
        with given.export.open("rb") as file:
            found = verify(file, noted, keys)
    except (Unreadable, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.writelines(f"{line}\n" for line in report(found))
    return 0 if found.good else 1


def trust(lines: Iterable[str], believed: Collection[str] | None) -> Callable[[str], bytes | None]:
    """The public key for a key's name, as the lines themselves name it; of those in `believed` (base64), if given."""
    named: dict[str, bytes] = {}
    for line in lines:
        with suppress(ValueError, KeyError, TypeError, RecursionError):
            one = json.loads(line)
            if believed is None or one["public_key"] in believed:
                named.setdefault(one["checkpoint"]["key"], base64.b64decode(one["public_key"]))
    return named.get


if __name__ == "__main__":
    sys.exit(main())
