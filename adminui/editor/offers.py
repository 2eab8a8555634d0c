"""What can be picked in a form: the person's own secrets, and the capabilities of their organization.

A deployment may lack either list, refuse it or be slow: that costs the picker, never the page.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from adminui.accounts.here import Who
from adminui.accounts.upstream import platform
from adminui.contract.answers import Capability, Secret
from adminui.platform.errors import PlatformError

Answer = TypeVar("Answer")

PATIENCE: Final = 2.0
"""Seconds that a page waits for what it can do without."""
FRESH: Final = 300.0
"""Seconds that a page which is open already goes by what it was offered."""
MOST: Final = 1000
"""Of each list so many are offered."""
_KEPT: Final = 500


class Offers(NamedTuple):
    """Each list in the order of its names; None where it isn't known."""

    secrets: tuple[Secret, ...] | None = None
    capabilities: tuple[Capability, ...] | None = None

    @property
    def written(self) -> str:
        """As JSON, for the page that shows them to send along with its checks; without the descriptions."""
        brief = [one.model_copy(update={"description": None}) for one in self.capabilities or ()]
        return _JSON.dump_json(
            self._replace(capabilities=self.capabilities and tuple(brief)), exclude_none=True
        ).decode()


NOTHING: Final = Offers()
_JSON: Final = TypeAdapter(Offers)
_last: OrderedDict[tuple[UUID, str], tuple[float, Offers]] = OrderedDict()


async def offers(who: Who, org: str) -> Offers:
    """Both lists as they are now, asked for side by side; never raises for what the platform answers."""
    secrets, capabilities = await asyncio.gather(
        spared(platform().secrets(who.token)), spared(platform().capabilities(who.token, org))
    )
    found = Offers(
        None if secrets is None else tuple(sorted(secrets[:MOST], key=lambda one: one.name)),
        None if capabilities is None else tuple(sorted(capabilities[:MOST], key=lambda one: one.name)),
    )
    _last[who.credential, org] = time.monotonic(), found
    _last.move_to_end((who.credential, org))
    while len(_last) > _KEPT:
        _last.popitem(last=False)
    return found


async def lately(who: Who, org: str) -> Offers:
    """Both lists as this session saw them within the last minutes, else as they are now."""
    known = _last.get((who.credential, org))
    if known is not None and time.monotonic() - known[0] < FRESH:
        return known[1]
    return await offers(who, org)


def carried(text: str) -> Offers:
    """What a page was offered, as `written` there; nothing where it is none of ours."""
    try:
        return _JSON.validate_json(text)
    except ValidationError:
        return NOTHING


async def spared(call: Awaitable[Answer]) -> Answer | None:
    """The answer of an endpoint that a page can do without, None when it doesn't come in time."""
    try:
        return await asyncio.wait_for(call, PATIENCE)
    except (PlatformError, TimeoutError):
        return None
