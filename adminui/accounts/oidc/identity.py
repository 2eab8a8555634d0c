"""Who somebody is by the claims of the provider, what they are here for it, and whether they may come in at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from adminui.accounts.oidc import discovery, wire
from adminui.accounts.oidc.config import ClaimNames, Provider
from adminui.accounts.oidc.errors import NotAdmitted, ProviderError, Untrusted
from adminui.accounts.oidc.idtoken import Claims
from adminui.accounts.roles import Role, ordered

_MOST_GROUPS = 2000


@dataclass(frozen=True)
class Identity:
    """What the provider says of somebody. `email` is "" unless given; `groups` None: it doesn't say."""

    subject: str
    username: str
    name: str
    email: str
    verified: bool
    groups: frozenset[str] | None
    session: str
    """The provider's id of the session (sid), by which it ends it later; "" where it gives none."""


async def identity(provider: Provider, claims: Claims, access_token: str) -> Identity:
    """The identity in the claims of an ID token; what they lack is asked of the userinfo endpoint, if there is one.

    Raises Untrusted when that speaks of somebody else, and Down or Misset when it is needed and can't be had.
    """
    found = _read(provider.claims, claims)
    lacking = not found.username or found.groups is None or (bool(provider.email_domains) and not found.email)
    endpoint = (await discovery.metadata(provider)).userinfo_endpoint
    if not lacking or endpoint is None:
        return found
    try:
        more = await wire.get_json(provider, endpoint, token=access_token)
    except ProviderError:
        if provider.required_groups or provider.email_domains:
            raise
        return found
    if more.get("sub") != found.subject:
        raise Untrusted("the userinfo endpoint speaks of another subject")
    return _read(provider.claims, {**more, **claims})


def _read(names: ClaimNames, claims: Claims) -> Identity:
    groups = _at(claims, names.groups)
    return Identity(
        subject=claims["sub"],
        username=_line(_at(claims, names.username)),
        name=_line(_at(claims, names.name)),
        email=_line(_at(claims, names.email)),
        verified=claims.get("email_verified") in (True, "true"),
        groups=None if groups is None else _groups(groups),
        session=_line(claims.get("sid")),
    )


def _at(claims: Claims, name: str) -> Any:
    """The claim of that name; where there is none, what its dots lead to."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _line(value: object) -> str:
    """A text as one line that a column holds; "" for anything else."""
    return " ".join(value.replace("\0", "").split())[:255] if isinstance(value, str) else ""


def _groups(value: object) -> frozenset[str]:
    listed = [value] if isinstance(value, str) else value
    return (
        frozenset(one for one in listed[:_MOST_GROUPS] if isinstance(one, str))
        if isinstance(listed, list)
        else frozenset()
    )


def admitted(provider: Provider, who: Identity) -> list[Role]:
    """The roles of somebody who may come in. Raises NotAdmitted."""
    groups = who.groups or frozenset()
    if provider.required_groups and not groups & provider.required_groups:
        raise NotAdmitted(
            "in none of the required groups",
            f"Your account is known, but this program is for members of {_either(provider.required_groups)} only. "
            "Who looks after your account at {name} can add you.",
        )
    if provider.email_domains and not (who.verified and who.email.lower().rpartition("@")[2] in provider.email_domains):
        raise NotAdmitted(
            "no verified e-mail address in one of the domains" if who.email else "no e-mail address",
            f"This program is for people with a verified e-mail address in {_either(provider.email_domains)}. "
            "{name} gives none of those for you.",
        )
    roles = roles_of(provider, groups)
    if not roles:
        raise NotAdmitted(
            "in no group with a role",
            "Your account is known, but none of your groups has a role here. "
            "Who looks after your account at {name} can add you to one.",
        )
    return roles


def roles_of(provider: Provider, groups: Iterable[str]) -> list[Role]:
    """The roles that some groups have here, in their order; the default one of who has none by them."""
    mine = frozenset(groups)
    found = [role for role, members in provider.roles if mine & members]
    if not found and provider.default_role is not None:
        found = [provider.default_role]
    return ordered(found)


def groups_with(provider: Provider, roles: Iterable[Role]) -> list[str]:
    """The groups whose people have one of the roles, in the roles' order."""
    wanted = set(roles)
    return list(dict.fromkeys(group for role, members in provider.roles if role in wanted for group in sorted(members)))


def _either(names: Iterable[str]) -> str:
    return " or ".join(sorted(names))
