"""…/history/{event}/restore/ and …/undo/: what going back would change, and the draft that does it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync

from adminui.contract.document import same
from adminui.contract.jsondiff import MASK
from adminui.editor import offers
from adminui.platform.address import RuntimeRef
from adminui.record import documents, events
from adminui.record.models import Document, Event
from adminui.saving.models import Draft, Save
from adminui.saving.reading import read_config
from tests.conftest import Visitor
from tests.editor.conftest import Box, Page, opened

BACK = "/org/acme/ws/research/runtimes/{}/history/{}/{}/"
DEAD = "11111111-2222-4333-8444-555555555555"


def saved(visitor: Visitor, box: Box, changed: dict[str, str]) -> Page:
    """The receipt of one edit of the analyst."""
    return opened(visitor, box).post(changed).follow().post(do="save").follow()


def last(kind: str = "save.stored") -> Event:
    """The newest event of a kind."""
    return Event.objects.filter(kind=kind).order_by("-seq")[0]


def at(visitor: Visitor, box: Box, way: str, event: Any = None, query: str = "") -> Page:
    """The page that goes back to an event, the last save by default."""
    path = BACK.format(box.item("analyst")["id"], event or last().pk, way)
    return Page(visitor, visitor.get(path + query), path + query)


def of_event(visitor: Visitor, event: Event) -> Page:
    """An event's own page."""
    path = f"/org/acme/ws/research/runtimes/{event.runtime}/history/{event.pk}/"
    return Page(visitor, visitor.get(path), path)


def put(box: Box, change: Callable[[Any], None]) -> None:
    """A change of the analyst from the command line."""
    document = box.config("analyst")
    change(document)
    box.put("analyst", document)


def found(state: Any) -> Event:
    """An event that says that the analyst was found in a state after the last save."""
    event = last()
    return events.append(
        events.NewEvent(
            kind="change.outside",
            chain="acme",
            origin="outside",
            organization="acme",
            workspace="research",
            runtime=event.runtime,
            before=event.after,
            after=documents.keep(event.runtime, state),
            data={"since": "a", "until": "b"},
        )
    )


def test_a_whole_state_is_put_back_by_an_ordinary_save(alice: Visitor, box: Box) -> None:
    before = box.config("analyst")
    saved(alice, box, {"resources.cpu_cores": "4", "defaults.agent": "other"})
    wanted, event = box.config("analyst"), last()
    put(box, lambda document: document.update(resources={"cpu_cores": 8}, extra={"é": [1.5, None]}))
    page = at(alice, box, "restore")
    name = f"Put back the state after change {event.seq} by alice"
    assert name in [link.get_text() for link in of_event(alice, event).soup.select("main a")]
    assert page.one("h1").get_text() == name
    assert name in [button.get_text() for button in page.soup.select("main button")]
    assert "CPU cores" in page.text
    assert Draft.objects.count() == 0
    review = page.post(do="all").follow()
    assert f"Goes back to change {event.seq} by alice." in review.text
    assert Draft.objects.get().origin == "restore"
    receipt = review.post(do="save").follow()
    assert "Saved" in receipt.title
    assert same(box.config("analyst"), wanted)
    assert not same(wanted, before)
    kinds = list(Event.objects.filter(origin="restore").order_by("seq").values_list("kind", flat=True))
    assert kinds == ["restore", "save.intent", "save.stored"]
    assert last().data["of"] == last("restore").data["event"] == str(event.pk)
    assert Save.objects.get(origin="restore").evidence["of"] == str(event.pk)
    for each in (last(), last("restore")):  # each leads to the change that it is about
        link = of_event(alice, each).one(f".card a[href$='/{event.pk}/']")
        assert link.get_text().startswith(f"change {event.seq} by alice, ")


def test_the_state_before_an_event(alice: Visitor, box: Box) -> None:
    before = box.config("analyst")
    saved(alice, box, {"resources.cpu_cores": "4"})
    page = at(alice, box, "restore", query="?state=before")
    assert "the state before change" in page.one("h1").get_text()
    page.post(do="all").follow().post(do="save")
    assert same(box.config("analyst"), before)


def test_single_fields_are_put_back_over_what_is_stored_today(alice: Visitor, box: Box) -> None:
    saved(alice, box, {"resources.cpu_cores": "4", "resources.memory_mb": "4096"})
    put(box, lambda document: document["resources"].update(cpu_cores=8, memory_mb=8192))
    page = at(alice, box, "restore", query="?path=resources.cpu_cores")
    assert [one["value"] for one in page.soup.select("input[checked]")] == ["resources.cpu_cores"]
    whole = at(alice, box, "restore", query="?path=resources")
    assert [one["value"] for one in whole.soup.select("input[checked]")] == [
        "resources.cpu_cores",
        "resources.memory_mb",
    ]
    page.post(do="some").follow().post(do="save")
    stored = box.config("analyst")["resources"]
    assert (stored["cpu_cores"], stored["memory_mb"]) == (4, 8192)


def test_nothing_ticked_and_nothing_to_do_are_said(alice: Visitor, box: Box) -> None:
    saved(alice, box, {"resources.cpu_cores": "4"})
    assert "Nothing to put back" in at(alice, box, "restore").text
    event = of_event(alice, last())
    assert "What is stored today is the same." in event.text
    assert "Put back the state after" not in event.text
    put(box, lambda document: document["resources"].update(cpu_cores=8))
    page = at(alice, box, "restore").post(do="some")
    assert page.status == 422
    assert "Nothing is ticked." in page.text
    assert "already as it was" in at(alice, box, "restore", query="?path=defaults.agent").text


def test_undo_from_the_receipt_takes_back_what_was_saved_and_leaves_what_came_since(alice: Visitor, box: Box) -> None:
    receipt = saved(alice, box, {"resources.cpu_cores": "4", "defaults.agent": "other"})
    event = last()
    agent = next(one for one in Event.objects.filter(kind="save.intent").values_list("paths", flat=True))
    assert "defaults.agent" in agent
    put(box, lambda document: document["resources"].update(memory_mb=8192))
    undo = str(receipt.one("form[action$='/undo/']")["action"])
    review = Page(alice, alice.post(undo)).follow()
    assert Page(alice, alice.post(undo)).location == review.path  # pressed twice: one draft
    assert Draft.objects.count() == 1
    assert f"Takes back change {event.seq} by alice." in review.text
    assert review.title.startswith("Review 2 changes")
    review.post(do="save")
    stored = box.config("analyst")
    assert (stored["resources"]["cpu_cores"], stored["resources"]["memory_mb"]) == (2, 8192)
    assert last().origin == "undo"
    assert last("undo").data == {"event": str(event.pk)}
    told = of_event(alice, last("undo")).one("main")
    assert "What it says" not in told.get_text()
    assert told.select_one(f".card a[href$='/{event.pk}/']") is not None
    listed = alice.get(str(receipt.one("aside dl a")["href"])).content.decode()
    assert str(event.pk) in listed
    assert listed.count('<li id="e') == 1


def test_an_undo_says_what_was_changed_again_since(alice: Visitor, box: Box) -> None:
    receipt = saved(alice, box, {"resources.cpu_cores": "4", "resources.memory_mb": "4096"})
    event = last()
    put(box, lambda document: document["resources"].update(cpu_cores=16))
    answer = alice.post(str(receipt.one("form[action$='/undo/']")["action"]))
    page = Page(alice, answer, answer["Location"]).follow()
    assert "Changed again since" in page.text
    assert [one.get_text() for one in page.soup.select("#since ~ * .path, section[aria-labelledby=since] .path")] == [
        "resources.cpu_cores"
    ]
    assert Draft.objects.count() == 0
    page.post(do="all").follow().post(do="save")
    assert box.config("analyst")["resources"]["cpu_cores"] == 16
    assert box.config("analyst")["resources"]["memory_mb"] == 2048
    page = at(alice, box, "undo", event.pk)
    assert [button.get_text() for button in page.soup.select("main aside button")] == ["Put back only what is ticked"]
    page.post({"path": "resources.cpu_cores"}, do="some").follow().post(do="save")
    assert box.config("analyst")["resources"]["cpu_cores"] == 2
    assert "None of this change is there any more." in at(alice, box, "undo", event.pk).text


def test_what_today_s_rules_and_secrets_refuse_is_flagged_before_the_save(alice: Visitor, box: Box) -> None:
    saved(alice, box, {"resources.cpu_cores": "4"})
    # As an older version may have left it: a state with a target and a secret that are none today.
    old = box.config("analyst")
    old["sandbox"]["egress"] = {"allow": ["http://old.example.com"]}
    old["secrets"] = {"secret_ids": [DEAD, *old.get("secrets", {}).get("secret_ids", [])]}
    page = at(alice, box, "restore", found(old).pk)
    assert "made outside this UI" in page.one("h1").get_text()
    said = page.one(".banner.warn").get_text(" ", strip=True)
    assert f"{DEAD} is no longer among your secrets." in said
    assert "sandbox.egress.allow.0" in said
    assert "https" not in said
    # The draft of it stands in the editor, where it is wrong.
    editor = page.post(do="all").follow().follow()
    assert editor.error("sandbox.egress.allow.0")
    only = page.post({"path": f'secrets.secret_ids["{DEAD}"]'}, do="some").follow()
    assert f"{DEAD} is no longer among your secrets." in only.text
    assert only.title.startswith("Review 1 change")


def test_a_secret_that_has_just_gone_is_flagged_too(alice: Visitor, box: Box) -> None:
    """What was there when the editor was opened says nothing of now."""
    saved(alice, box, {"resources.cpu_cores": "4"})
    old = box.config("analyst")
    old["secrets"] = {"secret_ids": [DEAD]}
    event = found(old)
    for who, (at_, offered) in [*offers._last.items()]:
        gone = offered.secrets and offered.secrets[0].model_copy(update={"id": DEAD})
        offers._last[who] = at_, offered._replace(secrets=(*(offered.secrets or ()), *([gone] if gone else ())))
    said = at(alice, box, "restore", event.pk).one(".banner.warn").get_text(" ", strip=True)
    assert f"{DEAD} is no longer among your secrets." in said


def test_environment_values_are_masked(alice: Visitor, box: Box) -> None:
    put(box, lambda document: document.update(runtime_server={"env": {"MODE": "very-old-value"}}))
    saved(alice, box, {"resources.cpu_cores": "4"})
    event = last()
    put(box, lambda document: document.update(runtime_server={"env": {"MODE": "newer-value"}}))
    page = at(alice, box, "restore", event.pk)
    assert MASK in page.text
    assert "very-old-value" not in page.text + str(page.soup)


def test_an_environment_that_came_or_went_is_counted_as_in_the_history(alice: Visitor, box: Box) -> None:
    saved(alice, box, {"resources.cpu_cores": "4"})
    old = box.config("analyst")
    variables = old["runtime_server"].pop("env")
    page = at(alice, box, "restore", found(old).pk)
    row = page.one("input[value='runtime_server.env']").find_parent("li")
    assert row is not None
    assert f"{len(variables)} keys" in row.get_text(" ", strip=True)
    assert not [value for value in variables.values() if value in page.text]


def test_going_back_to_the_page_and_on_again_loses_nothing_typed(alice: Visitor, box: Box) -> None:
    saved(alice, box, {"resources.cpu_cores": "4"})
    put(box, lambda document: document["resources"].update(cpu_cores=8))
    own = opened(alice, box).post({"defaults.agent": "left"})
    page = at(alice, box, "restore")
    review = page.post(do="all").follow()
    assert page.post(do="all").follow().path == review.path  # pressed twice: one draft
    href = str(review.one("a[href*='config/?form=']")["href"])
    editor = Page(alice, alice.get(href), href)
    editor.post({"defaults.agent": "typed"})
    again = page.post(do="all").follow()  # by the browser's Back, and the button once more
    assert again.title.startswith("Review 1 change")
    assert Page(alice, alice.get(href), href).value("defaults.agent") == "typed"
    again.post(do="save")
    assert box.config("analyst")["resources"]["cpu_cores"] == 4
    assert "left" in own.follow().text  # and the draft that there was before all this
    assert Draft.objects.count() == 2


def test_a_field_that_is_as_it_was_leaves_the_whole_state_to_be_chosen(alice: Visitor, box: Box) -> None:
    """Who asked for one field isn’t led to put back all."""
    saved(alice, box, {"resources.cpu_cores": "4"})
    put(box, lambda document: document["resources"].update(memory_mb=8192))
    page = at(alice, box, "restore", query="?path=resources.cpu_cores")
    assert "already as it was" in page.text
    assert page.soup.select("main .primary") == []
    assert page.soup.select("input[checked]") == []


def test_a_document_that_was_dropped(alice: Visitor, box: Box) -> None:
    saved(alice, box, {"resources.cpu_cores": "4"})
    Document.objects.filter(digest=last().after).delete()
    put(box, lambda document: document["resources"].update(cpu_cores=8))
    page = at(alice, box, "restore")
    assert "This state can’t be put back" in page.text
    assert "no longer kept" in page.text
    assert page.soup.select("main button") == []
    assert alice.post(page.path, {"do": "all"}).status_code == 409


def test_a_document_that_was_tampered_with(alice: Visitor, box: Box) -> None:
    """Neither the way back nor the receipt fails by it."""
    receipt = saved(alice, box, {"resources.cpu_cores": "4"})
    put(box, lambda document: document["resources"].update(cpu_cores=8))
    Document.objects.filter(digest=last().after).update(sealed=b"0" * 64)
    for way in ("restore", "undo"):
        page = at(alice, box, way)
        assert "can’t be opened" in page.text
        assert page.soup.select("main button") == []
        assert alice.post(page.path, {"do": "all"}).status_code == 409
    assert Page(alice, alice.get(receipt.path)).status == 200
    assert of_event(alice, last()).status == 200


def test_a_reader_sees_why_not(alice: Visitor, bob: Visitor, box: Box) -> None:
    saved(alice, box, {"resources.cpu_cores": "4"})
    event = last()
    put(box, lambda document: document["resources"].update(cpu_cores=8))
    page = at(bob, box, "restore", event.pk)
    assert "Only the owner" in page.text
    assert all(button.has_attr("disabled") for button in page.soup.select("main button"))
    assert page.post(do="all").status == 403
    assert Draft.objects.count() == 0


@pytest.mark.parametrize("way", ["restore", "undo"])
def test_other_events_lead_nowhere(alice: Visitor, box: Box, way: str) -> None:
    box.fault(status=422, envelope=True, detail="No.")
    opened(alice, box).post({"resources.cpu_cores": "4"}).follow().post(do="save")
    refused = last("save.rejected")
    for event in (refused.pk, last("save.intent").pk, uuid4()):
        assert at(alice, box, way, event).status == 404
    saved(alice, box, {"resources.cpu_cores": "4"})
    other = BACK.format(box.item("notebook-helper")["id"], last().pk, way)
    assert alice.get(other).status_code == 404


def test_a_change_made_elsewhere_can_be_put_back_too(alice: Visitor, box: Box) -> None:
    opened(alice, box)
    before = box.config("analyst")
    put(box, lambda document: document["resources"].update(cpu_cores=9))
    ref = RuntimeRef("acme", "research", box.item("analyst")["id"])
    async_to_sync(read_config)("demo-alice", ref)
    page = at(alice, box, "undo", last("change.outside").pk)
    assert page.one("h1").get_text().endswith(", made outside this UI")
    page.post(do="all").follow().post(do="save")
    assert same(box.config("analyst"), before)
