"""Drafts: what a person typed and has not saved, kept before anything is sent.

A draft is keyed by form id and belongs to the platform's user and one runtime. A form never touches another
form's draft. Values are kept as the posted pairs of name and value, sealed; the base document is a record_document.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from adminui import keyring
from adminui.contract.document import Json
from adminui.record import documents
from adminui.saving.forms import KEPT, Form
from adminui.saving.models import Draft, Gone, Save

MOST_REASON = 2000
"""Characters of a reason that are kept; more than may be saved, so that a long one can be shortened."""

_GONE_FOR = timedelta(days=1)
"""How long it is remembered that a form's draft is gone; no request is under way for longer."""

Pairs = Sequence[tuple[str, str]]


class BaseGone(LookupError):
    """The document a form was typed over is no longer kept, so its values can't be told from the rest.

    Or it, or the values that were kept, can't be opened: they were tampered with, or their key is gone. `values`: what
    is kept of them all the same.
    """

    def __init__(self, base: str, values: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(base)
        self.values = values


class Late(Exception):
    """A later state of this form was kept, saved or discarded already: the one with the number `seq`."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"There is a later state already: {seq}.")
        self.seq = seq


@dataclass(frozen=True)
class Kept:
    """One draft, opened. `revision` counts the different states that were kept, from 1 on."""

    form: Form
    base: Json
    values: tuple[tuple[str, str], ...]
    reason: str
    revision: int
    seq: int
    changes: int
    sections: tuple[str, ...]
    updated_at: datetime
    origin: str = "editor"
    of: UUID | None = None


def _seal(row: Draft, values: Pairs) -> bytes:
    plain = zlib.compress(json.dumps([list(pair) for pair in values]).encode())
    return keyring.seal(plain, bound_to=row.place)


def _open(row: Draft) -> tuple[tuple[str, str], ...]:
    """The values of a draft. Raises BaseGone."""
    try:
        plain = keyring.open_sealed(bytes(row.values), bound_to=row.place)
    except keyring.SealBroken as broken:
        raise BaseGone(row.base) from broken
    return tuple((str(name), str(value)) for name, value in json.loads(zlib.decompress(plain)))


def _holds(row: Draft, values: Pairs) -> bool:
    """Whether these are the values of a draft; what can't be opened is written anew."""
    with suppress(BaseGone):
        return _open(row) == tuple(values)
    return False


def _mine(form: Form) -> dict[str, Any]:
    return {"form": form.id, "owner": form.owner, "runtime": form.runtime}


def next_revision(form: UUID) -> int:
    """The number after the last saved one, so that a form that goes on after a save never meets an old save's row."""
    last: int | None = Save.objects.filter(form=form).aggregate(last=Max("revision"))["last"]
    return (last or 0) + 1


@transaction.atomic
def keep(form: Form, values: Pairs, *, changes: int, sections: Iterable[str], seq: int | None = None) -> int:
    """Keeps what was typed; returns its revision. The same values over the same base make no new revision.

    `seq` is the page's number of this state. Raises Late where it isn't above that of the state kept, saved or
    discarded last; None, from a page without scripts, is never late.
    """
    row = Draft.objects.select_for_update().filter(**_mine(form)).first()
    if row is None:
        gone = Gone.objects.filter(form=form.id).values_list("seq", flat=True).first()
        if seq is not None and gone is not None and seq <= gone:
            raise Late(gone)
        row = Draft(
            **_mine(form), organization=form.organization, workspace=form.workspace, revision=next_revision(form.id)
        )
    elif seq is not None and seq <= row.seq:
        raise Late(row.seq)
    elif row.base == form.base and _holds(row, values):
        Draft.objects.filter(pk=row.pk).update(seq=row.seq if seq is None else seq)
        return row.revision
    else:
        row.revision += 1
    row.base, row.read_at = form.base, form.read_at
    row.values, row.seq = _seal(row, values), row.seq if seq is None else seq
    row.changes, row.sections = changes, list(sections)
    row.save()
    return row.revision


def note_reason(form: Form, reason: str) -> None:
    """Keeps a reason as typed, right or wrong."""
    Draft.objects.filter(**_mine(form)).update(reason=reason[:MOST_REASON])


def came_from(form: Form, origin: str, of: UUID) -> None:
    """Notes what set a draft off, beside a form, and the event that it goes back to: its save's events say so too."""
    Draft.objects.filter(**_mine(form)).update(origin=origin, of=of)


def load(form: UUID, owner: str, runtime: UUID) -> Kept | None:
    """The draft of a form, for its own person and runtime only. Raises BaseGone."""
    row = Draft.objects.filter(form=form, owner=owner, runtime=runtime, updated_at__gt=timezone.now() - KEPT).first()
    return None if row is None else _kept(row)


def _kept(row: Draft) -> Kept:
    form = Form(row.form, row.owner, row.organization, row.workspace, row.runtime, row.base, row.read_at)
    values = _open(row)
    try:
        base = base_of(form)
    except BaseGone as gone:
        raise BaseGone(row.base, values) from gone
    return Kept(
        form=form,
        base=base,
        values=values,
        reason=row.reason,
        revision=row.revision,
        seq=row.seq,
        changes=row.changes,
        sections=tuple(row.sections),
        updated_at=row.updated_at,
        origin=row.origin,
        of=row.of,
    )


def base_of(form: Form) -> Json:
    """The document a form was rendered from. Raises BaseGone."""
    base = documents.find(form.runtime, form.base)
    if base is None:
        raise BaseGone(form.base)
    return base


def left(owner: str, runtime: UUID) -> list[Draft]:
    """Drafts that this person has left on a runtime, newest first, still sealed."""
    fresh = timezone.now() - KEPT
    return list(Draft.objects.filter(owner=owner, runtime=runtime, updated_at__gt=fresh).order_by("-updated_at")[:20])


@transaction.atomic
def discard(form: UUID, owner: str, runtime: UUID, *, seq: int = 0) -> bool:
    """Forgets a draft, and what its page may still send of it up to `seq`; False when there was none."""
    mine = Draft.objects.select_for_update().filter(form=form, owner=owner, runtime=runtime)
    last = mine.values_list("seq", flat=True).first()
    if last is not None or seq:
        Gone.objects.update_or_create(form=form, defaults={"seq": max(last or 0, seq)})
        Gone.objects.filter(at__lt=timezone.now() - _GONE_FOR).delete()
    deleted, _ = mine.delete()
    return bool(deleted)
