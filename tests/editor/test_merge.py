"""Two people at once: what doesn't touch is merged and confirmed, what does is asked; nothing is overwritten unseen."""

from typing import Any

from adminui.saving.models import Draft
from tests.conftest import Visitor
from tests.editor.conftest import Box, Page, opened


def while_editing(box: Box, **resources: Any) -> None:
    """Somebody else changes the analyst."""
    document = box.config("analyst")
    document["resources"] |= resources
    box.put("analyst", document)


def test_disjoint_changes_are_merged_shown_and_confirmed(alice: Visitor, box: Box) -> None:
    review = opened(alice, box).post({"resources.cpu_cores": "4"}).follow()
    while_editing(box, memory_mb=4096)
    puts = box.puts()
    merged = review.post(do="save", reason="why").follow()
    assert box.puts() == puts
    assert "Changed elsewhere while you were editing" in merged.text
    assert "Memory (MB)" in merged.text
    assert merged.value("reason") == "why"
    assert "Review 1 change" in merged.title
    assert "Saved: 1 change" in merged.post(do="save").follow().text
    stored = box.config("analyst")["resources"]
    assert (stored["cpu_cores"], stored["memory_mb"]) == (4, 4096)


def test_the_editor_shows_the_merged_draft_over_what_is_stored_now(alice: Visitor, box: Box) -> None:
    review = opened(alice, box).post({"resources.cpu_cores": "4"}).follow()
    while_editing(box, memory_mb=4096)
    review.post(do="save").follow()
    form = Draft.objects.get().form
    page = Page(alice, alice.get(f"{opened(alice, box).path}?form={form}"))
    assert page.value("resources.memory_mb") == "4096"
    assert page.value("resources.cpu_cores") == "4"


def test_an_overlap_is_asked_and_mine_is_kept(alice: Visitor, box: Box) -> None:
    review = opened(alice, box).post({"resources.cpu_cores": "4"}).follow()
    while_editing(box, cpu_cores=16, memory_mb=4096)
    choice = review.post(do="save").follow()
    assert "1 of 1 field still to choose" in choice.text
    assert not choice.soup.select("input[type=radio][checked]")
    assert [one.get_text() for one in choice.soup.select(".three-way .mono")] == ["2", "16", "4"]
    assert "Memory (MB)" in choice.text
    without = choice.post()
    assert without.status == 422
    assert "choose one of the two" in without.text


def test_overwriting_takes_a_tick_that_names_the_paths(alice: Visitor, box: Box) -> None:
    review = opened(alice, box).post({"resources.cpu_cores": "4"}).follow()
    while_editing(box, cpu_cores=16)
    choice = review.post(do="save").follow()
    assert "resources.cpu_cores" in choice.one("label.agree").get_text()
    mine = {"choice.resources.cpu_cores": "mine"}
    assert choice.post(mine).status == 422
    again = choice.post(mine, agree="on").follow()
    assert "Saved: 1 change" in again.post(do="save").follow().text
    assert box.config("analyst")["resources"]["cpu_cores"] == 4


def test_keeping_theirs_leaves_nothing_to_save(alice: Visitor, box: Box) -> None:
    review = opened(alice, box).post({"resources.cpu_cores": "4"}).follow()
    while_editing(box, cpu_cores=16)
    puts = box.puts()
    after = review.post(do="save").follow().post({"choice.resources.cpu_cores": "theirs"}).follow()
    assert "Nothing to save" in after.text
    assert box.puts() == puts


def test_a_secret_that_both_changed_is_masked(alice: Visitor, box: Box) -> None:
    document = box.config("analyst")
    document["runtime_server"]["env"]["API_TOKEN"] = "secret-before"
    box.put("analyst", document)
    page = opened(alice, box)
    name = next(name for name, value in page.values().items() if value == "secret-before")
    review = page.post({name: "secret-mine"}).follow()
    document["runtime_server"]["env"]["API_TOKEN"] = "secret-theirs"
    box.put("analyst", document)
    choice = review.post(do="save").follow()
    source = choice.response.content.decode()
    assert "1 of 1 field still to choose" in choice.text
    assert not any(value in source for value in ("secret-before", "secret-mine", "secret-theirs"))
