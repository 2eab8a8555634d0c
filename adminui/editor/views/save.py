"""…/config/saves/{save}/: what became of one save. Updates by itself while it is open."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from adminui.accounts.here import Who, page, signed_in
from adminui.accounts.places import canonical
from adminui.contract import paths
from adminui.contract.changes import Change, Told, diff, tell
from adminui.contract.document import Absent, Json, same
from adminui.contract.jsondiff import MASK, Line, lines
from adminui.contract.stored import normalised
from adminui.editor.outcomes import Outcome, counted, outcome, said_of
from adminui.editor.subject import Subject, subject
from adminui.record import documents
from adminui.record.models import Event
from adminui.saving.models import Save
from adminui.saving.protocol import LANDED, State
from adminui.saving.settle import over


@dataclass(frozen=True)
class Documents:
    """The documents a save speaks of, as far as they are still kept."""

    base: Json | None
    sent: Json | None
    found: Json | None
    envelope: Any


def _load(row: Save) -> Documents:
    def one(digest: str) -> Json | None:
        return documents.opened(row.runtime, digest)[0] if digest else None

    return Documents(one(row.base), one(row.sent), one(row.found), one(row.envelope))


@require_safe
@signed_in
async def save(request: HttpRequest, who: Who, org: str, ws: str, runtime: str, save: UUID) -> HttpResponse:
    """The receipt, the refusal, or what is known so far; for the person whose save it is."""
    if elsewhere := await canonical(request, who, org, ws, runtime):
        return elsewhere
    about = await subject(who, org, ws, runtime)
    mine = Save.objects.select_related("person").filter(owner=who.person.platform_id, runtime=about.id)
    row = await mine.filter(pk=save).afirst()
    if row is None:
        raise Http404("No such save of yours.")
    kept = await sync_to_async(_load)(row)
    told = outcome(row, about.name, over=over(row))
    context = {
        "subject": about,
        "save": row,
        "outcome": told,
        "here": request.path,
        "mask": MASK,
        "errors": _errors(kept),
        "steps": _steps(row),
        "actions": _actions(about, row, told),
        "took": _took(row),
        "undo": await sync_to_async(_undo)(about, row, told),
        **_documents(row, kept),
    }
    return page(request, "editor/save.html", context, who=who, place=about.place)


def _documents(row: Save, kept: Documents) -> dict[str, object]:
    """What was sent, what the platform made of it, and what is stored beside it where that isn't plain."""
    told: list[Told] = []
    now: list[Line] = []
    own: list[dict[str, object]] = []
    if kept.base is not None and kept.sent is not None:
        changes = diff(kept.base, kept.sent)
        told = [tell(change) for change in changes]
        if kept.found is not None and State(row.state) in LANDED:
            own = [_said(one.path, one.sent, one.stored, one.how) for one in normalised(kept.sent, kept.found)]
        elif kept.found is not None and not same(kept.found, kept.sent):
            now = lines(kept.found, kept.sent)
    return {"told": told, "normalised": own, "now_lines": now}


def _said(path: paths.Path, sent: Json | Absent, stored: Json | Absent, how: str) -> dict[str, object]:
    said = tell(Change(path, "changed", sent, stored))
    hide = MASK if said.secret else None
    return {
        "label": said.label,
        "path": said.path,
        "sent": said.before and (hide or said.before),
        "stored": said.after and (hide or said.after),
        "how": how,
    }


def _errors(kept: Documents) -> list[dict[str, str]]:
    envelope = kept.envelope
    if not envelope:
        return []
    told = [{"path": paths.text(tuple(e["loc"])), "msg": str(e["msg"])} for e in envelope["errors"]]
    return [{"path": str(envelope["code"]), "msg": str(envelope["detail"])}, *told]


@dataclass(frozen=True)
class Step:
    """One line of what happened so far."""

    at: datetime
    text: str
    tone: str = ""


def _steps(row: Save) -> list[Step]:
    """The course of a save that wasn't simply stored; empty for one that was."""
    answered = row.evidence.get("answered_at")
    if row.sent_at is None or answered is None:
        return []
    course = [Step(row.sent_at, f"Intent recorded, {counted(len(row.paths))} sent")]
    course.append(Step(datetime.fromisoformat(answered), said_of(row), "bad"))
    for text, looks in groupby(row.evidence.get("checks", []), key=lambda check: str(check[1])):
        times = [datetime.fromisoformat(at) for at, _ in looks]
        course.append(Step(times[-1], text if len(times) == 1 else f"{text}, {len(times)} times"))
    if row.state == State.UNKNOWN and row.checked_at:
        course.append(Step(row.checked_at, "Reading back again", "now"))
    return course


def _undo(about: Subject, row: Save, told: Outcome) -> str:
    """Where this save is taken back; empty where there is nothing to take back, or it isn't known what."""
    if not told.landed or row.found in {"", row.base}:
        return ""
    landed = Event.objects.filter(save_id=row.id, kind__in=("save.stored", "save.settled")).order_by("-seq").first()
    return about.url("config-undo", event=landed.id) if landed else ""


def _took(row: Save) -> str | None:
    if row.closed_at is None:
        return None
    return f"{(row.closed_at - row.created_at).total_seconds():.2f}"


def _actions(about: Subject, row: Save, told: Outcome) -> list[dict[str, str]]:
    config = about.url("config")
    form = f"?form={row.form}"
    if row.state == State.CHANGED:
        return [
            {"href": about.url("config-merge") + form, "text": "Merge"},
            {"href": config + form, "text": "Back to editing"},
        ]
    if told.open:
        return [{"href": about.url("config-save", save=row.id), "text": "Check now"}]
    if told.landed or row.state == State.SUPERSEDED:
        again = [{"href": config, "text": "Edit again"}]
    else:
        again = [
            {"href": config + form, "text": "Back to editing"},
            {"href": about.url("config-review") + form, "text": "Review and send again"},
        ]
    ref = about.ref
    listed = reverse("workspace-runtimes", kwargs={"org": ref.org, "ws": ref.workspace})
    return [*again, {"href": listed, "text": "All runtimes"}]
