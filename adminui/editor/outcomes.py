"""What each state of a save is called on its page: one sentence for people, and what they can do."""

from dataclasses import dataclass

from adminui.saving.models import Save
from adminui.saving.protocol import LANDED, OPEN, State


@dataclass(frozen=True)
class Words:
    """What a state is called: in the page's title, in its heading, in a sentence; and what the person can do."""

    short: str
    title: str
    text: str
    tone: str = "warn"
    icon: str = "exclamation-triangle"
    advice: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a save is shown. `open`: the page updates by itself; `landed`: the platform has it."""

    words: Words
    sent_title: str
    open: bool
    landed: bool


_KEPT = "Nothing is lost: your changes are kept as a draft."


def outcome(save: Save, name: str, *, over: bool) -> Outcome:
    """How `save` of the runtime called `name` is told. `over`: the platform's request limit has passed."""
    state = State(save.state)
    return Outcome(
        words=_words(save, state, name, over=over),
        sent_title="Stored" if state is State.STORED else "What was sent",
        open=state in OPEN and not (state is State.UNKNOWN and over),
        landed=state in LANDED,
    )


def counted(count: int) -> str:
    """A number of changes in words."""
    return f"{count} change" if count == 1 else f"{count} changes"


def _words(save: Save, state: State, name: str, *, over: bool) -> Words:
    n = counted(len(save.paths))
    match state:
        case State.COMPARING | State.SENDING:
            return Words("Saving", f"Saving {n} to {name}", "This page updates by itself.", "", "clock", _KEPT)
        case State.STORED:
            read_back = save.evidence.get("phase") == "read back"
            text = "Confirmed by reading it back." if read_back else "Confirmed by the platform’s answer."
            return Words("Saved", f"Saved: {n} to {name}", text, "good", "check-circle")
        case State.OVERTAKEN:
            text = "What is stored now has your changes and someone else’s on top."
            return Words("Saved", f"Saved: {n} to {name}; someone saved after you", text, "good", "check-circle")
        case State.ALTERED:
            return _altered(save)
        case State.UNKNOWN:
            return _unknown(over=over)
        case State.NOT_STORED:
            text = "The platform’s request limit has passed and the old document is still there. It can be sent again."
            return Words("Not stored", "Not stored", text, "bad", "x-circle", _KEPT)
        case State.NOT_SENT:
            return Words("Not sent", "Nothing was sent", _not_sent(save), "bad", "x-circle", _KEPT)
        case State.REJECTED:
            return Words("Refused", "The platform refused this save", "Nothing was stored.", "bad", "x-circle", _KEPT)
        case State.CHANGED:
            text = "The config was changed elsewhere after you opened it. Nothing was sent."
            return Words("Changed elsewhere", f"{name} was changed while you were editing", text, advice=_KEPT)
        case State.SUPERSEDED:
            text = "It was never known whether this one was stored; a newer save of yours replaced it."
            return Words("Superseded", "Given up for a newer save", text, icon="clock")


def _altered(save: Save) -> Words:
    if save.found == save.base:
        text = "The platform accepted the save, but what it stores is what was there before."
        return Words("Nothing stored", "Accepted, but nothing was stored", text)
    text = "The platform accepted the save and stored something else. Compare below."
    return Words("Stored differently", "Accepted, but not all of it was stored", text)


def _unknown(*, over: bool) -> Words:
    if over:
        text = "The platform’s request limit has passed, and what is stored is neither the old document nor yours."
        advice = f"{_KEPT} Compare them with what is stored before you save again."
        return Words("Not known", "We don’t know whether this was saved", text, icon="clock", advice=advice)
    text = (
        "The platform’s answer doesn’t tell. It may or may not have been stored. "
        "We keep checking, and this page updates by itself."
    )
    advice = f"{_KEPT} You can close this page."
    return Words("Not known yet", "We don’t know yet whether this was saved", text, icon="clock", advice=advice)


def _not_sent(save: Save) -> str:
    if save.evidence.get("kind") == "Insecure":
        return "The platform’s certificate can’t be trusted. This may be an attack; tell who runs the platform."
    if why_not := save.evidence.get("why_not"):
        return f"What is stored can’t be carried faithfully: {why_not}"
    return "The platform couldn’t be reached, so the stored config is as it was."


_ANSWERS = {
    "TimedOut": "The platform didn’t answer in time",
    "CutOff": "The connection broke before the answer was whole",
    "WorkerDied": "The server that sent it stopped",
}


def said_of(save: Save) -> str:
    """What came back of a PUT whose answer doesn't tell."""
    kind, status = str(save.evidence.get("answer")), save.evidence.get("status")
    return _ANSWERS.get(kind, f"The answer was {status}, which doesn’t tell" if status else "The answer doesn’t tell")
