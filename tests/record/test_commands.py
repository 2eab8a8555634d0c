"""history_verify and history_checkpoint, on the database and on exports."""

import base64
import zlib
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from adminui import keyring
from adminui.record import documents, events, exports, verifier
from adminui.record.fields import ExactTimeField
from adminui.record.models import Document, Event, Head
from tests.record.conftest import RUNTIME, Append, site_event
from tests.record.guards import lifted


def run(*arguments: object, **options: Any) -> tuple[int, str]:
    """A command's exit status and what it printed."""
    out = StringIO()
    try:
        call_command(*map(str, arguments), stdout=out, **options)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


@pytest.fixture
def kept(append: Append) -> list[Event]:
    """Five events of acme that speak of documents, and one of another chain."""
    append(chain="other", organization="other", before=None, after=None)
    digests = [documents.keep(RUNTIME, {"number": number}) for number in range(6)]
    return [append(before=digests[n], after=digests[n + 1]) for n in range(5)]


def test_a_document_that_was_deleted_is_missed_and_one_that_was_dropped_by_age_is_not(append: Append) -> None:
    first, second = (documents.keep(RUNTIME, {"number": number}) for number in range(2))
    append(kind="save.stored", before=first, after=second)
    append(kind="change.outside", after=first, data={"since": "a", "until": "b"})
    assert run("history_verify")[0] == 0
    Document.objects.filter(digest=second).delete()
    status, said = run("history_verify")
    assert (status, f"Document {second[:8]} of runtime {RUNTIME}: it is missing" in said) == (1, True)
    assert "1 documents opened, none wrong, 1 missing" in said
    assert run("history_verify", "--no-documents")[0] == 0
    for days, expected in ((-1.5, 1), (-0.5, 0)):
        until = ExactTimeField.write(timezone.now() + timedelta(days=days))
        events.append(site_event(kind="documents.dropped", data={"count": 1, "until": until}))
        assert run("history_verify")[0] == expected, days


def checkpoints(path: Path) -> Path:
    """The checkpoints of now, in a file."""
    path.write_text(run("history_checkpoint")[1])
    return path


def test_a_whole_record_is_said_to_be_whole(kept: list[Event]) -> None:
    status, said = run("history_verify")
    assert status == 0
    assert said.splitlines() == [
        f"acme: 5 events, whole, head {kept[-1].hash}",
        f"other: 1 events, whole, head {Head.objects.get(chain='other').hash}",
        "6 documents opened, none wrong",
    ]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            "UPDATE record_event SET reason = 'x' WHERE chain = 'acme' AND seq = 3",
            "acme: BROKEN at event 3: Its fields",
        ),
        ("DELETE FROM record_event WHERE chain = 'acme' AND seq = 2", "acme: BROKEN at event 2: Event 2 is missing"),
        ("DELETE FROM record_event WHERE chain = 'other'", "other: BROKEN at event 1"),
        ("DELETE FROM record_head WHERE chain = 'other'", "other: BROKEN at event 2: Its head is missing"),
    ],
)
def test_the_first_broken_place_is_named(damage: str, said: str, kept: list[Event]) -> None:
    with lifted() as cursor:
        cursor.execute(damage)
    status, found = run("history_verify")
    assert (status, said in found) == (1, True)


def test_a_tail_cut_off_with_its_head_is_found_by_a_checkpoint(kept: list[Event], tmp_path: Path) -> None:
    noted = checkpoints(tmp_path / "noted")
    assert run("history_verify", "--checkpoints", noted)[0] == 0
    with lifted() as cursor:
        cursor.execute("DELETE FROM record_event WHERE chain = 'acme' AND seq > 3")
        cursor.execute(f"UPDATE record_head SET seq = 3, hash = '{kept[2].hash}' WHERE chain = 'acme'")
    assert run("history_verify")[0] == 0, "the chain alone can't tell"
    status, said = run("history_verify", "--checkpoints", noted)
    assert (status, "acme: BROKEN at event 4: Event 5 was there" in said) == (1, True)


def test_a_whole_chain_that_is_gone_is_found_by_a_checkpoint(kept: list[Event], tmp_path: Path) -> None:
    noted = checkpoints(tmp_path / "noted")
    with lifted() as cursor:
        cursor.execute("DELETE FROM record_event WHERE chain = 'other'")
        cursor.execute("DELETE FROM record_head WHERE chain = 'other'")
    status, said = run("history_verify", "--checkpoints", noted)
    assert (status, "other: BROKEN at event 1" in said, "the whole chain is gone" in said) == (1, True, True)


def test_a_chain_written_anew_is_found_by_a_checkpoint(kept: list[Event], append: Append, tmp_path: Path) -> None:
    noted = checkpoints(tmp_path / "noted")
    with lifted() as cursor:
        cursor.execute("DELETE FROM record_event")
        cursor.execute("DELETE FROM record_head")
    for _ in range(5):
        append(reason="another past")
    append(chain="other", organization="other", reason="another past")
    status, said = run("history_verify", "--checkpoints", noted)
    assert status == 1
    assert "acme: BROKEN at event 5: It is not the event that a checkpoint noted" in said
    assert "other: BROKEN at event 1" in said


def test_checkpoints_of_another_key_are_not_believed(kept: list[Event], tmp_path: Path, settings: Any) -> None:
    noted = checkpoints(tmp_path / "noted")
    old = settings.KEYRING
    settings.KEYRING = keyring.Keyring((keyring.Key("new", bytes(range(32))), *old.keys))
    assert run("history_verify", "--checkpoints", noted, "--no-documents")[0] == 0, "the old key is still there"
    settings.KEYRING = keyring.Keyring((keyring.Key("new", bytes(range(32))),))
    status, said = run("history_verify", "--checkpoints", noted)
    assert (status, "signed by a key that isn’t known" in said) == (2, True)


def test_checkpoints_of_a_key_that_is_gone_are_proven_by_its_public_key(
    kept: list[Event], tmp_path: Path, settings: Any
) -> None:
    noted = checkpoints(tmp_path / "noted")
    new = keyring.Key("new", bytes(range(32)))
    settings.KEYRING = keyring.Keyring((new, *settings.KEYRING.keys))
    of_new, of_old = run("history_checkpoint", "--public-key")[1].split()
    with noted.open("a") as file:
        file.write(run("history_checkpoint")[1])
    settings.KEYRING = keyring.Keyring((new,))
    against = ("history_verify", "--checkpoints", noted, "--no-documents")
    assert run(*against)[0] == 2
    assert run(*against, "--public-key", of_new)[0] == 2, "that is the other one"
    assert run(*against, "--public-key", of_old)[0] == 0
    export(tmp_path / "acme")
    assert verifier.main([str(tmp_path / "acme"), "--checkpoints", str(noted), "--public-key", of_old]) == 2
    both = ["--public-key", of_old, "--public-key", of_new]
    assert verifier.main([str(tmp_path / "acme"), "--checkpoints", str(noted), *both]) == 0
    with lifted() as cursor:
        cursor.execute("DELETE FROM record_event WHERE chain = 'acme' AND seq > 3")
        cursor.execute(f"UPDATE record_head SET seq = 3, hash = '{kept[2].hash}' WHERE chain = 'acme'")
    assert run(*against, "--public-key", of_old)[0] == 1


@pytest.mark.parametrize("damage", ["flip", "move", "other document"])
def test_a_document_that_is_not_what_was_kept_is_named(damage: str, kept: list[Event]) -> None:
    row = Document.objects.get(digest=kept[2].after)
    match damage:
        case "flip":
            row.sealed = bytes(row.sealed)[:-1] + bytes([bytes(row.sealed)[-1] ^ 1])
        case "move":
            row.sealed = Document.objects.get(digest=kept[3].after).sealed
        case _:  # by somebody who has the keys: it opens, and isn't the one
            row.sealed = keyring.seal(zlib.compress(b'{"number":99}'), bound_to=row.place)
    row.save()
    status, said = run("history_verify")
    assert (status, "6 documents opened, 1 wrong" in said) == (1, True)
    assert f"Document {row.digest[:8]} of runtime {RUNTIME}" in said
    assert run("history_verify", "--no-documents")[0] == 0


def test_documents_of_an_older_key_are_opened_too(kept: list[Event], settings: Any) -> None:
    settings.KEYRING = keyring.Keyring((keyring.Key("new", bytes(range(32))), *settings.KEYRING.keys))
    documents.keep(uuid4(), {"by": "the new key"})
    assert "7 documents opened, none wrong" in run("history_verify")[1]


def test_a_missing_guard_is_a_finding(kept: list[Event]) -> None:
    with lifted() as cursor:
        cursor.execute("UPDATE record_event SET seq = seq")  # nothing changes, and the guards come back
    assert run("history_verify")[0] == 0


def export(path: Path, *, sealed: bool = False) -> Path:
    """The export of acme."""
    pieces = [*exports.ndjson("acme", exports.all_of("acme"), whole=True), *(exports.sealed() if sealed else ())]
    path.write_bytes(b"".join(pieces))
    return path


def test_an_export_verifies_to_the_same_head(kept: list[Event], tmp_path: Path) -> None:
    assert events.verify("acme").head == kept[-1].hash
    status, said = run("history_verify", export(tmp_path / "export"))
    assert (status, said) == (0, f"acme: 5 events, whole, head {kept[-1].hash}\n")


def test_an_export_may_take_the_sealed_documents_along(kept: list[Event], tmp_path: Path) -> None:
    path = export(tmp_path / "export", sealed=True)
    assert b'"number"' not in path.read_bytes()
    assert "6 documents, 6 opened and as their digests say" in run("history_verify", path)[1]
    lines = path.read_bytes().splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if line.startswith(b'{"document"'))
    lines[at] = lines[at].replace(b'"sealed":"AQ', b'"sealed":"AR')
    path.write_bytes(b"".join(lines))
    status, said = run("history_verify", path)
    assert (status, "5 opened" in said) == (1, True)


def test_a_file_that_is_no_export_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "none"
    path.write_text("{}\n")
    assert run("history_verify", path)[0] == 2
    assert run("history_verify", tmp_path / "nowhere")[0] == 2


def test_the_public_key_is_printed_and_proves_the_lines(kept: list[Event]) -> None:
    key = run("history_checkpoint", "--public-key")[1].strip()
    assert len(base64.b64decode(key)) == 32
    assert f'"public_key":"{key}"' in run("history_checkpoint")[1]
