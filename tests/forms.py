"""What a browser posts for the form of a page, by the rules of the HTML standard."""

import re

from bs4 import BeautifulSoup, Tag

Pairs = list[tuple[str, str]]


def parsed(html: str) -> BeautifulSoup:
    """A page as a browser's parser sees it: newlines normalised in the input stream, NUL replaced."""
    return BeautifulSoup(html.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd"), "html.parser")


def posted(html: str, press: str | None = None, form: str = "form") -> Pairs:
    """The pairs that a browser posts for a page's form untouched; `press`: the value of the button pressed."""
    found = parsed(html).select_one(form)
    assert found is not None
    pairs: Pairs = []
    for control in found.find_all(["input", "select", "textarea", "button"]):
        name = _attribute(control, "name")
        if not name or control.has_attr("disabled") or control.find_parent("template") is not None:
            continue
        if control.name == "button":
            value = (
                _attribute(control, "value") if press is not None and _attribute(control, "value") == press else None
            )
        else:
            value = _value(control)
        if value is not None:
            pairs.append((name, re.sub(r"\r\n|\r|\n", "\r\n", value)))
    return pairs


def _attribute(control: Tag, name: str) -> str:
    return str(control.get(name, ""))


def _value(control: Tag) -> str | None:
    if control.name == "textarea":
        return control.text.removeprefix("\n")  # the parser drops a first newline
    if control.name == "select":
        options = control.find_all("option")
        chosen = [option for option in options if option.has_attr("selected")] or options[:1]
        return _attribute(chosen[-1], "value") if chosen else None
    kind = _attribute(control, "type") or "text"
    if kind in {"checkbox", "radio"}:
        return (_attribute(control, "value") or "on") if control.has_attr("checked") else None
    value = _attribute(control, "value")
    return re.sub(r"[\r\n]", "", value) if kind == "text" else value
