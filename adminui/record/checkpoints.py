"""Checkpoints: heads of chains, signed, to be kept where this program's host can't reach.

The signing key is derived from the first of the program's keys, so there is none to configure. Whoever has the host can
sign new checkpoints, but not take back those that are kept elsewhere.
"""

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils import timezone

from adminui.keyring import Key, Keyring
from adminui.record.fields import ExactTimeField
from adminui.record.models import Head
from adminui.record.verifier import Checkpoint


def _signer(key: Key) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key.derived("checkpoint"))


def _ring() -> Keyring:
    ring: Keyring = settings.KEYRING
    return ring


def lines() -> Iterator[str]:
    """A signed line for the head of each chain as it is now. Raises django.db.Error."""
    key = _ring().keys[0]
    now = ExactTimeField.write(timezone.now())
    for head in Head.objects.filter(seq__gt=0).order_by("chain"):
        yield Checkpoint(head.chain, head.seq, head.hash, now, key.id).signed(_signer(key))


def public_key(name: str) -> bytes | None:
    """The 32 bytes that checkpoints signed by the key of that id are proven with; None for a key that is not there."""
    key = next((one for one in _ring().keys if one.id == name), None)
    return None if key is None else _signer(key).public_key().public_bytes_raw()


def public_keys() -> list[bytes]:
    """Those of all keys, the one that signs now first."""
    return [_signer(key).public_key().public_bytes_raw() for key in _ring().keys]
