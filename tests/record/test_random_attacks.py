"""Random edits, deletions, swaps, insertions and truncations of the database itself: every one is found.

Those of an export are in test_verifier.py.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from adminui.record.chain import FIELDS, hash_of
from adminui.record.models import Event
from adminui.record.verifier import GENESIS
from tests.record.conftest import Append
from tests.record.test_attacks import TRIGGERS, cut, dropped, renumbered
from tests.record.test_commands import checkpoints, run
from tests.record.test_refused import copied

EVENTS = 25
TEXTS = {"id": "another", "at": "yesterday", "paths": '["x"]', "data": '{"x":1}', "runtime": None, "save_id": None}
Attack = Callable[[random.Random], None]


def execute(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def edit(chance: random.Random) -> None:
    """Changes one column of one row; half the time the hash with it, as who knows the format can."""
    event = Event.objects.get(chain="acme", seq=chance.randint(1, EVENTS))
    field = chance.choice(FIELDS)
    column = "save" if field == "save_id" else field
    value = 999 if field in {"seq", "format"} else TEXTS.get(field, "another")
    execute(f'UPDATE record_event SET "{column}" = %s WHERE chain = %s AND seq = %s', value, "acme", event.seq)
    if chance.random() < 0.5 and field not in {"chain", "seq", "id"}:
        changed = Event.objects.get(chain="acme", seq=event.seq)
        execute("UPDATE record_event SET hash = %s WHERE chain = 'acme' AND seq = %s", hash_of(changed), event.seq)


def delete(chance: random.Random) -> None:
    """Takes some rows out; half the time the others move up."""
    first, count = chance.randint(1, EVENTS), chance.randint(1, 4)
    execute("DELETE FROM record_event WHERE chain = 'acme' AND seq >= %s AND seq < %s", first, first + count)
    if chance.random() < 0.5:
        for number in range(first + count, EVENTS + 1):
            execute(renumbered(number, number - count))


def swap(chance: random.Random) -> None:
    """Two rows change places; half the time they also trade their links and hashes."""
    a, b = chance.sample(range(1, EVENTS + 1), 2)
    links = {row.seq: (row.previous, row.hash) for row in Event.objects.filter(chain="acme", seq__in=(a, b))}
    for now, to in ((a, 999), (b, a), (999, b)):
        execute(renumbered(now, to))
    if chance.random() < 0.5:
        for seq in (a, b):
            execute(
                "UPDATE record_event SET previous = %s, hash = %s WHERE chain = 'acme' AND seq = %s", *links[seq], seq
            )


def insert(chance: random.Random) -> None:
    """Puts a row in, the others moved on, and the head as well half the time."""
    place = chance.randint(1, EVENTS)
    for number in range(EVENTS, place, -1):
        execute(renumbered(number, number + 1))
    what = {"id": "'new'", "seq": str(place + 1), "previous": "hash", "reason": "'forged'"}
    execute(copied("INSERT INTO", place, **what) + " AND chain = 'acme'")
    if chance.random() < 0.5:
        execute("UPDATE record_head SET seq = seq + 1 WHERE chain = 'acme'")


def truncate(chance: random.Random) -> None:
    """Cuts a tail off, and the head with it, so that only the checkpoint shows it; or all of the chain."""
    last = chance.randint(0, EVENTS - 1)
    if last:
        for statement in cut(last):
            execute(statement)
    else:
        execute("DELETE FROM record_event WHERE chain = 'acme'")
        execute("DELETE FROM record_head WHERE chain = 'acme'")


def write_anew(chance: random.Random) -> None:
    """Changes an event and computes all hashes after it and the head anew: only the checkpoint shows it."""
    first, link = chance.randint(1, EVENTS), GENESIS
    for event in Event.objects.filter(chain="acme").order_by("seq"):
        if event.seq < first:
            link = event.hash
            continue
        event.previous, event.reason = link, "another past" if event.seq == first else event.reason
        link = hash_of(event)
        row: list[Any] = [event.reason, event.previous, link, event.seq]
        execute("UPDATE record_event SET reason = %s, previous = %s, hash = %s WHERE chain = 'acme' AND seq = %s", *row)
    execute("UPDATE record_head SET hash = %s WHERE chain = 'acme'", link)


def lend(chance: random.Random) -> None:
    """A row of another chain in place of one of ours."""
    seq = chance.randint(1, 5)
    execute("DELETE FROM record_event WHERE chain = 'acme' AND seq = %s", seq)
    execute("UPDATE record_event SET chain = 'acme' WHERE chain = 'other' AND seq = %s", seq)


ATTACKS: list[Attack] = [edit, delete, swap, insert, truncate, write_anew, lend]


@pytest.mark.parametrize("count", [70, pytest.param(1000, marks=pytest.mark.long)])
def test_every_random_attack_is_found(count: int, append: Append, tmp_path: Path) -> None:
    for number in range(EVENTS):
        append(reason=f"the {number}th")
    for _ in range(5):
        append(chain="other", organization="other")
    noted = checkpoints(tmp_path / "noted")
    assert run("history_verify", "--checkpoints", noted)[0] == 0
    for name in TRIGGERS:
        execute(dropped(name))
    chance, missed = random.Random(31), []
    for number in range(count):
        attack = ATTACKS[number % len(ATTACKS)]
        with transaction.atomic():
            attack(chance)
            status, said = run("history_verify", "--checkpoints", noted, "--no-documents")
            if status != 1 or "BROKEN at event" not in said:
                missed.append((number, attack.__name__, said))
            transaction.set_rollback(True)
    assert missed == []
    assert "BROKEN" not in run("history_verify", "--checkpoints", noted)[1], "each was taken back"
