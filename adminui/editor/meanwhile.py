"""What happens around an open editor: who else has unsaved changes, and whether the stored config moved on."""

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from adminui.accounts.here import Who
from adminui.accounts.models import Person
from adminui.contract.changes import Told, diff, tell
from adminui.contract.document import Json, same
from adminui.contract.merge import merge
from adminui.editor.blame import elsewhere
from adminui.editor.subject import Subject
from adminui.platform.answers import Stored
from adminui.record import documents
from adminui.record.models import Event
from adminui.saving import drafts, unsettled
from adminui.saving.drafts import BaseGone
from adminui.saving.models import Draft, Save
from adminui.saving.reading import read_config


@dataclass(frozen=True)
class Around:
    """What stands above an open form: own drafts that were left, others at work, own saves that aren't settled."""

    left: Sequence[Draft] = ()
    others: Sequence["Other"] = ()
    earlier: Sequence[Save] = ()
    elsewhere: str = ""


NOTHING = Around()
EVERY = 30.0
"""Seconds in which one editor reads the platform at most once."""
PRESENT = timedelta(hours=24)
"""How long somebody's draft counts as being at work on a runtime."""
_KEPT = 500


@dataclass(frozen=True)
class Other:
    """Somebody else who has unsaved changes here. Never what they are."""

    name: str
    since: datetime


@dataclass(frozen=True)
class Moved:
    """The stored config is no longer what the form was made from. `who` where it was saved from here."""

    told: list[Told]
    who: str
    at: datetime
    overlaps: int
    mine: int


def others(owner: str, runtime: UUID) -> list[Other]:
    """Others' drafts of a runtime, the longest at work first; asks nobody but our own database."""
    fresh = timezone.now() - PRESENT
    rows = Draft.objects.filter(runtime=runtime, changes__gt=0, updated_at__gt=fresh).exclude(owner=owner)
    since: dict[str, datetime] = {}
    for row in rows.order_by("created_at").values_list("owner", "created_at"):
        since.setdefault(row[0], row[1])
    people = Person.objects.filter(platform_id__in=since).order_by("created_at")
    names = dict(people.values_list("platform_id", "name"))
    return [Other(names.get(owner, "somebody"), at) for owner, at in since.items()]


def around(owner: str, runtime: UUID, *, with_left: bool = False) -> Around:
    """What is to be said above a form of this person on this runtime; left drafts only where none is open."""
    left = drafts.left(owner, runtime) if with_left else []
    return Around(left, others(owner, runtime), unsettled.unknown(owner, runtime), elsewhere(runtime))


_reads: OrderedDict[tuple[UUID, UUID], tuple[float, Stored]] = OrderedDict()


async def read(who: Who, about: Subject) -> Stored:
    """What is stored now, read at most once in EVERY seconds for one session and runtime."""
    key = who.credential, about.id
    known = _reads.get(key)
    if known is not None and time.monotonic() - known[0] < EVERY - 1:
        return known[1]
    stored = await read_config(who.token, about.ref)
    _reads[key] = time.monotonic(), stored
    while len(_reads) > _KEPT:
        _reads.popitem(last=False)
    return stored


def moved(about: Subject, owner: str, form: UUID, base: str, found: Json, read_at: datetime) -> Moved | None:
    """How what is stored differs from the base of an open form; None when it doesn't, or can't be told."""
    before = documents.find(about.id, base)
    if before is None or same(before, found):
        return None
    mine, overlaps = 0, 0
    try:
        kept = drafts.load(form, owner, about.id)
    except BaseGone:
        kept = None
    if kept is not None and kept.form.base == base:
        merged = merge(kept.base, found, about.form_posted(kept.base, kept.values).document())
        mine, overlaps = len(merged.mine), len(merged.overlaps)
    last = Event.objects.filter(runtime=about.id, after=documents.digest_of(about.id, found)).order_by("-seq").first()
    told = [tell(change) for change in diff(before, found)]
    return Moved(told, last.name if last else "", last.at if last else read_at, overlaps, mine)
