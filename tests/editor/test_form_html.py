"""The page of a form: every control has a name and an id of its own, every error its place, hostile text no effect."""

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given, settings
from hypothesis import strategies as st

from adminui.contract.document import Json, edit
from adminui.contract.envelope import FieldError
from adminui.editor.form import ConfigForm
from tests.editor.simulate import documents, page, replaced
from tests.forms import parsed
from tests.hostile import MARKUP, UNSEEN

DOCUMENT: dict[str, Any] = {
    "build": {"profile": 7, "provider": "auto"},
    "resources": {"cpu_cores": 64, "accelerator": None},
    "sandbox": {"exposed_ports": [80, "x"], "egress": {"allow": ["a.example", 5]}, "timeout_seconds": 3600},
    "capabilities": [{"name": "web", "version": 2}, "odd", {"name": "sql"}],
    "secrets": {"secret_ids": ["2489e9ad-2ee2-8e00-8ec9-32d5f69181c0"]},
    "defaults": {"system_prompt": "one\ntwo"},
    "runtime_server": {"env": {"LOG_LEVEL": "info", "NUMBER": 5}},
    "metadata": {"labels": "none"},
}
TYPED = {
    "resources.memory_mb": "1e3",
    "sandbox.exposed_ports.2": "99999",
    "capabilities.2.name": "web",
    "runtime_server.env.0.key": "A=B",
    "defaults.system_prompt": "",
}


def busy() -> ConfigForm:
    """A form with all that a page can have: kept values, changes, removed rows, errors of both sides, notes."""
    form = ConfigForm.posted(DOCUMENT, replaced(ConfigForm.opened(DOCUMENT).values(), TYPED))
    for command in (
        "remove:sandbox.egress.allow.0",
        "add:capabilities",
        "remove:secrets.secret_ids.0",
        "up:capabilities.2",
    ):
        form = ConfigForm.posted(DOCUMENT, form.act(command).values)
    form.place(
        [FieldError(("sandbox", "idle_policy"), "No hibernation.", "x"), FieldError(("defaults", "model"), "No.", "x")]
    )
    return form


def tags(soup: BeautifulSoup, *names: str) -> list[Tag]:
    return [tag for tag in soup.find_all(names) if isinstance(tag, Tag) and tag.find_parent("template") is None]


def test_ids_are_unique_and_every_reference_leads_somewhere() -> None:
    soup = parsed(page(busy()))
    ids = [str(tag["id"]) for tag in soup.find_all(id=True) if tag.find_parent("template") is None]
    assert len(ids) == len(set(ids))
    for attribute in ("aria-describedby", "aria-labelledby", "for", "popovertarget"):
        values = [tag[attribute] for tag in soup.select(f"[{attribute}]")]
        named = [word for value in values for word in (value.split() if isinstance(value, str) else value)]
        assert set(named) <= set(ids)
    assert {str(link["href"])[1:] for link in soup.select("a[href^='#']")} <= set(ids)


@settings(max_examples=25, deadline=None)
@given(documents())
def test_ids_are_unique_whatever_is_stored(document: Json) -> None:
    soup = parsed(page(ConfigForm.opened(document)))
    ids = [str(tag["id"]) for tag in soup.find_all(id=True) if tag.find_parent("template") is None]
    assert len(ids) == len(set(ids))


def test_every_control_is_labelled() -> None:
    soup = parsed(page(busy()))
    for control in tags(soup, "input", "select", "textarea"):
        if control.get("type") == "hidden":
            continue
        label = control.find_parent("label") or soup.find("label", attrs={"for": str(control.get("id"))})
        text = label.get_text(strip=True) if isinstance(label, Tag) else str(control.get("aria-label", ""))
        assert text, control


def test_every_button_is_named_and_says_on_what_it_acts() -> None:
    buttons = tags(parsed(page(busy())), "button")
    names = {str(button.get("aria-label") or button.get_text(" ", strip=True)) for button in buttons}
    assert "" not in names
    assert names >= {
        "Remove A=B",
        "Remove port 99999",
        "Remove NUMBER",
        'Move "odd" down',
        "Put back a.example",
        "Revert Memory (MB)",
        "Put in order of Capabilities",
        "Add variable",
        "Add secret id",
    }


def test_ids_are_names() -> None:
    for control in tags(parsed(page(busy())), "input", "select", "textarea"):
        if control.get("name") and control.get("type") not in {"hidden", "radio"}:
            assert control["id"] == control["name"]


def test_errors_are_tied_to_their_controls_and_listed_in_the_summary_in_order() -> None:
    soup = parsed(page(busy()))
    links = [str(link["href"])[1:] for link in soup.select("#summary a")]
    assert links == [
        "resources.memory_mb",
        "sandbox.exposed_ports.2",
        "capabilities.1.name",
        "defaults.model",
        "runtime_server.env.0.key",
    ]
    for name in links:
        control = soup.find(id=name)
        assert isinstance(control, Tag)
        assert control["aria-invalid"] == "true"
        assert f"{name}-error" in str(control["aria-describedby"]).split()
    summary = soup.find(id="summary")
    assert isinstance(summary, Tag)
    assert (summary["role"], summary["tabindex"], summary.get("autofocus")) == ("alert", "-1", "")
    assert "sandbox.idle_policy isn’t shown in this form: No hibernation." in summary.get_text()
    assert len(summary.select(".tag.bad")) == 2


def test_platform_errors_are_said_to_be_its_own() -> None:
    error = parsed(page(busy())).find(id="defaults.model-error")
    assert isinstance(error, Tag)
    assert error.get_text(strip=True) == "Refused by the platform: No."


def test_the_navigation_counts_changes_and_errors() -> None:
    soup = parsed(page(busy()))
    counts = {str(link["href"]): link.get_text(" ", strip=True) for link in soup.select("nav.sections a")}
    assert counts["#resources"] == "Resources 1 wrong"
    assert counts["#capabilities"] == "Capabilities 1 changed 1 wrong"
    assert counts["#defaults"] == "Defaults 1 changed 1 wrong"
    assert counts["#build"] == "Build"
    assert list(counts)[-1] == "#raw"


def test_what_is_wrong_already_is_noted_without_a_mark() -> None:
    soup = parsed(page(ConfigForm.opened(DOCUMENT)))
    help_text = soup.find(id="resources.cpu_cores-help")
    assert isinstance(help_text, Tag)
    assert "Stored like this, though: Must be 32 or less." in help_text.get_text()
    assert soup.select("[aria-invalid]") == []
    assert soup.find(id="summary") is None


def test_kept_values_are_shown_and_never_posted() -> None:
    soup = parsed(page(ConfigForm.opened(DOCUMENT)))
    for name, shown in {"build.profile": "7", "capabilities.0.version": "2", "capabilities.1.name": '"odd"'}.items():
        kept = soup.find(id=name)
        assert isinstance(kept, Tag)
        assert (kept["value"], kept.get("readonly"), kept.get("name")) == (shown, "", None)


def test_read_only_nothing_can_be_typed_or_pressed() -> None:
    form = ConfigForm.opened(DOCUMENT, readonly="Only the owner, alice, can change this config.")
    soup = parsed(page(form))
    assert tags(soup, "button") == []
    assert soup.find("template") is None
    for control in tags(soup, "input", "select", "textarea"):
        assert control.has_attr("readonly") or control.has_attr("disabled"), control
    assert "Only the owner, alice, can change this config." in soup.get_text()


def test_enter_in_a_control_goes_on_to_the_review() -> None:
    first = tags(parsed(page(busy())), "button")[0]
    assert (first["name"], first["value"]) == ("do", "review")


def test_the_focus_goes_where_the_caller_says() -> None:
    form = busy()
    form.focus = "capabilities.3.name"
    focused = [str(tag["id"]) for tag in parsed(page(form)).find_all(autofocus=True)]
    assert focused == ["capabilities.3.name"]


def shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """Tags and names of attributes, all that could act."""
    return [(tag.name, tuple(sorted(tag.attrs))) for tag in parsed(html).find_all(True)]


@pytest.mark.parametrize("text", [*MARKUP, UNSEEN[0]])
def test_hostile_text_is_text(text: str) -> None:
    def filled(word: str) -> Json:
        document: Json = {word: word, "version": word}
        for path in ("build.profile", "build.provider", "defaults.agent", "defaults.system_prompt"):
            document = edit(document, tuple(path.split(".")), word)
        document = edit(document, ("runtime_server", "env"), {word: word, "KEPT": {word: word}})
        document = edit(document, ("metadata", "labels"), {word: word})
        document = edit(document, ("capabilities",), [{"name": word, "version": word}, word, {"name": [word]}])
        return edit(document, ("sandbox",), {"egress": {"allow": [word]}, "exposed_ports": [word]})

    def typed(word: str) -> str:
        document = filled(word)
        values = {"resources.cpu_cores": word, "runtime_server.env.0.value": f"{word}!", "raw": word}
        form = ConfigForm.posted(document, replaced(ConfigForm.opened(document).values(), values))
        form = ConfigForm.posted(document, form.act("remove:metadata.labels.0").values)
        form.place([FieldError((word, word), word, word), FieldError(("defaults", "agent"), word, word)])
        return page(form)

    harmless = "harm=less" if "=" in text else "harmless"  # a key may not contain “=”, so both are told off
    assert shape(typed(text)) == shape(typed(harmless))
    assert shape(page(ConfigForm.opened(filled(text)))) == shape(page(ConfigForm.opened(filled(harmless))))


@given(st.text(min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_what_was_typed_comes_back_into_its_control(text: str) -> None:
    typed = {"resources.cpu_cores": text, "defaults.system_prompt": text}
    form = ConfigForm.posted({}, list(typed.items()))
    assert dict(form.values())["defaults.system_prompt"] == text.replace("\r\n", "\n").replace("\r", "\n")
