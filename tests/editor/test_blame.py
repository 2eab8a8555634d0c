"""“last changed by bob 3 days ago”: at each field and row, by identity, and nothing where nothing is known."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from adminui.editor.blame import LATELY, OFTEN
from adminui.record import documents, events
from adminui.record.models import Event
from tests.conftest import Visitor
from tests.editor.conftest import Box, Page, opened


def elsewhere(box: Box, change: Callable[[Any], None]) -> None:
    """A change of the analyst from the command line."""
    document = box.config("analyst")
    change(document)
    box.put("analyst", document)


def mark(page: Page, control: str) -> str:
    """What is said at a field, or at the row of a control, of who changed it last."""
    within = page.control(control)
    found = within.select_one(".blame") if within.name == "fieldset" else None
    parent = within.find_parent("li") or within.find_parent(class_=["row", "field", "pick"])
    found = found or (parent.select_one(".blame") if parent else None)
    return found.get_text(" ", strip=True) if found else ""


def test_a_save_marks_what_it_changed(alice: Visitor, box: Box) -> None:
    before = opened(alice, box)
    assert before.soup.select(".blame") == []
    before.post({"resources.cpu_cores": "4", "metadata.labels.0.value": "other"}).follow().post(do="save")
    page = opened(alice, box)
    assert mark(page, "resources.cpu_cores") == "last changed by alice just now"
    assert mark(page, "metadata.labels.0.value") == "last changed by alice just now"
    assert mark(page, "resources.memory_mb") == ""
    assert len(page.soup.select(".blame")) == 3  # and the section of the labels
    key = str(page.control("metadata.labels.0.key")["value"])
    runtime = f"/org/acme/ws/research/runtimes/{box.item('analyst')['id']}"
    assert [link["href"] for link in page.soup.select(".row .blame a")] == [
        f"{runtime}/history/path/?path=metadata.labels.{key}"
    ]


def test_a_change_made_elsewhere_is_marked_without_a_name(alice: Visitor, box: Box) -> None:
    opened(alice, box)
    elsewhere(box, lambda document: document["resources"].update(memory_mb=4096))
    assert mark(opened(alice, box), "resources.memory_mb") == "changed outside just now"


def test_a_row_keeps_its_mark_wherever_it_stands(alice: Visitor, box: Box) -> None:
    opened(alice, box)
    elsewhere(box, lambda document: document["capabilities"].append({"name": "charts", "enabled": False}))
    names = [one["name"] for one in box.config("analyst")["capabilities"]]
    page = opened(alice, box)
    marked = [bool(mark(page, f"capabilities.{at}.name")) for at in range(len(names))]
    assert marked == [name == "charts" for name in names]
    elsewhere(box, lambda document: document["capabilities"].reverse())
    page = opened(alice, box)
    assert [bool(mark(page, f"capabilities.{at}.name")) for at in range(len(names))] == marked[::-1]
    # A row that is only typed has none, nor has one that takes the place of another.
    moved = page.post(do="down:capabilities.0").follow()
    assert [bool(mark(moved, f"capabilities.{at}.name")) for at in range(2)] == [False, True]


def test_ports_and_targets_are_marked_one_by_one(alice: Visitor, box: Box) -> None:
    opened(alice, box)

    def add(document: Any) -> None:
        document["sandbox"]["exposed_ports"].append(1234)
        document["sandbox"]["egress"]["allow"].insert(0, "new.example.com")

    elsewhere(box, add)
    page = opened(alice, box)
    ports = box.config("analyst")["sandbox"]["exposed_ports"]
    marked = [port for at, port in enumerate(ports) if mark(page, f"sandbox.exposed_ports.{at}")]
    assert marked == [1234]
    assert mark(page, "sandbox.egress.allow.0")
    assert not mark(page, "sandbox.egress.allow.1")
    assert mark(page, "sandbox.egress")


def test_what_a_save_asked_for_and_did_not_get_is_not_marked(alice: Visitor, box: Box) -> None:
    box.fault(status=422, envelope=True, detail="No.")
    opened(alice, box).post({"resources.cpu_cores": "4"}).follow().post(do="save")
    assert Event.objects.filter(kind="save.rejected").exists()
    assert opened(alice, box).soup.select(".blame") == []


def test_the_page_of_a_refusal_and_of_a_draft_is_marked_too(alice: Visitor, box: Box) -> None:
    opened(alice, box)
    elsewhere(box, lambda document: document["resources"].update(memory_mb=4096))
    wrong = opened(alice, box).post({"resources.cpu_cores": "99"})
    assert wrong.status == 422
    assert mark(wrong, "resources.memory_mb")
    box.fault(status=422, envelope=True, detail="No.")
    refused = opened(alice, box).post({"resources.cpu_cores": "4"}).follow().post(do="save")
    assert refused.status == 422
    assert mark(refused, "resources.memory_mb")


@pytest.mark.parametrize(
    ("others", "own", "said"), [(4, 0, ""), (5, 5, "5 of the last 10"), (7, 9, ""), (7, 3, "7 of")]
)
def test_how_many_changes_come_from_elsewhere(alice: Visitor, box: Box, others: int, own: int, said: str) -> None:
    assert (LATELY, OFTEN) == (10, 5)
    runtime = UUID(box.item("analyst")["id"])
    digest = documents.keep(runtime, {})
    common: Any = {
        "chain": "acme",
        "organization": "acme",
        "workspace": "research",
        "runtime": runtime,
        "after": digest,
    }
    for _ in range(others):
        when: Any = {"since": "2026-11-01", "until": "2026-11-02"}
        events.append(events.NewEvent(kind="change.outside", origin="outside", data=when, **common))
    for _ in range(own):
        events.append(events.NewEvent(kind="save.stored", origin="editor", data={"state": "stored"}, **common))
    page = opened(alice, box)
    assert ("came from elsewhere" in page.text) is bool(said)
    assert said in page.text
