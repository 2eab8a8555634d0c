"""What an address of the list asks for: filters, page and place, all in its query string."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict

STATES: Final = ("running", "idle", "paused")
LIMITS: Final = (25, 50, 100)
LIMIT: Final = 50
_LONGEST_TEXT = 200
_LONGEST_CURSOR = 2000
# How many pages back "Newer" can go; an address has its limits.
_LONGEST_WAY = 20


@dataclass(frozen=True)
class Asked:
    """
    text: to be found in a name, or as a whole key or UUID. states: none for all. project: a project's id.
    cursor: where this page begins, None for the newest; via: the cursors of the pages between, the latest last.
    """

    text: str = ""
    states: tuple[str, ...] = ()
    project: str | None = None
    mine: bool = False
    limit: int = LIMIT
    cursor: str | None = None
    via: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: QueryDict) -> Asked:
        """Takes what it knows and leaves the rest: a mistyped address shows a list, not an error."""
        states = tuple(state for state in STATES if state in query.getlist("state"))
        limit = query.get("limit", "")
        cursor = query.get("cursor", "")
        return cls(
            text=query.get("q", "").strip()[:_LONGEST_TEXT],
            states=() if len(states) == len(STATES) else states,
            project=query.get("project", "")[:_LONGEST_TEXT] or None,
            mine="mine" in query,
            limit=int(limit) if limit in map(str, LIMITS) else LIMIT,
            cursor=cursor if 0 < len(cursor) <= _LONGEST_CURSOR else None,
            via=tuple(query.getlist("via"))[-_LONGEST_WAY:],
        )

    @property
    def filtered(self) -> bool:
        """Whether something is left out."""
        return bool(self.text or self.states or self.project or self.mine)

    @property
    def newest(self) -> Asked:
        """The first page of the same."""
        return replace(self, cursor=None, via=())

    @property
    def newer(self) -> Asked | None:
        """The page before this one; None on the first, and where the way back is no longer known."""
        if self.via:
            return replace(self, cursor=self.via[-1] or None, via=self.via[:-1])
        return None

    def older(self, cursor: str) -> Asked:
        """The page that begins at `cursor`, after this one."""
        return replace(self, cursor=cursor, via=(*self.via, self.cursor or "")[-_LONGEST_WAY:])

    def rows(self, limit: int) -> Asked:
        """The first page with so many rows."""
        return replace(self.newest, limit=limit)

    @property
    def all(self) -> Asked:
        """Without any filter."""
        return Asked(limit=self.limit)

    @property
    def query(self) -> str:
        """The query string with its question mark, empty for the plain list."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [("state", state) for state in self.states]
        pairs += [("project", self.project)] if self.project else []
        pairs += [("mine", "on")] if self.mine else []
        pairs += [("limit", str(self.limit))] if self.limit != LIMIT else []
        pairs += [("cursor", self.cursor)] if self.cursor else []
        pairs += [("via", cursor) for cursor in self.via]
        return "?" + urlencode(pairs, errors="replace") if pairs else "?"
