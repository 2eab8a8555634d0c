"""Following a chain, and finding what was done to it."""

from typing import Any

import pytest
from django.db import DatabaseError, connection

from adminui.record import events
from adminui.record.chain import FIELDS, hash_of
from adminui.record.ids import uuid7
from adminui.record.models import Event
from adminui.record.verifier import GENESIS
from tests.record.conftest import Append, new_event
from tests.record.guards import lifted

OTHER = {
    "seq": "9",
    "format": "2",
    "at": "'2026-01-01T00:00:00.000000Z'",
    "id": "'0190a5f2-0000-7000-8000-00000000000f'",
    "paths": "'[]'",
    "data": "'{}'",
    "runtime": "NULL",
    "before": "NULL",
    "after": "NULL",
    "save_id": "NULL",
}


def spoil(*statements: str) -> None:
    with lifted() as cursor:
        for statement in statements:
            cursor.execute(statement)


def broken(at: int, why: str) -> None:
    """Asserts that acme is broken at that number for that reason."""
    verdict = events.verify("acme")
    assert not verdict.whole
    assert verdict.broken_at == at
    assert why in verdict.why


def test_an_empty_chain_is_whole(db: None) -> None:
    assert events.verify("acme") == events.Verdict("acme", 0, GENESIS)


def test_a_chain_is_whole_to_its_head(chain: list[Event], append: Append) -> None:
    append(chain="other", organization="other")
    assert events.verify("acme") == events.Verdict("acme", 5, chain[-1].hash)


@pytest.mark.parametrize("batch", [1, 2, 5, 6])
def test_it_reads_on_batch_by_batch(chain: list[Event], batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_BATCH", batch)
    assert events.verify("acme") == events.Verdict("acme", 5, chain[-1].hash)
    spoil("UPDATE record_event SET reason = 'another' WHERE seq = 4")
    broken(4, "don’t match its hash")


@pytest.mark.parametrize("name", FIELDS)
def test_a_change_of_any_field_is_found(name: str, chain: list[Event]) -> None:
    column = '"save"' if name == "save_id" else f'"{name}"'
    value = OTHER.get(name, "'another'")
    spoil(f"UPDATE record_event SET {column} = {value} WHERE seq = 3")
    verdict = events.verify("acme")
    assert verdict.broken_at == 3


@pytest.mark.parametrize("column", ["id", "runtime", "save"])
def test_another_spelling_that_hides_a_row_from_look_ups_is_found(column: str, chain: list[Event]) -> None:
    spoil(f"UPDATE record_event SET {column} = upper({column}) WHERE seq = 3")
    broken(3, "don’t match its hash")


@pytest.mark.parametrize(
    "text", ['{"state":"stored", "status":200}', '{"state":"stored","status":200.0}', "{", "[[[", '"x"']
)
def test_json_that_is_spelled_otherwise_or_none_at_all_is_found(text: str, chain: list[Event]) -> None:
    spoil(f"UPDATE record_event SET data = '{text}' WHERE seq = 3")
    broken(3, "don’t match its hash")


def test_a_time_that_is_none_is_found(chain: list[Event]) -> None:
    spoil("UPDATE record_event SET at = 'yesterday' WHERE seq = 3")
    broken(3, "don’t match its hash")
    assert Event.objects.get(seq=3).sentence


def test_a_new_hash_of_a_changed_row_breaks_the_next(chain: list[Event]) -> None:
    event = Event.objects.get(seq=3)
    event.reason = "another"
    spoil(f"UPDATE record_event SET reason = 'another', hash = '{hash_of(event)}' WHERE seq = 3")
    broken(4, "does not follow")


def test_a_row_taken_out_is_found(chain: list[Event]) -> None:
    spoil("DELETE FROM record_event WHERE seq = 3")
    broken(3, "Event 3 is missing; the next one is 4")


def test_a_row_taken_out_and_the_rest_moved_up_is_found(chain: list[Event]) -> None:
    spoil(
        "DELETE FROM record_event WHERE seq = 3",
        *(f"UPDATE record_event SET seq = {n} WHERE seq = {n + 1}" for n in (3, 4)),
    )
    broken(3, "does not follow")


def test_swapped_rows_are_found(chain: list[Event]) -> None:
    spoil(*(f"UPDATE record_event SET seq = {to} WHERE seq = {now}" for now, to in ((2, 99), (3, 2), (99, 3))))
    broken(2, "does not follow")


def test_a_row_copied_from_another_chain_is_found(chain: list[Event], append: Append) -> None:
    for _ in range(3):
        append(chain="other", organization="other", reason="theirs")
    spoil(
        "DELETE FROM record_event WHERE chain = 'acme' AND seq = 3",
        "UPDATE record_event SET chain = 'acme' WHERE chain = 'other' AND seq = 3",
    )
    broken(3, "does not follow")
    assert events.verify("other").broken_at == 3


def test_an_inserted_row_is_found(chain: list[Event]) -> None:
    forged = Event.objects.get(seq=5)
    forged.pk, forged.seq, forged.previous = uuid7(), 6, forged.hash
    forged.hash = hash_of(forged)
    forged.save(force_insert=True)  # the database can't tell it from ours; the head was not moved on
    broken(6, "counts 5 events; this one is not among them")


def test_a_tail_cut_off_is_found_by_the_head(chain: list[Event]) -> None:
    spoil("DELETE FROM record_event WHERE seq > 3")
    broken(4, "counts 5 events; those after 3 are missing")


def test_a_whole_chain_cut_off_is_found_by_the_head(chain: list[Event]) -> None:
    spoil("DELETE FROM record_event")
    broken(1, "those after 0 are missing")


def test_a_tail_cut_off_with_its_head_shows_in_the_verdict_alone(chain: list[Event]) -> None:
    """The limit of a chain without a checkpoint: it is whole, and shorter than what was noted before."""
    noted = events.verify("acme")
    spoil(
        "DELETE FROM record_event WHERE seq > 3",
        f"UPDATE record_head SET seq = 3, hash = '{chain[2].hash}' WHERE chain = 'acme'",
    )
    now = events.verify("acme")
    assert now.whole
    assert (now.events, now.head) != (noted.events, noted.head)
    assert now.events == 3


@pytest.mark.parametrize(
    ("change", "at", "why"),
    [
        ("DELETE FROM record_head", 6, "head is missing"),
        ("UPDATE record_head SET seq = 4", 5, "counts 4 events; this one"),
        ("UPDATE record_head SET seq = 6", 6, "those after 5 are missing"),
        (f"UPDATE record_head SET hash = '{GENESIS}'", 5, "not the one that the head has"),
    ],
)
def test_a_head_that_says_otherwise_is_found(change: str, at: int, why: str, chain: list[Event]) -> None:
    spoil(change)
    broken(at, why)


@pytest.mark.parametrize("change", ["DELETE FROM record_head", "UPDATE record_head SET seq = 3"])
@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_after_a_head_that_is_not_the_last(change: str) -> None:
    for _ in range(5):
        events.append(new_event())
    spoil(change)
    with pytest.raises(DatabaseError, match="must follow the last one"):
        events.append(new_event())
    assert Event.objects.count() == 5


def test_a_row_beside_the_chain_is_found(chain: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    """A second row of one number, where the unique constraint is gone, just where a batch ends."""
    monkeypatch.setattr(events, "_BATCH", 2)
    with lifted() as cursor:
        drop_uniqueness(cursor)
        cursor.execute("SELECT * FROM record_event WHERE seq = 2")
        row: list[Any] = list(cursor.fetchone())
        names = [column[0] for column in cursor.description]
        row[names.index("id")] = "ffffffff-0000-7000-8000-000000000000"
        cursor.execute(f"INSERT INTO record_event VALUES ({', '.join(['%s'] * len(row))})", row)
    broken(6, "rows beside the events")


def drop_uniqueness(cursor: Any) -> None:
    if connection.vendor == "postgresql":
        cursor.execute("ALTER TABLE record_event DROP CONSTRAINT record_event_chain_seq_key")
        return
    cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'record_event'")
    (made,) = cursor.fetchone()
    cursor.execute("ALTER TABLE record_event RENAME TO kept")
    cursor.execute(made.replace(",\n  UNIQUE (chain, seq)", ""))
    cursor.execute("INSERT INTO record_event SELECT * FROM kept")
    cursor.execute("DROP TABLE kept")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL takes no text that isn't UTF-8")
@pytest.mark.parametrize("column", ["reason", "data", "hash"])
def test_a_text_that_can_not_be_read_is_named(column: str, chain: list[Event]) -> None:
    spoil(f"UPDATE record_event SET {column} = CAST(x'ff' AS TEXT) WHERE seq = 3")
    broken(3, "can’t be read")


def test_events_appended_meanwhile_are_no_break(
    chain: list[Event], append: Append, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = events._after
    turns = iter((True, True))

    def after(name: str, seq: int) -> Any:
        """The head has been read by now; the next event comes in before the events are."""
        if next(turns, False):
            append()
        return read(name, seq)

    monkeypatch.setattr(events, "_after", after)
    verdict = events.verify("acme")
    assert (verdict.whole, verdict.events) == (True, 7)
