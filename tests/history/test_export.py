"""Exports, by the page and by the command: what is in them, whose they are, and that they prove themselves."""

import base64
import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management import CommandError, call_command

from adminui.accounts.roles import Role
from adminui.record import documents, events, exports, verifier
from adminui.record.models import Event
from tests.conftest import Visitor
from tests.history import past
from tests.history.conftest import RUNTIMES, write
from tests.history.test_pages import SCOUT, WORKSPACE, alice, as_, of, visitor
from tests.record.test_commands import run

__all__ = ["alice", "visitor"]


def taken(visitor: Visitor, path: str, **given: str) -> bytes:
    """The body of an export."""

    async def whole() -> bytes:
        answer: Any = await visitor.client.post(path, given)
        assert answer.status_code == 200, answer
        return b"".join([piece async for piece in answer]) if answer.streaming else answer.content

    return async_to_sync(whole)()


def events_of(body: bytes) -> list[dict[str, Any]]:
    return [line["event"] for line in map(json.loads, body.splitlines()) if "event" in line]


def test_the_page_s_export_is_what_the_search_finds(alice: Visitor) -> None:
    body = taken(alice, f"{WORKSPACE}export/", kind="ndjson", q="person:dana origin:bulk")
    found = events_of(body)
    assert len(found) > 10
    assert {(one["name"], one["origin"]) for one in found} == {("dana", "bulk")}
    assert [one["seq"] for one in found] == sorted(one["seq"] for one in found)
    assert verifier.verify(body.splitlines(keepends=True)).good
    assert events_of(taken(alice, of(SCOUT, "export/"), kind="ndjson"))
    event = Event.objects.filter(kind="export", origin="history").order_by("seq")[0]
    assert (event.name, event.data) == ("alice", {"what": "the history as NDJSON", "query": "person:dana origin:bulk"})


def test_nothing_of_others_is_in_it(visitor: Visitor) -> None:
    who = visitor.sign_in("alice")
    everything = events_of(taken(visitor, f"{WORKSPACE}export/", kind="ndjson"))
    assert str(past.GONE) not in {str(one["runtime"]) for one in everything}
    assert all(one["workspace"] == "research" for one in everything)
    as_(who, Role.AUDITOR)
    assert str(past.GONE) in {
        str(one["runtime"]) for one in events_of(taken(visitor, f"{WORKSPACE}export/", kind="ndjson"))
    }
    as_(who, Role.VIEWER)
    count = Event.objects.count()
    as_(visitor.sign_in("carol"), Role.AUDITOR)
    assert visitor.post(f"{WORKSPACE}export/", {"kind": "ndjson"}).status_code in {403, 404}
    assert Event.objects.count() == count


def test_a_table_is_for_spreadsheets(alice: Visitor) -> None:
    past.Past().write("export", "=cmd()", runtime=SCOUT, data={"what": "the config"}, reason="=1+1")
    body = taken(alice, f"{WORKSPACE}export/", kind="csv", q="kind:export")
    head, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    told = [dict(zip(head, row, strict=True)) for row in rows]
    assert [one["kind"] for one in told] == ["export", "export", "export"]  # this one is an event, too
    assert [one["reason"] for one in told][1] == "'=1+1"


def export(*arguments: object) -> None:
    call_command("history_export", *map(str, arguments))


def alone(folder: Path, file: Path, *more: object) -> tuple[int, str]:
    """Exit status and words of the verifier, as somebody runs it who has this one file and Python: without Django."""
    copy = folder / "verifier.py"
    copy.write_bytes(Path(verifier.__file__).read_bytes())
    given = [sys.executable, "-I", "-X", "importtime", copy, file, *more]
    done = subprocess.run([*map(str, given)], capture_output=True, text=True, cwd="/")
    assert "cryptography" in done.stderr, done.stderr
    assert not re.search("django|adminui", done.stderr), "nothing else is imported"
    return done.returncode, done.stdout


def checkpoint(folder: Path) -> tuple[Path, int, str]:
    """The checkpoints of now in a file; number and hash of acme's."""
    file = folder / "noted"
    file.write_text(run("history_checkpoint")[1])
    noted = [json.loads(line)["checkpoint"] for line in file.read_text().splitlines()]
    return file, *next((one["seq"], one["hash"]) for one in noted if one["chain"] == "acme")


def test_an_export_of_a_chain_proves_itself_and_has_the_same_head(busy: list[Event], tmp_path: Path) -> None:
    digest = documents.keep(RUNTIMES[0], {"version": "v2"})
    write(after=digest)
    file = tmp_path / "acme.ndjson"
    export("acme", "--output", file, "--documents")
    noted, seq, head = checkpoint(tmp_path)
    assert events.verify("acme") == events.Verdict("acme", seq, head)
    whole = f"acme: {seq} events, whole, head {head}\n"
    assert alone(tmp_path, file, "--checkpoints", noted) == (0, f"{whole}1 documents, not opened\n")
    keys = tmp_path / "keys"
    keys.write_text("".join(f"{key.id}:{base64.b64encode(key.secret).decode()}\n" for key in settings.KEYRING.keys))
    opened = f"{whole}1 documents, 1 opened and as their digests say\n"
    assert alone(tmp_path, file, "--keys-file", keys) == (0, opened)
    assert events_of(file.read_bytes())[-1]["kind"] == "export"
    file.write_bytes(file.read_bytes().replace(b'"reason":"Cheaper', b'"reason":"Dearer', 1))
    status, said = alone(tmp_path, file)
    assert (status, said.startswith("acme: BROKEN at event ")) == (1, True)


@pytest.mark.parametrize("query", ["", "person:dana"])
def test_a_page_s_export_is_a_part_and_names_the_same_head(alice: Visitor, tmp_path: Path, query: str) -> None:
    file = tmp_path / "research.ndjson"
    file.write_bytes(taken(alice, f"{WORKSPACE}export/", kind="ndjson", q=query))
    count = len(events_of(file.read_bytes()))
    noted, seq, head = checkpoint(tmp_path)
    said = f"acme: {count} events, each as it was written, a part of the chain; its head was event {seq}, {head}\n"
    assert alone(tmp_path, file, "--checkpoints", noted) == (0, said)
    assert f'"query":"{query}","whole":false'.encode() in file.read_bytes().splitlines()[0]
    again = b"".join(file.read_bytes().splitlines(keepends=True)[:-3])
    file.write_bytes(again)
    assert "BROKEN" in alone(tmp_path, file)[1], "what is cut off at its end is missed"


def test_the_command_takes_the_page_s_filters(busy: list[Event], capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    export("acme", "--workspace", "research", "--query", "person:bob -outcome:rejected")
    found = events_of(capsysbinary.readouterr().out)
    assert found
    assert {one["name"] for one in found} == {"bob"}
    export("acme", "--workspace", "research", "--format", "csv")
    assert capsysbinary.readouterr().out.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "There is no chain “nothing”. There are: acme"),
        (["acme", "--query", "person:bob"], "give --workspace"),
        (["acme", "--workspace", "research", "--query", "after:yesterday"], "isn’t a time"),
        (["acme", "--format", "csv", "--documents"], "NDJSON only"),
    ],
)
def test_what_can_t_be_exported_is_said(db: None, arguments: list[str], said: str) -> None:
    write()
    with pytest.raises(CommandError, match=said):
        export(*arguments)
    assert not Event.objects.filter(kind="export").exists()


def test_progress_is_shown_on_a_terminal(
    busy: list[Event], monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    export("acme")
    assert capsysbinary.readouterr().err == b""
    monkeypatch.setattr(exports, "BATCH", 10)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    export("acme")
    assert b"events, up to number" in capsysbinary.readouterr().err
