"""Retention: what goes, what stays whatever its age, and that no event is ever kept from being written."""

import ast
import importlib
import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

import adminui
from adminui.accounts.roles import MAY, Deed, Role
from adminui.history import retention, states
from adminui.record import documents, events, seen
from adminui.record.models import Document, Event
from adminui.saving.models import Draft
from tests.conftest import Visitor
from tests.history.conftest import RUNTIMES, write
from tests.history.test_pages import SCOUT, alice, as_, of, visitor
from tests.record.test_commands import run

__all__ = ["alice", "visitor"]

RUNTIME = RUNTIMES[0]


def kept(number: int, *, days: int) -> str:
    """A document that was last spoken of so long ago."""
    digest = documents.keep(RUNTIME, {"number": number})
    Document.objects.filter(digest=digest).update(kept_at=timezone.now() - timedelta(days=days))
    return digest


def dropped_after(days: int) -> int:
    return retention.drop(timezone.now() - timedelta(days=days))


def test_old_documents_go_and_events_stay(db: None) -> None:
    old, new = kept(1, days=40), kept(2, days=10)
    event = write(before=old, after=new)
    assert dropped_after(30) == 1
    assert documents.load(RUNTIME, old) is None
    assert documents.load(RUNTIME, new) == {"number": 2}
    assert Event.objects.get(pk=event.pk).before == old
    assert "no longer kept" in states.kept(RUNTIME, old)[1]
    assert events.verify("acme").whole
    told = Event.objects.get(kind="documents.dropped")
    assert (told.chain, told.data["count"]) == (events.SITE, 1)
    assert dropped_after(30) == 0
    assert Event.objects.filter(kind="documents.dropped").count() == 1


def test_what_is_current_stays_whatever_its_age(db: None) -> None:
    base, state, spoken_of = kept(1, days=400), kept(2, days=400), kept(3, days=400)
    Draft.objects.create(
        form=uuid4(),
        owner="o",
        organization="acme",
        workspace="research",
        runtime=RUNTIME,
        base=base,
        values=b"",
        read_at=timezone.now(),
        revision=1,
        changes=0,
    )
    seen.mark(RUNTIME, state, 1)
    assert documents.keep(RUNTIME, {"number": 3}) == spoken_of
    assert dropped_after(30) == 0
    other = documents.keep(UUID(int=9), {"number": 1})
    Document.objects.filter(digest=other).update(kept_at=timezone.now() - timedelta(days=400))
    assert dropped_after(30) == 1


def test_a_document_is_kept_for_a_day_at_least(db: None) -> None:
    with pytest.raises(ValueError, match="a day at least"):
        retention.drop(timezone.now())


def test_the_command_does_as_it_is_set(db: None, settings: Settings) -> None:
    kept(1, days=40)
    assert run("history_retain") == (0, "Documents are kept for good: ADMINUI_HISTORY_DAYS is 0.\n")
    settings.HISTORY_DAYS = 90
    assert run("history_retain") == (0, "0 documents from more than 90 days ago were dropped\n")
    assert run("history_retain", "--days", "30") == (0, "1 documents from more than 30 days ago were dropped\n")
    with pytest.raises(CommandError):
        call_command("history_retain", "--days", "-1")


WRITERS = [
    *("record.events", "record.chain", "record.kinds", "record.index", "record.seen", "record.many"),
    *("saving.steps", "saving.witness", "accounts.witness"),
]
"""Where events are written."""


@pytest.mark.parametrize("module", WRITERS)
def test_who_writes_events_knows_no_setting_and_no_role(module: str) -> None:
    source = importlib.import_module(f"adminui.{module}").__file__
    tree = ast.parse(Path(str(source)).read_text("utf-8"))
    known = {name.id for name in ast.walk(tree) if isinstance(name, ast.Name)}
    known |= {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names
    }
    assert known & {"settings", "environ", "getenv", "Role", "Deed", "can", "why_not"} == set()


def test_events_are_written_there_and_nowhere_else() -> None:
    """So that what holds for those modules holds for every event."""
    root = Path(adminui.__file__).parent
    writers = {
        ".".join(path.relative_to(root).with_suffix("").parts)
        for path in root.rglob("*.py")
        if re.search(
            r"events\.append\(|append_many\(|INSERT INTO record_event|put_many\(\"record_event", path.read_text("utf-8")
        )
    }
    by_command = {"history.management.commands.history_demo", "history.management.commands.history_export"}
    assert writers - by_command - {"history.retention"} <= set(WRITERS)


@pytest.mark.parametrize("role", Role)
def test_no_role_keeps_an_event_from_being_written(alice: Visitor, role: Role) -> None:
    as_(alice.sign_in("alice"), role)
    event = Event.objects.filter(runtime=SCOUT, kind="save.rejected").latest("seq")
    deeds = {
        Deed.REVEAL: (of(SCOUT, f"{event.id}/"), {"reveal": "runtime_server.env.COLLECTOR_AUTH"}),
        Deed.EXPORT_HISTORY: (of(SCOUT, "export/"), {"kind": "csv"}),
    }
    done = []
    for deed, (path, form) in deeds.items():
        before = Event.objects.count()
        status = alice.post(path, form).status_code
        assert Event.objects.count() - before == {200: 1, 403: 0}[status], "what is given is written down"
        done += [deed] if status == 200 else []
    assert set(done) >= MAY[role] & deeds.keys()
