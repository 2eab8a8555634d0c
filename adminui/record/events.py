"""Writing an event, and verifying a chain of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils import timezone

from adminui.contract.document import Json
from adminui.record import index, verifier
from adminui.record.chain import hash_of, written
from adminui.record.ids import uuid7
from adminui.record.kinds import KINDS, ORIGINS, lacking
from adminui.record.models import Event, Head
from adminui.record.verifier import FORMAT, GENESIS

SITE: Final = "@site"
"""The chain of what belongs to no organization. No key of an organization: those are slugs."""

REASON_LIMIT: Final = 200
"""Characters of a reason."""

_CUT: Final = {"name": 300, "platform_name": 300, "request_id": 200, "agent": 400}
"""Characters kept of texts that come from elsewhere at any length and must not keep an event from being written."""

_BATCH: Final = 1000
"""Events that verification holds at once."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_UNSAFE: Final = re.compile("[\0\ud800-\udfff]")
_LARGEST: Final = 2**53 - 1


@dataclass(frozen=True)
class Person:
    """Who did it, as they were at the time."""

    issuer: str
    subject: str
    name: str


@dataclass(frozen=True)
class PlatformUser:
    """The platform's user whose token was used."""

    id: str
    name: str


@dataclass(frozen=True)
class NewEvent:
    """What happened, as its witness tells it.

    `chain` is the organization's key, or SITE with no organization. `paths` are texts of change paths. `before` and
    `after` are digests of documents.keep. `data` holds what the kind must carry and what else is worth knowing:
    no floats, and never a value of a config, which is why the documents are sealed. `save` is the save it is part of.
    """

    kind: str
    chain: str
    origin: str
    person: Person | None = None
    platform_user: PlatformUser | None = None
    organization: str = ""
    workspace: str = ""
    runtime: UUID | None = None
    request_id: str = ""
    reason: str = ""
    ip: str = ""
    agent: str = ""
    paths: tuple[str, ...] = ()
    before: str | None = None
    after: str | None = None
    data: Mapping[str, Json] = field(default_factory=dict)
    save: UUID | None = None


@transaction.atomic(savepoint=False)
def append(new: NewEvent) -> Event:
    """Writes an event at the end of its chain and returns it.

    Runs in the caller's transaction, or in one of its own; a failure spoils the caller's, so that nothing is
    committed without its event. The head's row lock, held until that transaction ends, puts writers in line (on
    SQLite the file's own lock does): keep it short. Raises ValueError for an event that may not be written, and
    django.db.Error when it can't be.
    """
    fields = _fields(new)
    head = locked_head(new.chain)
    event = Event(id=uuid7(), format=FORMAT, seq=head.seq + 1, previous=head.hash, at=timezone.now(), **fields)
    event.hash = hash_of(event)
    event.save(force_insert=True)
    index.add([event])
    head.seq, head.hash = event.seq, event.hash
    head.save(force_update=True)
    return event


def locked_head(chain: str) -> Head:
    """The head of a chain; until the caller's transaction ends nobody else appends to it."""
    head = Head.objects.select_for_update().filter(chain=chain).first()
    if head is None:
        # Of two that begin a chain at once, the second waits here for the first, and then reads what it left.
        Head.objects.bulk_create([Head(chain=chain, seq=0, hash=GENESIS)], ignore_conflicts=True)
        head = Head.objects.select_for_update().get(chain=chain)
    return head


def _fields(new: NewEvent) -> dict[str, object]:
    """The columns that the witness fills. Raises ValueError in plain words."""
    _check(new)
    person = new.person or Person("", "", "")
    user = new.platform_user or PlatformUser("", "")
    texts: dict[str, str] = {
        **{name: getattr(new, name) for name in ("chain", "kind", "organization", "workspace", "request_id")},
        **{name: getattr(new, name) for name in ("origin", "reason", "ip", "agent")},
        **{"issuer": person.issuer, "subject": person.subject, "name": person.name},
        **{"platform_id": user.id, "platform_name": user.name},
    }
    return {
        **{name: _UNSAFE.sub("\ufffd", text)[: _CUT.get(name)] for name, text in texts.items()},
        "runtime": new.runtime,
        "before": new.before,
        "after": new.after,
        "save_id": new.save,
        "paths": _plain(list(new.paths)),
        "data": _plain(dict(new.data)),
    }


def _check(new: NewEvent) -> None:
    if new.kind not in KINDS:
        raise ValueError(f"“{new.kind}” is no kind of event; see adminui.record.kinds")
    if keys := lacking(new.kind, new.data):
        raise ValueError(f"The data of {new.kind} must have {', '.join(keys)}")
    if new.origin not in ORIGINS:
        raise ValueError(f"“{new.origin}” is no origin of an event; see adminui.record.kinds")
    if new.organization == SITE or new.chain != (new.organization or SITE):
        raise ValueError("An event goes on the chain of its organization, or on events.SITE when it has none")
    if len(new.reason) > REASON_LIMIT:
        raise ValueError(f"A reason has at most {REASON_LIMIT} characters")
    for digest in (new.before, new.after):
        if digest is not None and not _DIGEST.fullmatch(digest):
            raise ValueError("Before and after are digests of documents.keep, or None")


def _plain(value: Json) -> Json:
    """A value that every database and RFC 8785 can hold; what they can't is written as near as they can.

    Part of it may be another server's words: those must not keep an event from being written. Floats are refused
    as they only come from our own code and don't print the same everywhere.
    """
    match value:
        case str():
            return _UNSAFE.sub("\ufffd", value)
        case None | bool():
            return value
        case int():
            return value if abs(value) <= _LARGEST else str(value)
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {_UNSAFE.sub("\ufffd", key): _plain(item) for key, item in value.items()}
        case _:
            raise ValueError(f"The data of an event holds no {type(value).__name__}")


@dataclass(frozen=True)
class Verdict:
    """What verification found of one chain.

    `events` follow each other from the first on, the last of them with the hash `head`. When `why` isn't empty the
    chain is broken: at number `broken_at`, for that reason.
    """

    chain: str
    events: int
    head: str
    broken_at: int | None = None
    why: str = ""

    @property
    def whole(self) -> bool:
        """Whether no break was found."""
        return not self.why


def verify(chain: str) -> Verdict:
    """Follows a chain from its first event to its head and names the first broken place.

    Streams: holds a thousand events at once. Safe while others append. Doesn't see a tail that was cut off together
    with the head (compare `events` and `head` with those noted elsewhere), and doesn't ask for the triggers
    (guards.missing does). Raises django.db.Error when the database can't be asked.
    """
    seq, link = 0, GENESIS
    while True:
        # The head is read before the events: whatever it counts is then there to be read, and more may be.
        head = Head.objects.filter(chain=chain).first()
        found = seq
        for event in _after(chain, seq):
            why = event if isinstance(event, str) else _fault(event, seq + 1, link)
            if why or isinstance(event, str):
                return Verdict(chain, seq, link, seq + 1, why)
            seq, link = event.seq, event.hash
        if seq == found:
            return _ended(chain, seq, link, head)


def _after(chain: str, seq: int) -> Iterator[Event | str]:
    """The next events by number; the first one that can't be read, as the reason why."""
    rows = Event.objects.filter(chain=chain, seq__gt=seq).order_by("seq")[:_BATCH]
    try:
        yield from list(rows)
    except OperationalError:
        # SQLite takes a text that is no UTF-8 and fails to read it back. If it is the database that is out of
        # reach, then asking for the numbers alone fails as well.
        for number in list(rows.values_list("seq", flat=True)):
            try:
                yield from list(Event.objects.filter(chain=chain, seq=number))
            except OperationalError as error:
                yield f"It can’t be read: {error}."
                return


def _fault(event: Event, seq: int, link: str) -> str:
    """Why this is not the event of that number after the one with hash `link`; empty when it is."""
    try:
        return verifier.fault(written(event), event.hash, seq, link)
    except verifier.Unhashable as error:
        return f"It holds what no event can: {error}."


def _ended(chain: str, seq: int, link: str, head: Head | None) -> Verdict:
    """The verdict after the last event: does the head say so too, and is every row of the chain among those read?"""
    if head is None:
        return Verdict(chain, seq, link, seq + 1, "Its head is missing.") if seq else Verdict(chain, seq, link)
    if head.seq > seq:
        return Verdict(chain, seq, link, seq + 1, f"The head counts {head.seq} events; those after {seq} are missing.")
    if head.seq < seq:
        return Verdict(
            chain, seq, link, head.seq + 1, f"The head counts {head.seq} events; this one is not among them."
        )
    if head.hash != link:
        return Verdict(chain, seq, link, seq, "Its hash is not the one that the head has.")
    if Event.objects.filter(chain=chain, seq__lte=seq).count() != seq:
        return Verdict(chain, seq, link, seq + 1, "There are rows beside the events of the chain.")
    return Verdict(chain, seq, link)
