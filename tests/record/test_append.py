"""Writing events."""

import hashlib
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from adminui.record import events
from adminui.record.models import Event, Head
from adminui.record.verifier import GENESIS
from tests.record.conftest import RUNTIME, Append, new_event, site_event


def test_everything_told_is_written(append: Append) -> None:
    before = datetime.now(UTC)
    written = append()
    found = Event.objects.get()
    assert found.id == written.id
    assert before <= found.at <= datetime.now(UTC)
    told = {
        name: getattr(found, name) for name in ("kind", "chain", "origin", "organization", "workspace", "reason", "ip")
    }
    assert told == {
        "kind": "save.intent",
        "chain": "acme",
        "origin": "editor",
        "organization": "acme",
        "workspace": "main",
        "reason": "more room",
        "ip": "192.0.2.7",
    }
    assert (found.issuer, found.subject, found.name) == ("https://id.example", "sub-1", "Bob")
    assert (found.platform_id, found.platform_name) == ("user-1", "bob")
    assert (found.runtime, found.request_id, found.agent) == (RUNTIME, "req-1", "Browser/1")
    assert found.paths == ["resources.cpu_cores", 'metadata.labels["team"]']
    assert (found.before, found.after, found.data) == ("a" * 64, "b" * 64, {"state": "stored", "status": 200})
    assert found.save_id == UUID("0190a5f2-0000-7000-8000-000000000001")
    assert found.sentence.startswith("Bob set out to save 2 changes (resources.cpu_cores")


def test_the_hash_is_what_anybody_computes_from_the_fields(append: Append) -> None:
    """Written out once, by hand and without our code: this is the format that exports promise."""
    append()
    event = Event.objects.get()
    fields = {
        "format": 1,
        "chain": "acme",
        "seq": 1,
        "previous": "0" * 64,
        "id": str(event.id),
        "at": event.at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "kind": "save.intent",
        "issuer": "https://id.example",
        "subject": "sub-1",
        "name": "Bob",
        "platform_id": "user-1",
        "platform_name": "bob",
        "organization": "acme",
        "workspace": "main",
        "runtime": str(RUNTIME),
        "request_id": "req-1",
        "origin": "editor",
        "reason": "more room",
        "ip": "192.0.2.7",
        "agent": "Browser/1",
        "paths": ["resources.cpu_cores", 'metadata.labels["team"]'],
        "before": "a" * 64,
        "after": "b" * 64,
        "data": {"state": "stored", "status": 200},
        "save": "0190a5f2-0000-7000-8000-000000000001",
    }
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    assert event.hash == hashlib.sha256(text.encode()).hexdigest()


def test_each_names_the_one_before_it_on_its_own_chain(append: Append) -> None:
    first, second = append(), append()
    other = append(chain="other", organization="other")
    site = events.append(site_event())
    third = append()
    assert [(each.seq, each.previous) for each in (first, second, third)] == [
        (1, GENESIS),
        (2, first.hash),
        (3, second.hash),
    ]
    assert [(each.seq, each.previous) for each in (other, site)] == [(1, GENESIS), (1, GENESIS)]
    assert Head.objects.get(chain="acme").hash == third.hash


def test_an_organization_called_site_keeps_a_chain_of_its_own(append: Append) -> None:
    append(chain="site", organization="site")
    assert events.append(site_event()).seq == 1


def test_what_has_no_person_and_no_runtime_is_written_too(db: None) -> None:
    event = events.append(site_event(kind="signin.failed", data={"why": "the token was refused"}))
    assert (event.name, event.runtime, event.before, event.save_id) == ("", None, None, None)
    assert Event.objects.get().sentence == "A sign-in failed: the token was refused"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"kind": "save.teleported"}, "no kind of event"),
        ({"kind": "reveal", "data": {}}, "must have path"),
        ({"origin": "elsewhere"}, "no origin"),
        ({"chain": "other"}, "the chain of its organization"),
        ({"chain": events.SITE}, "the chain of its organization"),
        ({"organization": ""}, "the chain of its organization"),
        ({"chain": events.SITE, "organization": events.SITE}, "the chain of its organization"),
        ({"reason": "x" * 201}, "at most 200"),
        ({"before": '{"version": "v2"}'}, "digests"),
        ({"after": ""}, "digests"),
        ({"after": "A" * 64}, "digests"),
        ({"data": {"cpu": 1.5}}, "no float"),
        ({"data": {"deep": [{"inf": float("inf")}]}}, "no float"),
        ({"data": {"raw": b"bytes"}}, "no bytes"),
    ],
)
def test_what_may_not_be_written_is_refused(other: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why), transaction.atomic():
        events.append(new_event(**other))
    assert not Event.objects.exists()
    assert not Head.objects.exists()


def test_odd_texts_from_elsewhere_are_written_as_near_as_can_be(append: Append) -> None:
    odd = "a\0b\ud800c"
    append(
        agent=odd + "x" * 5000,
        reason=odd,
        person=events.Person("https://id.example", "sub-1", "N" * 5000),
        paths=(odd,),
        data={odd: [odd, 2**60, -(2**60), 7, True, None]},
    )
    event = Event.objects.get()
    plain = "a\ufffdb\ufffdc"
    assert event.agent.startswith(plain + "x")
    assert (len(event.agent), len(event.name)) == (400, 300)
    assert event.reason == plain
    assert event.paths == [plain]
    assert event.data == {plain: [plain, str(2**60), str(-(2**60)), 7, True, None]}
    assert events.verify("acme").whole


def test_letters_of_any_kind_survive(append: Append) -> None:
    append(reason="größer, 更大, 🎛️, \u2028 and \x7f")
    assert Event.objects.get().reason == "größer, 更大, 🎛️, \u2028 and \x7f"
    assert events.verify("acme").whole


@pytest.mark.django_db(transaction=True)
def test_a_rollback_of_the_caller_leaves_no_gap() -> None:
    events.append(new_event())
    with transaction.atomic():
        events.append(new_event())
        transaction.set_rollback(True)
    events.append(new_event())
    verdict = events.verify("acme")
    assert (verdict.whole, verdict.events) == (True, 2)


@pytest.mark.django_db(transaction=True)
def test_a_caller_that_swallows_the_failure_can_commit_nothing() -> None:
    Head.objects.create(chain="acme", seq=7, hash="f" * 64)  # the next number would be 8, and nothing is there
    with transaction.atomic():
        Head.objects.create(chain="another", seq=0, hash=GENESIS)
        with suppress(DatabaseError):
            events.append(new_event())
        assert transaction.get_rollback()
    assert not Head.objects.filter(chain="another").exists()
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_every_test_begins_with_an_empty_record(turn: str) -> None:
    assert (Event.objects.count(), Head.objects.count()) == (0, 0)
    assert events.append(new_event(reason=f"the {turn} time")).seq == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks the whole file")
@pytest.mark.django_db
def test_the_chain_is_locked_until_the_end_of_the_transaction() -> None:
    with transaction.atomic():
        events.append(new_event())
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE relation = 'record_head'::regclass AND mode = 'RowShareLock'"
            )
            assert cursor.fetchone() == (1,)
