"""A masked value that somebody looked at: written down before it is shown."""

from adminui.accounts.models import Person
from adminui.record import events
from adminui.saving.forms import Form
from adminui.saving.steps import Trace


def record(form: Form, person: Person, path: str, trace: Trace) -> None:
    """Records that `person` looked at the value at a change path. Raises django.db.Error: then it isn't shown."""
    events.append(
        events.NewEvent(
            kind="reveal",
            chain=form.organization,
            origin="editor",
            person=events.Person(person.issuer, person.subject, person.name),
            platform_user=events.PlatformUser(person.platform_id, person.name),
            organization=form.organization,
            workspace=form.workspace,
            runtime=form.runtime,
            request_id=trace.request_id,
            ip=trace.ip,
            agent=trace.agent,
            paths=(path,),
            data={"path": path},
            before=form.base,
        )
    )
