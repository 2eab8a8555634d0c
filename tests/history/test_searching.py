"""The search box of the pages at the platform in a box: its filters, what text finds, times, and the chart above it."""

from datetime import UTC, datetime, timedelta

import pytest

from adminui.accounts import places
from adminui.history.access import Access
from adminui.record.models import Event
from tests.conftest import Visitor
from tests.history.test_pages import SCOUT, WORKSPACE, alice, page, rows, text, visitor

__all__ = ["alice", "visitor"]


def test_the_filters_write_into_the_box(alice: Visitor) -> None:
    soup = page(alice, WORKSPACE, q="OPS-870")
    values = {str(one["name"]): str(one.get("value", "")) for one in soup.select("form[role=search] input[name]")}
    assert values["was"] == "OPS-870"
    answer = alice.get(WORKSPACE, query_params={**values, "q": "OPS-870 cost", "person": "dana", "range": "30d"})
    assert answer["Location"] == f"{WORKSPACE}?q=OPS-870+cost+person%3Adana+after%3A30d"
    chosen = page(alice, answer["Location"]).select("select[name=person] option[selected]")
    assert [one.get_text() for one in chosen] == ["dana"]
    assert len(rows(page(alice, WORKSPACE, q="person:dana OPS-870 origin:bulk"))) == len(rows(soup))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("after:yesterday", "isn’t a time"),
        ("outcome:banana", "outcome is one of"),
        ("peron:bob", "Did you mean person:"),
        ("runtime:nothing", "is no runtime that is known here"),
        ("😀", "has nothing to look for"),
    ],
)
def test_a_bad_term_is_told_at_the_box(alice: Visitor, query: str, said: str) -> None:
    soup = page(alice, WORKSPACE, q=query)
    error = soup.find(id="q-error")
    assert error is not None
    assert said in error.get_text()
    assert soup.select_one("#q[aria-invalid]") is not None
    assert rows(soup) == []


def test_a_time_far_off_has_a_page_and_a_chart(alice: Visitor) -> None:
    """What can’t be counted with is no error."""
    count = len(rows(page(alice, WORKSPACE)))
    assert len(rows(page(alice, WORKSPACE, q="after:0001-01-01"))) == count
    assert len(rows(page(alice, WORKSPACE, q="before:9999-12-31T23:59"))) == count
    soup = page(alice, WORKSPACE, q="before:0001-01-01")
    assert rows(soup) == []
    assert "None in this time." in text(soup)


def test_the_chart_says_which_time_it_shows(alice: Visitor) -> None:
    """The last 30 days begin within a day, all of which is counted: they are no 31 days."""
    today = datetime.now(UTC)
    since = today - timedelta(days=30)

    def titled(query: str) -> str:
        return text(page(alice, WORKSPACE, q=query).select("figcaption b")[0])

    assert titled("").endswith(" events in 30 days")
    assert titled("after:30d").endswith(
        f" since {since.day} {since:%b}" + f" {since.year}" * (since.year != today.year)
    )
    assert titled(f"after:{today:%Y-%m-%d}").endswith(" today")
    assert titled("after:2020-01-01 before:2020-01-02") == "No events in 1 day"
    assert "refused or unknown" not in text(page(alice, WORKSPACE, q="before:2020-01-02").select("figcaption")[0])


def test_text_finds_by_every_name_and_id(alice: Visitor) -> None:
    """Reason, names, ids, ours and the platform’s of a request, digests: whole words, in either case."""
    event = Event.objects.filter(runtime=SCOUT, kind="save.stored").exclude(reason="").order_by("-seq")[0]
    words = [event.reason, event.name, str(event.id), str(event.save_id), event.request_id, str(event.runtime)]
    words += [(event.before or "")[:8], event.data["platform_request"], "scout", "SCOUT", event.reason.upper()]
    for word in words:
        found = page(alice, WORKSPACE, q=f'"{word}" path:resources.memory_mb')
        assert found.select_one(f"#e{event.seq}"), word
    for word in ("scou", event.reason[:-1], str(event.id)[:-1]):
        assert rows(page(alice, WORKSPACE, q=word)) == [], word


def test_a_filter_shows_what_is_typed_in_other_words(alice: Visitor) -> None:
    soup = page(alice, WORKSPACE, q="outcome:REFUSED")
    assert [text(one) for one in soup.select("select[name=outcome] option[selected]")] == ["refused"]
    assert len(soup.select("select[name=outcome] option[value*=re]")) == len(
        page(alice, WORKSPACE).select("select[name=outcome] option[value*=re]")
    )
    values = {str(one["name"]): str(one.get("value", "")) for one in soup.select("form[role=search] input[name]")}
    answer = alice.get(WORKSPACE, query_params={**values, "q": "cost", "outcome": "rejected"})
    assert answer["Location"] == f"{WORKSPACE}?q=cost"  # taken out by hand, and not put back by the filter


def test_a_runtime_is_found_by_its_key_and_a_request_by_its_id(alice: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = len(rows(page(alice, WORKSPACE, q="runtime:analyst")))
    with monkeypatch.context() as patched:  # one that isn't among the workspace's first hundred
        patched.setattr(places, "_NEIGHBOURS", 1)
        places._cache.clear()
        assert len(rows(page(alice, WORKSPACE, q="runtime:analyst"))) == expected > 3
    asked: list[str] = []

    async def named(_: Access, key: str) -> None:
        asked.append(key)

    with monkeypatch.context() as patched:
        patched.setattr(Access, "named", named)
        told = page(alice, WORKSPACE, q=" ".join(f"runtime:r{number % 20}" for number in range(60)))
    assert asked == ["r0", "r1", "r2", "r3"]
    assert "no runtime that is known here" in text(told)
    assert {
        one.split(" in ")[-1].split()[0] for one in rows(page(alice, WORKSPACE, q="runtime:analyst origin:editor"))
    } <= {*("analyst", "alice")}
    assert len(rows(page(alice, WORKSPACE, q="request:req_01JDCT9P5E7K runtime:analyst"))) == 7


def test_the_chart_says_what_it_shows_and_narrows_the_range(alice: Visitor) -> None:
    soup = page(alice, WORKSPACE)
    figure = soup.select_one("figure")
    assert figure is not None
    bars = figure.select("svg a")
    assert "events in 30 days" in text(figure)
    assert "were refused or unknown" in text(figure)
    narrowed = page(alice, WORKSPACE + str(bars[-1]["href"]))
    assert "in 1 day" in text(narrowed)
    assert len(narrowed.select("h2.group")) == 1
    days = [text(one) for one in page(alice, WORKSPACE, q="after:400d").select("figure .axis span")]
    assert days[0].endswith(f" {datetime.now(UTC) - timedelta(days=400):%Y}")  # a day of another year says which
    assert days[-1] == "today"
