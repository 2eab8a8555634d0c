"""A person's token for work that goes on without them: settling a save whose process died."""

from uuid import UUID

from django.utils import timezone

from adminui.accounts.models import Credential
from adminui.keyring import SealBroken


def at_hand(platform_id: str, credential: UUID) -> str | None:
    """A living token of the platform's user: that of `credential` if it still lives, else the newest; else None."""
    living = Credential.objects.filter(person__platform_id=platform_id, ends_at__gt=timezone.now())
    for one in sorted(living.order_by("-created_at")[:5], key=lambda found: found.id != credential):
        try:
            return one.token()
        except SealBroken:
            continue
    return None
