"""Work that runs to its end though the browser left: one task a save, waited for when the server stops.

A plain async view is cancelled with its request. A save's task is started in an empty context, so that it doesn't
borrow the request's database thread, opens its own ThreadSensitiveContext and closes its connections behind it: else
every browser that vanishes leaks one.
"""

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

import structlog
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.db import connections

log = structlog.get_logger(__name__)

_all: set[asyncio.Task[Any]] = set()
_patient: set[asyncio.Task[Any]] = set()
_running: dict[UUID, asyncio.Task[Any]] = {}


async def _alone(work: Coroutine[None, None, None]) -> None:
    async with ThreadSensitiveContext():
        try:
            await work
        except Exception:  # nobody awaits this task's result: the log is where it is seen, recovery what mends it
            log.exception("save_broke_off")
        finally:
            await sync_to_async(connections.close_all)()


def start(work: Coroutine[None, None, None], save: UUID | None = None) -> None:
    """Runs `work` in a task of its own; for `save`, when it is known already which one that is."""
    task = asyncio.create_task(_alone(work), context=contextvars.Context())
    _all.add(task)
    task.add_done_callback(_all.discard)
    if save is not None:
        _name(task, save)


def is_for(save: UUID) -> None:
    """Says, from within a task of `start`, which save it runs, so that others can wait for it."""
    task = asyncio.current_task()
    if task is not None:
        _name(task, save)


def _name(task: asyncio.Task[Any], save: UUID) -> None:
    _running[save] = task
    task.add_done_callback(lambda _: _running.pop(save, None))


def running() -> frozenset[UUID]:
    """The saves that run in this process now."""
    return frozenset(_running)


async def wait(save: UUID, patience: float) -> None:
    """Waits up to `patience` seconds for a save that runs in this process; cancelling the wait leaves it running."""
    task = _running.get(save)
    if task is not None and task.get_loop() is asyncio.get_running_loop():
        await asyncio.wait({task}, timeout=patience)


def may_be_left() -> None:
    """Says, from within a task of `start`, that what is known so far is written down: recovery can go on from here."""
    task = asyncio.current_task()
    if task is not None:
        _patient.add(task)
        task.add_done_callback(_patient.discard)


async def drain(deadline: float) -> int:
    """Ends all saves that run here: those that may be left at once, the others when they are done.

    Waits up to `deadline` seconds; returns how many were left to recovery.
    """
    left = {task for task in _patient if task.cancel()}
    running = _all - left
    if running:
        _, pending = await asyncio.wait(running, timeout=deadline)
        left |= {task for task in pending if task.cancel()}
    if left:
        await asyncio.wait(left, timeout=deadline)  # each closes its connections
    return len(left)
