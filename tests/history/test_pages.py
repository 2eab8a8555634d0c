"""The pages of history at the platform in a box: what they say, whom, and what they never show."""

import re
from uuid import UUID

import httpx
import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from adminui.accounts import places
from adminui.accounts.here import Who
from adminui.accounts.models import Credential
from adminui.accounts.roles import Role
from adminui.contract.document import Absent, Json, edit
from adminui.embedded.demo.stories import SCOUT as STORED
from adminui.history import access, finding, telling
from adminui.history.finding import Hit
from adminui.history.listing import told_rows
from adminui.history.query import Query
from adminui.record import kinds
from adminui.record.index import Scope
from adminui.record.models import Document, Event
from tests.conftest import Visitor
from tests.contract.documents import examples
from tests.history import past
from tests.record.guards import lifted

WORKSPACE = "/org/acme/ws/research/history/"
ANALYST, SCOUT = past.ids()["analyst"], past.ids()["scout"]
SECRETS = ("hunter2", "rf_demo_00aQ", "otel-collector.observability")


def of(runtime: UUID, rest: str = "") -> str:
    return f"/org/acme/ws/research/runtimes/{runtime}/history/{rest}"


@pytest.fixture
def visitor(visitor: Visitor, box_url: str, settings: Settings) -> Visitor:
    """Somebody at the box, with a past, and nothing remembered of who may see what."""
    settings.PLATFORM_URL = box_url
    for cache in (access._cache, places._cache):
        cache.clear()
    past.again()
    return visitor


@pytest.fixture
def alice(visitor: Visitor) -> Visitor:
    visitor.sign_in("alice")
    return visitor


def as_(who: Who, *roles: Role) -> None:
    """Gives a session other roles."""
    Credential.objects.filter(id=who.credential).update(roles=[str(role) for role in roles])


def page(visitor: Visitor, address: str, **query: str) -> BeautifulSoup:
    response = visitor.get(address, query_params=query) if query else visitor.get(address)
    assert response.status_code == 200, response.content.decode()[:2000]
    return BeautifulSoup(response.content.decode(), "html.parser")


def rows(soup: BeautifulSoup) -> list[str]:
    return [" ".join(one.get_text(" ").split()) for one in soup.select(".log > li > div")]


def text(soup: Tag) -> str:
    return " ".join(soup.get_text(" ").split())


def test_a_workspace_reads_like_sentences(alice: Visitor) -> None:
    soup = page(alice, WORKSPACE)
    said = rows(soup)
    assert said[0].startswith("alice tried to add label oncall yes and set CPU cores 2 → 4 in analyst unknown")
    assert "bob tried to set Agent planner → navigator in analyst refused 403 only alice can replace" in said[1]
    assert said[3] == "alice restored analyst : removed label oncall and changed variable LOG_LEVEL"
    assert said[2] == "alice exported the config of analyst as runtime.yaml"
    outside = next(one for one in said if one.startswith("scout was changed outside this UI between "))
    assert re.search(r" between \d+ \w+ \d\d:\d\d and (\d+ \w+ )?\d\d:\d\d: somebody set Timeout", outside)
    assert outside.endswith(" 3600 → 900")
    assert any("sandbox.timeout_seconds at most 14400 seconds" in one for one in said)
    assert any("and made 1 more change in scout" in one for one in said)
    headings = [one.get_text() for one in soup.select("h2.group")]
    assert headings[0].startswith("Today, ")
    assert headings == list(dict.fromkeys(headings))
    assert len(said) == len(soup.select(".when a"))


def test_pages_lead_to_each_other(alice: Visitor) -> None:
    soup = page(alice, WORKSPACE, q="show:all")
    seen: list[str] = []
    while True:
        seen += [str(one["id"]) for one in soup.select(".log > li")]
        older = soup.select_one("a[rel=next]")
        if older is None:
            break
        soup = page(alice, WORKSPACE + str(older["href"]))
    mine = Event.objects.filter(workspace="research").exclude(runtime=past.GONE).order_by("-seq")
    assert seen == [f"e{seq}" for seq in mine.values_list("seq", flat=True)]
    newer = soup.select_one("a[rel=prev]")
    assert newer is not None
    before = [str(one["id"]) for one in page(alice, WORKSPACE + str(newer["href"])).select(".log > li")]
    assert before == seen[len(seen) - len(soup.select(".log > li")) - len(before) :][: len(before)]


def test_an_event_tells_all_of_itself(alice: Visitor) -> None:
    listed = page(alice, of(SCOUT), q="DATA-1187 outcome:refused")
    href = str(listed.select(".when a")[0]["href"])
    soup = page(alice, href)
    said = text(soup)
    for expected in (
        *("422 Validation error", "Nothing was stored", "sandbox.timeout_seconds at most 14400", "Overnight backfill"),
        *("3600 → 28800", "9230", "Links match.", "save.intent", "req_01JDCT9P5E7K", "COLLECTOR_AUTH"),
    ):
        assert expected in said
    assert "Today" in said
    assert soup.select_one("button[name=reveal]") is not None


def test_what_was_sent_stands_beside_what_was_stored(alice: Visitor) -> None:
    stored = edit(edit(STORED, ("resources", "cpu_cores"), 3), ("runtime_server", "env", "MODE"), "hunter2 theirs")
    wanted: dict[str, Json | Absent] = {"resources.cpu_cores": 4, "runtime_server.env.MODE": "hunter2 mine"}
    saving = past.Past()
    saving.states = {SCOUT: STORED}
    event = saving.save("bob", SCOUT, wanted, state="altered", stored=stored)
    soup = page(alice, of(SCOUT, f"{event.id}/"))
    own = soup.select_one("section[aria-labelledby=own]")
    assert own is not None
    assert "resources.cpu_cores sent 4 stored 3 differs" in text(own)
    assert "Variables runtime_server.env sent 4 keys stored 4 keys differs" in text(own)
    assert "hunter2" not in str(soup)
    assert "accepted it and stored something else" in text(soup)


def test_values_of_the_environment_are_on_no_page_until_revealed(alice: Visitor) -> None:
    listed = page(alice, of(SCOUT), q="show:all")
    hrefs = [str(one["href"]) for one in listed.select(".when a")]
    compared = [
        of(SCOUT, f"compare/?a={UUID(hrefs[-1].split('/')[-2])}.before&b=now&all=on"),
        of(ANALYST, "compare/?all=on"),
    ]
    by_path = [of(SCOUT, "path/?path=runtime_server.env.COLLECTOR_AUTH"), of(SCOUT, "path/?path=runtime_server")]
    for path in [WORKSPACE, of(ANALYST), *hrefs[:8], *compared, *by_path]:
        body = alice.get(path).content.decode()
        assert not [one for one in SECRETS if one in body], path
    refused = str(page(alice, of(SCOUT), q="DATA-1187 outcome:refused").select(".when a")[0]["href"])
    count = Event.objects.count()
    shown = alice.post(refused, {"reveal": "runtime_server.env.COLLECTOR_AUTH"}).content.decode()
    assert "hunter2 new" in shown
    assert not [one for one in SECRETS[1:] if one in shown]
    event = Event.objects.order_by("-id").first()
    assert event is not None
    assert (event.kind, event.origin, event.paths) == ("reveal", "history", ["runtime_server.env.COLLECTOR_AUTH"])
    assert event.data["event"] in refused
    assert Event.objects.count() == count + 1
    for path in ("sandbox.timeout_seconds", "runtime_server.env.NOBODY", "runtime_server.env." + "A" * 10_000, ""):
        assert alice.post(refused, {"reveal": path}).status_code == 200
    assert Event.objects.count() == count + 1, "where nothing is shown nothing is told"


def test_a_reveal_is_a_role_s_right(visitor: Visitor) -> None:
    as_(visitor.sign_in("alice"), Role.VIEWER)
    refused = str(page(visitor, of(SCOUT), q="DATA-1187 outcome:refused").select(".when a")[0]["href"])
    soup = page(visitor, refused)
    assert soup.select("button[name=reveal]") == []
    assert "reveals no masked values" in text(soup)
    answer = visitor.post(refused, {"reveal": "runtime_server.env.COLLECTOR_AUTH"})
    assert answer.status_code == 403
    assert "hunter2" not in answer.content.decode()
    assert not Event.objects.filter(kind="reveal", origin="history").exists()


def test_pages_say_when_values_are_no_longer_kept(alice: Visitor) -> None:
    Document.objects.all().delete()
    assert rows(page(alice, WORKSPACE))[1] == "bob tried to change Agent in analyst refused 403"
    href = str(page(alice, of(SCOUT), q="DATA-1187 outcome:refused").select(".when a")[0]["href"])
    said = text(page(alice, href))
    assert "The document is no longer kept" in said
    assert "sandbox.timeout_seconds" in said
    event = Event.objects.filter(runtime=ANALYST, kind="save.stored").order_by("-seq")[0]
    assert "no longer kept" in text(page(alice, of(ANALYST, "compare/"), a=f"{event.id}.before"))
    assert "the values are no longer kept" in text(page(alice, f"{of(ANALYST, 'path/')}?path=resources.cpu_cores"))


def test_a_path_has_a_history_of_its_own(alice: Visitor) -> None:
    soup = page(alice, of(ANALYST, "path/"), path="resources.cpu_cores")
    assert text(soup.select(".changes > li")[0]).startswith("alice")
    assert "8 → 2" in text(soup)
    assert "Changes of CPU cores" in text(soup)
    assert soup.select("nav[aria-label=Pages]") == []
    first = Event.objects.filter(runtime=ANALYST).order_by("seq")[0]
    further = page(alice, of(ANALYST, "path/"), path="resources.cpu_cores", before=str(first.seq))
    assert "Nothing further" in text(further)
    assert [one["href"] for one in further.select("nav[aria-label=Pages] a")] == ["?path=resources.cpu_cores"]
    assert "Never changed here" in text(page(alice, of(ANALYST, "path/"), path="build.profile"))
    assert alice.get(of(ANALYST, "path/"), query_params={"path": "no path ["}).status_code == 404


# ---- whom ----------------------------------------------------------------------------------------------------------


def every_page() -> list[str]:
    event = Event.objects.filter(runtime=SCOUT).order_by("seq")[0]
    return [
        *(WORKSPACE, f"{WORKSPACE}?q=person:bob", of(SCOUT), of(SCOUT, f"{event.id}/"), of(SCOUT, "compare/")),
        *(of(SCOUT, f"compare/?a={event.id}&b=now"), of(SCOUT, "path/?path=resources.memory_mb")),
    ]


@pytest.mark.parametrize("name", ["carol", "nobody"])
def test_who_can_t_read_a_workspace_sees_nothing_of_it(visitor: Visitor, name: str) -> None:
    visitor.sign_in(name)
    for path in every_page():
        answer = visitor.get(path)
        assert answer.status_code in ({403, 404} if name == "carol" else {302}), path
        said = answer.content.decode()
        assert not [one for one in ("dana", "OPS-870", "8192", "DATA-1187") if one in said], path


def test_an_event_has_no_page_under_another_runtime_or_workspace(visitor: Visitor) -> None:
    visitor.sign_in("carol", token="demo-carol")
    event = Event.objects.filter(runtime=SCOUT).order_by("seq")[0]
    theirs = [
        ws["key"]
        for ws in httpx.get(
            f"{settings_url()}/api/v1/org/globex/ws", headers={"Authorization": "Bearer demo-carol"}
        ).json()["workspaces"]
    ]
    assert theirs
    for ws in theirs:
        assert visitor.get(f"/org/globex/ws/{ws}/history/").status_code == 200
        assert visitor.get(f"/org/globex/ws/{ws}/history/{event.id}/").status_code == 404
        assert visitor.get(f"/org/globex/ws/{ws}/runtimes/{SCOUT}/history/{event.id}/").status_code == 404
    visitor.sign_in("alice")
    assert visitor.get(of(ANALYST, f"{event.id}/")).status_code == 404
    assert (
        visitor.get(of(ANALYST, f"compare/?a={event.id}")).content.decode().count("no such state of this runtime") == 1
    )


def settings_url() -> str:
    from django.conf import settings

    return str(settings.PLATFORM_URL)


def test_what_is_gone_is_for_auditors(visitor: Visitor) -> None:
    who = visitor.sign_in("alice")
    assert not [
        one
        for one in rows(page(visitor, WORKSPACE, q="person:dana after:30d -origin:bulk"))
        if past.GONE.hex[:8] in one
    ]
    assert visitor.get(of(past.GONE)).status_code == 404
    as_(who, Role.AUDITOR)
    assert len(rows(page(visitor, WORKSPACE, q="person:dana -origin:bulk"))) == 1
    soup = page(visitor, of(past.GONE))
    assert "gone from the platform" in text(soup)
    page(visitor, str(soup.select(".when a")[0]["href"]))


def test_an_answer_is_believed_for_a_minute_and_no_longer(
    visitor: Visitor, box_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.sign_in("alice")
    page(visitor, WORKSPACE)
    http = httpx.Client(base_url=box_url, headers={"Authorization": "Bearer demo-alice"}, trust_env=False)
    asked = len(http.get("/api/v1/_log").json())
    page(visitor, WORKSPACE)
    assert len(http.get("/api/v1/_log").json()) == asked
    monkeypatch.setattr(access, "FRESH", -1)
    page(visitor, WORKSPACE)
    assert len(http.get("/api/v1/_log").json()) > asked


def test_when_the_platform_can_t_be_asked_nothing_is_shown(visitor: Visitor, settings: Settings) -> None:
    visitor.sign_in("alice")
    page(visitor, WORKSPACE)
    settings.PLATFORM_URL = "http://127.0.0.1:9"  # nothing answers there; what was known was known of another
    for path in every_page():
        answer = visitor.get(path)
        assert answer.status_code == 503, path
        assert "dana" not in answer.content.decode()


# ---- whatever stands there -----------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["state", "status", "since", "until", "path", "envelope", "event", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)
NAMES = st.sampled_from([*kinds.KINDS, "save.new", "", "\u202e"])


@examples(200)
@given(kind=NAMES, data=JSON, listed=JSON, name=JSON, at=st.sampled_from(["yesterday", "", None]))
def test_whatever_an_event_holds_it_is_told(kind: str, data: object, listed: object, name: object, at: object) -> None:
    event = Event(seq=1, chain="acme", workspace="research", kind=kind, data=data, paths=listed, at=at, runtime=SCOUT)
    event.name, event.origin, event.reason = str(name), "", ""
    hit = Hit(event, (event,))
    told = telling.tell(telling.Told(event, hit.course))
    assert told.title("scout")
    assert list(telling.wanted(hit)) is not None


def test_rows_of_other_versions_have_pages(alice: Visitor) -> None:
    odd = [
        ("save.new", '{"state": {"a": 1}}', "[]"),
        ("save.stored", "[]", '"x"'),
        ("save.settled", '{"state": 7}', "[1, {}]"),
        ("change.outside", '{"since": 1, "until": []}', '["no path ["]'),
        ("reveal", "{}", "{}"),
        ("save.rejected", '{"envelope": "' + "f" * 64 + '"}', "[]"),
    ]
    events = list(Event.objects.filter(runtime=SCOUT).order_by("-seq")[: len(odd)])
    with lifted() as cursor:
        for event, (kind, data, listed) in zip(events, odd, strict=True):
            cursor.execute(
                "UPDATE record_event SET kind = %s, data = %s, paths = %s, save = NULL WHERE id = %s",
                [kind, data, listed, str(event.id)],
            )
    said = rows(page(alice, of(SCOUT), q=""))
    assert any("which this version doesn’t know" in one for one in said)
    for event in events:
        assert re.search("The links don.t match", text(page(alice, of(SCOUT, f"{event.id}/"))))
    assert finding.find(Scope("acme", "research", SCOUT), Query(), most=3).hits
    assert told_rows([Hit(events[0], (events[0],))], Scope("acme", "research", SCOUT), {})
