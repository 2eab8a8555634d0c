"""…/config/review/: what is about to be saved, and saving it."""

import pytest

from adminui.contract.jsondiff import MASK
from adminui.record.models import Event
from adminui.saving.models import Draft, Save
from tests.conftest import Visitor
from tests.editor.conftest import Box, Page, opened


def reviewed(visitor: Visitor, box: Box, changed: dict[str, str]) -> Page:
    """The review of one edit of the analyst."""
    return opened(visitor, box).post(changed).follow()


def test_the_changes_in_words_and_as_json(alice: Visitor, box: Box) -> None:
    page = reviewed(alice, box, {"resources.cpu_cores": "4"})
    assert page.status == 200
    assert page.title.startswith("Review 1 change")
    assert "CPU cores" in page.text
    assert [one.get_text() for one in page.soup.select(".changes del, .changes ins")] == ["2", "4"]
    assert '"cpu_cores": 4' in page.one("pre.diff ins").get_text()
    assert "not yet by the platform" in page.text


def test_what_weighs_comes_first(alice: Visitor, box: Box) -> None:
    page = reviewed(alice, box, {"defaults.agent": "other", "build.profile": "slim"})
    headings = [heading.get_text() for heading in page.soup.select("header.group h2")]
    assert headings == ["Build", "Defaults"]


def test_saving_is_one_put_of_exactly_that_change(alice: Visitor, box: Box) -> None:
    before, puts = box.config("analyst"), box.puts()
    after = reviewed(alice, box, {"resources.cpu_cores": "4"}).post(do="save", reason="Load test")
    assert after.status == 302
    receipt = after.follow()
    assert "Saved: 1 change to analyst" in receipt.text
    assert "Confirmed by the platform’s answer." in receipt.text
    assert "Load test" in receipt.text
    assert box.puts() == puts + 1
    before["resources"]["cpu_cores"] = 4
    assert box.config("analyst") == before
    assert not Draft.objects.exists()
    assert Save.objects.get().reason == "Load test"


def test_a_resent_save_shows_the_first_ones_result(alice: Visitor, box: Box) -> None:
    page = reviewed(alice, box, {"resources.cpu_cores": "4"})
    puts = box.puts()
    first = page.post(do="save")
    second = page.post(do="save")
    assert first.location == second.location
    assert box.puts() == puts + 1


def test_a_reason_that_is_too_long_is_kept_and_told(alice: Visitor, box: Box) -> None:
    page = reviewed(alice, box, {"resources.cpu_cores": "4"})
    puts = box.puts()
    after = page.post(do="save", reason="x" * 201)
    assert after.status == 422
    assert "201 characters" in after.error("reason")
    assert after.value("reason") == "x" * 201
    assert box.puts() == puts
    again = Page(alice, alice.get(after.path))
    assert again.value("reason") == "x" * 201


def test_secret_looking_values_are_masked_until_revealed_which_is_recorded(alice: Visitor, box: Box) -> None:
    document = box.config("analyst")
    document["runtime_server"]["env"]["COLLECTOR_AUTH"] = "old-secret"
    box.put("analyst", document)
    page = opened(alice, box)
    control = next(name for name, value in page.values().items() if value == "old-secret")
    review = page.post({control: "new-secret"}).follow()
    source = review.response.content.decode()
    assert "old-secret" not in source
    assert "new-secret" not in source
    assert MASK in review.text
    button = review.one("button[name=reveal]")
    shown = review.post(reveal=str(button["value"]))
    assert "old-secret" in shown.text
    assert "new-secret" in shown.text
    assert "new-secret" not in shown.one("pre.diff").get_text()
    assert [event.kind for event in Event.objects.all()] == ["reveal"]
    assert "new-secret" not in str(Event.objects.values())
    assert MASK not in shown.values().values()


def test_a_review_of_a_form_that_moved_on_is_shown_again(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    review = page.post({"resources.cpu_cores": "4"}).follow()
    page.post({"resources.cpu_cores": "8"})
    puts = box.puts()
    after = review.post(do="save")
    assert after.status == 409
    assert "has changed since this review" in after.text
    assert box.puts() == puts
    assert after.post(do="save").follow().text.count("Saved: 1 change")
    assert box.config("analyst")["resources"]["cpu_cores"] == 8


def test_a_review_without_a_form_leads_back(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    for query in ("", "?form=x", "?form=6b7b6c0e-0f3b-4a4e-8f3e-0e8a2f6f7c11"):
        after = Page(alice, alice.get(f"{page.path}review/{query}"))
        assert after.status == 302
        assert after.location.startswith(page.path)


def test_after_the_save_the_review_leads_to_the_receipt(alice: Visitor, box: Box) -> None:
    page = reviewed(alice, box, {"resources.cpu_cores": "4"})
    saved = page.post(do="save")
    again = Page(alice, alice.get(page.path))
    assert again.location == saved.location


def test_somebody_else_sees_neither_review_nor_receipt(alice: Visitor, bob: Visitor, box: Box) -> None:
    page = reviewed(alice, box, {"resources.cpu_cores": "4"})
    assert bob.get(page.path).status_code == 302
    receipt = page.post(do="save").location
    assert bob.get(receipt).status_code == 404


def test_an_earlier_save_that_is_not_settled_is_warned_of_and_given_up(
    alice: Visitor, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adminui.saving.send.PATIENCE", 0.3)
    first = reviewed(alice, box, {"resources.cpu_cores": "4"})
    box.fault(status=504, applied=False)
    assert "isn’t settled" not in first.text
    first.post(do="save")
    second = reviewed(alice, box, {"resources.cpu_cores": "8"})
    assert "An earlier save of yours" in second.text
    puts = box.puts()
    unwarned = second.visitor.post(second.path, {**second.values(), "despite": "", "do": "save"})
    assert unwarned.status_code == 409
    assert box.puts() == puts
    saved = Page(alice, unwarned, second.path).post(do="save").follow()
    assert "Saved: 1 change" in saved.text
    states = list(Save.objects.order_by("created_at").values_list("state", flat=True))
    assert states == ["superseded", "stored"]
    kinds = list(Event.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["save.intent", "save.unknown", "save.settled", "save.intent", "save.stored"]
