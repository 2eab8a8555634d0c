"""The ASGI application: Django, the static files before it, and what begins and ends with the process."""

import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "adminui.settings")

import django
from django.conf import settings

django.setup()

from django.core.asgi import get_asgi_application

from adminui import statics
from adminui.accounts.upstream import platform
from adminui.middleware import Application, Receive, Scope, Send, observed, secured


def ready_statics() -> None:
    """Collects in a demo; elsewhere that is a step of the deployment, and without it nothing starts."""
    if settings.DEMO:
        statics.collect_if_stale()
    elif not statics.collected():
        sys.stderr.write("The static files are not collected: run python manage.py collectstatic.\n")
        raise SystemExit(2)


async def begin() -> None:
    """Before the first request."""


async def end() -> None:
    """After the last request: what still runs is brought to its end, then connections are closed."""
    await platform().aclose()


def living(application: Application) -> Application:
    """Answers the server's lifespan messages, which Django does not, and declines WebSockets."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})
        else:
            await application(scope, receive, send)

    return answer


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await begin()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await end()
            await send({"type": "lifespan.shutdown.complete"})
            return


ready_statics()
application: Any = living(secured(observed(statics.serving(get_asgi_application()))))
