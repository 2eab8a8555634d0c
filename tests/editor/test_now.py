"""…/config/now/: who else is at work, and what moved on; asked while an editor is open."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from adminui.editor import meanwhile
from adminui.saving.forms import from_word
from tests.conftest import Visitor
from tests.editor.conftest import Box, Page, opened


@pytest.fixture(autouse=True)
def _nothing_read_yet() -> None:
    meanwhile._reads.clear()


def asked(visitor: Visitor, page: Page, *, read: bool = False) -> Page:
    """The part that a script asks for."""
    return Page(visitor, visitor.get(str(page.one("#now")["data-watch"]) + ("&read=" if read else "")))


def gets(box: Box) -> int:
    """How many reads of configs the box has seen."""
    return box.log.count("GET", "config")


def test_nobody_else_and_nothing_new(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    assert asked(alice, page, read=True).text == ""


def test_others_are_named_and_their_changes_are_not_told(alice: Visitor, bob: Visitor, box: Box) -> None:
    opened(alice, box).post({"defaults.agent": "a-secret-plan"})
    page = opened(bob, box, "scout")
    told = asked(bob, page)
    assert "alice" not in told.text
    scout = opened(bob, box, "scout")
    scout.post({"defaults.agent": "bob-plan"})
    assert "bob" not in asked(bob, scout).text


def test_somebody_else_at_work_on_the_same_runtime_is_shown(alice: Visitor, bob: Visitor, box: Box) -> None:
    page = opened(alice, box)
    word = opened(alice, box)
    values = word.values() | {"defaults.agent": "a-secret-plan", "do": "review"}
    alice.post(word.path, values)
    # bob owns nothing here, so his editor is read-only; a second session of another user id stands for an owner.
    bob.sign_in("bob", platform_id="somebody-else")
    own = replace(from_word(page.value("form")), owner="somebody-else").word()
    part = bob.get(f"{page.path}now/", query_params={"word": own})
    text = part.content.decode()
    assert "alice" in text
    assert "has unsaved changes since" in text
    assert "a-secret-plan" not in text
    assert "command line" in text


def test_who_never_read_the_config_learns_of_nobody(alice: Visitor, bob: Visitor, box: Box) -> None:
    page = opened(alice, box)
    page.post({"defaults.agent": "a-secret-plan"})
    carol = Visitor()
    carol.sign_in("carol", platform_id=box.user("carol")["id"])
    for query in ("", "?word=x", f"?word={page.value('form')}", f"?word={opened(bob, box, 'scout').value('form')}"):
        for stranger in (carol, bob):
            assert "alice" not in stranger.get(f"{page.path}now/{query}").content.decode()


def test_presence_asks_the_platform_nothing(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    before = box.log.count()
    asked(alice, page)
    assert box.log.count() == before


def test_a_change_elsewhere_is_told_with_what_it_touches(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    page.post({"resources.cpu_cores": "4", "defaults.agent": "mine"})
    document = box.config("analyst")
    document["resources"]["cpu_cores"] = 16
    document["resources"]["memory_mb"] = 4096
    box.put("analyst", document)
    told = asked(alice, page, read=True)
    assert "Somebody changed this config" in told.text
    assert "It touches 1 of your 2 changes." in told.text
    assert "Memory (MB)" in told.text
    link = str(told.one("a.button")["href"])
    assert urlsplit(link).path.endswith("/config/merge/")
    merge = Page(alice, alice.get(link), link)
    assert "1 of 1 field still to choose" in merge.text


def test_the_platform_is_read_at_most_once_in_half_a_minute(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    before = gets(box)
    for _ in range(5):
        asked(alice, page, read=True)
    assert gets(box) == before + 1


def test_a_save_from_here_is_told_with_its_person(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    opened(alice, box).post({"defaults.agent": "other"}).follow().post(do="save")
    assert "alice changed this config" in asked(alice, page, read=True).text


def test_a_word_of_somebody_else_tells_nothing_of_the_config(alice: Visitor, bob: Visitor, box: Box) -> None:
    page = opened(alice, box)
    document = box.config("analyst")
    document["resources"]["memory_mb"] = 4096
    box.put("analyst", document)
    query = parse_qs(urlsplit(str(page.one("#now")["data-watch"])).query)
    assert query["word"]
    assert "changed this config" not in asked(bob, page, read=True).text
