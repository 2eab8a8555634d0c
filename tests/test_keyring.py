"""Sealing: bound to its place, by the first key, opened by any."""

import base64
import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from adminui import keyring
from adminui.keyring import BadKey, Key, Keyring, SealBroken


def ring(*ids: str) -> Keyring:
    return Keyring(tuple(Key(name, secrets.token_bytes(32)) for name in ids))


@given(st.binary(max_size=5000), st.text(max_size=100))
def test_what_was_sealed_opens_at_its_place(plain: bytes, place: str) -> None:
    keys = ring("k1")
    assert keys.open_sealed(keys.seal(plain, bound_to=place), bound_to=place) == plain


def test_it_opens_nowhere_else() -> None:
    keys = ring("k1")
    sealed = keys.seal(b"token", bound_to="row 1")
    for place in ("row 2", "", "row 1 ", "k1row 1"):
        with pytest.raises(SealBroken):
            keys.open_sealed(sealed, bound_to=place)


def test_any_change_breaks_the_seal() -> None:
    keys = ring("k1")
    sealed = keys.seal(b"token", bound_to="row 1")
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(SealBroken):
            keys.open_sealed(bytes(changed), bound_to="row 1")
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            keys.open_sealed(sealed[:length], bound_to="row 1")
    with pytest.raises(SealBroken):
        keys.open_sealed(sealed + b"\0", bound_to="row 1")


def test_neither_the_text_nor_a_pattern_shows() -> None:
    keys = ring("k1")
    first, second = (keys.seal(b"demo-alice" * 10, bound_to="row 1") for _ in range(2))
    assert b"demo" not in first
    assert first != second


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    old = ring("old")
    sealed = old.seal(b"token", bound_to="row")
    both = Keyring((*ring("new").keys, *old.keys))
    assert both.open_sealed(sealed, bound_to="row") == b"token"
    newly = both.seal(b"token", bound_to="row")
    with pytest.raises(SealBroken):
        old.open_sealed(newly, bound_to="row")
    assert Keyring(both.keys[:1]).open_sealed(newly, bound_to="row") == b"token"


def test_a_key_of_the_same_name_with_another_secret_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        ring("k1").open_sealed(ring("k1").seal(b"token", bound_to="row"), bound_to="row")


def test_the_functions_use_the_ring_of_the_settings(settings: Settings) -> None:
    sealed = keyring.seal(b"token", bound_to="row")
    assert keyring.open_sealed(sealed, bound_to="row") == b"token"
    settings.KEYRING = ring("other")
    with pytest.raises(SealBroken):
        keyring.open_sealed(sealed, bound_to="row")


def test_a_secret_is_in_no_text_of_the_ring_and_in_no_error() -> None:
    secret = base64.b64encode(secrets.token_bytes(32)).decode()
    assert secret[:10] not in repr(Keyring.parse([f"k1:{secret}"]))
    for bad in (secret, f":{secret}", f"k 1:{secret}", f"k1:{secret[:-4]}", f"k1:{secret}!"):
        with pytest.raises(BadKey) as caught:
            Key.parse(bad)
        assert secret[:10] not in str(caught.value)


def test_a_file_of_keys(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    lines = [f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}" for name in ("new", "old")]
    file.write_text("# ours\n" + "\n".join(lines) + "\n")
    file.chmod(0o600)
    assert [key.id for key in Keyring.from_file(file).keys] == ["new", "old"]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o602, 0o777])
def test_a_file_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "keys"
    file.write_text(f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}")
    file.chmod(mode)
    with pytest.raises(BadKey, match="set its mode to 600"):
        Keyring.from_file(file)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(BadKey, match="can read"):
        Keyring.from_file(tmp_path / "missing")
    with pytest.raises(BadKey, match="can read"):
        Keyring.from_file(tmp_path)
    empty = tmp_path / "empty"
    empty.touch(0o600)
    with pytest.raises(BadKey, match="holds no key"):
        Keyring.from_file(empty)
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    binary.chmod(0o600)
    with pytest.raises(BadKey, match="can read"):
        Keyring.from_file(binary)
