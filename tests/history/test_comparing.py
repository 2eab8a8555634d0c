"""…/history/compare/: two states of a runtime, any two, and what is offered to choose from."""

from uuid import UUID

import pytest

from adminui.history import states
from adminui.record.index import has_landed
from adminui.record.models import Document, Event
from tests.conftest import Visitor
from tests.history.test_pages import ANALYST, SCOUT, alice, of, page, text, visitor

__all__ = ["alice", "visitor"]


def landed(runtime: UUID) -> list[Event]:
    """Events that a runtime's stored state changed with, newest first."""
    return [event for event in Event.objects.filter(runtime=runtime).order_by("-seq") if has_landed(event)]


def test_two_states_are_compared(alice: Visitor) -> None:
    said = text(page(alice, of(ANALYST, "compare/")))
    assert "what is stored today" in said
    event = Event.objects.filter(runtime=ANALYST, kind="save.stored").order_by("-seq")[0]
    soup = page(alice, of(ANALYST, "compare/"), a=f"{event.id}.before", b=str(event.id))
    assert [one.get_text() for one in soup.select(".changes .path")] == [
        "runtime_server.env.LOG_LEVEL",
        "metadata.labels.oncall",
    ]
    whole = page(alice, of(ANALYST, "compare/"), a=f"{event.id}.before", b=str(event.id), all="on")
    assert "system_prompt" in text(whole)
    assert "system_prompt" not in text(soup)
    assert "isn’t recorded here" in text(page(alice, of(ANALYST, "compare/"), a=str(UUID(int=1)), b="x"))


def test_a_state_is_compared_with_itself(alice: Visitor) -> None:
    key = str(landed(ANALYST)[0].id)
    soup = page(alice, of(ANALYST, "compare/"), a=key.upper(), b=key)
    assert "It is one state on both sides." in text(soup)
    assert soup.select("pre.diff") == []
    whole = page(alice, of(ANALYST, "compare/"), a=key, b=key, all="on")
    assert "system_prompt" in text(whole.select("pre.diff")[0])
    assert whole.select("pre.diff del, pre.diff ins, pre.diff b") == []


def test_any_state_can_be_chosen(alice: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many the newest are offered, and those around an older one that is chosen, each by its day and month."""
    monkeypatch.setattr(states, "LISTED", 4)
    every = [str(event.id) for event in landed(SCOUT)]
    assert len(every) > 12

    def offered(**chosen: str) -> list[str]:
        soup = page(alice, of(SCOUT, "compare/"), **chosen)
        assert "newest 4 states" in text(soup)
        return [str(one["value"]) for one in soup.select("select[name=b] option")]

    assert offered(a="now") == ["now", *every[:4]]
    assert offered(a=every[9]) == ["now", *every[:4], *every[7:11]]
    assert offered(a=every[9], b=f"{every[-1]}.before") == [
        *("now", f"{every[-1]}.before", *every[:4], *every[7:11], *every[-3:])
    ]
    event = landed(SCOUT)[0]
    soup = page(alice, of(SCOUT, "compare/"), a=every[1], b=every[0])
    assert text(soup.select("select[name=b] option[selected]")[0]).startswith(
        f"After change {event.seq} made elsewhere, {event.at:%-d %b %Y %H:%M}"
    )


def test_a_state_whose_document_was_dropped_is_said(alice: Visitor) -> None:
    event = landed(ANALYST)[1]  # the newest is what is stored today, and kept anew by each reading
    Document.objects.filter(digest=event.after).delete()
    soup = page(alice, of(ANALYST, "compare/"), a=str(event.id), b="now")
    assert "is no longer kept" in text(soup.select(".banner.warn")[0])
    assert soup.select(".changes, pre.diff") == []
    assert "Nothing differs" not in text(soup)


@pytest.mark.parametrize(
    ("gone", "offered"),
    [
        ("", ["after", "before", "Undo", "Compare with today", "Open"]),
        ("after", ["before", "Open"]),
        ("before", ["after", "Compare with today", "Open"]),
    ],
)
def test_an_event_offers_only_states_that_are_kept(alice: Visitor, gone: str, offered: list[str]) -> None:
    event = next(one for one in landed(ANALYST)[1:] if one.before != one.after)
    if gone:
        Document.objects.filter(digest=getattr(event, gone)).delete()
    aside = page(alice, of(ANALYST, f"{event.id}/")).select("aside section[aria-label=State]")[0]
    said = [text(one) for one in aside.select("a")]
    assert len(said) == len(offered)
    assert all(word in one for word, one in zip(offered, said, strict=True)), said
    assert ("no longer kept" in text(aside)) == bool(gone)
    assert ("from it" in text(aside)) == (gone != "after")  # how today compares is of the state after it
