"""What the provider has to know before it is asked: its key, and the admin UI as its client."""

import os
from pathlib import Path

from allauth.idp.oidc.models import Client
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ..settings import PROVIDER_KEY

CLIENT_ID = "adminui"
CLIENT_SECRET = "secret-of-the-box"  # noqa: S105 - no secret: everybody's box has this one
BACK = "/signin/back/"
SIGNED_OUT = "/signin/"


def make_key(path: Path) -> None:
    """Makes the signing key at the first start."""
    if path.exists():
        return
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)


def register(port: str) -> None:
    """Makes the admin UI known: on this machine at any port by number, and by name at `port`."""
    make_key(PROVIDER_KEY)
    origins = [f"http://{host}:{port}" for host in ("127.0.0.1", "[::1]", "localhost")]
    client = Client.objects.filter(id=CLIENT_ID).first() or Client(id=CLIENT_ID)
    before = (client.redirect_uris, client.get_post_logout_redirect_uris())
    client.set_redirect_uris([origin + BACK for origin in origins])
    client.set_post_logout_redirect_uris([origin + SIGNED_OUT for origin in origins])
    if before == (client.redirect_uris, client.get_post_logout_redirect_uris()):
        return
    client.name = "Runtime configs"
    client.set_secret(CLIENT_SECRET)
    client.set_scopes(["openid", "profile", "email"])
    client.set_grant_types(["authorization_code", "refresh_token"])
    client.skip_consent = True
    client.save()
