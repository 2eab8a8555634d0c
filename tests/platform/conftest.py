import asyncio
from collections.abc import AsyncIterator, Iterator
from queue import Queue
from threading import Thread

import pytest

from adminui.platform.client import Platform
from tests.platform.fault_server import FaultServer, reply, running


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def faults() -> AsyncIterator[FaultServer]:
    async with running() as server:
        yield server


@pytest.fixture
async def platform(faults: FaultServer) -> AsyncIterator[Platform]:
    client = Platform(faults.url, deadline=20)
    yield client
    await client.aclose()


@pytest.fixture
def thread_server() -> Iterator[str]:
    """The address of a server whose event loop is none of the test's own; GET /user answers `{"id": "u1"}`."""
    started: Queue[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Queue()

    async def serve() -> None:
        async with running() as server:
            server.on("/user", reply(200, {"id": "u1"}))
            done = asyncio.Event()
            started.put((server.url, asyncio.get_running_loop(), done))
            await done.wait()

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    url, loop, done = started.get()
    yield url
    loop.call_soon_threadsafe(done.set)
    thread.join()
