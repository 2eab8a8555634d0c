"""The live check over HTTP: what it keeps, what it answers, what it never does."""

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from adminui.contract.document import pretty
from adminui.saving.models import Draft
from tests.conftest import Visitor
from tests.editor.conftest import Box, Page, opened


class Check:
    """An answer to a live check."""

    def __init__(self, page: Page, changed: dict[str, Any], *, visitor: Visitor | None = None) -> None:
        values = {**page.values(), "touched": "*", "seq": "1", "raw": None, **changed}
        path = str(page.one("#config")["data-check"])
        given = {name: value for name, value in values.items() if value is not None}
        self.response = (visitor or page.visitor).post(path, given)
        self.status = self.response.status_code
        self.soup = BeautifulSoup(self.response.content.decode(), "html.parser")
        self.root = self.soup.select_one("#checked") or Tag(name="div")

    def text(self, selector: str) -> str:
        """The text of the first element of a selector, empty when there is none."""
        found = self.soup.select_one(selector)
        return found.get_text(" ", strip=True) if found else ""

    def marks(self) -> dict[str, str]:
        """Marked fields and rows with what stands at them."""
        found = {}
        for one in self.soup.select("[data-field], [data-list]"):
            name = str(one.get("data-field") or f"{one['data-list']}.{one['data-row']}")
            if text := one.get_text(" ", strip=True):
                found[name] = text
        return found

    def anew(self) -> set[str]:
        """Fields that are drawn anew."""
        return {str(one["data-anew"]) for one in self.soup.select("[data-anew]")}


def test_an_edit_is_kept_marked_and_counted(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    check = Check(page, {"resources.cpu_cores": "4", "defaults.agent": "navigator"})
    assert check.status == 200
    marks = check.marks()
    assert marks["resources.cpu_cores"].startswith("was 2")
    assert "defaults.agent" in marks
    assert check.text("#to-resources") == "Resources 1 changed"
    assert check.text("#counted") == "2 changes in Resources, Defaults"
    assert check.root["data-typed"] == "yes"
    draft = Draft.objects.get()
    assert (draft.changes, draft.seq) == (2, 1)
    assert check.anew() == set()


def test_it_asks_nothing_of_the_platform(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    before = box.log.count()
    Check(page, {"resources.cpu_cores": "4"})
    assert box.log.count() == before


def test_without_an_edit_there_is_no_draft_and_no_mark(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    check = Check(page, {})
    assert check.marks() == {
        name: text for name, text in check.marks().items() if name.startswith("sandbox.egress.allow")
    }
    assert not check.soup.select(".was, .errors")
    assert check.text("#counted") == "No changes"
    assert not Draft.objects.exists()


def test_what_is_typed_back_forgets_the_draft(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    Check(page, {"resources.cpu_cores": "4"})
    check = Check(page, {"seq": "2"})
    assert not check.root["data-typed"]
    assert not Draft.objects.exists()
    Check(page, {"resources.cpu_cores": "4", "seq": "1"})
    assert not Draft.objects.exists()


def test_a_late_one_says_so_and_keeps_nothing(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    Check(page, {"resources.cpu_cores": "4", "seq": "9"})
    check = Check(page, {"resources.cpu_cores": "5", "seq": "8"})
    assert check.root["data-late"] == "9"
    assert Draft.objects.get().revision == 1


def test_errors_are_told_at_touched_controls_only(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    wrong = {"resources.cpu_cores": "64", "sandbox.timeout_seconds": "x"}
    check = Check(page, {**wrong, "touched": ["resources.cpu_cores"]})
    assert "32 or less" in check.marks()["resources.cpu_cores"]
    assert not check.soup.find(id="sandbox.timeout_seconds-error")
    assert check.text("#counted").endswith("1 thing to fix")
    assert check.root["data-held-back"] == "yes"
    check = Check(page, {**wrong, "seq": "2", "touched": ["resources.cpu_cores", "sandbox.timeout_seconds"]})
    assert check.soup.find(id="sandbox.timeout_seconds-error")
    assert not check.root["data-held-back"]


def test_the_cap_of_the_page_is_checked(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    cap = page.value("cap")
    assert cap
    check = Check(page, {"sandbox.timeout_seconds": str(int(cap) + 1)})
    assert cap in check.text('[id="sandbox.timeout_seconds-error"]')
    check = Check(page, {"sandbox.timeout_seconds": str(int(cap) + 1), "cap": "<b>", "seq": "2"})
    assert check.status == 200


def test_rows_are_marked_by_position_and_targets_carry_their_kind(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    targets = [one for one in page.values() if one.startswith("sandbox.egress.allow.") and not one.endswith(".was")]
    check = Check(page, {targets[0]: "10.1.0.0/16", "metadata.labels.1.value": "changed"})
    assert check.soup.select_one('[data-list="sandbox.egress.allow"][data-row="0"]')["data-tag"] == "network"  # type: ignore[index]
    assert "Value was" in check.marks()["metadata.labels.1"]


def test_a_revert_draws_the_field_anew_and_says_where_the_focus_goes(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    check = Check(page, {"resources.cpu_cores": "4", "defaults.agent": "x", "do": "revert:resources.cpu_cores"})
    assert check.anew() == {"resources.cpu_cores"}
    assert check.soup.find(id="resources.cpu_cores")["value"] == "2"  # type: ignore[index]
    assert check.root["data-focus"] == "resources.cpu_cores"
    assert Draft.objects.get().changes == 1


def test_discard_draws_every_changed_field_anew_and_forgets_the_draft(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    typed = {"resources.cpu_cores": "4", "metadata.labels.1.value": "x"}
    Check(page, typed)
    check = Check(page, {**typed, "do": "discard", "seq": "2"})
    assert check.anew() == {"resources.cpu_cores", "metadata.labels"}
    assert not check.root["data-typed"]
    assert not Draft.objects.exists()


def test_raw_shows_the_new_document_where_it_is_in_view(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    check = Check(page, {"resources.cpu_cores": "4"})
    assert not check.soup.select_one("textarea#raw")
    assert not check.soup.find(id="raw.since")
    check = Check(page, {"resources.cpu_cores": "4", "seq": "2", "in_view": ""})
    assert '"cpu_cores": 4' in check.text("textarea#raw")
    assert check.soup.find(id="raw.since")["value"] == '[["resources.cpu_cores","changed",4]]'  # type: ignore[index]


def test_what_is_typed_into_raw_is_drawn_in_the_controls(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    document = box.config("analyst")
    document["resources"]["cpu_cores"] = 7
    check = Check(page, {"raw": pretty(document)})
    assert check.anew() == {"resources.cpu_cores"}
    assert not check.soup.select_one("textarea#raw")
    assert not check.root["data-raw-more"]


def test_broken_raw_has_its_line_and_the_form_goes_on(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    check = Check(page, {"raw": "{\n  nope", "resources.cpu_cores": "4", "touched": []})
    assert "line 2 column 3" in check.text("#raw-above")
    assert check.soup.select_one("#raw-above")["data-line"] == "2"  # type: ignore[index]
    assert check.root["data-raw-more"] == "yes"
    assert not check.soup.select_one("textarea#raw")
    assert check.text("#counted") == "1 change in Resources · 1 thing to fix"


def test_a_dead_session_keeps_what_was_typed_and_leads_to_the_sign_in_and_back(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    check = Check(page, {"resources.cpu_cores": "4"}, visitor=Visitor())
    assert check.status == 401
    draft = Draft.objects.get()
    link = check.soup.select_one("#unchecked a")
    assert link is not None
    assert str(link["href"]).startswith("/signin/?next=")
    assert str(draft.form) in str(link["href"])
    assert "What you type is kept" in check.text("#unchecked")


def test_a_stale_csrf_token_keeps_what_was_typed(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    checked = Visitor(enforce_csrf_checks=True)
    checked.client.cookies = alice.client.cookies
    check = Check(page, {"resources.cpu_cores": "4", "csrfmiddlewaretoken": "x" * 64}, visitor=checked)
    assert check.status == 403
    link = check.soup.select_one("#unchecked a")
    assert link is not None
    assert Page(alice, alice.get(str(link["href"]))).value("resources.cpu_cores") == "4"


def test_somebody_else_s_page_is_kept_for_them(alice: Visitor, bob: Visitor, box: Box) -> None:
    page = opened(alice, box)
    check = Check(page, {"resources.cpu_cores": "4"}, visitor=bob)
    assert check.status == 403
    assert Draft.objects.get().owner == box.user("alice")["id"]


@pytest.mark.parametrize("word", ["", "forged", "a:b:c"])
def test_a_word_that_is_not_ours_is_said(alice: Visitor, box: Box, word: str) -> None:
    check = Check(opened(alice, box), {"form": word})
    assert check.status == 409
    assert "too old" in check.text("#unchecked")


def test_a_check_under_way_does_not_come_after_the_review(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    review = page.post({"resources.cpu_cores": "4"}, seq="10").follow()
    Check(page, {"resources.cpu_cores": "3", "seq": "9"})
    assert review.post(path=review.path, do="save").follow().title.startswith("Saved")


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "\u202e\u0000x", "'\"><img src=x onerror=y>", "{{ 7*7 }}", "\r\nSet-Cookie: a=b"],
)
@pytest.mark.parametrize(
    "name", ["defaults.agent", "metadata.labels.0.key", "raw", "do", "touched", "seq", "raw.since"]
)
def test_hostile_text_is_text(alice: Visitor, box: Box, name: str, hostile: str) -> None:
    check = Check(opened(alice, box), {name: hostile})
    assert check.status == 200
    assert not check.soup.select("script, img")
