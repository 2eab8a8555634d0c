"""The form of a config: what comes back untouched changes nothing, what is edited changes that and no more."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adminui.contract.changes import Change
from adminui.contract.document import ABSENT, Json, get, same, wire
from adminui.editor.form import ConfigForm, Facts
from tests.editor.simulate import Pairs, config_pairs, documents, page

SLOW = settings(max_examples=150, deadline=None)


def opened_and_posted(document: Json) -> tuple[ConfigForm, ConfigForm, Pairs]:
    opened = ConfigForm.opened(document)
    pairs = config_pairs(page(opened))
    return opened, ConfigForm.posted(document, pairs), pairs


@SLOW
@given(documents())
def test_a_page_posted_untouched_changes_nothing(document: Json) -> None:
    _, form, _ = opened_and_posted(document)
    assert form.changes() == ()
    assert wire(form.document()) == wire(document)
    assert form.is_valid(), form.summary


@SLOW
@given(documents())
def test_values_are_what_a_browser_posts(document: Json) -> None:
    opened, form, pairs = opened_and_posted(document)
    normal = [(name, value.replace("\r\n", "\n")) for name, value in pairs]
    assert opened.values() == normal
    assert form.values() == normal
