"""A POST that can't be trusted or has no session saves nothing and loses nothing."""

from adminui.saving.models import Draft
from tests.conftest import Visitor
from tests.editor.conftest import Box, Page, opened

CHANGED = {"resources.cpu_cores": "4", "do": "review"}


def test_a_dead_session_keeps_what_was_typed_for_the_same_person(alice: Visitor, bob: Visitor, box: Box) -> None:
    page = opened(alice, box)
    stranger = Visitor()
    after = Page(stranger, stranger.post(page.path, page.values() | CHANGED))
    assert after.location.startswith("/signin/?")
    form = Draft.objects.get().form
    assert str(form) in after.location
    alice.sign_in("alice", platform_id=box.user("alice")["id"])
    assert Page(alice, alice.get(f"{page.path}?form={form}")).value("resources.cpu_cores") == "4"
    assert Page(bob, bob.get(f"{page.path}?form={form}")).value("resources.cpu_cores") != "4"


def test_a_stale_csrf_token_keeps_what_was_typed(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    checked = Visitor(enforce_csrf_checks=True)
    checked.client.cookies = alice.client.cookies
    puts = box.puts()
    after = Page(checked, checked.post(page.path, page.values() | CHANGED | {"csrfmiddlewaretoken": "x" * 64}))
    assert after.status == 403
    assert "nothing is lost" in after.text
    go_on = str(after.one("main a.primary")["href"])
    assert Page(alice, alice.get(go_on)).value("resources.cpu_cores") == "4"
    assert box.puts() == puts


def test_a_dead_session_at_the_review_keeps_the_reason(alice: Visitor, box: Box) -> None:
    review = opened(alice, box).post(CHANGED).follow()
    stranger = Visitor()
    puts = box.puts()
    after = Page(stranger, stranger.post(review.path, review.values() | {"do": "save", "reason": "because"}))
    assert after.location.startswith("/signin/?")
    assert "review" in after.location
    assert Page(alice, alice.get(review.path)).value("reason") == "because"
    assert box.puts() == puts


def test_a_stranger_s_forged_form_is_not_kept(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    stranger = Visitor()
    after = stranger.post(page.path, page.values() | CHANGED | {"form": "forged"})
    assert after["Location"].startswith("/signin/")
    assert not Draft.objects.exists()
