"""The documents that events, drafts and saves speak of: sealed, compressed, once a runtime and digest.

A digest is keyed and bound to its runtime: without the key nobody can tell from the record what a document holds,
nor that two runtimes hold the same one. What is kept is the document as it went over the wire, key order and all; of
two documents that differ in key order alone (the same digest) the first is kept.
"""

import zlib
from typing import Final
from uuid import UUID

from adminui import keyring
from adminui.contract.document import Json, canonical, read, wire
from adminui.record.models import Document

_PURPOSE: Final = "document"


def digest_of(runtime: UUID, document: Json) -> str:
    """The keyed digest of a document of this runtime, 64 hex digits; key order doesn't count."""
    return keyring.keyed_digest(f"{runtime}\n".encode() + canonical(document), purpose=_PURPOSE)


def keep(runtime: UUID, document: Json) -> str:
    """Keeps a document, unless it is kept already, and returns its digest.

    Safe with writers that keep the same one at the same time. Raises django.db.Error when it can't be written.
    """
    digest = digest_of(runtime, document)
    if not Document.objects.filter(runtime=runtime, digest=digest).exists():
        sealed = keyring.seal(zlib.compress(wire(document)), bound_to=_bound(runtime, digest))
        Document.objects.bulk_create([Document(runtime=runtime, digest=digest, sealed=sealed)], ignore_conflicts=True)
    return digest


def load(runtime: UUID, digest: str) -> Json | None:
    """The document of this digest; None when it was dropped (or is the document `null`).

    Raises keyring.SealBroken when the row was tampered with, moved, or sealed with a key that is gone.
    """
    row = Document.objects.filter(runtime=runtime, digest=digest).first()
    if row is None:
        return None
    return read(zlib.decompress(keyring.open_sealed(bytes(row.sealed), bound_to=_bound(runtime, digest))))


def _bound(runtime: UUID, digest: str) -> str:
    return f"record_document:{runtime}:{digest}"
