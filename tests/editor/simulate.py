"""A browser as far as forms go: what it posts for a page, by the rules of the HTML standard. And documents to try."""

import re
from typing import Any

from bs4 import BeautifulSoup, Tag
from django.template.loader import render_to_string
from hypothesis import strategies as st

from adminui.contract.config import FIELDS
from adminui.contract.document import Json, edit
from adminui.editor.form import ConfigForm
from adminui.editor.views.kept import OURS

Pairs = list[tuple[str, str]]


class Subject:
    """Stands for the runtime that a page is about."""

    def url(self, name: str) -> str:
        return f"/{name}/"


def page(form: ConfigForm) -> str:
    """The form as the editor's page has it."""
    return render_to_string(
        "editor/form.html", {"form": form, "word": "a-word", "csrf_input": "", "subject": Subject()}
    )


def parsed(html: str) -> BeautifulSoup:
    """A page as a browser's parser sees it: newlines normalised in the input stream, NUL replaced."""
    return BeautifulSoup(html.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd"), "html.parser")


def posted(html: str, press: str | None = None) -> Pairs:
    """The pairs that a browser posts for the page's form untouched; `press`: the value of the button pressed."""
    form = parsed(html).find("form")
    assert isinstance(form, Tag)
    pairs: Pairs = []
    for control in form.find_all(["input", "select", "textarea", "button"]):
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


def config_pairs(html: str) -> Pairs:
    """What is posted of the config alone."""
    return [(name, value) for name, value in posted(html) if name not in OURS]


def replaced(pairs: Pairs, values: dict[str, str]) -> Pairs:
    """Pairs with other values typed into the controls named."""
    assert values.keys() <= {name for name, _ in pairs}
    return [(name, values.get(name, value)) for name, value in pairs]


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


# ---- documents -----------------------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from(list("\r\n\0\t &<>\"'{}%=.")), max_size=8)
SCALARS: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.sampled_from(["auto", "docker", "default", "", "\n", "\r\n", "\nfirst", "v2", 8080, 2, True])
)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)
CAPABILITY = st.fixed_dictionaries(
    {},
    optional={
        "name": TEXTS | st.sampled_from(["web", "sql"]) | SCALARS,
        "version": TEXTS | SCALARS,
        "enabled": st.booleans() | SCALARS,
        "extra": ANYTHING,
    },
)
_GOOD: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "lines": TEXTS,
    "number": st.integers(-5, 200000),
    "choice": st.sampled_from(["auto", "docker", "e2b", "k8s"]),
    "switch": st.booleans(),
    "rows": st.lists(CAPABILITY | SCALARS, max_size=4),
    "map": st.dictionaries(
        TEXTS | st.sampled_from(["a.b", "LOG_LEVEL", "was", "removed", "0"]), TEXTS | SCALARS, max_size=4
    ),
    "set": st.lists(st.integers(0, 70000) | SCALARS, max_size=4),
    "egress": st.fixed_dictionaries({}, optional={"allow": st.lists(TEXTS | SCALARS, max_size=4), "more": ANYTHING}),
    "picks": st.lists(TEXTS | st.uuids().map(str) | SCALARS, max_size=4),
}


@st.composite
def documents(draw: st.DrawFn, *, wrong: bool = True) -> dict[str, Json]:
    """Any JSON object, most of them configs: values right and wrong at every known path, and unknown keys anywhere.

    `wrong` False: objects stand where the contract has objects, so that every field can be set.
    """
    document: Json = {}
    for spec in FIELDS:
        if draw(st.booleans()):
            value = draw(_GOOD[spec.kind] | ANYTHING if wrong else _GOOD[spec.kind])
            document = edit(document, spec.path, value)
    if wrong and draw(st.integers(0, 4)) == 0:
        part = draw(st.sampled_from(["build", "resources", "sandbox", "defaults", "metadata"]))
        document = edit(document, (part,), draw(ANYTHING))
    assert isinstance(document, dict)
    if draw(st.booleans()):
        document = {key: _sprinkled(value, draw) for key, value in document.items()}
    return {**draw(st.dictionaries(TEXTS, ANYTHING, max_size=2)), **document}


def _sprinkled(value: Json, draw: st.DrawFn) -> Json:
    return {draw(TEXTS): draw(SCALARS), **value} if isinstance(value, dict) else value
