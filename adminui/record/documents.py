"""The documents that events, drafts and saves speak of: sealed, compressed, once a runtime and digest.

A digest is keyed and bound to its runtime: without the key nobody can tell from the record what a document holds,
nor that two runtimes hold the same one. The key is the record's own, kept sealed in it: a document's digest is the same
whatever keys come and go. What is kept is the document as it went over the wire, key order and all; of
two documents that differ in key order alone (the same digest) the first is kept.
"""

import hashlib
import hmac
import json
import secrets
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.utils import timezone

from adminui import keyring
from adminui.contract.document import Json, canonical, wire
from adminui.record.fields import ExactTimeField
from adminui.record.models import DigestKey, Document, Event
from adminui.record.verifier import digest_key_in, document_fault

log = structlog.get_logger(__name__)

LEAST: Final = timedelta(days=1)
"""How long a document is kept at least, once somebody kept it."""
_AT_ONCE: Final = 500
_MANY: Final = 2000


def digest_of(runtime: UUID, document: Json) -> str:
    """The keyed digest of a document of this runtime, 64 hex digits; key order doesn't count.

    Raises keyring.SealBroken when the digests' key is sealed with one that is gone, and django.db.Error.
    """
    return hmac.new(_key(), f"{runtime}\n".encode() + canonical(document), hashlib.sha256).hexdigest()


def _key() -> bytes:
    """The digests' key, made when first needed; not kept at hand, as the transaction that makes it may fail."""
    row = DigestKey.objects.first()
    if row is None:
        made = DigestKey(id=1)
        made.sealed = keyring.seal(secrets.token_bytes(32), bound_to=made.place)
        DigestKey.objects.bulk_create([made], ignore_conflicts=True)
        row = DigestKey.objects.get()
    return keyring.open_sealed(bytes(row.sealed), bound_to=row.place)


def keep(runtime: UUID, document: Json) -> str:
    """Keeps a document, unless it is kept already, and returns its digest. It is then kept anew for `drop_older`.

    Safe with writers that keep the same one at the same time. Raises django.db.Error when it can't be written.
    """
    digest = digest_of(runtime, document)
    same = Document.objects.filter(runtime=runtime, digest=digest)
    fresh = timezone.now() - LEAST
    if not (same.filter(kept_at__gte=fresh).exists() or same.update(kept_at=timezone.now())):
        row = Document(runtime=runtime, digest=digest)
        row.sealed = keyring.seal(zlib.compress(wire(document)), bound_to=row.place)
        Document.objects.bulk_create([row], ignore_conflicts=True)
    return digest


def load(runtime: UUID, digest: str) -> Json | None:
    """The document of this digest; None when it was dropped (or is the document `null`).

    Raises keyring.SealBroken when the row was tampered with, moved, or sealed with a key that is gone.
    """
    row = Document.objects.filter(runtime=runtime, digest=digest).first()
    return None if row is None else _opened(row)


def find(runtime: UUID, digest: str) -> Json | None:
    """The document of this digest; None when it was dropped, or can't be opened: that is logged, and verified.

    For all that can do without it. Raises django.db.Error.
    """
    try:
        return load(runtime, digest)
    except keyring.SealBroken:
        log.warning("document_broken", runtime=str(runtime), digest=digest)
        return None


def mend(runtime: UUID, document: Json) -> None:
    """Seals a document anew that is kept and can't be opened, as `keep` leaves alone what is kept. It is logged.

    Raises keyring.SealBroken as `digest_of` does, and django.db.Error.
    """
    row = Document.objects.filter(runtime=runtime, digest=digest_of(runtime, document)).first()
    if row is None:
        return
    try:
        _opened(row)
    except keyring.SealBroken:
        log.warning("document_sealed_anew", runtime=str(runtime), digest=row.digest)
        sealed = keyring.seal(zlib.compress(wire(document)), bound_to=row.place)
        Document.objects.filter(pk=row.pk).update(sealed=sealed)


def opened(runtime: UUID, digest: str) -> tuple[Json | None, str]:
    """The document of this digest and an empty text, or None and why it isn’t there. Raises django.db.Error."""
    try:
        document = load(runtime, digest)
    except keyring.SealBroken:
        return None, "The document can’t be opened: it was tampered with, or its key is gone."
    if document is None:
        return None, "The document is no longer kept; that it was changed, when and by whom still is."
    return document, ""


def load_small(wanted: Iterable[tuple[UUID, str]], *, most: int = 1 << 16) -> dict[tuple[UUID, str], Json]:
    """Those of many documents that are kept, open, and not larger than `most` bytes as they are sealed.

    For lists, which tell a little of each: one that was dropped or can't be opened is left out.
    """
    pairs = set(wanted)
    runtimes, digests = {runtime for runtime, _ in pairs}, {digest for _, digest in pairs}
    rows = Document.objects.filter(runtime__in=runtimes, digest__in=digests)
    found: dict[tuple[UUID, str], Json] = {}
    for row in rows.alias(size=Length("sealed")).filter(size__lte=most):
        if (row.runtime, row.digest) in pairs:
            with suppress(keyring.SealBroken):
                found[row.runtime, row.digest] = _opened(row)
    return found


def _opened(row: Document) -> Json:
    # Not read as one from elsewhere would be: the seal proves that this is what was kept, which was a document.
    document: Json = json.loads(zlib.decompress(keyring.open_sealed(bytes(row.sealed), bound_to=row.place)))
    return document


def drop_older(than: datetime, spared: Collection[tuple[UUID, str]]) -> int:
    """Drops documents that were kept last before a time, LEAST ago or longer, but those `spared`; how many.

    The events that speak of them stay. Raises ValueError for a time that is too near, and django.db.Error.
    """
    if than > timezone.now() - LEAST:
        raise ValueError("Documents are kept for a day at least")
    old = Document.objects.filter(kept_at__lt=than)
    rows = [row for row, *place in old.values_list("id", "runtime", "digest").iterator() if tuple(place) not in spared]
    dropped = 0
    for start in range(0, len(rows), _AT_ONCE):
        # Asked once more: one that was kept again meanwhile stays.
        dropped += old.filter(id__in=rows[start : start + _AT_ONCE]).delete()[0]
    return dropped


def faults() -> Iterator[str]:
    """Opens every document that is kept: what is wrong with each, empty when it is the one of its digest. Streams."""
    ring: keyring.Keyring = settings.KEYRING
    keys = {key.id: key.secret for key in ring.keys}
    digests = DigestKey.objects.first()
    digest_key = None if digests is None else digest_key_in(bytes(digests.sealed), keys)
    for row in Document.objects.order_by("id").iterator(chunk_size=200):
        why = document_fault(str(row.runtime), row.digest, bytes(row.sealed), keys, digest_key)
        yield f"Document {row.digest[:8]} of runtime {row.runtime}: {why}." if why else ""


_STATES: Final = ("save.stored", "change.outside")
"""Kinds of events whose document after them was kept in their own transaction."""


def missing() -> Iterator[str]:
    """What was stored by the events, and is no longer kept though its age can't be why: a sentence each. Streams."""
    pairs = _stored_since(_horizon()).iterator(chunk_size=_MANY)
    while read := list(islice(pairs, _MANY)):
        batch = {pair for pair in read if isinstance(pair[0], UUID)}
        gone = batch - _among(Document.objects.values_list("runtime", "digest"), batch)
        if gone:  # maybe it was dropped just now
            gone &= _among(_stored_since(_horizon()), gone)
        for runtime, digest in sorted(gone):
            yield f"Document {digest[:8]} of runtime {runtime}: it is missing, and was not dropped by age."


_Pairs = QuerySet[Any, tuple[Any, ...]]
"""Runtimes and digests."""


def _stored_since(when: datetime) -> _Pairs:
    rows = Event.objects.filter(kind__in=_STATES, after__isnull=False, at__gte=when)
    return rows.values_list("runtime", "after").distinct()


def _among(rows: _Pairs, pairs: Collection[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Those of some pairs that rows have."""
    digest = "after" if rows.model is Event else "digest"
    wanted = {"runtime__in": {runtime for runtime, _ in pairs}, f"{digest}__in": {one for _, one in pairs}}
    return set(pairs).intersection(rows.filter(**wanted))


def _horizon() -> datetime:
    """From when on no document was dropped that an event brought."""
    dropped = Event.objects.filter(chain="@site", kind="documents.dropped").values_list("data", flat=True)
    told = [data.get("until") for data in dropped if isinstance(data, dict)]
    last = max((until for until in told if isinstance(until, str)), default="")
    try:
        return ExactTimeField.read(last) + LEAST
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
