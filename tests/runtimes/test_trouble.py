"""The list when the platform is large, hostile, lacking or failing."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django.fixtures import Settings

from adminui.runtimes import finding
from tests.conftest import Visitor
from tests.platform import fault_server as fs
from tests.platform.fault_server import FaultServer
from tests.runtimes.conftest import LIST, Seen, seen

pytestmark = pytest.mark.django_db
UUID = "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0"
HOSTILE = '<script>alert("x")</script>\u202egnp.exe' + "w" * 500


def runtime(number: int, **more: object) -> dict[str, object]:
    return {"id": f"00000000-0000-4000-8000-{number:012}", "key": f"r-{number}", "name": f"Runtime {number}", **more}


def many(count: int, *, fail_after: int | None = None) -> fs.Behaviour:
    """A workspace of so many runtimes, its cursor the number of the next; a 500 from `fail_after` on."""

    async def answer(request: fs.Seen, writer: asyncio.StreamWriter) -> None:
        query = parse_qs(urlsplit(request.target).query)
        begin, limit = int(query.get("cursor", ["0"])[0]), int(query["limit"][0])
        if fail_after is not None and begin >= fail_after:
            await fs.reply(500, fs.envelope(500, "The disk is on fire"))(request, writer)
            return
        end = min(begin + limit, count)
        items = [runtime(number) for number in range(begin, end)]
        await fs.reply(200, {"items": items, "next_cursor": str(end) if end < count else None})(request, writer)

    return answer


def walked(fake: FaultServer) -> int:
    """How many pages of the list were asked for, the switchers' one aside."""
    return len([one for one in fake.seen if "/runtimes?" in one.target]) - 1


def test_a_search_by_name_stops_after_ten_pages_and_says_where(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/runtimes", many(2500))
    found = seen(visitor, LIST, q="Runtime 7")
    assert len(found.names) == 1 + 10 + 100
    assert walked(fake) == 10
    assert "Looked through 1,000 runtimes and stopped there; more follow." in found.text
    further = seen(visitor, LIST + found.link("Look through the next"))
    assert "Looked through 1,000 more runtimes and stopped there" in further.text
    assert further.names == [f"Runtime {number}" for number in range(1000, 2000) if str(number).startswith("7")]


def test_a_search_that_found_nothing_so_far_goes_on(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/runtimes", many(1100))
    found = seen(visitor, LIST, q="Runtime 1099")
    assert "No runtime matches so far" in found.text
    last = seen(visitor, LIST + found.link("Look through the next"))
    assert last.names == ["Runtime 1099"]
    assert "Looked through the other 100 runtimes." in last.text


def test_a_search_stops_when_it_takes_too_long(
    fake: FaultServer, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "SECONDS", -1.0)
    fake.on("/runtimes", many(2500))
    assert "Looked through 100 runtimes and stopped there" in seen(visitor, LIST, q="Runtime 7").text


def test_a_key_is_asked_for_directly_and_one_page_besides(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/runtimes", many(2500))
    fake.on("/runtimes/r-2400", fs.reply(200, runtime(2400)))
    found = seen(visitor, LIST, q="r-2400")
    assert found.names == ["Runtime 2400 exact key"]
    assert walked(fake) == 1


def test_a_server_that_takes_no_keys_is_searched_by_name(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/runtimes", many(30))
    fake.on("/runtimes/r-3", fs.reply(422, fs.envelope(422, "runtime_id must be a UUID")))
    assert seen(visitor, LIST, q="r-3").names == ["Runtime 3"]


def test_a_search_that_breaks_shows_what_it_has(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/runtimes", many(1000, fail_after=300))
    found = seen(visitor, LIST, q="Runtime 29")
    assert found.status == 200
    assert found.names == ["Runtime 29", *(f"Runtime {number}" for number in range(290, 300))]
    assert "The disk is on fire" in found.text
    assert "What was read before is shown below." in found.text
    assert "Looked through 300 runtimes and stopped there" in found.text


def test_hostile_text_is_shown_and_does_nothing(fake: FaultServer, visitor: Visitor) -> None:
    item = runtime(1, name=HOSTILE, status=HOSTILE, created_by=HOSTILE, project_id="p1", project_name=HOSTILE)
    fake.on("/runtimes", fs.reply(200, {"items": [{**item, "key": HOSTILE}], "next_cursor": HOSTILE}))
    found = seen(visitor, LIST)
    assert found.status == 200
    assert not found.has("main script")
    assert found.names[0].startswith('<script>alert("x")</script>\\u{202e}gnp.exe')
    assert "\u202e" not in found.text
    assert found.hrefs == [f"{LIST}{item['id']}/config/"]
    assert "w" * 500 in found.names[0]
    assert "w" * 500 in found.column(1)[0]
    assert [len(found.column(number)[0]) <= 25 for number in (2, 3, 4)] == [True] * 3, "these cells don't wrap"


def test_hostile_ids_get_no_link(fake: FaultServer, visitor: Visitor) -> None:
    ids = ["..", ".", "a/b", "//evil.example", "javascript:alert(1)", "?", "#", HOSTILE]
    items = [{**runtime(number), "id": each} for number, each in enumerate(ids)]
    fake.on("/runtimes", fs.reply(200, {"items": items}))
    found = seen(visitor, LIST)
    assert len(found.names) == len(ids)
    assert found.hrefs == []


def test_what_was_typed_comes_back_escaped(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/runtimes", many(3))
    typed = '"><script>alert(1)</script>'
    found = seen(visitor, LIST, q=typed, project=typed)
    field = found.has("[name=q]")
    assert field is not None
    assert field["value"] == typed
    assert not found.has("main script")


def test_a_sparse_item_is_enough(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/runtimes", fs.reply(200, {"items": [{"id": UUID.upper(), "key": "k", "name": ""}]}))
    found = seen(visitor, LIST)
    assert found.names == ["k"]
    assert [found.column(number) for number in (2, 3, 4, 5)] == [["—"]] * 4
    assert found.hrefs == [f"{LIST}{UUID}/config/"]


def test_an_empty_workspace_says_how_runtimes_come_about(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/runtimes", many(0))
    found = seen(visitor, LIST)
    assert found.status == 200
    assert "No runtimes yet in research" in found.text


def test_behind_the_last_page_there_is_a_way_back(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/runtimes", many(3))
    found = seen(visitor, LIST, cursor="3")
    assert "Nothing older" in found.text
    assert found.link("To the newest") == "?"


@pytest.mark.parametrize(
    ("behaviour", "status", "words"),
    [
        (fs.reply(500, fs.envelope(500, "The disk is on fire")), 502, "The disk is on fire"),
        (fs.reply(502, b"<html>Bad Gateway</html>"), 502, "The platform failed (status 502)"),
        (fs.reply(400, fs.envelope(400, "Not like this")), 400, "Not like this"),
        (fs.reply(200, b"<html>signed out</html>"), 502, "no JSON"),
        (fs.cut(), 502, "broke"),
        (fs.reply(429, fs.envelope(429, "Slow"), ("Retry-After", "7")), 429, "asked again in 7 seconds"),
    ],
)
def test_a_platform_that_fails_is_told_within_the_page(
    fake: FaultServer, visitor: Visitor, behaviour: fs.Behaviour, status: int, words: str
) -> None:
    fake.on("/runtimes", behaviour)
    found = seen(visitor, LIST, state="idle")
    assert found.status == status
    assert words in found.text
    assert found.has("[role=alert]")
    assert found.link("Try again") == "?state=idle"
    assert found.has("[name=state][value=idle][checked]"), "the filters are still there"
    assert found.response.get("Retry-After") == ("7" if status == 429 else None)
    assert seen(visitor, "/").response.get("Location") is None, "a page that failed is not where one was"


def test_a_platform_that_hangs(fake: FaultServer, visitor: Visitor, settings: Settings) -> None:
    settings.PLATFORM_DEADLINE = 1
    fake.on("/runtimes", fake.hang())
    found = seen(visitor, LIST)
    assert found.status == 504
    assert "did not answer within 1 second" in found.text


def test_a_platform_that_cannot_be_reached(visitor: Visitor) -> None:
    visitor.sign_in("alice")
    found = seen(visitor, LIST)
    assert found.status == 503
    assert "could not be reached" in found.text


def test_a_token_that_died_leads_to_signing_in_and_back(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/runtimes", fs.reply(401, fs.envelope(401, "Expired")))
    found = seen(visitor, LIST)
    assert found.status == 302
    assert found.response["Location"].startswith("/signin/?next=%2Forg%2Facme")


def test_no_access_is_a_page_of_its_own(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/runtimes", fs.reply(403, fs.envelope(403, "Not a member of research")))
    found = seen(visitor, LIST)
    assert found.status == 403
    assert "Not a member of research" in found.text


def test_a_deployment_without_the_list_still_finds_by_key(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/ws", fs.reply(200, [{"id": "1", "key": "research", "name": "Research"}]))
    fake.on("/runtimes/r-1", fs.reply(200, runtime(1)))
    found = seen(visitor, LIST)
    assert found.status == 404
    assert "This platform doesn’t list runtimes" in found.text
    assert seen(visitor, LIST, q="r-1").names == ["Runtime 1 exact key"]


def test_a_deployment_without_any_list_still_opens_a_uuid(fake: FaultServer, visitor: Visitor) -> None:
    assert seen(visitor, LIST).has("main form [name=q]")
    found = seen(visitor, LIST, q=UUID)
    assert found.link("Open this UUID’s config anyway") == f"{LIST}{UUID}/config/"


def test_a_failing_switcher_takes_nothing_else_down(fake: FaultServer, visitor: Visitor) -> None:
    fake.on("/organizations", fs.reply(500, b""))
    fake.on("/ws", fs.cut())
    fake.on("/runtimes", many(3))
    found: Seen = seen(visitor, LIST)
    assert found.status == 200
    assert len(found.names) == 3
