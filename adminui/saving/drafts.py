"""Drafts: what a person typed and has not saved, kept before anything is sent.

A draft is keyed by form id and belongs to the platform's user and one runtime. A form never touches another
form's draft. Values are kept as the posted pairs of name and value, sealed; the base document is a record_document.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from adminui import keyring
from adminui.contract.document import Json
from adminui.record import documents
from adminui.saving.forms import KEPT, Form
from adminui.saving.models import Draft, Save

MOST_REASON = 2000
"""Characters of a reason that are kept; more than may be saved, so that a long one can be shortened."""

Pairs = Sequence[tuple[str, str]]


class BaseGone(LookupError):
    """The document a form was typed over is no longer kept, so its values can't be told from the rest."""


@dataclass(frozen=True)
class Kept:
    """One draft, opened. `revision` counts the different states that were kept, from 1 on."""

    form: Form
    base: Json
    values: tuple[tuple[str, str], ...]
    reason: str
    revision: int
    changes: int
    sections: tuple[str, ...]
    updated_at: datetime


def _bound(form: Form) -> str:
    return f"draft:{form.id}:{form.owner}:{form.runtime}"


def _seal(form: Form, values: Pairs) -> bytes:
    plain = zlib.compress(json.dumps([list(pair) for pair in values]).encode())
    return keyring.seal(plain, bound_to=_bound(form))


def _open(form: Form, sealed: bytes) -> tuple[tuple[str, str], ...]:
    plain = keyring.open_sealed(sealed, bound_to=_bound(form))
    return tuple((str(name), str(value)) for name, value in json.loads(zlib.decompress(plain)))


def _mine(form: Form) -> dict[str, Any]:
    return {"form": form.id, "owner": form.owner, "runtime": form.runtime}


def next_revision(form: UUID) -> int:
    """The number after the last saved one, so that a form that goes on after a save never meets an old save's row."""
    last: int | None = Save.objects.filter(form=form).aggregate(last=Max("revision"))["last"]
    return (last or 0) + 1


@transaction.atomic
def keep(form: Form, values: Pairs, *, changes: int, sections: Iterable[str]) -> int:
    """Keeps what was typed; returns its revision. The same values over the same base make no new revision."""
    row = Draft.objects.select_for_update().filter(**_mine(form)).first()
    if row is None:
        row = Draft(
            **_mine(form), organization=form.organization, workspace=form.workspace, revision=next_revision(form.id)
        )
    elif row.base == form.base and _open(form, bytes(row.values)) == tuple(values):
        return row.revision
    else:
        row.revision += 1
    row.base, row.read_at = form.base, form.read_at
    row.values = _seal(form, values)
    row.changes, row.sections = changes, list(sections)
    row.save()
    return row.revision


def note_reason(form: Form, reason: str) -> None:
    """Keeps a reason as typed, right or wrong."""
    Draft.objects.filter(**_mine(form)).update(reason=reason[:MOST_REASON])


def load(form: UUID, owner: str, runtime: UUID) -> Kept | None:
    """The draft of a form, for its own person and runtime only. Raises BaseGone."""
    row = Draft.objects.filter(form=form, owner=owner, runtime=runtime, updated_at__gt=timezone.now() - KEPT).first()
    return None if row is None else _kept(row)


def _kept(row: Draft) -> Kept:
    form = Form(row.form, row.owner, row.organization, row.workspace, row.runtime, row.base, row.read_at)
    return Kept(
        form=form,
        base=base_of(form),
        values=_open(form, bytes(row.values)),
        reason=row.reason,
        revision=row.revision,
        changes=row.changes,
        sections=tuple(row.sections),
        updated_at=row.updated_at,
    )


def base_of(form: Form) -> Json:
    """The document a form was rendered from. Raises BaseGone."""
    base = documents.load(form.runtime, form.base)
    if base is None:
        raise BaseGone(form.base)
    return base


def left(owner: str, runtime: UUID) -> list[Draft]:
    """Drafts that this person has left on a runtime, newest first, still sealed."""
    fresh = timezone.now() - KEPT
    return list(Draft.objects.filter(owner=owner, runtime=runtime, updated_at__gt=fresh).order_by("-updated_at")[:20])


def discard(form: UUID, owner: str, runtime: UUID) -> bool:
    """Forgets a draft; False when there was none."""
    deleted, _ = Draft.objects.filter(form=form, owner=owner, runtime=runtime).delete()
    return bool(deleted)
