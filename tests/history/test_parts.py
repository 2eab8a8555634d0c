"""Within one workspace: what happened in a runtime that one may not see isn't told, by no page, number or name."""

from uuid import UUID

import pytest

from adminui.accounts import places
from adminui.accounts.roles import Role
from adminui.history import access, listing
from adminui.platform.address import RuntimeRef
from adminui.platform.client import RuntimePage
from adminui.platform.errors import Forbidden
from adminui.record import events, index
from adminui.record.index import Scope
from adminui.record.models import Event
from tests.conftest import Visitor
from tests.history import past
from tests.history.conftest import RUNTIMES, write
from tests.history.test_export import events_of, taken
from tests.history.test_pages import ANALYST, SCOUT, WORKSPACE, alice, as_, of, page, rows, text, visitor

__all__ = ["alice", "visitor"]

MALLORY = events.Person("https://id.example", "sub-mallory", "mallory")
THEIRS = "theirs-alone"
TOLD = ("mallory", THEIRS, "DATA-1187")
"""What is only said of scout."""


class Closed:
    """The platform, for somebody who may not read one runtime of the workspace: neither by itself nor in the list."""

    def __init__(self, real: object, closed: UUID) -> None:
        self.real, self.closed = real, str(closed)

    def __getattr__(self, name: str) -> object:
        method = getattr(self.real, name)

        async def ask(token: str, *given: object, **more: object) -> object:
            if any(isinstance(one, RuntimeRef) and one.runtime == self.closed for one in given):
                raise Forbidden("no", status=403)
            answer = await method(token, *given, **more)
            if isinstance(answer, RuntimePage):
                left = tuple(one for one in answer.items if one.id != self.closed)
                return RuntimePage(left, answer.next_cursor)
            return answer

        return ask


@pytest.fixture
def closed(alice: Visitor, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """Alice, who may read all of the workspace but scout; somebody did something there that nobody else did."""
    write(runtime=SCOUT, person=MALLORY, reason=THEIRS, paths=("defaults.agent",))
    for room in (access, places):
        monkeypatch.setattr(room, "platform", lambda real=room.platform: Closed(real(), SCOUT))
    return alice


def people(visitor: Visitor) -> set[str]:
    """The names that the filter of people offers."""
    return {str(one["value"]) for one in page(visitor, WORKSPACE).select("select[name=person] option")} - {""}


def counted(visitor: Visitor, **query: str) -> int:
    """How many events the chart counts."""
    figure = page(visitor, WORKSPACE, **query).select_one("figcaption b")
    assert figure is not None
    return int(figure.get_text().split()[0])


def ends(runtime: UUID | None) -> int:
    """The events of a runtime in the last thirty days that the chart counts."""
    return Event.objects.filter(workspace="research", runtime=runtime).exclude(kind="save.intent").count()


def test_the_filter_names_nobody_who_was_only_there(closed: Visitor) -> None:
    assert people(closed) == {"alice", "bob"}


def test_the_chart_counts_nothing_of_it(closed: Visitor) -> None:
    assert counted(closed) == ends(ANALYST) + ends(None)
    assert "on runtimes that you can see" in text(page(closed, WORKSPACE))


@pytest.mark.parametrize("role", [Role.EDITOR, Role.AUDITOR, Role.ADMIN])
def test_no_page_tells_of_it(closed: Visitor, role: Role) -> None:
    as_(closed.sign_in("alice"), role)
    event = Event.objects.filter(runtime=SCOUT).latest("seq")
    ours = Event.objects.filter(runtime=ANALYST, kind="save.stored").latest("seq")
    own = [f"{event.id}/", f"compare/?a={event.id}", "path/?path=defaults.agent", ""]
    config = f"/org/acme/ws/research/runtimes/{SCOUT}/config/"
    refused = [*(of(SCOUT, one) for one in own), *(f"{config}{one}/{event.id}/" for one in ("restore", "undo"))]
    elsewhere = [
        f"{WORKSPACE}{event.id}/",
        of(ANALYST, f"{event.id}/"),
        of(ANALYST, f"compare/?a={event.id}&b={ours.id}"),
    ]
    shown = [WORKSPACE, f"{WORKSPACE}?q=show:all", of(ANALYST), of(ANALYST, f"{ours.id}/")]
    for path in (*refused, *elsewhere, *shown):
        answer = closed.get(path)
        expected = {200} if path in shown else {403, 404} if path in refused else {200, 404}
        assert answer.status_code in expected, path
        assert not [one for one in TOLD if one in answer.content.decode()], path
    for query in (THEIRS, "person:mallory", f"runtime:{SCOUT}", "runtime:scout", str(event.id), "DATA-1187"):
        assert rows(page(closed, WORKSPACE, q=query)) == [], query
    if role is not Role.EDITOR:
        body = taken(closed, f"{WORKSPACE}export/", kind="ndjson")
        assert events_of(body)
        assert str(SCOUT) not in {str(one["runtime"]) for one in events_of(body)}
        assert THEIRS.encode() not in taken(closed, f"{WORKSPACE}export/", kind="csv")


def test_who_may_read_all_of_it_is_told_all(alice: Visitor) -> None:
    as_(alice.sign_in("alice"), Role.AUDITOR)
    write(runtime=SCOUT, person=MALLORY)
    assert people(alice) == {"alice", "bob", "dana", "mallory"}
    assert counted(alice) == ends(ANALYST) + ends(SCOUT) + ends(past.GONE) + ends(None)
    assert "on runtimes that you can see" not in text(page(alice, WORKSPACE))


def test_what_is_gone_counts_for_auditors_alone(visitor: Visitor) -> None:
    who = visitor.sign_in("alice")
    write(runtime=past.GONE, person=MALLORY)
    write(runtime=None, kind="export", data={"what": "the history"}, person=events.Person("i", "erin", "erin"))
    assert people(visitor) == {"alice", "bob", "dana", "erin"}
    assert counted(visitor) == ends(ANALYST) + ends(SCOUT) + ends(None)
    as_(who, Role.AUDITOR)
    assert "mallory" in people(visitor)


def test_a_right_that_was_taken_away_is_gone_after_a_minute(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    as_(visitor.sign_in("alice"), Role.ADMIN)
    assert visitor.get(of(SCOUT)).status_code == 200
    assert "dana" in people(visitor)
    for room in (access, places):
        monkeypatch.setattr(room, "platform", lambda real=room.platform: Closed(real(), SCOUT))
    assert visitor.get(of(SCOUT)).status_code == 200, "what the platform said is believed for so long"
    for room, seconds in ((access, "FRESH"), (places, "_FRESH")):
        assert getattr(room, seconds) == 60
        monkeypatch.setattr(room, seconds, -1)
    assert visitor.get(of(SCOUT)).status_code == 403
    assert rows(page(visitor, WORKSPACE, q="runtime:scout origin:bulk")) == []
    assert not events_of(taken(visitor, f"{WORKSPACE}export/", kind="ndjson", q="origin:bulk"))


def test_no_more_than_so_many_are_asked_for(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    as_(visitor.sign_in("alice"), Role.AUDITOR)
    for runtime in RUNTIMES:
        write(runtime=runtime, person=MALLORY)
    monkeypatch.setattr(access, "_DOUBTED", 2)
    assert counted(visitor) == ends(ANALYST) + ends(SCOUT) + ends(None) + 2
    monkeypatch.setattr(access, "_DOUBTED", 20)
    assert counted(visitor) == Event.objects.filter(workspace="research").exclude(kind="save.intent").count()


def test_the_list_of_runtimes_is_read_on_where_a_page_of_it_is_not_enough(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.sign_in("alice")
    expected = counted(visitor)
    monkeypatch.setattr(places, "_NEIGHBOURS", 1)
    places._cache.clear()
    access._cache.clear()
    assert counted(visitor) == expected


def test_pages_of_what_may_not_be_seen_say_that_there_is_more(closed: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much of it lies between, the rest is a click away, and no page says that nothing ever happened."""
    monkeypatch.setattr(listing, "ROWS", 6)
    monkeypatch.setattr(listing, "_ROUNDS", 2)
    for _ in range(13):
        write(runtime=SCOUT, person=MALLORY)
    soup = page(closed, WORKSPACE)
    assert rows(soup) == []
    assert "Nothing has happened yet" not in text(soup)
    assert "Nothing found so far" in text(soup)
    seen: list[str] = []
    while (older := soup.select_one("a[rel=next]")) is not None:
        soup = page(closed, WORKSPACE + str(older["href"]))
        seen += [str(one["id"]) for one in soup.select(".log > li")]
    back: list[str] = []
    while (newer := soup.select_one("a[rel=prev]")) is not None:
        soup = page(closed, WORKSPACE + str(newer["href"]))
        back = [str(one["id"]) for one in soup.select(".log > li")] + back
    mine = (
        Event.objects.filter(workspace="research").exclude(runtime__in=[SCOUT, past.GONE]).exclude(kind="save.intent")
    )
    assert seen == [f"e{seq}" for seq in mine.order_by("-seq").values_list("seq", flat=True)]
    assert len(back) == len(set(back))


def test_the_parts_of_a_workspace_are_the_whole(busy: list[Event]) -> None:
    scope = Scope("acme", "research")
    parts = index.parts(scope)
    newest = list(dict.fromkeys(one.runtime for one in reversed(busy) if one.workspace == "research"))
    assert parts == newest
    span = ("2000-01-01", "3000-01-01")
    assert index.tallies(scope, *span, parts=parts) == index.tallies(scope, *span)
    assert index.names(scope, parts) == index.names(scope)
    assert index.tallies(scope, *span, parts=[]) == []
    assert index.names(scope, []) == []
