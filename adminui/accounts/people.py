"""The rows of people: made at their first sign-in, brought up to date at each later one and at each refresh."""

from django.conf import settings

from adminui.accounts.models import Person
from adminui.accounts.oidc.config import Provider
from adminui.accounts.oidc.identity import Identity
from adminui.accounts.roles import BY_TOKEN, Role, ordered, told
from adminui.accounts.witness import Origin, record
from adminui.contract.answers import User


def by_token(user: User) -> Person:
    """The row of whom the platform knows by a token. The user's id must be one that can be kept (`keepable`)."""
    full_name = user.full_name or " ".join(filter(None, (user.first_name, user.last_name)))
    person, _ = Person.objects.update_or_create(
        issuer=settings.PLATFORM_URL,
        subject=user.id,
        defaults={
            **on_platform(user),
            "roles": ordered(BY_TOKEN),
            "name": kept_text(user.username or full_name or user.email_address or user.id),
            "full_name": kept_text(full_name),
            "email": kept_text(user.email_address or ""),
        },
    )
    return person


def by_provider(provider: Provider, who: Identity, roles: list[Role], user: User | None, origin: Origin) -> Person:
    """The row of whom the provider knows; `user` is who they are on the platform, where that was asked.

    Another role than before is recorded.
    """
    about: dict[str, object] = {
        "name": who.username or who.name or who.email or who.subject,
        "full_name": who.name,
        "email": who.email,
        "email_verified": who.verified,
        **({} if user is None else on_platform(user)),
    }
    person, new = Person.objects.update_or_create(issuer=provider.issuer, subject=who.subject, defaults=about)
    before = told(ordered(person.roles))
    person.roles = ordered(roles)
    person.save(update_fields=["roles"])
    if not new and before != told(roles):
        record("role.changed", person, origin, {"before": before, "after": told(roles)})
    return person


def on_platform(user: User) -> dict[str, object]:
    """The columns that say who somebody is on the platform."""
    return {"platform_id": user.id, "platform_name": kept_text(user.username or user.email_address or user.id)}


def keepable(user: User) -> bool:
    """Whether the platform names the user by an id that a column holds as it is."""
    return kept_text(user.id) == user.id


def kept_text(text: str) -> str:
    """As much of the platform's text as a column holds, without what PostgreSQL refuses."""
    return text.replace("\0", "�").encode(errors="replace").decode()[:255]
