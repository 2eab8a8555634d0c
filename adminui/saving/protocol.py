"""The save, as a table of states and the evidence that moves between them.

The platform has no If-Match and no dry run, gateways time out, browsers leave. So a save is never "the call
worked": it is a row that moves through these states, each step one short transaction.

=============  =====================================================  ===========================================
state          what is known                                          goes on to
=============  =====================================================  ===========================================
comparing      claimed for one form and revision; nothing sent        sending, changed, not_sent, rejected
changed        the document was changed elsewhere; nothing sent       closed: merge, then a new revision
sending        the intent is recorded; the PUT may be out             stored, altered, rejected, not_sent, unknown
unknown        sent, and no answer that tells; being read back        stored, overtaken, not_stored, superseded
stored         the platform's document is ours                        closed
altered        the platform accepted it and stored something else     closed
overtaken      ours was stored, and someone saved after it            closed
rejected       the platform refused it                                closed
not_sent       nothing left this machine                              closed
not_stored     the platform's request limit passed, still the base    closed
superseded     given up for a newer save of the same runtime          closed
=============  =====================================================  ===========================================

Evidence, and what it makes of a save whose PUT was tried (`classify`):

=========================================================  ==========  ==========================================
evidence                                                   class       then
=========================================================  ==========  ==========================================
connect error or time-out, no pool slot                    not_sent    up to two retries with jitter, then said
TLS failure, an address or token that may not be sent      not_sent    never retried
4xx with the envelope                                      rejected    at the fields; the draft stays
2xx whose body is the document that was sent               stored      receipt
2xx whose body is another document                         altered     receipt that says what is missing
anything else: time-out, cut, 3xx, 5xx, foreign body       unknown     never resent: read back
=========================================================  ==========  ==========================================

What a read-back makes of an unknown save (`settle`): ours → stored; a third document that has every change of
ours → overtaken; still the base once the platform's request limit has passed → not_stored; else unknown still.
"Ours" is the contract's "is ours stored?", never a comparison of bytes.
"""

from enum import StrEnum

from adminui.contract.changes import Change, apply, diff
from adminui.contract.document import Json, same
from adminui.contract.stored import is_stored
from adminui.platform.answers import Stored
from adminui.platform.errors import NotSent, PlatformError, Refused


class State(StrEnum):
    """Where a save stands; the table in this module's docstring."""

    COMPARING = "comparing"
    CHANGED = "changed"
    SENDING = "sending"
    UNKNOWN = "unknown"
    STORED = "stored"
    ALTERED = "altered"
    OVERTAKEN = "overtaken"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    NOT_STORED = "not_stored"
    SUPERSEDED = "superseded"


NEXT: dict[State, frozenset[State]] = {
    State.COMPARING: frozenset({State.SENDING, State.CHANGED, State.NOT_SENT, State.REJECTED}),
    State.SENDING: frozenset({State.STORED, State.ALTERED, State.REJECTED, State.NOT_SENT, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.STORED, State.OVERTAKEN, State.NOT_STORED, State.SUPERSEDED}),
}
OPEN = frozenset(NEXT)
"""States in which work is left to do; every other one is closed for good."""

LANDED = frozenset({State.STORED, State.ALTERED, State.OVERTAKEN})
"""States in which the platform took the document, so the form has nothing left to save."""


class Impossible(Exception):
    """A step that the table does not have: a bug, and never recorded."""


def step(now: State, to: State) -> State:
    """The next state. Raises Impossible for a step that isn't in the table."""
    if to not in NEXT.get(now, frozenset()):
        raise Impossible(f"a save can't go from {now} to {to}")
    return to


def classify(sent: Json, answer: Stored | PlatformError) -> State:
    """What the answer to a PUT proves. `sent` is the document of its body."""
    match answer:
        case Stored(document=document):
            return State.STORED if is_stored(sent, document) else State.ALTERED
        case NotSent():
            return State.NOT_SENT
        case Refused():
            return State.REJECTED
        case _:
            return State.UNKNOWN


def settle(base: Json, sent: Json, found: Json, *, late: bool) -> State:
    """What a document read back proves of an unknown save. `late`: the platform's request limit has passed."""
    if is_stored(sent, found):
        return State.STORED
    if same(base, found):
        return State.NOT_STORED if late else State.UNKNOWN
    return State.OVERTAKEN if _has_all(found, diff(base, sent)) else State.UNKNOWN


def _has_all(found: Json, changes: tuple[Change, ...]) -> bool:
    """Whether a document already says what every one of the changes asks for."""
    try:
        return is_stored(apply(found, changes), found)
    except ValueError:  # a place that a change leads through is no longer there
        return False
