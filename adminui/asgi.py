"""The ASGI application: Django, the static files before it, and what begins and ends with the process."""

from __future__ import annotations

import asyncio
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import django
import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from adminui import statics
from adminui.accounts.upstream import platform

if TYPE_CHECKING:
    from adminui.middleware import Application, Receive, Scope, Send

log = structlog.get_logger(__name__)


def build() -> Application:
    """The whole application, outermost first: lifespan, headers, id and log, https, bounds, static files, Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "adminui.settings")
    django.setup()
    from django.core.asgi import get_asgi_application

    from adminui.middleware import bounded, encrypted, observed, secured  # needs the models

    import_module(settings.ROOT_URLCONF)  # what is broken in it stops the start, not the first request
    if settings.DEMO:
        statics.collect_if_stale()
    elif not statics.collected():
        sys.stderr.write("The static files are not collected: run python manage.py collectstatic.\n")
        raise SystemExit(2)
    return living(secured(observed(encrypted(bounded(statics.serving(get_asgi_application()))))))


def living(application: Application) -> Application:
    """Answers the server's lifespan messages, which Django does not, and declines WebSockets."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})
        else:
            await application(scope, receive, send)

    return answer


async def _live(receive: Receive, send: Send) -> None:
    from adminui.saving import recovery  # needs the models

    await receive()  # lifespan.startup; what has to stand by then was built above
    if lacking := await sync_to_async(_keys_lacking)():
        await send({"type": "lifespan.startup.failed", "message": lacking})
        return
    stop = asyncio.Event()
    watching = asyncio.create_task(recovery.watch(stop))
    await send({"type": "lifespan.startup.complete"})
    await receive()  # lifespan.shutdown; no request comes any more
    stop.set()
    await watching
    await finish()
    await send({"type": "lifespan.shutdown.complete"})


def _keys_lacking() -> str:
    """Why this process must not start with the keys that it was given; empty when it may."""
    from adminui.accounts import keys  # needs the models

    try:
        keys.noted()
    except keys.LostKeys as error:
        return str(error)
    except DatabaseError as error:  # the database is not there or not migrated yet, which /readyz tells
        log.warning("keys not checked", why=type(error).__name__)
    finally:
        close_old_connections()
    return ""


async def finish() -> None:
    """Lets the saves that run here come to their end, as long as one request may take; then closes the connections."""
    from adminui.saving import tasks  # needs the models

    left = await tasks.drain(settings.PLATFORM_DEADLINE)
    if left:
        log.warning("saves left to recovery", count=left)
    await platform().aclose()


application = build()
