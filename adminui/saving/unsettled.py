"""Saves of one person on one runtime that aren't settled: what a new save has to know of first."""

from uuid import UUID

from asgiref.sync import sync_to_async

from adminui.contract.document import Json
from adminui.record import documents
from adminui.saving import settle
from adminui.saving.models import Save
from adminui.saving.protocol import OPEN, State


def under_way(owner: str, runtime: UUID) -> Save | None:
    """A save that is being sent right now."""
    mine = Save.objects.filter(owner=owner, runtime=runtime, state__in=OPEN - {State.UNKNOWN})
    return mine.order_by("-created_at").first()


def unknown(owner: str, runtime: UUID) -> list[Save]:
    """Saves that were sent and of which nobody knows yet what became of them, the newest first."""
    return list(Save.objects.filter(owner=owner, runtime=runtime, state=State.UNKNOWN).order_by("-created_at"))


def of_person(owner: str) -> list[Save]:
    """All of a person's saves that aren't settled, on any runtime, the newest first."""
    return list(Save.objects.filter(owner=owner, state=State.UNKNOWN).order_by("-created_at")[:20])


async def looked_at(save: Save, token: str) -> bool:
    """Reads an unknown save back once more, now; True when that settled it."""
    base, sent = await sync_to_async(documents_of)(save)
    if base is None or sent is None:
        return False
    await settle.look(save.pk, base, sent, token)
    return not await Save.objects.filter(pk=save.pk, state=State.UNKNOWN).aexists()


def documents_of(save: Save) -> tuple[Json | None, Json | None]:
    """The base and what was sent, each None when it is no longer kept or can't be opened."""
    return documents.find(save.runtime, save.base), documents.find(save.runtime, save.sent)
