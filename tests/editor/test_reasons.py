"""Whatever can't be used says why, and who can: in every state that the editor can be in."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.template.loader import render_to_string

from adminui.accounts.models import Credential
from adminui.accounts.roles import Role
from adminui.contract.answers import Secret
from adminui.editor.form import ConfigForm, Facts
from adminui.editor.offers import Offers
from tests.conftest import Visitor
from tests.editor.conftest import Box, Page, opened
from tests.editor.simulate import Subject, page
from tests.editor.test_refused import refused
from tests.forms import parsed

OWNERS = "Only the owner, alice, can change this config."
FULL: dict[str, Any] = {
    "build": {"profile": 7},
    "resources": "none",
    "sandbox": {"exposed_ports": [80, "x", 443], "egress": {"allow": ["a.example", 5]}, "workspace_mount": "yes"},
    "capabilities": [{"name": "web", "version": 2}, "odd", {"name": "sql"}],
    "secrets": {"secret_ids": ["2489e9ad-2ee2-8e00-8ec9-32d5f69181c0", "two\nlines"]},
    "defaults": {"system_prompt": ["no text"]},
    "runtime_server": {"env": {"LOG_LEVEL": "info", "NUMBER": 5, "two\nlines": "x"}},
    "metadata": {"labels": "none"},
}
PLAIN: dict[str, Any] = {"capabilities": [{"name": "web"}], "defaults": {"system_prompt": "x"}}
PICKED = Facts(offers=Offers((Secret(id="x", name="MINE"),), ()))


def unusable(soup: BeautifulSoup) -> list[Tag]:
    """Every control that can't be used, templates of new rows aside."""
    return [one for one in soup.select("[disabled], [readonly]") if one.find_parent("template") is None]


def unexplained(soup: BeautifulSoup) -> list[str]:
    """Those that name no text which says why."""
    texts = {str(one["id"]): one.get_text(strip=True) for one in soup.select("[id]")}

    def explained(one: Tag) -> bool:
        return any(texts.get(name) for name in str(one.get("aria-describedby", "")).split())

    return [str(one)[:160] for one in unusable(soup) if not explained(one)]


@pytest.mark.parametrize("document", [FULL, PLAIN, {}])
@pytest.mark.parametrize("facts", [Facts(), PICKED, Facts(own=False)])
def test_fields_that_are_kept_and_rows_at_the_ends_say_why(document: Any, facts: Facts) -> None:
    soup = parsed(page(ConfigForm.opened(document, facts=facts)))
    assert unexplained(soup) == []
    assert bool(unusable(soup)) == bool(document)


@pytest.mark.parametrize("document", [FULL, PLAIN, {}])
def test_on_a_page_to_be_read_each_control_says_who_can(document: Any) -> None:
    soup = parsed(page(ConfigForm.opened(document, readonly=OWNERS)))
    assert unexplained(soup) == []
    why = soup.find(id="why")
    assert why is not None
    assert OWNERS in why.get_text()
    controls = [one for one in unusable(soup) if one.get("name")]
    assert len(controls) > 8
    assert [str(one) for one in controls if "why" not in str(one.get("aria-describedby")).split()] == []


def test_saving_that_is_off_says_why() -> None:
    form = ConfigForm.opened(PLAIN)
    context = {"form": form, "word": "", "csrf_input": "", "subject": Subject(), "off": "Saving is off until noon."}
    soup = parsed(render_to_string("editor/form.html", context))
    assert unexplained(soup) == []
    review = soup.select_one(".savebar button.primary")
    assert review is not None
    assert review["aria-describedby"] == "saving-off"


def _viewer(alice: Visitor, bob: Visitor, box: Box) -> Page:
    """A role that only reads, of somebody who owns the runtime."""
    Credential.objects.update(roles=[str(Role.VIEWER)])
    return opened(alice, box)


def _not_the_owner(alice: Visitor, bob: Visitor, box: Box) -> Page:
    return opened(bob, box)


def _refused_at_saving(alice: Visitor, bob: Visitor, box: Box) -> Page:
    return refused(alice, box, status=403, detail="you left the team")


def _too_old(alice: Visitor, bob: Visitor, box: Box) -> Page:
    return refused(alice, box, status=426, detail="upgrade")


def _platform_down(alice: Visitor, bob: Visitor, box: Box) -> Page:
    page_ = opened(alice, box)
    page_.post({"resources.cpu_cores": "4"})
    box.fault(method="GET", path="/config", status=503)
    return Page(alice, alice.get(page_.path), page_.path)


@pytest.mark.parametrize("state", [_viewer, _not_the_owner, _refused_at_saving, _too_old, _platform_down])
def test_every_state_says_why(
    alice: Visitor, bob: Visitor, box: Box, state: Callable[[Visitor, Visitor, Box], Page]
) -> None:
    page_ = state(alice, bob, box)
    assert [one for one in unusable(page_.soup) if one.name != "button" or one.get("value") == "review"]
    assert unexplained(page_.soup) == []
