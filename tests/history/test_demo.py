"""The made-up year, and that very many events are written as one by one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from adminui.contract import paths
from adminui.contract.changes import diff
from adminui.history.demo import Year
from adminui.history.finding import find
from adminui.history.query import parse
from adminui.record import documents, events, index
from adminui.record.index import Scope
from adminui.record.many import append_many
from adminui.record.models import Event, Head
from tests.history.conftest import write
from tests.record.test_index import contents

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_a_made_up_year_is_a_whole_chain_that_is_indexed(db: None) -> None:
    write()
    year = Year(events=400, organization="acme", workspaces=("research", "production"), runtimes=5, seed=3)
    assert list(append_many("acme", year.made(NOW))) == [400]
    verdict = events.verify("acme")
    assert (verdict.whole, verdict.events) == (True, 401)
    indexed = contents()
    call_command("history_index", verbosity=0)
    assert contents() == indexed
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"save.intent", "save.stored", "save.rejected", "change.outside", "reveal", "export"} <= kinds
    times = list(Event.objects.filter(seq__gt=1).order_by("seq").values_list("at", flat=True))
    assert 360 <= (NOW - times[0]).days <= 365
    assert 1 <= (NOW.date() - times[-1].date()).days <= 4
    assert sum(time > NOW - timedelta(days=91) for time in times) > 100  # more of them lately
    assert find(Scope("acme", "research"), parse("outcome:rejected"), most=5).hits


def test_its_events_say_what_its_documents_say(db: None) -> None:
    list(append_many("acme", Year(events=60, organization="acme", workspaces=("research",), runtimes=3).made(NOW)))
    landed = [event for event in Event.objects.order_by("seq") if index.has_landed(event)]
    assert len(landed) > 10
    for event in landed:
        before, after = (documents.load(event.runtime, digest or "") for digest in (event.before, event.after))
        assert before is not None
        assert [paths.text(change.path) for change in diff(before, after)] == event.paths


def test_the_same_seed_makes_the_same_events(db: None) -> None:
    year = Year(events=50, organization="acme", workspaces=("research",), runtimes=3, seed=9)
    assert list(year.made(NOW)) == list(year.made(NOW))


def test_nothing_is_made_up_outside_a_demo(db: None, settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="not a demo"):
        call_command("history_demo", "--events", "5")
    assert not Head.objects.exists()


def test_the_command_makes_as_many_as_are_asked_for(db: None, settings: Settings) -> None:
    settings.DEMO = True
    call_command("history_demo", "--events", "120", "--days", "10", "--runtimes", "2", verbosity=0)
    assert Event.objects.count() == 120
    assert Event.objects.values("runtime").distinct().count() == 2
    with pytest.raises(CommandError, match="from 1 on"):
        call_command("history_demo", "--runtimes", "0")
