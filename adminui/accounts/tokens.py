"""A person's token for work that goes on without them: settling a save whose process died."""

from uuid import UUID

from django.utils import timezone

from adminui.accounts import sessions


def at_hand(platform_id: str, credential: UUID) -> str | None:
    """A living token of the platform's user: that of `credential` if it still lives, else the newest; else None."""
    living = sessions.living(timezone.now()).filter(person__platform_id=platform_id)
    for one in sorted(living.order_by("-created_at")[:5], key=lambda found: found.id != credential):
        if token := sessions.platform_token(one):
            return token
    return None
