"""An event as people are told it: a closed registry of one function a kind, and a plain sentence for any other.

A row of a newer or older version, or one that somebody tampered with, is told as far as it says something: nothing
here raises, whatever stands in an event. No value of an environment variable is in what is told.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Final, Literal
from uuid import UUID

from adminui.contract import paths
from adminui.contract.changes import ENVIRONMENT, diff
from adminui.contract.document import Json
from adminui.contract.phrases import PAST, Phrase, named, phrase
from adminui.history.finding import Hit
from adminui.record import kinds
from adminui.record.index import LANDED, outcome, told_data, told_paths
from adminui.record.models import Event

SHOWN: Final = 3
"""Changes that a sentence tells before it counts the rest."""
Documents = Mapping[tuple[UUID, str], Json]


@dataclass(frozen=True)
class Part:
    """A piece of a sentence. `style` is the element that it stands in; `runtime`: the name of the runtime goes here."""

    text: str
    style: Literal["", "b", "code", "del", "ins", "runtime"] = ""


Sentence = tuple[Part, ...]
IN_RUNTIME: Final = (Part(" in "), Part("", "runtime"))
_SPACE: Final = Part(" ")
_OF_RUNTIME: Final = (Part(" of "), Part("", "runtime"))


@dataclass(frozen=True)
class Telling:
    """What is said of an event: the sentence, a mark in front (icon and tone), a tag behind, and a note below."""

    sentence: Sentence
    icon: str = "check"
    tone: str = ""
    tag: str = ""
    note: str = ""

    def within(self) -> "Telling":
        """The same without “in {runtime}”: for a page that is about the runtime."""
        pairs = (self.sentence[at : at + 2] for at in range(len(self.sentence)))
        at = next((at for at, pair in enumerate(pairs) if pair in (IN_RUNTIME, _OF_RUNTIME)), None)
        return self if at is None else replace(self, sentence=self.sentence[:at] + self.sentence[at + 2 :])

    def title(self, runtime: str) -> str:
        """The sentence as plain text, for a page that is about the runtime."""
        return "".join(runtime if part.style == "runtime" else part.text for part in self.within().sentence)


@dataclass(frozen=True)
class Told:
    """An event with what it is told by: the events of its save, and the documents that are at hand."""

    event: Event
    course: tuple[Event, ...]
    documents: Documents = field(default_factory=dict)

    @property
    def data(self) -> Mapping[str, object]:
        """The event's data."""
        return told_data(self.event)

    def says(self, key: str) -> str:
        """A text of the event's data; empty when there is none."""
        value = self.data.get(key)
        return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""

    @property
    def who(self) -> Part:
        """Who did it."""
        return Part(_text(self.event.name) or "Somebody", "b")

    def document(self, digest: object) -> Json | None:
        """A document of the event's runtime, None when it isn't at hand."""
        runtime = self.event.runtime
        return self.documents.get((runtime, digest)) if isinstance(runtime, UUID) and isinstance(digest, str) else None

    def phrases(self) -> tuple[list[Phrase], int]:
        """What was changed, or was to be: the first few, and how many there are.

        With the values where both documents are at hand, else by the paths.
        """
        before, after = sides(self.event, self.course)
        old, new = self.document(before), self.document(after)
        if old is not None and new is not None:
            found = diff(old, new)
            return [phrase(change) for change in found[:SHOWN]], len(found)
        names = [*dict.fromkeys(_named(path) for path in told_paths(self.event))]
        return names[:SHOWN], len(names)


def wanted(hit: Hit) -> Iterator[tuple[UUID, str]]:
    """The documents that telling an event takes: of both sides, and what the platform said."""
    event = hit.event
    for digest in (*sides(event, hit.course), told_data(event).get("envelope")):
        if isinstance(digest, str) and isinstance(event.runtime, UUID):
            yield event.runtime, digest


def sides(event: Event, course: Sequence[Event]) -> tuple[object, object]:
    """Digests of the document before, and of what was sent or found in its place; None where there is none."""
    intent = next((one for one in course if one.kind == "save.intent"), None)
    return event.before, (intent or event).after


def tell(told: Told) -> Telling:
    """What is said of an event."""
    teller = TELLERS.get(told.event.kind) if isinstance(told.event.kind, str) else None
    return _plain(told) if teller is None else teller(told)


def _named(path: str) -> Phrase:
    try:
        return named(paths.parse(path))
    except ValueError:
        return Phrase("change", name=path, code=True)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def changes(phrases: Sequence[Phrase], count: int, *, tried: bool = False) -> Sentence:
    """What was done, the first few told and the rest of all counted: “set CPU cores 2 → 4 and added label team”.

    A verb isn't said twice in a row: “added port 9229 and target a.example”.
    """
    told = [_said(one, tried=tried, verb=not at or phrases[at - 1].verb != one.verb) for at, one in enumerate(phrases)]
    rest = count - len(phrases)
    if rest > 0:
        verb = "make" if tried else "made"
        told.append((Part(f"{verb} {rest} more {'change' if rest == 1 else 'changes'}"),))
    if not told:
        return (Part("save the config" if tried else "saved the config"),)
    joined: list[Part] = []
    for at, one in enumerate(told):
        if at:
            joined.append(Part(" and " if at == len(told) - 1 else ", "))
        joined += one
    return tuple(joined)


def _said(one: Phrase, *, tried: bool, verb: bool) -> Sentence:
    parts = [Part(one.verb if tried else PAST[one.verb])] if verb else []
    if one.noun:
        parts.append(Part(one.noun))
    if one.name:
        parts.append(Part(one.name, "code" if one.code else "b"))
    if one.before is not None:
        parts.append(Part(one.before, "del"))
    if one.before is not None and one.after is not None:
        parts.append(Part("→"))
    if one.after is not None:
        parts.append(Part(one.after, "ins"))
    return tuple(each for part in parts for each in (_SPACE, part))[1:]


# ---- one function a kind --------------------------------------------------------------------------------------------

_COMING_BACK: Final = {"restore", "undo"}


def _plain(told: Told) -> Telling:
    event = told.event
    said = kinds.sentence(event.kind, who=event.name, paths=event.paths, data=event.data)
    name = event.name if event.name and said.startswith(f"{event.name} ") else ""
    return Telling((Part(name, "b"), Part(said[len(name) :])) if name else (Part(said),), "document")


def _marked(icon: str, tone: str = "") -> "Teller":
    """The plain sentence with an icon of its own."""
    return lambda told: replace(_plain(told), icon=icon, tone=tone)


def _intent(told: Told) -> Telling:
    sentence = (told.who, Part(" set out to "), *changes(*told.phrases(), tried=True), *IN_RUNTIME)
    if told.course[-1].seq > told.event.seq:
        return Telling(sentence, "paper-airplane", note="The intent, recorded before anything was sent.")
    return Telling(sentence, "question-mark-circle", "warn", "open", "Nothing is recorded yet of what became of it.")


def _landed(told: Told) -> Telling:
    state = outcome(told.event)
    verb = {"restore": " restored ", "undo": " undid a change: "}.get(told.event.origin, " ")
    what = changes(*told.phrases())
    if verb == " restored ":
        sentence = (told.who, Part(verb), Part("", "runtime"), Part(": "), *what)
    else:
        sentence = (told.who, Part(verb), *what, *IN_RUNTIME)
    icon = "arrow-uturn-left" if told.event.origin in _COMING_BACK else "check"
    if state == "altered":
        note = "The platform accepted it and stored something else."
        return Telling(sentence, "exclamation-triangle", "warn", "altered", note)
    note = {"overtaken": "Somebody saved after it."}.get(state, "")
    if told.event.kind == "save.settled":
        note = " ".join(
            part for part in ("Nobody knew at first; reading back showed that it was stored.", note) if part
        )
    return Telling(sentence, icon, note=note)


def _tried(told: Told) -> Sentence:
    return (told.who, Part(" tried to "), *changes(*told.phrases(), tried=True), *IN_RUNTIME)


def _rejected(told: Told) -> Telling:
    return Telling(_tried(told), "x-circle", "bad", "refused", refusal(told))


def refusal(told: Told) -> str:
    """What the platform said to it, in a line: status, detail and the first error, none of the environment’s."""
    answer = told.document(told.data.get("envelope"))
    detail = _text(answer.get("detail")) if isinstance(answer, dict) else ""
    listed = answer.get("errors") if isinstance(answer, dict) else None
    errors = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    first = next((said for one in errors if (said := error_text(one))), "")
    more = f" and {len(errors) - 1} more" if first and len(errors) > 1 else ""
    head = " ".join(part for part in (told.says("status"), detail) if part)
    return ": ".join(part for part in (head, first + more) if part)


def error_text(error: Mapping[str, Json]) -> str:
    """One error of an envelope: where and what; of the environment, and what holds it, where alone."""
    path = _place(error)
    said = "" if is_of_environment(error) else _text(error.get("msg"))
    return " ".join(part for part in (paths.text(path), said) if part)


def is_of_environment(error: Mapping[str, Json]) -> bool:
    """Whether an error is about the environment or what holds it, so that its words may repeat a value."""
    path = _place(error)
    holds = bool(path) and path[:2] == ENVIRONMENT[: len(path)]
    return holds or path[:1] == ENVIRONMENT[1:] or ENVIRONMENT in list(pairwise(path))


def _place(error: Mapping[str, Json]) -> tuple[str | int, ...]:
    """The document path of an error."""
    loc = error.get("loc")
    path = tuple(one for one in loc if isinstance(one, str | int)) if isinstance(loc, list) else ()
    return path[next((at for at, one in enumerate(path) if one not in ("body", "config")), len(path)) :]


def _not_sent(told: Told) -> Telling:
    return Telling(_tried(told), "x-circle", "bad", "not sent", "Nothing left this program, so nothing was stored.")


def _unknown(told: Told) -> Telling:
    status = told.says("status")
    said = f"Sent, then a gateway answered {status}." if status else "Sent, and no answer came that tells."
    if told.course[-1].seq > told.event.seq:
        later = outcome(told.course[-1])
        return Telling(_tried(told), "question-mark-circle", "warn", "unknown", f"{said} Settled later: {later}.")
    return Telling(_tried(told), "question-mark-circle", "warn", "unknown", f"{said} Not known yet; it is read back.")


def _settled(told: Told) -> Telling:
    state = outcome(told.event)
    if state in LANDED:
        return _landed(told)
    if state == "superseded":
        return _superseded(told)
    note = "Nobody knew at first; reading back showed that it wasn’t stored."
    return Telling(_tried(told), "x-circle", "bad", "not stored", note)


def _superseded(told: Told) -> Telling:
    return Telling(_tried(told), "minus-circle", "", "given up", "Given up for a newer save of the same person.")


def _outside(told: Told) -> Telling:
    since, until = moment(told.says("since")), moment(told.says("until"))
    between = f" between {since} and {_later(since, until)}" if since and until else ""
    phrases, count = told.phrases()
    what = changes(phrases, count) if count else ()
    sentence: Sentence = (Part("", "runtime"), Part(" was changed "), Part("outside this UI", "b"), Part(between))
    if what:
        sentence = (*sentence, Part(": somebody "), *what)
    return Telling(sentence, "arrow-top-right-on-square")


def _later(since: str, until: str) -> str:
    """The second of two moments, without its day where that is the first's."""
    day, _, time = until.rpartition(" ")
    return time if day and since.rpartition(" ")[0] == day else until


def moment(text: str) -> str:
    """A moment of an event's data to the minute, in UTC; as it stands when it is none."""
    try:
        return f"{datetime.fromisoformat(text):%-d %b %H:%M}"
    except ValueError:
        return text


def _reveal(told: Told) -> Telling:
    path = told.says("path")
    sentence = (told.who, Part(" revealed the value of "), Part(_named(path).name or path, "code"), *IN_RUNTIME)
    return Telling(sentence, "eye")


def _export(told: Told) -> Telling:
    who = told.who if told.event.name else Part("Somebody on the host", "b")
    what, _as, form = (told.says("what") or "something").partition(" as ")
    of = _OF_RUNTIME if told.event.runtime else ()
    return Telling((who, Part(f" exported {what}"), *of, Part(_as + form)), "arrow-down-tray")


def _took_up(words: str) -> "Teller":
    def tell_it(told: Told) -> Telling:
        return Telling((told.who, Part(f" {words}"), *IN_RUNTIME), "arrow-uturn-left")

    return tell_it


Teller = Callable[[Told], Telling]

TELLERS: Final[Mapping[str, Teller]] = {
    "save.intent": _intent,
    "save.stored": _landed,
    "save.rejected": _rejected,
    "save.not_sent": _not_sent,
    "save.unknown": _unknown,
    "save.settled": _settled,
    "save.superseded": _superseded,
    "restore": _took_up("took up an earlier state to put it back"),
    "undo": _took_up("took up a change to undo it"),
    "change.outside": _outside,
    "reveal": _reveal,
    "export": _export,
    "signin": _marked("arrow-right-end-on-rectangle"),
    "signin.failed": _marked("x-circle", "bad"),
    "signout": _marked("arrow-left-start-on-rectangle"),
    "session.ended": _marked("minus-circle"),
    "token.added": _marked("key"),
    "token.removed": _marked("key"),
    "role.changed": _marked("user"),
    "keys.rotated": _marked("key"),
    "documents.dropped": _marked("archive-box-x-mark"),
}
"""How each kind is told; any other by its plain sentence."""
