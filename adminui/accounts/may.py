"""What a person may not do here, and who can: one function a deed, its answer shown beside the disabled control."""

from dataclasses import dataclass

from django.conf import settings

from adminui.accounts.here import Who
from adminui.accounts.oidc.identity import groups_with
from adminui.accounts.roles import MAY, Deed, can, told
from adminui.contract.answers import RuntimeItem


@dataclass(frozen=True)
class Reason:
    """Why not, in a sentence or two, and who can instead as far as that is known."""

    text: str
    who_can: str | None = None


_NEEDS: dict[Deed, tuple[str, str]] = {
    Deed.SAVE: ("reads configs and changes none", "change configs"),
    Deed.HISTORY: ("reads no history", "read history"),
    Deed.EXPORT_HISTORY: ("exports no history", "export history"),
    Deed.REVEAL: ("reveals no masked values", "reveal masked values"),
    Deed.PEOPLE: ("sees no people, sessions or health of this program", "see them"),
}
"""What a role without the deed does, and what those can who have it."""


def why_not(who: Who, deed: Deed) -> Reason | None:
    """Why this person's role doesn't allow a deed; None when it does. The platform may still say no."""
    if can(who.roles, deed):
        return None
    if deed is Deed.EXPORT_HISTORY and who.way == "token":  # where nobody has roles there are no auditors either
        return None
    does, others = _NEEDS[deed]
    roles = [role for role, deeds in MAY.items() if deed in deeds]
    groups = groups_with(settings.OIDC, roles) if settings.OIDC else []
    whose = f"members of {' or '.join(groups)}" if groups else f"people with the role {' or '.join(roles)}"
    return Reason(f"Your role here, {told(who.roles)}, {does}. {whose[0].upper()}{whose[1:]} can {others}.", whose)


def why_not_save(who: Who, item: RuntimeItem | None) -> Reason | None:
    """Why this person can't save this runtime's config; None when nothing known stands against it.

    The platform has the last word: a server that doesn't say who owns a runtime leaves it to the save.
    """
    if reason := why_not(who, Deed.SAVE):
        return reason
    if item is None or item.owned_by_me is not False:
        return None
    owner = item.created_by
    if owner:
        return Reason(f"Only the owner, {owner}, can change this config.", owner)
    return Reason("Only its owner can change this config.")


def why_not_token(who: Who, platform_id: str, platform_name: str, email: str) -> Reason | None:
    """Why this person may not use the API token of that user of the platform; None when they may.

    Synchronous, as it uses the database.
    """
    if settings.ALLOW_OTHER_TOKENS:
        return None
    person = who.person
    others = type(person).objects.filter(issuer=person.issuer, platform_id=platform_id).exclude(id=person.id)
    if other := others.first():
        return Reason(f"This is the token of {platform_name}, who is {other.name} here.", other.name)
    if person.platform_id and person.platform_id != platform_id:
        return Reason(
            f"This is the token of {platform_name}; on the platform you are {person.platform_name}.",
            person.platform_name,
        )
    known = bool(person.email and person.email_verified and email)
    if not person.platform_id and known and person.email.casefold() != email.casefold():
        return Reason(f"This is the token of {platform_name}, whose e-mail address isn’t yours ({person.email}).")
    return None
