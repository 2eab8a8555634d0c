"""…/config/: opening, keeping what was typed, going on to the review."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from adminui.platform.answers import Stored
from adminui.record.models import Document
from adminui.saving.models import Draft
from tests.conftest import Visitor
from tests.editor.conftest import CONFIG, Box, Page, opened
from tests.editor.test_check import Check


def test_a_runtime_by_key_or_in_upper_case_leads_to_its_id(alice: Visitor, box: Box) -> None:
    found = box.item("analyst")["id"]
    for name in ("analyst", found.upper()):
        response = alice.get(CONFIG.format(name) + "?x=1")
        assert response.status_code == 302
        assert response["Location"] == CONFIG.format(found) + "?x=1"


def test_opening_shows_what_is_stored_and_makes_no_draft(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    assert page.status == 200
    assert page.value("resources.cpu_cores") == str(box.config("analyst")["resources"]["cpu_cores"])
    assert "No changes" in page.text
    assert not Draft.objects.exists()


def test_posting_it_untouched_has_nothing_to_save_and_makes_no_draft(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    after = page.post(do="review")
    assert "Nothing to save" in after.text
    assert not Draft.objects.exists()


def test_a_wrong_value_stands_at_its_field_with_everything_typed(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    after = page.post({"resources.cpu_cores": "64", "defaults.agent": "a new agent"})
    assert after.status == 422
    assert after.value("resources.cpu_cores") == "64"
    assert after.value("defaults.agent") == "a new agent"
    assert after.title.startswith("Error: ")
    assert "32 or less" in after.error("resources.cpu_cores")
    assert after.one('[role=alert] a[href="#resources.cpu_cores"]')
    assert Draft.objects.get().revision == 1


def test_good_values_go_on_to_the_review(alice: Visitor, box: Box) -> None:
    after = opened(alice, box).post({"resources.cpu_cores": "4"})
    assert after.status == 302
    assert "/config/review/?form=" in after.location


def test_a_draft_is_resumed_by_its_address_and_offered_at_a_new_visit(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    page.post({"resources.cpu_cores": "4"})
    form = Draft.objects.get().form
    again = Page(alice, alice.get(f"{page.path}?form={form}"))
    assert again.value("resources.cpu_cores") == "4"
    fresh = opened(alice, box)
    assert fresh.value("resources.cpu_cores") != "4"
    assert "You have unsaved changes from" in fresh.text
    assert fresh.one(f'a[href$="?form={form}"]')


def test_discard_forgets_the_draft(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    page.post({"resources.cpu_cores": "4"})
    after = page.post({"resources.cpu_cores": "4"}, do="discard")
    assert after.location == page.path
    assert not Draft.objects.exists()


def test_a_left_draft_can_be_discarded_from_the_banner(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    page.post({"resources.cpu_cores": "4"})
    alice.post(page.path, {"do": "forget", "draft": str(Draft.objects.get().form)})
    assert not Draft.objects.exists()


def test_a_button_of_the_form_keeps_everything_typed(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    after = page.post({"resources.cpu_cores": "not a number"}, do="add:metadata.labels")
    assert after.status == 302
    again = Page(alice, alice.get(after.location))
    assert again.value("resources.cpu_cores") == "not a number"
    labels = len(box.config("analyst")["metadata"]["labels"])
    assert again.soup.find(id=f"metadata.labels.{labels}.key")


def test_one_person_s_draft_is_not_another_s(alice: Visitor, bob: Visitor, box: Box) -> None:
    page = opened(alice, box)
    page.post({"resources.cpu_cores": "4"})
    form = Draft.objects.get().form
    theirs = Page(bob, bob.get(f"{page.path}?form={form}"))
    assert theirs.value("resources.cpu_cores") != "4"
    assert "aren’t here" in theirs.text


def test_a_form_of_somebody_else_is_kept_for_them_and_not_saved(alice: Visitor, bob: Visitor, box: Box) -> None:
    page = opened(alice, box)
    values = page.values() | {"resources.cpu_cores": "4", "do": "review"}
    response = bob.post(page.path, values)
    assert response.status_code == 403
    assert Draft.objects.get().owner == box.user("alice")["id"]


def test_who_does_not_own_it_reads_it(bob: Visitor, box: Box) -> None:
    page = opened(bob, box)
    assert "Only the owner, alice, can change this config." in page.text
    assert page.control("resources.cpu_cores").has_attr("readonly")
    assert not [one for one in page.soup.select("form#config button") if one.get("name") == "do"]


def test_a_word_that_is_not_ours_loses_nothing(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    values: dict[str, Any] = page.values() | {"resources.cpu_cores": "4", "form": "forged", "do": "review"}
    after = Page(alice, alice.post(page.path, values))
    assert after.status == 409
    assert after.value("resources.cpu_cores") == "4"
    assert "too old" in after.text


def test_a_base_that_can_t_be_opened_loses_nothing(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    draft = page.post({"resources.cpu_cores": "5"}).follow()
    now = alice.get(f"{page.path}now/", query_params={"word": page.value("form"), "read": ""})
    Document.objects.update(sealed=b"broken")
    assert alice.get(f"{page.path}now/", query_params={"word": page.value("form"), "read": ""}).status_code == 200
    assert now.status_code == 200
    assert Check(page, {"resources.cpu_cores": "4"}).status == 409
    values: dict[str, Any] = page.values() | {"resources.cpu_cores": "4", "do": "review"}
    after = Page(alice, alice.post(page.path, values))
    assert (after.status, after.value("resources.cpu_cores")) == (409, "4")
    assert "too old" in after.text
    assert after.post({"resources.cpu_cores": "4"}).follow().one("h1").get_text() == draft.one("h1").get_text()


def test_a_draft_whose_base_can_t_be_opened_is_shown_over_what_is_stored(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    page.post({"resources.cpu_cores": "5"})
    form = Draft.objects.get().form
    box.put("analyst", {**box.analyst, "resources": {**box.analyst["resources"], "memory_mb": 4096}})
    Document.objects.update(sealed=b"broken")
    review = alice.get(f"{page.path}review/", query_params={"form": str(form)})
    after = Page(alice, alice.get(review["Location"]))
    assert (after.status, after.value("resources.cpu_cores")) == (200, "5")
    assert "too old" in after.text
    Draft.objects.update(values=b"broken")
    after = Page(alice, alice.get(f"{page.path}?form={form}"))
    assert after.status == 200
    assert "can’t be opened" in after.text


def test_a_runtime_that_is_not_there_is_said(alice: Visitor, box: Box) -> None:
    for name in ("nobody", str(uuid4())):
        page = Page(alice, alice.get(CONFIG.format(name)))
        assert page.status == 404
        assert "No such runtime in research" in page.text


def test_helpers_that_are_missing_cost_nothing(alice: Visitor, box: Box) -> None:
    path = CONFIG.format(box.item("analyst")["id"])
    box.fault(method="GET", path="/org/acme", status=404, count=5)
    box.fault(method="GET", path=path.removesuffix("/config/").removeprefix("/org/acme"), status=404, count=5)
    page = Page(alice, alice.get(path), path)
    assert page.status == 200
    assert page.value("resources.cpu_cores")


def test_while_the_platform_is_down_a_left_draft_opens_and_saving_is_off(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    page.post({"resources.cpu_cores": "4"})
    box.fault(method="GET", status=503, count=1)
    down = Page(alice, alice.get(page.path), page.path)
    assert down.status == 503
    assert down.value("resources.cpu_cores") == "4"
    assert "The platform isn’t answering." in down.text
    assert "over what was stored at" in down.text
    assert down.one(".savebar button[value=review]").has_attr("disabled")
    assert opened(alice, box).status == 200


def test_without_a_draft_a_platform_that_is_down_is_said(alice: Visitor, box: Box) -> None:
    path = opened(alice, box).path
    box.fault(method="GET", status=503, count=1)
    assert Page(alice, alice.get(path)).status == 502


def test_left_drafts_have_a_page(alice: Visitor, bob: Visitor, box: Box) -> None:
    page = opened(alice, box)
    page.post({"resources.cpu_cores": "4"})
    listed = Page(alice, alice.get(f"{page.path}drafts/"), f"{page.path}drafts/")
    assert "1 change, in Resources" in listed.text
    assert "Nothing unsaved" in Page(bob, bob.get(listed.path)).text
    form = Draft.objects.get().form
    bob.post(listed.path, {"draft": str(form)})
    assert Draft.objects.count() == 1
    alice.post(listed.path, {"draft": str(form)})
    assert "Nothing unsaved" in Page(alice, alice.get(listed.path)).text


def test_what_cannot_be_carried_faithfully_is_shown_with_the_reason(
    alice: Visitor, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, why = '{"config": {"a": 1, "a": 2}}', "“a” is there twice."

    async def twice(*_: object) -> Stored:
        return Stored(None, text, why, None, None, "r", datetime.now(UTC))

    monkeypatch.setattr("adminui.editor.views.edit.read_config", twice)
    page = opened(alice, box)
    assert page.status == 200
    assert why in page.text
    assert text in page.one("pre.code").get_text()
    assert page.soup.select("main form[method=post] button") == []
