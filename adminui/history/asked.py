"""What an address of a history page asks for: the search box, the filters that write into it, and the page."""

from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict

from adminui.contract.config import SECTIONS
from adminui.history.query import LONGEST, OUTCOMES, Query, parse, plainly

_LARGEST: Final = 2**53

RANGES: Final = {
    "": "Any time",
    "24h": "24 hours",
    "7d": "7 days",
    "30d": "30 days",
    "90d": "90 days",
    "365d": "A year",
}
ORIGINS: Final = {
    "": "Any origin",
    "editor": "editor",
    "restore": "restore",
    "undo": "undo",
    "import": "import",
    "bulk": "bulk",
    "outside": "outside this UI",
    "history": "history",
}
_SAID: Final = {"rejected": "refused", "not_sent": "not sent", "not_stored": "not stored", "superseded": "given up"}
WORDS: Final = {"": "Any outcome", **{one: _SAID.get(one, one) for one in OUTCOMES}}
PLACES: Final = {"": "Any section", **{one.key: one.title for one in SECTIONS if one.key != "raw"}}

CONTROLS: Final = {"person": "person", "outcome": "outcome", "section": "path", "origin": "origin", "range": "after"}
"""The filter controls by name, and the term that each writes."""


@dataclass(frozen=True)
class Control:
    """One filter: its name, what it is called, its choices as (value, text), and what is chosen."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str


@dataclass(frozen=True)
class Asked:
    """`query` is what is searched for. The page: events with numbers below `below`, or the oldest above `above`."""

    query: Query = field(default_factory=Query)
    text: str = ""
    below: int | None = None
    above: int | None = None

    @classmethod
    def read(cls, given: QueryDict, runtimes: dict[str, str]) -> "Asked":
        """Takes what it knows and leaves the rest: a mistyped address shows a page, not an error."""
        text = given.get("q", "").strip()[:LONGEST]
        return cls(parse(text, runtimes=runtimes), text, _number(given.get("before")), _number(given.get("after")))

    def with_controls(self, given: QueryDict) -> str | None:
        """The search as the filter controls that were changed make it; None when none was.

        The form says what its controls showed (`was`), so that what was typed into the box beside them stays.
        """
        if "was" not in given:
            return None
        was = parse(given.get("was", ""))
        now = {term: given.get(name, _shown(was, term))[:200] for name, term in CONTROLS.items()}
        changed = {term: value for term, value in now.items() if value != _shown(was, term)}
        return self.query.replaced(**changed) if changed else self.text

    def controls(self, names: list[str]) -> list[Control]:
        """The filters as they stand; what is typed and not among the choices is one more."""
        choices = {
            "person": ("Person", {"": "Anyone", **{name: name for name in names}}),
            "outcome": ("Outcome", WORDS),
            "section": ("Section", PLACES),
            "origin": ("Origin", ORIGINS),
            "range": ("Time range", RANGES),
        }
        found = []
        for name, (label, options) in choices.items():
            value = _shown(self.query, CONTROLS[name])
            more = {} if value in options else {value: f"since {value}" if name == "range" else value}
            found.append(Control(name, label, tuple({**options, **more}.items()), value))
        return found

    def searching(self, text: str) -> str:
        """The query string of a first page with another search."""
        return "?" + urlencode({"q": text} if text else {}, errors="replace")

    @property
    def all(self) -> str:
        """The query string of everything."""
        return "?"

    @property
    def newest(self) -> str:
        """The query string of the first page of the same."""
        return replace(self, below=None, above=None).string()

    def older(self, below: int) -> str:
        """The query string of the page that begins below a number."""
        return replace(self, below=below, above=None).string()

    def newer(self, above: int) -> str:
        """The query string of the page that ends above a number."""
        return replace(self, below=None, above=above).string()

    def string(self) -> str:
        """The query string with its question mark."""
        given = {"q": self.text, "before": self.below, "after": self.above}
        return "?" + urlencode({name: value for name, value in given.items() if value}, errors="replace")


def _shown(query: Query, term: str) -> str:
    """What the filter that writes a term shows of a query."""
    value = query.value(term)
    return plainly(term, value) if term in {"outcome", "origin"} else value


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and 0 < int(text[:20]) < _LARGEST else None
