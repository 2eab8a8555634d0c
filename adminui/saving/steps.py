"""The steps of a save that are written down: each one sync function in one short transaction.

No transaction is open across a call to the platform. Every step checks the table of states, records its event in
the same transaction, and so either both are there or neither is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from adminui.accounts.models import Person
from adminui.contract import paths
from adminui.contract.changes import diff
from adminui.contract.document import Json
from adminui.contract.envelope import Envelope
from adminui.record import documents, events
from adminui.record.ids import uuid7
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
    """One thing to save: `document` over `base`, as a person asked for it in one form at one revision."""

    form: Form
    revision: int
    base: Json
    document: Json
    origin: str
    reason: str = ""


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


def _event(save: Save, kind: str, data: Mapping[str, Json], *, after: str | None) -> None:
    person = save.person
    events.append(
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
            paths=tuple(save.paths),
            before=save.base,
            after=after,
            data=dict(data),
            save=save.id,
        )
    )


def _locked(save: UUID) -> Save:
    return Save.objects.select_for_update().select_related("person").get(pk=save)


@transaction.atomic
def intend(save: UUID) -> Save:
    """Commits the intent: from here on the PUT may be out."""
    row = _locked(save)
    row.state = step(State(row.state), State.SENDING)
    row.sent_at = timezone.now()
    row.leased_until = row.sent_at + LEASE
    row.save()
    older = Save.objects.filter(owner=row.owner, runtime=row.runtime, state=State.UNKNOWN).order_by("created_at")
    for unknown in older.values_list("pk", flat=True):  # its person was warned, and read it back first
        conclude(unknown, State.SUPERSEDED, {"phase": "superseded", "by": str(save)})
    _event(row, "save.intent", {}, after=row.sent)
    return row


@transaction.atomic
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
        kind = "save.settled" if before is State.UNKNOWN else f"save.{KINDS.get(state, state)}"
        data = {**evidence, "state": str(state)}
        if row.envelope:
            data["envelope"] = row.envelope
        _event(row, kind, data, after=row.found or None)
    if state in LANDED:
        drafts.discard(row.form, row.owner, row.runtime)
    elif state not in OPEN:
        Draft.objects.filter(form=row.form, revision=row.revision).update(revision=F("revision") + 1)
    return row


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
