"""Reading back what nobody knows: patiently, up to the platform's own request limit."""

import asyncio
from datetime import timedelta
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone

from adminui.accounts import tokens
from adminui.contract.document import Json, same
from adminui.platform.address import RuntimeRef
from adminui.platform.answers import Stored
from adminui.platform.errors import PlatformError, Unauthorized
from adminui.saving import steps, tasks
from adminui.saving.models import Save
from adminui.saving.protocol import State, settle
from adminui.saving.reading import read_config

PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds before the first looks; after them every LONGEST seconds."""
LONGEST = 8.0


async def read_back(save: UUID, base: Json, sent: Json, token: str) -> None:
    """Looks again and again until the save is settled or the platform's request limit has passed."""
    tasks.may_be_left()
    for turn in range(1000):
        await asyncio.sleep(PAUSES[turn] if turn < len(PAUSES) else LONGEST)
        if await look(save, base, sent, token):
            return


async def look(save: UUID, base: Json, sent: Json, token: str) -> bool:
    """One look at what is stored; True when there is nothing more to find out for now."""
    row = await Save.objects.aget(pk=save)
    if row.state != State.UNKNOWN:
        return True
    late = over(row)
    try:
        current = await _read(row, token)
    except PlatformError as error:
        await sync_to_async(steps.looked)(save, _no_answer(error), None)
        return late
    if current.document is None:
        await sync_to_async(steps.looked)(save, "Read back: not readable", None)
        return late
    state = settle(base, sent, current.document, late=late)
    if state is State.UNKNOWN:
        seen = (
            "still the old document"
            if same(base, current.document)
            else "a document that is neither the old one nor yours"
        )
        await sync_to_async(steps.looked)(save, f"Read back: {seen}", current.document)
        return late
    await sync_to_async(steps.conclude)(
        save, state, {"phase": "read back", "platform_request": current.request_id}, found=current.document
    )
    return True


async def _read(row: Save, token: str) -> Stored:
    """What is stored; with a newer token of the person where the platform refuses this one. Raises PlatformError."""
    ref = RuntimeRef(row.organization, row.workspace, str(row.runtime))
    try:
        return await read_config(token, ref)
    except Unauthorized:
        fresh = await tokens.at_hand(row.owner, row.credential, refused=token)
        if fresh is None:
            raise
    return await read_config(fresh, ref)


def over(row: Save) -> bool:
    """Whether the platform's request limit has passed since the PUT, so that it can't land any more."""
    limit = timedelta(seconds=settings.PLATFORM_REQUEST_LIMIT)
    return row.sent_at is not None and timezone.now() > row.sent_at + limit


def _no_answer(error: PlatformError) -> str:
    status = getattr(error, "status", None)
    return f"Read back: the platform answered {status}" if status else "Read back: the platform didn’t answer"
