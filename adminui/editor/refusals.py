"""What the platform said no to, as the editor shows it: the errors, and the document they were about."""

from dataclasses import dataclass
from uuid import UUID

from adminui.contract.document import Json
from adminui.contract.envelope import FieldError
from adminui.record import documents
from adminui.saving.models import Save
from adminui.saving.protocol import State


@dataclass(frozen=True)
class Refusal:
    """One refused save. `errors` have document paths of `sent`; `seconds`: the platform asks to wait so long."""

    kind: str
    status: int
    detail: str
    errors: tuple[FieldError, ...]
    sent: Json
    seconds: int | None
    request_id: str


def refusal_of(save: Save) -> Refusal | None:
    """The refusal that a save ended with; None when it wasn't refused or its documents are no longer kept."""
    if save.state != State.REJECTED or not save.envelope:
        return None
    envelope = documents.find(save.runtime, save.envelope)
    sent = documents.find(save.runtime, save.sent)
    if not isinstance(envelope, dict) or sent is None:
        return None
    errors = envelope["errors"]
    return Refusal(
        kind=str(save.evidence.get("kind")),
        status=int(save.evidence.get("status") or 400),
        detail=str(envelope["detail"]),
        errors=tuple(_error(error) for error in errors) if isinstance(errors, list) else (),
        sent=sent,
        seconds=save.evidence.get("retry_after"),
        request_id=save.request_id,
    )


def _error(error: Json) -> FieldError:
    assert isinstance(error, dict)  # noqa: S101 - written by saving.steps
    loc = error["loc"]
    assert isinstance(loc, list)  # noqa: S101
    return FieldError(
        loc=tuple(segment for segment in loc if isinstance(segment, str | int)),
        msg=str(error["msg"]),
        type=str(error["type"]),
    )


def last_refusal(form_id: UUID, owner: str) -> Refusal | None:
    """The refusal that this form's last save ended with, if it did."""
    last = Save.objects.filter(form=form_id, owner=owner).order_by("-revision").first()
    return refusal_of(last) if last is not None else None
