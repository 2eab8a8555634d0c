"""Documents: kept once, sealed, found again exactly."""

import hashlib
import hmac
import zlib
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from adminui import keyring
from adminui.contract.document import Json, canonical, wire
from adminui.record import documents
from adminui.record.models import DigestKey, Document
from tests.record.conftest import RUNTIME

CONFIG: Json = {"version": "v2", "runtime_server": {"env": {"GREETING": "a-marker-nobody-writes"}}, "big": 2**70}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
DOCUMENTS = st.dictionaries(
    TEXTS,
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
        max_leaves=10,
    ),
    max_size=5,
)


class TestAnyDocument(TestCase):
    """By example."""

    @given(DOCUMENTS)
    @examples(max_examples=60, deadline=None)
    def test_comes_back_with_every_byte(self, document: Json) -> None:
        found = documents.load(RUNTIME, documents.keep(RUNTIME, document))
        assert wire(found) == wire(document)


@pytest.mark.django_db
def test_is_kept_once_a_runtime() -> None:
    first = documents.keep(RUNTIME, CONFIG)
    sealed = Document.objects.get().sealed
    assert documents.keep(RUNTIME, CONFIG) == first
    assert bytes(Document.objects.get().sealed) == bytes(sealed)
    other = documents.keep(uuid4(), CONFIG)
    assert other != first, "nobody should see that two runtimes hold the same document"
    assert Document.objects.count() == 2


@pytest.mark.django_db
def test_key_order_makes_no_other_document_and_the_first_is_kept() -> None:
    first = documents.keep(RUNTIME, {"b": 1, "a": 2})
    assert documents.keep(RUNTIME, {"a": 2, "b": 1}) == first
    found = documents.load(RUNTIME, first)
    assert isinstance(found, dict)
    assert list(found) == ["b", "a"]


@pytest.mark.django_db
def test_another_number_or_truth_makes_another_document() -> None:
    values: list[Json] = [1, True, "1", None, [1]]
    digests = {documents.digest_of(RUNTIME, {"a": value}) for value in values}
    assert len(digests) == 5


@pytest.mark.django_db
def test_the_digest_is_known_without_keeping() -> None:
    assert documents.digest_of(RUNTIME, CONFIG) == documents.keep(RUNTIME, CONFIG)
    assert documents.load(RUNTIME, documents.digest_of(RUNTIME, {"not": "kept"})) is None


@pytest.mark.django_db
def test_the_digest_needs_the_key() -> None:
    digest = documents.digest_of(RUNTIME, CONFIG)
    assert len(digest) == 64
    assert digest != hashlib.sha256(canonical(CONFIG)).hexdigest()
    assert digest != hashlib.sha256(f"{RUNTIME}\n".encode() + canonical(CONFIG)).hexdigest()


@pytest.mark.django_db
def test_a_row_shows_nothing() -> None:
    documents.keep(RUNTIME, CONFIG)
    sealed = bytes(Document.objects.get().sealed)
    assert b"a-marker-nobody-writes" not in sealed
    assert zlib.compress(wire(CONFIG))[2:12] not in sealed
    assert b"version" not in sealed


@pytest.mark.django_db
def test_a_long_document_is_kept_short() -> None:
    documents.keep(RUNTIME, {"env": {f"NAME_{number}": "the same words" for number in range(2000)}})
    assert len(bytes(Document.objects.get().sealed)) < 20_000


@pytest.mark.django_db
def test_a_dropped_one_is_none_and_can_be_kept_again() -> None:
    digest = documents.keep(RUNTIME, CONFIG)
    Document.objects.all().delete()
    assert documents.load(RUNTIME, digest) is None
    assert documents.keep(RUNTIME, CONFIG) == digest
    assert documents.load(RUNTIME, digest) == CONFIG


@pytest.mark.django_db
@pytest.mark.parametrize("byte", [0, 5, 20, -1])
def test_a_changed_one_does_not_open(byte: int) -> None:
    digest = documents.keep(RUNTIME, CONFIG)
    row = Document.objects.get()
    changed = bytearray(row.sealed)
    changed[byte] ^= 1
    Document.objects.update(sealed=bytes(changed))
    with pytest.raises(keyring.SealBroken):
        documents.load(RUNTIME, digest)


@pytest.mark.django_db
def test_one_moved_to_another_row_does_not_open() -> None:
    other = uuid4()
    first, second, third = (
        documents.keep(RUNTIME, {"a": 1}),
        documents.keep(RUNTIME, {"a": 2}),
        documents.keep(other, {"a": 1}),
    )
    sealed = bytes(Document.objects.get(runtime=RUNTIME, digest=first).sealed)
    for runtime, digest in ((RUNTIME, second), (other, third)):
        Document.objects.filter(runtime=runtime, digest=digest).update(sealed=sealed)
        with pytest.raises(keyring.SealBroken):
            documents.load(runtime, digest)


@pytest.mark.django_db
def test_an_old_digest_still_finds_its_document_after_the_keys_changed(settings: Any) -> None:
    digest = documents.keep(RUNTIME, CONFIG)
    new = keyring.Key("new", bytes(range(32)))
    settings.KEYRING = keyring.Keyring((new, *settings.KEYRING.keys))
    assert documents.load(RUNTIME, digest) == CONFIG
    assert documents.digest_of(RUNTIME, CONFIG) == digest, "the record’s own key makes it"
    settings.KEYRING = keyring.Keyring((new,))
    with pytest.raises(keyring.SealBroken):
        documents.load(RUNTIME, digest)


@pytest.mark.django_db
def test_the_digests_key_is_the_records_own_and_sealed() -> None:
    digest = documents.digest_of(RUNTIME, CONFIG)
    row = DigestKey.objects.get()
    own = keyring.open_sealed(bytes(row.sealed), bound_to=row.place)
    assert own not in bytes(row.sealed)
    assert digest == hmac.digest(own, f"{RUNTIME}\n".encode() + canonical(CONFIG), "sha256").hex()
    DigestKey.objects.all().delete()
    assert documents.digest_of(RUNTIME, CONFIG) != digest, "another record has another key"


@pytest.mark.django_db
def test_a_record_from_before_goes_on_with_the_digests_that_it_has(settings: Any) -> None:
    first = settings.KEYRING.keys[0].derived("digest document")
    digest = hmac.digest(first, f"{RUNTIME}\n".encode() + canonical(CONFIG), "sha256").hex()
    Document.objects.create(runtime=RUNTIME, digest=digest, sealed=b"")
    import_module("adminui.record.migrations.0003_digest_key").keep_the_old(apps, None)
    assert documents.digest_of(RUNTIME, CONFIG) == digest
