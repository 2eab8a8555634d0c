"""What the provider says of its people, and the key that it signs with."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client, PrivateKey

from ..settings import PROVIDER_KEY


class Claims(DefaultOIDCAdapter):  # type: ignore[misc] # allauth has no types
    """allauth's adapter, for the box's own table of people."""

    def get_claims(
        self,
        purpose: Literal["id_token", "userinfo"],
        user: Any,
        client: Client,
        scopes: Iterable[str],
        email: str | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Subject and groups always, the rest as the scopes ask."""
        claims: dict[str, Any] = {"sub": self.get_user_sub(client, user), "groups": user.groups}
        if "email" in scopes:
            claims |= {"email": user.email_address, "email_verified": True}
        if "profile" in scopes:
            claims |= {
                "name": f"{user.first_name} {user.last_name}",
                "given_name": user.first_name,
                "family_name": user.last_name,
                "preferred_username": user.username,
            }
        return claims

    def list_private_keys(self, **_: object) -> list[PrivateKey]:
        """The one key there is."""
        return [PrivateKey(pem=_pem(PROVIDER_KEY))]


@cache
def _pem(path: Path) -> str:
    return path.read_text("ascii")
