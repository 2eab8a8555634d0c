"""A pasted list below its rows: what it would do is shown, then done; what is refused stays where it was pasted."""

from typing import Any

import pytest

from adminui.editor.form import ConfigForm
from tests.conftest import Visitor
from tests.editor.conftest import Box, opened
from tests.editor.simulate import config_pairs, page
from tests.forms import parsed

ENV, LABELS, PORTS, TARGETS = ("runtime_server.env", "metadata.labels", "sandbox.exposed_ports", "sandbox.egress.allow")
DOCUMENT: dict[str, Any] = {
    "runtime_server": {"env": {"LOG_LEVEL": "info", "SAME": "1", "NUMBER": 5}},
    "sandbox": {"exposed_ports": [8080], "egress": {"allow": ["api.example.com"]}},
    "metadata": {"labels": {"team": "analysis"}},
}


def pasted(document: Any, **texts: str) -> ConfigForm:
    """The form that comes back from a browser with lists pasted by field."""
    names = {"env": ENV, "labels": LABELS, "ports": PORTS, "targets": TARGETS}
    typed = {f"paste.{names[key]}": text for key, text in texts.items()}
    pairs = config_pairs(page(ConfigForm.opened(document)))
    return ConfigForm.posted(document, [(name, typed.get(name, value)) for name, value in pairs]).in_step()


def filled(form: ConfigForm, name: str) -> ConfigForm:
    return ConfigForm.posted(form.base, form.act(f"fill:{name}").values).in_step()


def test_it_says_what_would_become_of_each_line_and_changes_nothing_yet() -> None:
    form = pasted(DOCUMENT, env="LOG_LEVEL=debug\nSAME=1\nNEW='x y'\nnonsense\nNUMBER=6")
    steps = [(step.kind, step.what, step.before, step.after) for step in form.pastes.plans[ENV].steps]
    assert steps == [
        ("replaced", "LOG_LEVEL", "info", "debug"),
        ("there", "SAME", "", "1"),
        ("added", "NEW", "", "x y"),
        ("refused", "nonsense", "", ""),
        ("refused", "NUMBER", "", ""),
    ]
    assert form.pastes.plans[ENV].summary == "1 added, 1 replaced, 1 there already, 2 refused"
    assert form.document() is form.base
    assert form.typed
    shown = parsed(page(form)).find(id=f"preview.{ENV}")
    assert shown is not None
    assert "line 4: Write it as KEY=value." in shown.get_text(" ", strip=True)
    assert "Fill in 2" in shown.get_text()


def test_filling_in_does_what_was_said_and_leaves_what_was_refused() -> None:
    form = filled(pasted(DOCUMENT, env="LOG_LEVEL=debug\nSAME=1\nNEW='x y'\nnonsense\nNUMBER=6"), ENV)
    document: Any = form.document()
    assert document["runtime_server"]["env"] == {"LOG_LEVEL": "debug", "SAME": "1", "NUMBER": 5, "NEW": "x y"}
    assert list(form.pastes.texts.values()).count("") == 3
    assert form.pastes.texts[ENV] == "nonsense\nNUMBER=6"
    assert ("paste.runtime_server.env", "nonsense\nNUMBER=6") in form.kept()


def test_ports_targets_and_labels_are_filled_in_once_each() -> None:
    form = pasted(DOCUMENT, ports="8080, 9090\n9090", targets="API.example.com *.b.example", labels="tier: gold")
    for name in (PORTS, TARGETS, LABELS):
        form = filled(form, name)
    document: Any = form.document()
    assert document["sandbox"]["exposed_ports"] == [8080, 9090]
    assert document["sandbox"]["egress"] == {"allow": ["api.example.com", "*.b.example"]}
    assert document["metadata"]["labels"] == {"team": "analysis", "tier": "gold"}
    assert not form.pastes.waiting


@pytest.mark.parametrize("egress", [None, {"allow": []}])
def test_targets_that_are_filled_in_count(egress: Any) -> None:
    form = filled(pasted({"sandbox": {"egress": egress}}, targets="a.example"), TARGETS)
    document: Any = form.document()
    assert document["sandbox"]["egress"] == {"allow": ["a.example"]}


def test_a_blank_row_makes_way_and_a_removed_key_comes_back_changed() -> None:
    form = ConfigForm.posted(DOCUMENT, pasted(DOCUMENT, env="LOG_LEVEL=warn").act(f"remove:{ENV}.0").values)
    form = filled(ConfigForm.posted(DOCUMENT, form.act(f"add:{ENV}").values), ENV)
    document: Any = form.document()
    assert document["runtime_server"]["env"] == {"LOG_LEVEL": "warn", "SAME": "1", "NUMBER": 5}
    assert form.is_valid()
    assert len(form.changes()) == 1


def test_a_hostile_list_is_text() -> None:
    form = pasted({}, env="<script>alert(1)</script>=<b>\nA=\u202e{{ 7*7 }}")
    soup = parsed(page(form))
    assert soup.find("script") is None
    shown = soup.find(id=f"preview.{ENV}")
    assert shown is not None
    assert "\\u{202e}{{ 7*7 }}" in shown.get_text()


def test_without_a_script_the_page_comes_back_with_the_preview_and_then_filled(alice: Visitor, box: Box) -> None:
    page_ = opened(alice, box)
    asked = page_.post({f"paste.{ENV}": "LOG_LEVEL=debug\r\nNEW=1\r\noops"}, do=f"paste:{ENV}")
    assert asked.status == 302
    preview = asked.follow()
    assert preview.one(f"[id='preview.{ENV}']").get_text(" ", strip=True).startswith("1 added, 1 replaced, 1 refused")
    done = preview.post(do=f"fill:{ENV}").follow()
    assert done.value(f"paste.{ENV}") == "oops"
    assert "debug" in {value for name, value in done.values().items() if name.startswith(f"{ENV}.")}
    stopped = done.post()
    assert stopped.status == 422
    assert "A pasted list isn’t filled in yet." in stopped.text
    assert stopped.value(f"paste.{ENV}") == "oops"
    assert "Review 2 changes" in stopped.post({f"paste.{ENV}": ""}).follow().title


def test_the_live_check_shows_it_and_fills_it_in(alice: Visitor, box: Box) -> None:
    page_ = opened(alice, box)
    body = {**page_.values(), f"paste.{PORTS}": "1234\nx"}
    answer = page_.post(body, path=f"{page_.path}check/", do="")
    assert "1 added, 1 refused" in answer.one(f"[id='preview.{PORTS}']").get_text(" ", strip=True)
    answer = page_.post(body, path=f"{page_.path}check/", do=f"fill:{PORTS}")
    field = answer.one(f"[data-anew='{PORTS}']")
    assert "1234" in {str(one.get("value")) for one in field.select("input")}
    assert field.select_one("textarea").get_text().strip() == "x"  # type: ignore[union-attr] # it is there
