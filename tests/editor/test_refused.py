"""What each refusal of the platform leads to; nothing typed is lost by any of them."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from adminui.saving.models import Draft, Save
from tests.conftest import Visitor
from tests.editor.conftest import Box, Page, opened

CHANGED = {"resources.cpu_cores": "4", "defaults.agent": "typed agent"}


def refused(visitor: Visitor, box: Box, changed: dict[str, str] | None = None, **fault: Any) -> Page:
    """The answer to a save that the platform refuses so."""
    review = opened(visitor, box).post(changed or CHANGED).follow()
    box.fault(envelope=True, **fault)
    return review.post(do="save", reason="why")


def kept(page: Page, box: Box) -> None:
    """The page still has all that was typed, and nothing was stored."""
    assert page.value("resources.cpu_cores") == "4"
    assert page.value("defaults.agent") == "typed agent"
    assert box.config("analyst")["defaults"].get("agent") != "typed agent"
    assert Draft.objects.count() == 1


def test_422_stands_at_the_field_and_says_who_refused(alice: Visitor, box: Box) -> None:
    error = {"loc": ["body", "config", "resources", "cpu_cores"], "msg": "no more than 3 today", "type": "quota"}
    page = refused(alice, box, status=422, detail="Validation error", errors=[error])
    assert page.status == 422
    kept(page, box)
    assert "no more than 3 today" in page.error("resources.cpu_cores")
    assert "efused by the platform" in page.error("resources.cpu_cores")
    assert page.one('[role=alert] a[href="#resources.cpu_cores"]')


def test_an_error_stays_until_its_field_changes(alice: Visitor, box: Box) -> None:
    error = {"loc": ["resources", "cpu_cores"], "msg": "no more than 3 today", "type": "quota"}
    page = refused(alice, box, status=422, errors=[error])
    form = Draft.objects.get().form
    again = Page(alice, alice.get(f"{opened(alice, box).path}?form={form}"))
    assert "no more than 3 today" in again.error("resources.cpu_cores")
    page.post({"defaults.agent": "another"})
    again = Page(alice, alice.get(f"{opened(alice, box).path}?form={form}"))
    assert "no more than 3 today" in again.error("resources.cpu_cores")
    again.post({"resources.cpu_cores": "3"})
    again = Page(alice, alice.get(f"{opened(alice, box).path}?form={form}"))
    assert again.error("resources.cpu_cores") == ""


def test_an_error_of_a_row_stands_at_that_row_after_one_above_was_removed(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    names = [page.value(f"capabilities.{at}.name") for at in range(3)]
    removed = Page(alice, page.post(do="remove:capabilities.0").follow().response, page.path)
    assert removed.value("capabilities.0.name") == names[1]
    review = removed.post({"capabilities.1.version": "9.9.9"}).follow()
    error = {"loc": ["body", "config", "capabilities", 1, "version"], "msg": "no such version", "type": "x"}
    box.fault(status=422, envelope=True, errors=[error])
    after = review.post(do="save")
    assert after.value("capabilities.1.name") == names[2]
    assert "no such version" in after.error("capabilities.1.version")


def test_an_error_that_no_field_shows_is_on_top_with_its_path(alice: Visitor, box: Box) -> None:
    error = {"loc": ["body", "config", "sandbox", "idle_policy"], "msg": "hibernate needs e2b", "type": "x"}
    page = refused(alice, box, status=422, errors=[error])
    alert = page.one("#summary").get_text(" ", strip=True)
    assert "sandbox.idle_policy" in alert
    assert "hibernate needs e2b" in alert


def test_400_is_told_on_top(alice: Visitor, box: Box) -> None:
    page = refused(alice, box, status=400, detail="the sky is falling")
    assert page.status == 400
    assert "the sky is falling. Nothing was saved" in page.text
    kept(page, box)


def test_401_asks_to_sign_in_and_comes_back_to_the_review(alice: Visitor, box: Box) -> None:
    page = refused(alice, box, status=401, detail="expired")
    assert page.status == 302
    assert page.location.startswith("/signin/?next=")
    assert "review" in page.location
    alice.sign_in("alice", platform_id=box.user("alice")["id"])
    draft = Draft.objects.get()
    review = Page(alice, alice.get(f"{opened(alice, box).path}review/?form={draft.form}"))
    assert "typed agent" in review.text
    assert review.value("reason") == "why"
    assert "Saved: 2 changes" in review.post(do="save").follow().text


def test_403_turns_the_page_read_only_and_keeps_what_was_typed(alice: Visitor, box: Box) -> None:
    page = refused(alice, box, status=403, detail="you left the team")
    assert page.status == 403
    assert "you left the team" in page.text
    assert page.control("resources.cpu_cores")["value"] == "4"
    assert page.control("resources.cpu_cores").has_attr("readonly")
    assert Draft.objects.count() == 1


def test_404_is_said_with_a_way_back_and_the_draft_kept(alice: Visitor, box: Box) -> None:
    page = refused(alice, box, status=404, detail="gone")
    assert page.status == 404
    assert "no longer there" in page.text
    assert page.one('a[href="/org/acme/ws/research/runtimes/"]')
    kept(page, box)


def test_409_shows_what_is_stored_beside_theirs(alice: Visitor, box: Box) -> None:
    page = refused(alice, box, status=409, detail="is being migrated")
    assert page.status == 409
    assert "is being migrated" in page.text
    assert "typed agent" in page.one("pre.diff").get_text()
    kept(page, box)


def test_426_turns_saving_off_until_the_page_is_opened_again(alice: Visitor, box: Box) -> None:
    page = refused(alice, box, status=426, detail="client too old")
    assert page.status == 426
    assert "client too old" in page.text
    assert page.one(".savebar button[value=review]").has_attr("disabled")
    assert "Saving is off" in page.text
    form = Draft.objects.get().form
    again = Page(alice, alice.get(f"{opened(alice, box).path}?form={form}"))
    assert not again.one(".savebar button[value=review]").has_attr("disabled")
    kept(again, box)


@pytest.mark.parametrize("as_date", [False, True])
def test_429_says_when_it_may_be_tried_again(alice: Visitor, box: Box, as_date: bool) -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True) if as_date else "40"
    page = refused(alice, box, status=429, detail="slow down", headers={"Retry-After": when})
    assert page.status == 429
    assert "slow down" in page.text
    assert 30 <= int(str(page.one(".countdown")["data-seconds"])) <= 40
    assert 30 <= int(page.response["Retry-After"]) <= 40
    assert page.value("reason") == "why"
    assert "Saved: 2 changes" in page.post(do="save").follow().text


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("envelope", [True, False])
def test_a_server_that_fails_is_read_back(alice: Visitor, box: Box, status: int, envelope: bool) -> None:
    review = opened(alice, box).post(CHANGED).follow()
    box.fault(status=status, envelope=envelope, applied=True)
    receipt = review.post(do="save").follow()
    assert "Saved: 2 changes to analyst" in receipt.text
    assert "Confirmed by reading it back." in receipt.text


def test_what_was_not_stored_is_never_told_saved(alice: Visitor, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adminui.saving.send.PATIENCE", 0.6)
    review = opened(alice, box).post(CHANGED).follow()
    puts = box.puts()
    box.fault(status=504, applied=False)
    page = review.post(do="save").follow()
    assert "We don’t know yet whether this was saved" in page.text
    assert "Saved" not in page.title
    assert "typed agent" in page.text
    assert box.puts() == puts + 1
    assert Save.objects.get().state == "unknown"
    steps = [step.get_text(" ", strip=True) for step in page.soup.select(".steps li")]
    assert steps[0].endswith("Intent recorded, 2 changes sent")
    assert steps[1].endswith("The answer was 504, which doesn’t tell")
    assert steps[-1].endswith("Reading back again")
