"""Saves whose worker died: taken up by any worker, settled from what is stored, never sent again.

A worker holds a lease on each save it runs and renews it. A lease that ran out is taken by one worker, in one short
transaction; what was comparing has sent nothing, what was sending is unknown from here on, what is unknown is read
back with a living token of its person. Without one it waits for their next sign-in.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

import structlog
from asgiref.sync import sync_to_async
from django.db import DatabaseError
from django.utils import timezone

from adminui.accounts import tokens
from adminui.saving import settle, steps, tasks, unsettled
from adminui.saving.models import Save
from adminui.saving.protocol import OPEN, State
from adminui.saving.steps import LEASE, WORKER

EVERY = 10.0
"""Seconds between two looks for leases that ran out."""
LONGEST_PAUSE = timedelta(hours=1)
AT_ONCE = 20

log = structlog.get_logger(__name__)


async def watch(stop: asyncio.Event) -> None:
    """Recovers until `stop` is set; a database that fails is tried again at the next turn."""
    while not stop.is_set():
        try:
            await recover()
        except DatabaseError:
            log.exception("recovery_failed")
        try:
            await asyncio.wait_for(stop.wait(), EVERY)
        except TimeoutError:
            continue


async def recover() -> list[UUID]:
    """Takes up every save whose lease ran out, each in a task of its own; returns which."""
    taken = await sync_to_async(take)()
    for save in taken:
        tasks.start(_settled(save), save)
    return taken


def take() -> list[UUID]:
    """Leases to this worker what nobody holds any more; of two workers that try, one gets it."""
    now = timezone.now()
    found = Save.objects.filter(state__in=OPEN, leased_until__lt=now).order_by("leased_until")[:AT_ONCE]
    return [
        row.pk
        for row in found
        if Save.objects.filter(pk=row.pk, state=row.state, leased_until=row.leased_until).update(
            leased_by=WORKER, leased_until=now + LEASE
        )
    ]


async def _settled(save: UUID) -> None:
    row = await Save.objects.aget(pk=save)
    died = {"phase": "recovery", "kind": "WorkerDied"}
    if row.state == State.COMPARING:
        await sync_to_async(steps.conclude)(save, State.NOT_SENT, died)
        return
    if row.state == State.SENDING:
        await sync_to_async(steps.conclude)(save, State.UNKNOWN, died)
    token = await tokens.at_hand(row.owner, row.credential)
    base, sent = await sync_to_async(unsettled.documents_of)(row)
    if token is None or base is None or sent is None:
        await put_off(row, LEASE)  # soon again: the person may sign in any moment, and looking for that is cheap
        return
    await settle.read_back(save, base, sent, token)
    await put_off(row, min(max(timezone.now() - row.created_at, LEASE), LONGEST_PAUSE))


async def put_off(row: Save, pause: timedelta) -> None:
    """Leaves a save that can't be settled now for a later look."""
    now = timezone.now()
    await Save.objects.filter(pk=row.pk, state=State.UNKNOWN).aupdate(leased_by=None, leased_until=now + pause)
