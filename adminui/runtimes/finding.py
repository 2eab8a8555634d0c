"""Reads a workspace's runtimes for the list: one page of them, or those that a text finds."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import dataclass

from adminui.accounts.upstream import platform
from adminui.contract.answers import RuntimeItem
from adminui.platform.address import RuntimeRef, is_segment, is_uuid
from adminui.platform.client import RuntimePage
from adminui.platform.errors import PlatformError, Refused, Unauthorized
from adminui.runtimes.asked import Asked

# The platform has no search, so names are looked through here, within these bounds.
PAGES = 10
PAGE = 100
SECONDS = 10.0


@dataclass(frozen=True)
class Found:
    """
    items: those to show, in the platform's order. next_cursor: where the rest begins, None when there is none.
    exact: the runtime whose key or UUID is the text. looked: how many were looked through for it, None where none were.
    problem: what stopped the reading; what was found before it is in `items` all the same.
    """

    items: tuple[RuntimeItem, ...] = ()
    next_cursor: str | None = None
    exact: RuntimeItem | None = None
    looked: int | None = None
    problem: PlatformError | None = None


async def find(token: str, org: str, ws: str, asked: Asked) -> Found:
    """What the list shows. Raises Unauthorized; any other failure of the platform is told in what it gives."""
    try:
        if not asked.text:
            page = await _page(token, org, ws, asked, asked.cursor, asked.limit)
            return Found(page.items, page.next_cursor)
        exact = None if asked.cursor else await _named(token, org, ws, asked.text)
    except Unauthorized:
        raise
    except PlatformError as error:
        return Found(problem=error)
    if is_uuid(asked.text):
        return Found((exact,) if exact else (), exact=exact)
    # Whoever gave a whole key wants that runtime at once; names are looked through on one page besides.
    return await _walk(token, org, ws, asked, exact, pages=1 if exact else PAGES)


async def _named(token: str, org: str, ws: str, text: str) -> RuntimeItem | None:
    """The runtime of that key or UUID, asked for directly; None when there is none."""
    if not is_segment(text):
        return None
    try:
        return await platform().runtime(token, RuntimeRef(org, ws, text))
    except Unauthorized:
        raise
    except PlatformError as error:
        # An older server takes no keys, and refuses what is no UUID in words of its own.
        if error.status == 404 or (isinstance(error, Refused) and not is_uuid(text)):
            return None
        raise


async def _walk(token: str, org: str, ws: str, asked: Asked, exact: RuntimeItem | None, *, pages: int) -> Found:
    """Goes through the pages for names and keys that hold the text, until one of the bounds or the end."""
    wanted, items, looked, cursor = _folded(asked.text), [exact] if exact else [], 0, asked.cursor
    until = time.monotonic() + SECONDS
    problem: PlatformError | None = None
    for number in range(pages):
        if number and time.monotonic() > until:
            break
        try:
            page = await _page(token, org, ws, asked, cursor, PAGE)
        except Unauthorized:
            raise
        except PlatformError as error:
            problem = error
            break
        items += [item for item in page.items if _matches(item, wanted) and not (exact and item.id == exact.id)]
        looked, cursor = looked + len(page.items), page.next_cursor
        if cursor is None:
            break
    return Found(tuple(items), cursor, exact, looked, problem)


async def _page(token: str, org: str, ws: str, asked: Asked, cursor: str | None, limit: int) -> RuntimePage:
    return await platform().runtimes(
        token,
        org,
        ws,
        limit=limit,
        cursor=cursor,
        states=asked.states,
        project_id=asked.project,
        mine=asked.mine,
    )


def _matches(item: RuntimeItem, wanted: str) -> bool:
    return wanted in _folded(item.name) or wanted in _folded(item.key)


def _folded(text: str) -> str:
    """Text for comparing: composed and decomposed letters, full width and case make no difference."""
    return unicodedata.normalize("NFKC", text).casefold()
