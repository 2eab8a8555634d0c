"""The editor's form as a page that a browser posts. And documents to try."""

from typing import Any

from django.template.loader import render_to_string
from hypothesis import strategies as st

from adminui.contract.config import FIELDS
from adminui.contract.document import Json, edit
from adminui.editor.form import ConfigForm
from adminui.editor.views.kept import OURS
from tests.forms import Pairs, posted


class Subject:
    """Stands for the runtime that a page is about."""

    def url(self, name: str) -> str:
        return f"/{name}/"


def page(form: ConfigForm) -> str:
    """The form as the editor's page has it."""
    return render_to_string(
        "editor/form.html", {"form": form, "word": "a-word", "csrf_input": "", "subject": Subject()}
    )


def config_pairs(html: str) -> Pairs:
    """What is posted of the config alone."""
    return [(name, value) for name, value in posted(html) if name not in OURS]


def replaced(pairs: Pairs, values: dict[str, str]) -> Pairs:
    """Pairs with other values typed into the controls named."""
    assert values.keys() <= {name for name, _ in pairs}
    return [(name, values.get(name, value)) for name, value in pairs]


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
