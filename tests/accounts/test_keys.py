"""Keys come and go: all that is sealed is sealed anew, online; what a lost key costs is told before it is paid."""

import secrets
from io import StringIO
from itertools import islice
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models
from django.utils import timezone
from pytest_django import Settings

from adminui import keyring, sealed
from adminui.accounts import keys
from adminui.accounts.models import Credential, KeyInUse, PersonalToken, Tokens
from adminui.keyring import Key, Keyring, SealBroken
from adminui.record import documents, events
from adminui.record.models import DigestKey, Document, Event
from adminui.saving import drafts
from adminui.saving.models import Draft
from tests.accounts.conftest import here
from tests.conftest import Visitor, person

pytestmark = pytest.mark.django_db

NEW = Key("new", secrets.token_bytes(32))
RUNTIME = uuid4()


@pytest.fixture
def old(settings: Settings) -> Key:
    """The key that everything so far is sealed with."""
    ring: Keyring = settings.KEYRING
    return ring.keys[0]


def kept(visitor: Visitor) -> str:
    """One of everything that is sealed; gives the document's digest."""
    who = visitor.sign_in("alice")
    own = PersonalToken(person=who.person, added_at=timezone.now())
    own.keep("rt_live_0123456789")
    own.save()
    digest = documents.keep(RUNTIME, {"a": 1})
    draft = Draft(form=uuid4(), owner="alice-id", organization="acme", workspace="research", runtime=RUNTIME)
    draft.base, draft.read_at, draft.revision, draft.changes = digest, timezone.now(), 1, 1
    draft.values = drafts._seal(draft, [("defaults.agent", "typed")])
    draft.save()
    return digest


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("rotate_keys", *arguments, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_every_column_of_bytes_is_known_to_be_sealed() -> None:
    found = {column.name for column in sealed.columns()}
    assert found == {
        *("accounts_credential.sealed", "accounts_personaltoken.sealed", "record_document.sealed"),
        *("record_digestkey.sealed", "saving_draft.values"),
    }
    ours = [model for model in apps.get_models() if model.__module__.startswith("adminui.")]
    plain = [
        f"{model._meta.db_table}.{column.name}"
        for model in ours
        for column in model._meta.get_fields()
        if isinstance(column, models.BinaryField) and not isinstance(column, sealed.Sealed)
    ]
    assert plain == []
    assert all(column.field.holding for column in sealed.columns())


def test_all_is_sealed_with_the_first_key_and_the_other_can_go(visitor: Visitor, settings: Settings, old: Key) -> None:
    digest = kept(visitor)
    settings.KEYRING = Keyring((NEW, old))
    assert run() == (
        0,
        "Sealed with new: sessions (1), platform API tokens of people (1), key of the documents’ digests (1), "
        "documents of the history (1), drafts (1).\n",
    )
    settings.KEYRING = Keyring((NEW,))
    assert here(visitor)
    assert Credential.objects.select_related("person").get().tokens() == Tokens("demo-alice")
    assert PersonalToken.objects.select_related("person").get().token() == "rt_live_0123456789"
    assert documents.load(RUNTIME, digest) == {"a": 1}
    assert documents.keep(RUNTIME, {"a": 1}) == digest, "the same document has the same digest as ever"
    assert drafts._open(Draft.objects.get()) == (("defaults.agent", "typed"),)
    assert list(documents.faults()) == [""]
    event = Event.objects.get(kind="keys.rotated")
    assert (event.chain, event.data["count"], event.data["key"]) == (events.SITE, 5, "new")
    assert event.sentence == "The keys were rotated, 5 rows were sealed anew"
    assert events.verify(events.SITE).whole
    assert run() == (0, "Sealed with new: all was already.\n")
    assert Event.objects.filter(kind="keys.rotated").count() == 1


def test_what_is_written_meanwhile_stands(visitor: Visitor, settings: Settings, old: Key) -> None:
    for name in ("alice", "bob"):
        Visitor().sign_in(name)
    settings.KEYRING = Keyring((NEW, old))
    column = next(column for column in sealed.columns() if column.model is Credential)
    steps = sealed.seal_anew(column)
    assert next(steps) is None
    second = Credential.objects.select_related("person").order_by("pk")[1]
    second.keep(Tokens("refreshed meanwhile"))
    second.save()
    assert list(steps) == [], "it is sealed with the first key already"
    assert Credential.objects.select_related("person").get(pk=second.pk).tokens() == Tokens("refreshed meanwhile")


def test_a_run_that_was_stopped_is_gone_on_with(settings: Settings, old: Key, monkeypatch: Any) -> None:
    monkeypatch.setattr(sealed, "BATCH", 3)
    digests = [documents.keep(RUNTIME, {"number": number}) for number in range(10)]
    settings.KEYRING = Keyring((NEW, old))
    list(islice(keys.rotate(), 5))
    assert list(keys.counted("demo").values()) == [6]
    assert run()[1] == "Sealed with new: documents of the history (6).\n"
    settings.KEYRING = Keyring((NEW,))
    assert [documents.load(RUNTIME, digest) for digest in digests] == [{"number": number} for number in range(10)]


def test_what_no_key_opens_is_named_and_left(visitor: Visitor, settings: Settings, old: Key) -> None:
    visitor.sign_in("alice")
    Visitor().sign_in("bob")
    broken = Credential.objects.get(person__name="bob")
    Credential.objects.filter(pk=broken.pk).update(person=person("carol"))
    settings.KEYRING = Keyring((NEW, old))
    status, said = run()
    assert status == 1
    assert said == (
        "Sealed with new: sessions (1).\n"
        f"Not opened: sessions, {broken.pk}: changed, cut, or sealed for another place.\n"
    )
    with pytest.raises(SealBroken):
        Credential.objects.select_related("person").get(pk=broken.pk).tokens()


def test_a_key_that_is_gone_is_told_with_what_it_costs(visitor: Visitor, settings: Settings, old: Key) -> None:
    digest = kept(visitor)
    keys.noted()
    settings.KEYRING = Keyring((NEW,))
    with pytest.raises(keys.LostKeys) as told:
        keys.noted()
    assert str(told.value) == (
        "The key “demo” isn’t among the keys any more, and this is sealed with it: sessions (1), "
        "platform API tokens of people (1), key of the documents’ digests (1), documents of the history (1), "
        "drafts (1). Give it back as it was, after the first one. If it is lost for good: "
        "manage.py rotate_keys --lost demo gives all that up (docs/operations.md)."
    )
    assert Document.objects.filter(digest=digest).exists(), "nothing is touched before somebody says so"
    settings.KEYRING = Keyring((NEW, old))
    keys.noted()


def test_other_bytes_by_the_name_of_a_key_are_noticed(visitor: Visitor, settings: Settings, old: Key) -> None:
    visitor.sign_in("alice")
    keys.noted()
    settings.KEYRING = Keyring((Key(old.id, secrets.token_bytes(32)),))
    with pytest.raises(keys.LostKeys, match="is given with other bytes than it had, and this is sealed with it"):
        keys.noted()


def test_a_key_that_nothing_is_sealed_with_may_go(settings: Settings, old: Key) -> None:
    keys.noted()
    settings.KEYRING = Keyring((NEW,))
    keys.noted()
    assert [row.id for row in KeyInUse.objects.all()] == ["new"]
    settings.KEYRING = Keyring((Key("new", secrets.token_bytes(32)),))
    keys.noted()
    keys.noted()


def test_a_lost_key_is_given_up_in_so_many_words(visitor: Visitor, settings: Settings, old: Key) -> None:
    kept(visitor)
    keys.noted()
    with pytest.raises(CommandError, match="isn’t lost"):
        run("--lost", "demo")
    settings.KEYRING = Keyring((NEW,))
    assert "Given up with demo: sessions (1), platform API tokens of people (1)" in run("--lost", "demo")[1]
    keys.noted()
    assert not any(table.objects.exists() for table in (Credential, PersonalToken, Draft, Document))
    event = Event.objects.get(kind="keys.rotated")
    assert (event.data["lost"], event.data["given_up"]["drafts"]) == ("demo", 1)
    documents.keep(RUNTIME, {"a": 1})
    assert DigestKey.objects.exists(), "everybody goes on"
    assert list(documents.faults()) == [""]


def test_a_new_key_is_made_on_request() -> None:
    first, second = (Key.parse(run("--new-key")[1]) for _ in range(2))
    assert first.id != second.id
    assert keyring.Keyring((first, second)).keys[0].secret != second.secret
