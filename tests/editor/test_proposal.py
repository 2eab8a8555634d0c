"""Who may not save proposes: the change goes out as a text, and never to the platform."""

from adminui.saving.models import Draft, Save
from tests.conftest import Visitor
from tests.editor.conftest import Box, Page, opened


def proposing(bob: Visitor, box: Box) -> Page:
    """The form in which bob proposes a change to alice's runtime."""
    reading = opened(bob, box)
    path = f"{reading.path}{reading.one('#config .banner a.button')['href']}"
    return Page(bob, bob.get(path), reading.path)


def test_a_reader_proposes_a_change_and_gets_it_as_a_text(bob: Visitor, box: Box) -> None:
    page = proposing(bob, box)
    assert "Only the owner, alice, can change this config. What you change here is a proposal" in page.text
    review = page.post({"resources.cpu_cores": "4", "runtime_server.env.0.value": "debug"}).follow()
    assert review.title == "Propose 2 changes · analyst"
    text = review.one("pre.code:not(.diff)").get_text()
    assert text.startswith("Hello alice,\n\ncould you make these 2 changes to the config of analyst (acme/research)?")
    assert "- CPU cores, changed: 2 → 4" in text
    assert '-    "cpu_cores": 2,\n+    "cpu_cores": 4,' in text
    assert review.path in text or page.path in text
    alone = bob.get(f"{page.path}{str(review.one('a[data-copy]')['href']).split('/config/')[1]}")
    assert alone["Content-Type"] == "text/plain; charset=utf-8"
    assert alone.content.decode() == text
    assert review.soup.select("main button") == []


def test_it_is_kept_as_a_draft_checked_while_typed_and_never_put(bob: Visitor, box: Box) -> None:
    before = box.puts()
    page = proposing(bob, box)
    typed = {"resources.cpu_cores": "99", "touched": "resources.cpu_cores"}
    answer = page.post(typed, path=f"{page.path}check/", do="")
    assert answer.error("resources.cpu_cores")
    wrong = page.post({"resources.cpu_cores": "99"})
    assert wrong.status == 422
    assert wrong.value("resources.cpu_cores") == "99"
    review = page.post({"resources.cpu_cores": "4"}).follow()
    draft = Draft.objects.get()
    forced = page.post({"do": "save", "revision": str(draft.revision)}, path=f"{page.path}review/")
    assert forced.status == 403
    assert forced.title == review.title
    assert box.puts() == before
    assert not Save.objects.exists()
    resumed = Page(bob, bob.get(f"{page.path}?form={draft.form}"), page.path)
    assert resumed.value("resources.cpu_cores") == "4"


def test_what_looks_like_a_secret_is_masked_and_nothing_is_unseen(bob: Visitor, box: Box) -> None:
    page = proposing(bob, box)
    typed = {"paste.runtime_server.env": "API_TOKEN=hunter2\nNOTE=\u202egnp.exe"}
    filled = page.post(typed, do="fill:runtime_server.env").follow()
    text = filled.post().follow().one("pre.code:not(.diff)").get_text()
    assert "hunter2" not in text
    assert "masked" in text
    assert "\u202e" not in text
    assert "\\u{202e}gnp.exe" in text


def test_a_refusal_at_saving_leaves_a_way_to_propose(alice: Visitor, box: Box) -> None:
    review = opened(alice, box).post({"resources.cpu_cores": "4"}).follow()
    box.fault(status=403, envelope=True, detail="you left the team")
    page = review.post(do="save")
    assert page.status == 403
    href = str(page.one("#config .banner a.button")["href"])
    proposed = Page(alice, alice.get(href), href)
    assert "Propose 1 change" in proposed.title
    assert "The platform says that you may not save this config." in proposed.text
