"""The steps of a save that are written down: each one sync function in one short transaction.

No transaction is open across a call to the platform. Every step checks the table of states, records its event in
the same transaction, and so either both are there or neither is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from adminui.accounts.models import Person
from adminui.contract import paths
from adminui.contract.changes import Change, diff
from adminui.contract.document import Json
from adminui.contract.envelope import Envelope
from adminui.contract.stored import made
from adminui.platform.address import RuntimeRef
from adminui.record import documents, events, seen
from adminui.record.ids import uuid7
from adminui.record.models import Event
from adminui.saving import drafts
from adminui.saving.forms import Form
from adminui.saving.models import Draft, Save
from adminui.saving.protocol import LANDED, OPEN, State, step

WORKER = uuid4()
"""This process, as the holder of leases."""
LEASE = timedelta(seconds=45)
"""How long a worker may be silent about a save before another takes it up."""


@dataclass(frozen=True)
class Order:
    """One thing to save: `document` over `base`, as a person asked for it in one form at one revision.

    `of`: the event that it goes back to, where it is a restore or an undo.
    """

    form: Form
    revision: int
    base: Json
    document: Json
    origin: str
    reason: str = ""
    of: UUID | None = None


@dataclass(frozen=True)
class Trace:
    """Where an order came from: our request id, the client's address and browser."""

    request_id: str
    ip: str = ""
    agent: str = ""


def claim(order: Order, person: Person, credential: UUID, trace: Trace) -> tuple[Save, bool]:
    """The save of this form and revision, and whether it was made just now and is ours to run."""
    form = order.form
    found = Save.objects.filter(form=form.id, revision=order.revision).first()
    if found is not None:
        return found, False
    save = Save(
        id=uuid7(),
        form=form.id,
        revision=order.revision,
        owner=form.owner,
        person=person,
        credential=credential,
        organization=form.organization,
        workspace=form.workspace,
        runtime=form.runtime,
        origin=order.origin,
        reason=order.reason,
        base=form.base,
        paths=[paths.text(change.path) for change in diff(order.base, order.document)],
        state=State.COMPARING,
        evidence={"of": str(order.of)} if order.of else {},
        request_id=trace.request_id,
        ip=trace.ip,
        agent=trace.agent[:300],
        **_leased(),
    )
    try:
        with transaction.atomic():
            save.sent = documents.keep(form.runtime, order.document)
            save.save(force_insert=True)
    except IntegrityError:
        return Save.objects.get(form=form.id, revision=order.revision), False
    return save, True


def _leased() -> dict[str, Any]:
    return {"leased_by": WORKER, "leased_until": timezone.now() + LEASE}


def renew(save: UUID) -> None:
    """Says that this worker still runs an open save."""
    Save.objects.filter(pk=save, state__in=OPEN, leased_by=WORKER).update(leased_until=timezone.now() + LEASE)


def _event(
    save: Save,
    kind: str,
    data: Mapping[str, Json],
    *,
    after: str | None,
    before: str | None = None,
    named: Sequence[str] | None = None,
) -> int:
    """Appends an event of a save and returns its number. `named`: its paths, else those that were asked for."""
    person = save.person
    event = events.append(
        events.NewEvent(
            kind=kind,
            chain=save.organization,
            person=events.Person(issuer=person.issuer, subject=person.subject, name=person.name),
            platform_user=events.PlatformUser(id=person.platform_id, name=person.platform_name),
            organization=save.organization,
            workspace=save.workspace,
            runtime=save.runtime,
            request_id=save.request_id,
            origin=save.origin,
            reason=save.reason,
            ip=save.ip,
            agent=save.agent,
            paths=tuple(save.paths if named is None else named),
            before=before or _before(save),
            after=after,
            data=dict(data),
            save=save.id,
        )
    )
    return event.seq


def _before(save: Save) -> str:
    """The digest of what a save replaced, as far as it came."""
    return str(save.evidence.get("before") or save.base)


def _of(save: Save) -> dict[str, Json]:
    """The event that a restore or an undo goes back to, for the data of a save's events."""
    return {"of": save.evidence["of"]} if "of" in save.evidence else {}


def _locked(save: UUID) -> Save:
    return Save.objects.select_for_update().select_related("person").get(pk=save)


@transaction.atomic
def intend(save: UUID, replaced: str) -> Save:
    """Commits the intent: from here on the PUT may be out. `replaced` is the digest of what it replaces."""
    row = _locked(save)
    row.state = step(State(row.state), State.SENDING)
    if replaced != row.base:  # somebody else made the same changes meanwhile
        row.evidence = {**row.evidence, "before": replaced}
    row.sent_at = timezone.now()
    row.leased_until = row.sent_at + LEASE
    row.save()
    older = Save.objects.filter(owner=row.owner, runtime=row.runtime, state=State.UNKNOWN).order_by("created_at")
    for unknown in older.values_list("pk", flat=True):  # its person was warned, and read it back first
        conclude(unknown, State.SUPERSEDED, {"phase": "superseded", "by": str(save)})
    _event(row, "save.intent", _of(row), after=row.sent)
    return row


@dataclass(frozen=True)
class _Landed:
    """What a save that landed changed of what was stored, and what others changed on top of the state `over`."""

    own: tuple[Change, ...]
    others: tuple[Change, ...] = ()
    over: str = ""


def _landed(row: Save, found: Json) -> _Landed | None:
    """None when it can't be told any more."""
    before = documents.find(row.runtime, _before(row))
    sent = documents.find(row.runtime, row.sent)
    if before is None or sent is None:
        return None
    if row.state != State.UNKNOWN:
        return _Landed(made(before, sent, found))
    over, last = row.sent, seen.known(row.runtime)
    intent = Event.objects.filter(save_id=row.pk, kind="save.intent").values_list("seq", flat=True).first() or 0
    onto = documents.find(row.runtime, last.digest) if last.digest and last.since > intent else None
    if onto is None:
        return _Landed(made(before, sent, sent), made(sent, sent, found), over)
    return _Landed(made(before, sent, sent), made(onto, onto, found), last.digest or over)


def conclude(
    save: UUID,
    state: State,
    evidence: Mapping[str, Json],
    *,
    found: Json | None = None,
    envelope: Envelope | None = None,
) -> Save:
    """Writes what became of a save, or that it isn't known yet. `found` is the document seen, if one was.

    A save that landed takes its draft with it; after any other closing the draft is at a new revision, so that it
    can be saved again while the old request still finds its own result.
    """
    landed = None
    if state in LANDED and found is not None:  # compared before the transaction, which is short
        landed = _landed(Save.objects.get(pk=save), found)
    with transaction.atomic():
        row = _locked(save)
        before = State(row.state)
        row.state = step(before, state)
        row.evidence = {**row.evidence, **evidence}
        now = timezone.now()
        row.checked_at = now
        if state is State.UNKNOWN:
            row.evidence |= {"answered_at": now.isoformat(), "answer": evidence.get("kind")}
        if found is not None:
            row.found = documents.keep(row.runtime, found)
        if envelope is not None:
            row.envelope = documents.keep(row.runtime, _as_json(envelope))
        if state not in OPEN:
            row.closed_at, row.leased_by, row.leased_until = now, None, None
        row.save()
        if state is not State.CHANGED:
            _tell(row, before, evidence, landed)
        if state in LANDED:
            drafts.discard(row.form, row.owner, row.runtime)
        elif state not in OPEN:
            Draft.objects.filter(form=row.form, revision=row.revision).update(revision=F("revision") + 1)
    return row


def _tell(row: Save, before: State, evidence: Mapping[str, Json], landed: _Landed | None) -> None:
    """Appends the event of what became of a save; of what others changed on top of it, too."""
    state = State(row.state)
    kind = "save.settled" if before is State.UNKNOWN else f"save.{KINDS.get(state, state)}"
    data = {**evidence, **_of(row), "state": str(state)}
    if row.envelope:
        data["envelope"] = row.envelope
    named = list(row.paths)
    if landed is not None:
        data |= seen.told(landed.own)
        changed = [paths.text(change.path) for change in landed.own]
        dropped: list[Json] = [path for path in row.paths if path not in changed]
        named = changed
        if state is not State.STORED and dropped:
            data["dropped"] = dropped
            named = list(dict.fromkeys([*row.paths, *changed]))
    after = row.sent if landed is not None and landed.over else row.found  # what others made of it is told beside it
    seq = _event(row, kind, data, after=after or None, named=named)
    if state in LANDED and row.found:
        seen.mark(row.runtime, row.found, seq)
    if landed is not None and landed.others and not _others_open(row):
        ref = RuntimeRef(row.organization, row.workspace, str(row.runtime))
        since, until = row.sent_at or row.created_at, timezone.now()
        seen.changed_outside(ref, landed.others, before=landed.over, after=row.found, since=since, until=until)


def _others_open(row: Save) -> bool:
    """Whether another save of the runtime may have made what was found."""
    out = Save.objects.filter(runtime=row.runtime, state__in=(State.SENDING, State.UNKNOWN))
    return out.exclude(pk=row.pk).exists()


@transaction.atomic
def landed_late(row: Save, before: str, after: str, changes: Sequence[Change]) -> None:
    """Writes down that a save which was given up for a newer one landed after it, over the state `before`."""
    named = [paths.text(change.path) for change in changes]
    data = {"phase": "seen later", "state": str(State.STORED), **_of(row), **seen.told(changes)}
    seq = _event(row, "save.settled", data, before=before, after=after, named=named)
    seen.mark(row.runtime, after, seq)


KINDS: dict[State, str] = {State.ALTERED: "stored"}
"""States whose event has another kind than their own name; the state itself is in the event's data."""


def _as_json(envelope: Envelope) -> Json:
    return {
        "code": envelope.code,
        "detail": envelope.detail,
        "type": envelope.type,
        "errors": [{"loc": list(error.loc), "msg": error.msg, "type": error.type} for error in envelope.errors],
    }


@transaction.atomic
def looked(save: UUID, line: str, found: Json | None) -> Save:
    """Notes that an unknown save was read back without settling it, and renews the lease."""
    row = _locked(save)
    row.checked_at = timezone.now()
    checks = [*row.evidence.get("checks", []), [row.checked_at.isoformat(), line]]
    row.evidence = {**row.evidence, "checks": checks[-50:]}
    if found is not None:
        row.found = documents.keep(row.runtime, found)
    row.save()
    return row
