"""Where someone is: the breadcrumb with its switchers, and the place they were last."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from adminui.accounts.upstream import platform
from adminui.contract.answers import Organization, RuntimeItem, Workspace
from adminui.platform.address import RuntimeRef, is_segment
from adminui.platform.errors import PlatformError

if TYPE_CHECKING:
    from adminui.accounts.here import Who

# Seconds that the lists of the switchers may be old, and how many of them are kept in memory.
_FRESH = 60.0
_KEPT = 500
_NEIGHBOURS = 100
_LAST = "last_place"
_SLUG = re.compile(r"[-a-zA-Z0-9_]+")


@dataclass(frozen=True)
class Named:
    """An organization or workspace: `key` is the slug of its address, `name` what people call it."""

    key: str
    name: str


@dataclass(frozen=True)
class Neighbour:
    """A runtime of the same workspace, as a switcher, a list of projects or the history needs it."""

    id: str
    key: str
    name: str
    project_id: str | None
    project_name: str | None
    config_digest: str | None = None


@dataclass(frozen=True)
class Place:
    """
    What the breadcrumb shows: org and workspace by slug, None above them, and the runtime as the page read it.

    The lists are those of the switchers; one that the platform didn't give is empty. `runtimes` holds the first 100.
    `loud`: the workspace's name matches one of LOUD_WORKSPACES, so each of its pages carries a loud mark.
    """

    org: str | None = None
    workspace: str | None = None
    runtime: RuntimeItem | None = None
    organizations: tuple[Named, ...] = ()
    workspaces: tuple[Named, ...] = ()
    runtimes: tuple[Neighbour, ...] = ()
    loud: bool = False


async def place(
    who: Who, org: str | None = None, workspace: str | None = None, runtime: RuntimeItem | None = None
) -> Place:
    """The place with its switchers. Never raises for what the platform answers: a list that fails is empty."""
    organizations, workspaces, near = await asyncio.gather(
        _organizations(who.token),
        _workspaces(who.token, org) if org else _nothing(),
        neighbours(who, org, workspace) if org and workspace else _nothing(),
    )
    return Place(
        org=org,
        workspace=workspace,
        runtime=runtime,
        organizations=organizations,
        workspaces=workspaces,
        runtimes=near,
        loud=workspace is not None and is_loud(workspace),
    )


async def neighbours(who: Who, org: str, workspace: str, *, pages: int = 1) -> tuple[Neighbour, ...]:
    """The first runtimes of a workspace, 100 a page, a minute old at most; those before a page that fails."""
    found: list[Neighbour] = []
    cursor: str | None = None
    for _ in range(pages):
        read = partial(_neighbours, who.token, org, workspace, cursor)
        page = await _cached((who.token, "runtimes", org, workspace, cursor or ""), read)
        if not page:
            break
        near, cursor = page[0]
        found += near
        if cursor is None:
            break
    return tuple(found)


async def _neighbours(
    token: str, org: str, workspace: str, cursor: str | None
) -> tuple[tuple[list[Neighbour], str | None]]:
    """One page of them, and where the next one begins."""
    page = await platform().runtimes(token, org, workspace, limit=_NEIGHBOURS, cursor=cursor)
    near = [
        Neighbour(item.id, item.key, item.name or item.key, item.project_id, item.project_name, item.config_digest)
        for item in page.items
        if is_segment(item.id)
    ]
    return ((near, page.next_cursor),)


async def canonical(request: HttpRequest, who: Who, org: str, ws: str, runtime: str) -> HttpResponse | None:
    """A redirect to the same page by the runtime's lower-case UUID, when it was named otherwise.

    Raises NotFound when the platform knows no runtime of that key.
    """
    ref = RuntimeRef(org, ws, runtime)
    if ref.is_uuid and ref.runtime == runtime:
        return None
    found = ref.runtime if ref.is_uuid else str((await platform().runtime(who.token, ref)).id).lower()
    address = request.get_full_path().replace(f"/runtimes/{runtime}/", f"/runtimes/{found}/", 1)
    return HttpResponseRedirect(address)


def is_loud(workspace: str) -> bool:
    """Whether a mistake in this workspace costs more: its slug matches one of LOUD_WORKSPACES (`*` for anything)."""
    return any(fnmatchcase(workspace.lower(), pattern.lower()) for pattern in settings.LOUD_WORKSPACES)


async def remember(request: HttpRequest, org: str, workspace: str) -> None:
    """Keeps in the session that this person was here last."""
    if await last(request) != (org, workspace):
        await request.session.aset(_LAST, [org, workspace])


async def forget(request: HttpRequest, org: str, workspace: str) -> None:
    """Drops this place as the one where someone was last, since they can't go there again."""
    if await last(request) == (org, workspace):
        await request.session.apop(_LAST, None)


async def last(request: HttpRequest) -> tuple[str, str] | None:
    """Organization and workspace where this person was last in this session; None when nowhere yet."""
    match await request.session.aget(_LAST):
        case [str(org), str(workspace)]:
            return org, workspace
        case _:
            return None


async def _organizations(token: str) -> tuple[Named, ...]:
    async def read() -> tuple[Named, ...]:
        return _named(await platform().organizations(token))

    return await _cached((token, "organizations"), read)


async def _workspaces(token: str, org: str) -> tuple[Named, ...]:
    async def read() -> tuple[Named, ...]:
        return _named(await platform().workspaces(token, org))

    return await _cached((token, "workspaces", org), read)


def _named(found: Iterable[Organization | Workspace]) -> tuple[Named, ...]:
    """Those that have a page here: a key that is no slug has no address."""
    return tuple(Named(each.key, each.name or each.key) for each in found if _SLUG.fullmatch(each.key))


async def _nothing() -> tuple[()]:
    return ()


T = TypeVar("T")
_cache: OrderedDict[bytes, tuple[float, tuple[object, ...]]] = OrderedDict()


async def _cached(key: tuple[str, ...], read: Callable[[], Awaitable[tuple[T, ...]]]) -> tuple[T, ...]:
    """What `read` gives or gave within the last minute; () when the platform fails, which is not kept."""
    # The token is part of the key, so that nobody sees another's lists; hashed, so that none is held here.
    digest = hashlib.sha256(repr((settings.PLATFORM_URL, *key)).encode(errors="backslashreplace")).digest()
    found = _cache.get(digest)
    if found is not None and time.monotonic() - found[0] < _FRESH:
        return cast("tuple[T, ...]", found[1])
    try:
        value = await read()
    except PlatformError:
        return ()
    _cache[digest] = (time.monotonic(), value)
    _cache.move_to_end(digest)
    while len(_cache) > _KEPT:
        _cache.popitem(last=False)
    return value
