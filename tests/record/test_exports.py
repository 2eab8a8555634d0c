"""Events as files."""

import csv
import io
from typing import Any

import pytest

from adminui.record import events, exports
from adminui.record.models import Event
from adminui.record.verifier import verify
from tests.record.conftest import Append
from tests.record.guards import lifted


@pytest.mark.parametrize("batch", [1, 2, 5, 1000])
def test_an_export_is_the_same_by_any_batch(chain: list[Event], batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "BATCH", batch)
    pieces = list(exports.ndjson("acme", exports.all_of("acme"), whole=True))
    found = verify(b"".join(pieces).splitlines(keepends=True))
    assert found.good
    assert (found.chains[0].events, found.chains[0].link) == (5, events.verify("acme").head)


def test_an_empty_chain_has_an_export_too(db: None) -> None:
    found = verify(exports.ndjson("acme", exports.all_of("acme"), whole=True))
    assert (found.good, found.chains[0].events) == (True, 0)


def test_a_selection_names_its_query_and_the_head_of_then(chain: list[Event]) -> None:
    pieces = list(exports.ndjson("acme", [[chain[1]], [chain[3]]], whole=False, query="person:Bob"))
    assert b'"query":"person:Bob"' in pieces[0]
    assert f'"hash":"{chain[4].hash}","seq":5'.encode() in pieces[-1]
    assert verify(pieces).good


def test_a_broken_record_can_be_exported_and_is_found_in_the_export(chain: list[Event]) -> None:
    with lifted() as cursor:
        cursor.execute("UPDATE record_event SET data = '{ \"a\": 1.5 }', at = 'yesterday' WHERE seq = 3")
    found = verify(b"".join(exports.ndjson("acme", exports.all_of("acme"), whole=True)).splitlines(keepends=True))
    assert (found.chains[0].at, found.chains[0].why) == (3, "Its fields don’t match its hash.")
    assert b"yesterday" in b"".join(exports.table([list(Event.objects.all())]))


def rows(found: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(found.decode("utf-8-sig"), newline="")))


def test_a_table_has_a_row_an_event(append: Append) -> None:
    append(reason='said "so",\nand so')
    head, row = rows(b"".join(exports.table([list(Event.objects.all())])))
    told = dict(zip(head, row, strict=True))
    assert told["person"] == "Bob"
    assert told["what"].startswith("Bob set out to save 2 changes")
    assert told["reason"] == 'said "so", and so'
    assert (told["outcome"], told["seq"], told["chain"]) == ("stored", "1", "acme")


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "=cmd|' /C calc'!A0", "\u200b=1", "%0a=1", "|x"]
FORMULAS += ["＝1+1", " ＋1", "－1", "＠SUM(A1)", "﹦1", "﹢1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_like_a_formula(text: str, append: Append) -> None:
    append(reason=text, person=events.Person(text, text, text), agent=text, request_id=text)
    _, row = rows(b"".join(exports.table([list(Event.objects.all())])))
    for one in row:
        assert one.lstrip()[:1] not in set("=+-@\t\r＝＋－＠﹦﹢")
        assert "\u200b" not in one


@pytest.mark.parametrize("value", [None, 7, "plain", "a=b", "req-1", ""])
def test_plain_cells_stay_as_they_are(value: Any) -> None:
    assert exports.cell(value) == ("" if value is None else str(value))
