"""The documents that events, drafts and saves speak of: sealed, compressed, once a runtime and digest.

A digest is keyed and bound to its runtime: without the key nobody can tell from the record what a document holds,
nor that two runtimes hold the same one. What is kept is the document as it went over the wire, key order and all; of
two documents that differ in key order alone (the same digest) the first is kept.
"""

import zlib
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.conf import settings

from adminui import keyring
from adminui.contract.document import Json, canonical, read, wire
from adminui.record.models import Document
from adminui.record.verifier import document_fault

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


def faults() -> Iterator[str]:
    """Opens every document that is kept: what is wrong with each, empty when it is the one of its digest. Streams."""
    ring: keyring.Keyring = settings.KEYRING
    keys = {key.id: key.secret for key in ring.keys}
    for row in Document.objects.order_by("id").iterator(chunk_size=200):
        why = document_fault(str(row.runtime), row.digest, bytes(row.sealed), keys)
        yield f"Document {row.digest[:8]} of runtime {row.runtime}: {why}." if why else ""


def _bound(runtime: UUID, digest: str) -> str:
    return f"record_document:{runtime}:{digest}"
