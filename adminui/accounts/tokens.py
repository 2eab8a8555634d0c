"""A person’s token for work that goes on without them: reading back a save whose browser left or whose worker died."""

from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone

from adminui.accounts import refresh, sessions
from adminui.accounts.models import Credential
from adminui.accounts.oidc.errors import ProviderError

MOST = 5
"""Sessions that are tried."""


async def at_hand(platform_id: str, credential: UUID, *, refused: str = "") -> str | None:
    """A living token of the platform's user: that of `credential` if it still lives, else the newest; else None.

    An access token that is about to end, or is the one that the platform `refused`, is renewed first where it can be.
    """
    for row, kept in await sync_to_async(_candidates)(platform_id, credential):
        token = await _at_its_best(row, kept, refused)
        if token and token != refused:
            return token
    return None


async def _at_its_best(row: Credential, token: str, refused: str) -> str:
    """The session's token, renewed where it has to be; "" where the session came to its end by that."""
    if row.way != "sso" or settings.SAVES_WITH != "sso" or not (refresh.is_due(row) or token == refused):
        return token
    try:
        found = await refresh.renewed(row.id, row.version)
    except ProviderError:
        return token
    return "" if found is None else found.token


def _candidates(platform_id: str, credential: UUID) -> list[tuple[Credential, str]]:
    living = sessions.living(timezone.now()).filter(person__platform_id=platform_id)
    rows = sorted(living.order_by("-created_at")[:MOST], key=lambda found: found.id != credential)
    return [(row, sessions.platform_token(row) or "") for row in rows]
