"""The one thread of this process that talks to the database.

The connection stays open with it, and an answer that is held back on purpose holds no thread.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

_thread = ThreadPoolExecutor(1, "database")


async def run(work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
    """Call `work` in the database's thread and give back what it gives or raises."""
    return await asyncio.get_running_loop().run_in_executor(_thread, work, *arguments)
