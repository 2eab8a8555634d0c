"""Reading a config, and writing down what was changed elsewhere since its state was last known.

The command line and others change configs without us; a reading is when we notice. It counts only when nothing of ours
can be what it found: no save of the runtime is on its way or unsettled, and nothing was written down of the runtime
since the reading began. Both are checked under the lock of the chain's head, so of several readers that find the same
state one writes it down. What a reading couldn't tell for sure the next one does.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, transaction

from adminui.accounts.upstream import platform
from adminui.contract.document import Json
from adminui.contract.stored import is_stored, made
from adminui.keyring import SealBroken
from adminui.platform.address import RuntimeRef
from adminui.platform.answers import Stored
from adminui.platform.errors import PlatformError
from adminui.record import documents, events, seen
from adminui.record.models import Seen
from adminui.record.seen import Known
from adminui.saving import steps
from adminui.saving.models import Save
from adminui.saving.protocol import State

log = structlog.get_logger(__name__)

_OUT = (State.SENDING, State.UNKNOWN)
"""States of a save whose PUT may be what a reading finds."""


async def read_config(token: str, ref: RuntimeRef) -> Stored:
    """What is stored now, for a page. Raises PlatformError.

    A change made elsewhere that can't be written down is logged and left to the next reading: it stays what differs
    from the state that is known, and nothing is saved over it unrecorded.
    """
    try:
        before = await sync_to_async(seen.known)(UUID(ref.runtime))
    except DatabaseError:
        log.exception("state_unknown")
        return await platform().config(token, ref)
    stored = await platform().config(token, ref)
    try:
        await sync_to_async(noted)(ref, before, stored)
    except (DatabaseError, SealBroken):  # the digests' key may be the one that is broken
        log.exception("change_unrecorded")
    return stored


async def read_config_to_save(token: str, ref: RuntimeRef) -> Stored:
    """What is stored now, before it is replaced. Raises PlatformError, and DatabaseError: then nothing is sent."""
    before = await sync_to_async(seen.known)(UUID(ref.runtime))
    stored = await platform().config(token, ref)
    await sync_to_async(noted)(ref, before, stored)
    return stored


async def read_if_changed(token: str, ref: RuntimeRef, listed: str | None) -> None:
    """Reads a config where the platform's own digest of it is another than of the state that is known.

    For pages that tell of a runtime and don't need its config. What fails is left to the next reading.
    """
    runtime = UUID(ref.runtime)
    if not listed or await sync_to_async(seen.is_listed)(runtime, listed):
        return
    try:
        stored = await read_config(token, ref)
    except PlatformError as error:
        log.info("digest_not_followed", error=type(error).__name__)
        return
    if stored.document is not None:
        # The one that came with the document, where one did: the list may be older.
        await sync_to_async(_listed)(runtime, stored.document, stored.config_digest or listed)


def _listed(runtime: UUID, document: Json, listed: str) -> None:
    seen.listed_as(runtime, documents.digest_of(runtime, document), listed)


def noted(ref: RuntimeRef, before: Known, stored: Stored) -> None:
    """Writes down what a reading found, begun when `before` was known. Raises DatabaseError."""
    if stored.document is None:
        return
    runtime = UUID(ref.runtime)
    if before.digest == documents.digest_of(runtime, stored.document):
        seen.again(runtime, before.digest, before.at)
    elif before.digest is None:
        seen.first(runtime, documents.keep(runtime, stored.document), stored.read_at)
    else:
        _found_another(ref, before, stored.document, stored.read_at)


def _found_another(ref: RuntimeRef, before: Known, found: Json, read_at: datetime) -> None:
    runtime = UUID(ref.runtime)
    digest = documents.keep(runtime, found)
    old = documents.find(runtime, before.digest or "")
    changes = made(old, old, found) if old is not None else ()
    with transaction.atomic():
        events.locked_head(ref.org)
        row = Seen.objects.filter(runtime=runtime).first()
        if row is None or row.digest != before.digest or seen.last_number(runtime) != before.last:
            return
        if Save.objects.filter(runtime=runtime, state__in=_OUT).exists():
            return
        if old is not None and is_stored(old, found):  # the platform's own way of writing the same
            seen.mark(runtime, digest, before.since)
            return
        given_up = _given_up(runtime, found, row.seen_at)
        if given_up is not None:
            steps.landed_late(given_up, row.digest, digest, changes)
        else:
            seen.changed_outside(ref, changes, before=row.digest, after=digest, since=row.seen_at, until=read_at)


def _given_up(runtime: UUID, found: Json, last_seen: datetime) -> Save | None:
    """The save that was given up for a newer one and landed all the same, if that is what was found."""
    limit = timedelta(seconds=settings.PLATFORM_REQUEST_LIMIT)
    late = Save.objects.filter(runtime=runtime, state=State.SUPERSEDED, sent_at__gt=last_seen - limit)
    for save in late.select_related("person").order_by("-sent_at")[:5]:
        sent = documents.find(runtime, save.sent)
        if sent is not None and is_stored(sent, found):
            return save
    return None
