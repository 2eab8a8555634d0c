"""What pages are measured against: a Django async page that makes the upstream calls it is told to, and nothing else.

`/?waves=[["GET /user", "GET /org/acme"], …]` makes the calls of a wave side by side and one wave after the other. A PUT
sends what was last read. Served as `uvicorn tests.bench.bare:application`, with PLATFORM_URL in the environment.
"""

import asyncio
import json
import os

import httpx
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[])
upstream = httpx.AsyncClient(base_url=os.environ["PLATFORM_URL"], trust_env=False)


async def page(request: HttpRequest) -> HttpResponse:
    """How many bytes the platform sent."""
    read = b""
    received = 0
    headers = {"X-API-Key": request.headers["X-API-Key"], "Content-Type": "application/json"}
    for wave in json.loads(request.GET["waves"]):
        asked = [call.split(" ") for call in wave]
        calls = [
            upstream.request(method, where, headers=headers, content=read if method == "PUT" else None)
            for method, where in asked
        ]
        for answer in await asyncio.gather(*calls):
            read = answer.raise_for_status().content
            received += len(read)
    return HttpResponse(f"<!doctype html><title>Bare</title><p>{received}</p>")


urlpatterns = [path("", page)]
application = get_asgi_application()
