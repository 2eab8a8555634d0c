"""The provider as the settings describe it; knows neither Django nor the network."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from adminui.accounts.roles import Role


@dataclass(frozen=True)
class ClaimNames:
    """Which claim holds what; a `.` leads into an object where no claim has the whole name."""

    username: str = "preferred_username"
    name: str = "name"
    email: str = "email"
    groups: str = "groups"


@dataclass(frozen=True)
class Provider:
    """One OpenID provider and what this program is there.

    `roles`: the groups whose people have each role. `required_groups`: one of them lets somebody in; empty: anybody.
    `email_domains`: in lower case, a verified address in one of them lets somebody in; empty: any or none.
    `default_role`: of who is in no group with a role; None: they don't come in. `skew`: seconds that clocks may differ.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    audience: str = ""
    resource: str = ""
    claims: ClaimNames = ClaimNames()
    required_groups: frozenset[str] = frozenset()
    email_domains: frozenset[str] = frozenset()
    roles: tuple[tuple[Role, frozenset[str]], ...] = ()
    default_role: Role | None = Role.VIEWER
    ca_file: Path | None = None
    skew: int = 300

    @property
    def origin(self) -> str:
        """Scheme, host and port of the issuer."""
        return origin(self.issuer)


def origin(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
