"""Whose history one may see: what one's token can read at the platform now, asked of it, at most a minute ago.

A workspace's history is for who can read the workspace, a runtime's for who can read the runtime. What is said of a
runtime that is gone from the platform is for who may audit: all of a workspace that one reads. The platform gives read
access by workspace and refuses the rest with 403, so what it doesn't know there is gone, not hidden. Nothing is shown
on a guess: when the platform can't be asked, its error is the page.
"""

import asyncio
import hashlib
import random
import time
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings

from adminui.accounts.here import Who
from adminui.accounts.places import neighbours
from adminui.accounts.roles import Deed, can
from adminui.accounts.upstream import platform
from adminui.contract.answers import RuntimeItem
from adminui.platform.address import RuntimeRef, is_uuid
from adminui.platform.errors import Forbidden, Misaddressed, NotFound, PlatformError
from adminui.record import index, seen
from adminui.record.index import Part, Scope
from adminui.saving.reading import read_config, read_if_changed

FRESH: Final = 60.0
"""Seconds that an answer is believed."""
_KEPT: Final = 10_000
_AT_ONCE: Final = 8
_PAGES: Final = 10
"""Pages of the platform's list of runtimes that are read, where the first one isn't enough."""
_FOLLOWED: Final = 16
"""Runtimes of a workspace whose configs are read at once because the platform says that they are others than before."""
_PATIENCE: Final = 5.0
"""Seconds that the page of a workspace waits for them."""
_DOUBTED: Final = 24
"""Runtimes that the list lacks that are asked for one by one, to count what happened in them."""


@dataclass(frozen=True)
class Runtime:
    """What the platform says of a runtime: whether it is there, and as far as it says more, its item."""

    id: UUID
    name: str
    gone: bool = False
    item: RuntimeItem | None = None


_WORKSPACE: Final = Runtime(UUID(int=0), "")
"""Kept for a workspace that can be read."""

_cache: OrderedDict[bytes, tuple[float, Runtime]] = OrderedDict()


class Access:
    """What one person may see of one workspace. Every method raises the platform's error when it can't be asked."""

    def __init__(self, who: Who, org: str, ws: str) -> None:
        RuntimeRef(org, ws, "any")  # raises Misaddressed
        self.who, self.org, self.ws = who, org, ws
        self.may_audit = can(who.roles, Deed.EXPORT_HISTORY)

    async def workspace(self) -> None:
        """Returns if the person can read the workspace. Raises NotFound or Forbidden if not."""
        if self._known("") is not None:
            return
        try:
            await platform().workspace(self.who.token, self.org, self.ws)
        except PlatformError as error:
            if error.status != 404:
                raise
            # Not every deployment answers for single workspaces. One whose runtimes it lists can be read.
            await platform().runtimes(self.who.token, self.org, self.ws, limit=1)
        self._keep("", _WORKSPACE)
        await self._follow()

    async def runtime(self, runtime: UUID) -> Runtime:
        """A runtime whose history the person may see. Raises NotFound or Forbidden for another one."""
        known = self._known(str(runtime))
        found = known or await self._asked(runtime)
        if known is None and found.item is not None:  # what was changed elsewhere belongs into its history
            await read_if_changed(self.who.token, self._ref(runtime), found.item.config_digest)
        if found.gone:
            await self.workspace()
            if not self.may_audit:
                raise NotFound(
                    "The platform knows no such runtime. What is recorded of one that is gone is for auditors.",
                    status=404,
                )
        return found

    async def runtimes(self, wanted: Iterable[UUID]) -> dict[UUID, Runtime]:
        """Those of some runtimes of the workspace whose events the person may see there."""
        near = {each.id.lower(): each for each in await neighbours(self.who, self.org, self.ws)}
        found = {}
        unknown = []
        for runtime in set(wanted):
            if each := near.get(str(runtime)):
                found[runtime] = Runtime(runtime, each.key)
            else:
                unknown.append(runtime)
        turns = asyncio.Semaphore(_AT_ONCE)

        async def ask(runtime: UUID) -> Runtime | None:
            async with turns:
                try:
                    return await self._asked(runtime)
                except Forbidden:
                    return None

        for answer in await asyncio.gather(*map(ask, unknown)):
            if answer is not None and (self.may_audit or not answer.gone):
                found[answer.id] = answer
        return found

    async def parts(self, scope: Scope) -> list[Part] | None:
        """The parts of a workspace of which numbers and names may be told to the person; None for all of it.

        Fails closed: a runtime that the platform doesn't list isn't counted, but for who may audit what is gone, and
        for them no more than the newest _DOUBTED are asked for.
        """
        if scope.runtime is not None:
            return None
        there = await sync_to_async(index.parts)(scope)
        runtimes = [part for part in there if part is not None]
        mine: set[UUID] = set()
        for pages in (1, _PAGES):
            near = await neighbours(self.who, self.org, self.ws, pages=pages)
            mine = {UUID(each.id) for each in near if is_uuid(each.id)}
            if mine.issuperset(runtimes):
                return None
        doubted = [runtime for runtime in runtimes if runtime not in mine][:_DOUBTED]
        if self.may_audit or not mine:
            mine |= (await self.runtimes(doubted)).keys()
        parts = [part for part in there if part is None or part in mine]
        return None if len(parts) == len(there) else parts

    async def named(self, key: str) -> UUID | None:
        """The runtime of that key; None when the platform knows none."""
        try:
            return UUID((await platform().runtime(self.who.token, RuntimeRef(self.org, self.ws, key))).id)
        except (Misaddressed, ValueError):
            return None
        except PlatformError as error:
            if error.status != 404:
                raise
            return None

    async def _follow(self) -> None:
        """Reads what was changed elsewhere in the workspace, as far as the list of its runtimes says so.

        What is too much for now, or fails, is left to later. By chance, so that what fails keeps nothing else away.
        """
        near = await neighbours(self.who, self.org, self.ws)
        listed = {UUID(each.id): each.config_digest for each in near if each.config_digest and is_uuid(each.id)}
        others = await sync_to_async(seen.listed_otherwise)(listed)
        turns = asyncio.Semaphore(_AT_ONCE)

        async def read(runtime: UUID) -> None:
            async with turns:
                await read_if_changed(self.who.token, self._ref(runtime), listed[runtime])

        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await asyncio.gather(*map(read, random.sample(others, min(len(others), _FOLLOWED))))

    async def _asked(self, runtime: UUID) -> Runtime:
        known = self._known(str(runtime))
        if known is not None:
            return known
        found = await self._read(runtime)
        self._keep(str(runtime), found)
        return found

    async def _read(self, runtime: UUID) -> Runtime:
        ref = self._ref(runtime)
        try:
            item = await platform().runtime(self.who.token, ref)
        except PlatformError as error:
            if error.status != 404:
                raise
        else:
            return Runtime(runtime, item.key or short(runtime), item=item)
        try:  # not every deployment answers for single runtimes, but each gives the configs that one may read
            await read_config(self.who.token, ref)
        except NotFound:
            return Runtime(runtime, short(runtime), gone=True)
        return Runtime(runtime, short(runtime))

    def _ref(self, runtime: UUID) -> RuntimeRef:
        return RuntimeRef(self.org, self.ws, str(runtime))

    def _key(self, runtime: str) -> bytes:
        # Session and token are part of the key, so that nobody sees by another's right; hashed, so that none is held.
        whole = (settings.PLATFORM_URL, str(self.who.credential), self.who.token, self.org, self.ws, runtime)
        return hashlib.sha256(repr(whole).encode()).digest()

    def _known(self, runtime: str) -> Runtime | None:
        found = _cache.get(self._key(runtime))
        return found[1] if found is not None and time.monotonic() - found[0] < FRESH else None

    def _keep(self, runtime: str, answer: Runtime) -> None:
        key = self._key(runtime)
        _cache[key] = time.monotonic(), answer
        _cache.move_to_end(key)
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)


def short(runtime: object) -> str:
    """How a runtime is called whose key isn't known."""
    return str(runtime)[:8]
