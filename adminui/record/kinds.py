"""The kinds of event: a closed registry of what may be written, with the sentence each one is told by.

Writing is strict: an unknown kind, or one without the data it must carry, is refused. Reading is tolerant: a row
of a newer or older version, or one that somebody tampered with, still gives a sentence.

A sentence is made of the event's own fields alone. Those never hold a value of a config, so neither does it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

ORIGINS: Final = frozenset({"editor", "restore", "undo", "import", "bulk", "recovery", "outside", "history", "site"})
"""What set an event off: a form, one of the other ways to a save, another tool, or the program itself."""


@dataclass(frozen=True)
class Kind:
    """How one kind of event is told, and the keys that its data must have.

    The sentence may name `{who}`, `{changes}` and any key of the data. `states` holds sentences that tell more
    exactly what happened, by the value of the data's key `state`.
    """

    sentence: str
    carries: tuple[str, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict)


KINDS: Final[Mapping[str, Kind]] = {
    # A save: its intent, committed before anything is sent, and what became of it.
    "save.intent": Kind("{who} set out to save {changes}"),
    "save.stored": Kind(
        "{who} saved {changes}",
        ("state",),
        {"altered": "{who} saved {changes}, and the platform stored something else"},
    ),
    "save.rejected": Kind("The platform refused {who}’s save of {changes} with status {status}", ("state", "status")),
    "save.not_sent": Kind("{who}’s save of {changes} was not sent", ("state",)),
    "save.unknown": Kind("Nobody knows yet what became of {who}’s save of {changes}", ("state",)),
    "save.settled": Kind(
        "{who}’s save of {changes} was settled later",
        ("state",),
        {
            "stored": "{who}’s save of {changes} turned out to be stored",
            "overtaken": "{who}’s save of {changes} turned out to be stored, and somebody saved after it",
            "not_stored": "{who}’s save of {changes} turned out not to be stored",
            "superseded": "{who}’s save of {changes} was given up for a newer one",
        },
    ),
    "save.superseded": Kind("{who}’s save of {changes} was given up for a newer one", ("state",)),
    # Coming back to an earlier state, and what happened without us.
    "restore": Kind("{who} took up an earlier state to put it back", ("event",)),
    "undo": Kind("{who} took up a change to undo it", ("event",)),
    "change.outside": Kind("Somebody changed the config elsewhere between {since} and {until}", ("since", "until")),
    # Looking, where looking is worth a record.
    "reveal": Kind("{who} revealed the value of {path}", ("path",)),
    "export": Kind("{who} exported {what}", ("what",)),
    # Sign-in and the custody of tokens.
    "signin": Kind("{who} signed in by {way}", ("way",)),
    "signin.failed": Kind("A sign-in failed: {why}", ("why",)),
    "signout": Kind("{who} signed out"),
    "session.ended": Kind("A session of {of} was ended: {why}", ("of", "why")),
    "token.added": Kind("{who} added a platform API token"),
    "token.removed": Kind("{who} removed a platform API token"),
    "role.changed": Kind("{who}’s roles changed from {before} to {after}", ("before", "after")),
    "keys.rotated": Kind("The keys were rotated, {count} rows were sealed anew", ("count",)),
    # Retention: the documents go, the events stay.
    "documents.dropped": Kind("{count} documents from before {until} were dropped", ("count", "until")),
}

_SHOWN: Final = 3
"""Paths that a sentence names before it says how many more there are."""
_LONGEST: Final = 200
"""Characters of one value in a sentence."""
UNTOLD: Final = "(not told)"
"""Stands for what an event should have said and doesn't, or says in a way that can't be printed."""


class _Words(dict[str, str]):
    """The words of a sentence; one that is missing is said to be."""

    def __missing__(self, key: str) -> str:
        return UNTOLD


def lacking(kind: str, data: Mapping[str, object]) -> list[str]:
    """The keys that an event of this kind must carry and that `data` hasn't. Raises KeyError for an unknown kind."""
    return [key for key in KINDS[kind].carries if key not in data]


def sentence(kind: str, *, who: object = "", paths: object = (), data: object = None) -> str:
    """What happened, in one sentence without a full stop, as plain text (the page escapes it).

    `who` is the person's name, `paths` the texts of the change paths, `data` the event's data. Never raises,
    whatever the three are: they may come from another version or a damaged row.
    """
    facts = data if isinstance(data, Mapping) else {}
    words = _Words({str(key): _said(value) for key, value in facts.items()})
    words["who"] = _said(who) or "Somebody"
    words["changes"] = _changes(paths)
    known = KINDS.get(kind)
    if known is None:
        return f"{words['who']}: an event of the kind “{_said(kind)}”, which this version doesn’t know"
    state = facts.get("state")
    template = known.states.get(state, known.sentence) if isinstance(state, str) else known.sentence
    return template.format_map(words)


def _said(value: object) -> str:
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        return UNTOLD
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _changes(paths: object) -> str:
    """'the config', '1 change (a)', '2 changes (a, b)', '5 changes (a, b, c and 2 more)'."""
    if not isinstance(paths, list | tuple) or not paths:
        return "the config"
    named = ", ".join(_said(path) for path in paths[:_SHOWN])
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return f"{len(paths)} {'change' if len(paths) == 1 else 'changes'} ({named}{more})"
