"""The one entrance to a save: whoever wants to change a config calls `submit`.

Order of things, and why: the order is claimed (one save a form and revision), the stored document is read and
compared with the base (the platform has no If-Match), the intent is committed (no PUT without a record), the PUT
goes out once, and what the answer proves is written down. See protocol.py for the table.
"""

import asyncio
import random
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError

from adminui.accounts.here import Who, refreshed
from adminui.accounts.may import why_not
from adminui.accounts.oidc.errors import ProviderError
from adminui.accounts.roles import Deed
from adminui.accounts.upstream import platform
from adminui.contract.document import Json, same
from adminui.contract.envelope import Envelope
from adminui.contract.stored import is_stored
from adminui.keyring import SealBroken
from adminui.platform.address import RuntimeRef
from adminui.platform.answers import Stored
from adminui.platform.errors import (
    Insecure,
    Misaddressed,
    NotSent,
    PlatformError,
    RateLimited,
    Refused,
    Unauthorized,
    Unclear,
)
from adminui.record import documents
from adminui.saving import steps, tasks
from adminui.saving.models import Save
from adminui.saving.protocol import State, classify
from adminui.saving.reading import read_config_to_save
from adminui.saving.settle import read_back
from adminui.saving.steps import Order, Trace

PATIENCE = 10.0
"""Seconds that a page waits for its save before it shows it as under way."""
RETRIES = 2
OWN_WAIT = 10
"""Seconds of Retry-After that are waited out here, once; longer ones are told."""


class Unrecorded(Exception):
    """The record can't be written, so nothing was sent."""


async def submit(order: Order, who: Who, trace: Trace) -> Save:
    """Saves an order and returns its row, closed or still open; the first one's row when it was submitted before.

    Raises Unrecorded when the save can't be written down, and PermissionDenied for a role that doesn't save (the pages
    say so before); then nothing was sent.
    """
    if reason := why_not(who, Deed.SAVE):
        raise PermissionDenied(reason.text)
    # From the claim on it is a task's: a browser that leaves in the midst of it leaves nothing half begun.
    claimed: asyncio.Future[UUID] = asyncio.get_running_loop().create_future()
    tasks.start(_claimed_and_run(order, who, trace, claimed))
    try:
        save = await asyncio.shield(claimed)
    except (DatabaseError, SealBroken) as error:
        raise Unrecorded("Nothing was sent: this save can’t be recorded right now.") from error
    await tasks.wait(save, PATIENCE)
    row = await Save.objects.aget(pk=save)
    if row.state == State.COMPARING and row.leased_by == steps.WORKER and save not in tasks.running():
        raise Unrecorded("Nothing was sent: this save can’t be recorded right now.")
    return row


async def _claimed_and_run(order: Order, who: Who, trace: Trace, claimed: asyncio.Future[UUID]) -> None:
    try:
        save, ours = await sync_to_async(steps.claim)(order, who.person, who.credential, trace)
    except (DatabaseError, SealBroken) as error:
        claimed.set_exception(error)
        return
    except BaseException as error:  # whoever waits for the claim must hear of it
        claimed.set_exception(error)
        raise
    if ours:
        tasks.is_for(save.id)
    claimed.set_result(save.id)
    if not ours:
        return
    renewing = asyncio.create_task(_renew(save.id))
    try:
        await _run(save.id, order, who)
    finally:
        renewing.cancel()


async def _renew(save: UUID) -> None:
    while True:
        await asyncio.sleep(steps.LEASE.total_seconds() / 3)
        await sync_to_async(steps.renew)(save)


async def _run(save: UUID, order: Order, who: Who) -> None:
    ref = RuntimeRef(order.form.organization, order.form.workspace, str(order.form.runtime))
    try:
        who, current = await _read(ref, who)
    except PlatformError as error:
        state = State.REJECTED if isinstance(error, Refused) else State.NOT_SENT
        await _conclude(save, state, "read", error)
        return
    if current.document is None:
        await _conclude(save, State.NOT_SENT, "read", current)
        return
    replaced = order.form.base
    if not same(order.base, current.document):
        if not is_stored(order.document, current.document):
            await _conclude(save, State.CHANGED, "read", current)
            return
        replaced = await sync_to_async(documents.keep)(order.form.runtime, current.document)
    await sync_to_async(steps.intend)(save, replaced)
    who, answer = await _put(ref, who, order.document)
    state = classify(order.document, answer)
    await _conclude(save, state, "put", answer)
    if state is State.UNKNOWN:
        await read_back(save, order.base, order.document, who.token)


async def _read(ref: RuntimeRef, who: Who) -> tuple[Who, Stored]:
    """What is stored, read with a newer token where the first one was refused; and the person with the one that did."""
    try:
        return who, await read_config_to_save(who.token, ref)
    except Unauthorized:
        fresh = await _refreshed(who)
        if fresh is None:
            raise
    return fresh, await read_config_to_save(fresh.token, ref)


async def _refreshed(who: Who) -> Who | None:
    try:
        return await refreshed(who)
    except ProviderError:
        return None


async def _put(ref: RuntimeRef, who: Who, document: Json) -> tuple[Who, Stored | PlatformError]:
    """One PUT that reaches the platform at most once, but for what refuses before it stores: a rate limit, and a token
    that has ended, for which there may be a newer one.
    """
    waited = renewed = False
    refused_early = 0
    while True:
        try:
            return who, await platform().replace_config(who.token, ref, document)
        except (Insecure, Misaddressed) as error:
            return who, error
        except NotSent as error:
            if refused_early == RETRIES:
                return who, error
            refused_early += 1
            await asyncio.sleep(random.uniform(0.1, 0.4) * refused_early)
        except RateLimited as error:
            if waited or error.retry_after is None or error.retry_after > OWN_WAIT:
                return who, error
            waited = True
            await asyncio.sleep(error.retry_after)
        except Unauthorized as error:
            fresh = None if renewed else await _refreshed(who)
            if fresh is None:
                return who, error
            who, renewed = fresh, True
        except PlatformError as error:
            return who, error


async def _conclude(save: UUID, state: State, phase: str, answer: Stored | PlatformError) -> None:
    await sync_to_async(steps.conclude)(
        save,
        state,
        evidence(phase, answer),
        found=answer.document if isinstance(answer, Stored) else None,
        envelope=_envelope(answer),
    )


def _envelope(answer: Stored | PlatformError) -> Envelope | None:
    return answer.envelope if isinstance(answer, Refused | Unclear) else None


def evidence(phase: str, answer: Stored | PlatformError) -> dict[str, Json]:
    """What an answer of the platform proves, without any text of the config: phase, kind, status, its request id."""
    facts: dict[str, Json] = {"phase": phase, "kind": type(answer).__name__, "platform_request": answer.request_id}
    if isinstance(answer, Refused | Unclear):
        facts["status"] = answer.status
    if isinstance(answer, RateLimited) and answer.retry_after is not None:
        facts["retry_after"] = int(answer.retry_after)
    if isinstance(answer, Stored) and answer.why_not:
        facts["why_not"] = answer.why_not
    return facts
