"""What was looked at, taken away or taken up again, written down before it is given."""

from dataclasses import dataclass
from uuid import UUID

from adminui.accounts.models import Person
from adminui.contract.document import Json
from adminui.platform.address import RuntimeRef
from adminui.record import events
from adminui.saving.forms import Form
from adminui.saving.steps import Trace


@dataclass(frozen=True)
class _Place:
    """A workspace, or a runtime of it."""

    org: str
    workspace: str
    runtime: UUID | str | None


def revealed(form: Form, person: Person, path: str, trace: Trace) -> None:
    """Records that `person` looked at the value at a change path. Raises django.db.Error: then it isn't shown."""
    ref = RuntimeRef(form.organization, form.workspace, str(form.runtime))
    _seen("reveal", ref, person, trace, data={"path": path}, paths=(path,), before=form.base)


def revealed_of_event(ref: RuntimeRef, person: Person, path: str, event: UUID, trace: Trace) -> None:
    """Records that `person` looked at the values of an event at a change path. Raises django.db.Error."""
    data: dict[str, Json] = {"path": path, "event": str(event)}
    _seen("reveal", ref, person, trace, data=data, paths=(path,), origin="history")


def exported_history(
    org: str, ws: str, runtime: UUID | None, person: Person, query: str, kind: str, trace: Trace
) -> None:
    """Records that `person` takes the history away that `query` finds. Raises django.db.Error: then it isn't given."""
    data: dict[str, Json] = {"what": f"the history as {kind}", "query": query}
    _seen("export", _Place(org, ws, runtime), person, trace, data=data, origin="history")


def exported(ref: RuntimeRef, person: Person, what: str, trace: Trace) -> None:
    """Records that `person` took a config away. Raises django.db.Error: then it isn't given."""
    _seen("export", ref, person, trace, data={"what": f"the config as {what}"})


def taken_up(form: Form, person: Person, trace: Trace, *, kind: str, of: UUID, paths: tuple[str, ...]) -> None:
    """Records that `person` made a draft to go back to what an event tells; `kind` is “restore” or “undo”."""
    ref = RuntimeRef(form.organization, form.workspace, str(form.runtime))
    _seen(kind, ref, person, trace, data={"event": str(of)}, paths=paths, before=form.base, origin=kind)


def _seen(
    kind: str,
    ref: RuntimeRef | _Place,
    person: Person,
    trace: Trace,
    *,
    data: dict[str, Json],
    origin: str = "editor",
    paths: tuple[str, ...] = (),
    before: str | None = None,
) -> None:
    events.append(
        events.NewEvent(
            kind=kind,
            chain=ref.org,
            origin=origin,
            person=events.Person(person.issuer, person.subject, person.name),
            platform_user=events.PlatformUser(person.platform_id, person.platform_name),
            organization=ref.org,
            workspace=ref.workspace,
            runtime=UUID(str(ref.runtime)) if ref.runtime else None,
            request_id=trace.request_id,
            ip=trace.ip,
            agent=trace.agent,
            paths=paths,
            data=data,
            before=before,
        )
    )
