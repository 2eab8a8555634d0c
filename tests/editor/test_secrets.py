"""Secrets as the form picks them: boxes by name, ids that aren’t the person’s, and what goes into the document."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adminui.contract.answers import Secret
from adminui.contract.document import Json
from adminui.contract.envelope import FieldError
from adminui.editor.form import ConfigForm, Facts
from adminui.editor.offers import Offers
from tests.editor.simulate import config_pairs, page
from tests.forms import Pairs, parsed, posted

OPENAI, SERP, OTHER = (f"2489e9ad-2ee2-8e00-8ec9-32d5f69181c{digit}" for digit in "012")
FOREIGN = "77aa03c1-5d0e-4c8f-9a41-0be1f6c2d3e4"
AT = datetime(2026, 10, 8, tzinfo=UTC)
OWN = (
    Secret(id=OPENAI, name="OPENAI_API_KEY", provider="openai", masked_value="sk-…9f2a", updated_at=AT),
    Secret(id=SERP, name="SERPAPI_KEY", masked_value="c1…04"),
    Secret(id=OTHER, name="<b>\u202eOTHER", provider="<i>", masked_value="<script>"),
)
FACTS = Facts(organization="acme", offers=Offers(OWN, ()))
NAME = "secrets.secret_ids"


def stored(*ids: Json) -> Json:
    return {"secrets": {"secret_ids": list(ids)}}


def opened(*ids: Json) -> ConfigForm:
    return ConfigForm.opened(stored(*ids), facts=FACTS)


def ids_of(form: ConfigForm) -> Any:
    document: Any = form.document()
    return document["secrets"]["secret_ids"]


def sent(form: ConfigForm, *, tick: str = "", untick: str = "", drop: str = "") -> ConfigForm:
    """The form that comes back from a browser, with one box ticked or unticked by the id it stands for."""
    pairs: Pairs = config_pairs(page(form))
    if untick:
        pairs.remove(next(pair for pair in pairs if pair[1] == untick and pair[0].startswith(NAME)))
    if tick:
        box = parsed(page(form)).find("input", attrs={"type": "checkbox", "value": tick})
        assert box is not None
        pairs.append((str(box["name"]), tick))
    return ConfigForm.posted(form.base, [pair for pair in pairs if pair[0] != drop], facts=FACTS)


@pytest.mark.parametrize(
    "ids",
    [
        (),
        (OPENAI,),
        (FOREIGN, OPENAI, SERP),
        (SERP.upper(), OPENAI, OPENAI),
        (FOREIGN, 7, "", "no uuid"),
        (OPENAI, "two\nlines"),
    ],
)
def test_untouched_it_changes_nothing(ids: tuple[Json, ...]) -> None:
    form = opened(*ids)
    html = page(form)
    assert [pair for pair in form.values() if pair[0].startswith(NAME)] == [
        pair for pair in posted(html) if pair[0].startswith(NAME)
    ]
    back = sent(form)
    assert not back.typed
    assert back.document() is form.base


def test_a_tick_adds_and_order_and_foreign_ids_survive() -> None:
    form = sent(opened(FOREIGN, SERP), tick=OPENAI)
    assert ids_of(form) == [FOREIGN, SERP, OPENAI]
    again = sent(form)
    assert ids_of(again) == [FOREIGN, SERP, OPENAI]
    assert ids_of(sent(again, untick=OPENAI)) == [FOREIGN, SERP]
    assert not sent(again, untick=OPENAI).typed


def test_taking_a_tick_away_removes_that_one_alone() -> None:
    form = sent(opened(OPENAI.upper(), FOREIGN, SERP), untick=OPENAI.upper())
    assert ids_of(form) == [FOREIGN, SERP]
    soup = parsed(page(form))
    box = soup.find("input", attrs={"type": "checkbox", "value": OPENAI.upper()})
    assert box is not None
    assert not box.has_attr("checked")
    assert "was picked" in " ".join(soup.get_text(" ").split())
    assert ids_of(sent(form, tick=OPENAI.upper())) == [OPENAI.upper(), FOREIGN, SERP]


def test_a_foreign_id_is_kept_told_and_can_be_removed() -> None:
    form = opened(FOREIGN, OPENAI)
    row = parsed(page(form)).find("input", attrs={"id": f"{NAME}.0"})
    assert row is not None
    assert row.has_attr("readonly")
    assert "not one of yours, kept" in parsed(page(form)).get_text(" ")
    removed = ConfigForm.posted(form.base, form.act(f"remove:{NAME}.0").values, facts=FACTS)
    assert ids_of(removed) == [OPENAI]


def test_an_id_can_still_be_typed() -> None:
    added = ConfigForm.posted(stored(OPENAI), opened(OPENAI).act(f"add:{NAME}").values, facts=FACTS)
    typed = [(name, FOREIGN if name == f"{NAME}.1" else value) for name, value in config_pairs(page(added))]
    assert ids_of(ConfigForm.posted(added.base, typed, facts=FACTS)) == [OPENAI, FOREIGN]


def test_a_refusal_stands_at_its_row_with_and_without_the_picker() -> None:
    for facts in (FACTS, Facts()):
        form = ConfigForm.opened(stored(FOREIGN, OPENAI), facts=facts)
        form.place([FieldError(("secrets", "secret_ids", 1), "No such secret.", "x")])
        soup = parsed(page(form))
        assert soup.find(id=f"{NAME}.1-error") is not None
        control = soup.find(id=f"{NAME}.1")
        assert control is not None
        assert control["aria-invalid"] == "true"


def test_each_secret_is_named_masked_and_dated_and_never_markup() -> None:
    soup = parsed(page(opened()))
    shown = soup.find(id=NAME)
    assert shown is not None
    text = shown.get_text(" ", strip=True)
    assert "OPENAI_API_KEY sk-…9f2a openai" in text
    assert "8 Oct" in text
    assert "<b>\\u{202e}OTHER <script> <i>" in text
    assert soup.find("script") is None


def test_without_a_list_ids_are_typed_and_it_says_why() -> None:
    soup = parsed(page(ConfigForm.opened(stored(OPENAI))))
    assert soup.find("input", attrs={"type": "checkbox", "value": OPENAI}) is None
    control = soup.find(id=f"{NAME}.0")
    assert control is not None
    assert control["value"] == OPENAI
    assert "Your secrets can’t be listed now" in soup.get_text(" ")


def test_somebody_elses_secrets_are_no_picker() -> None:
    form = ConfigForm.opened(stored(OPENAI), facts=Facts(offers=Offers(OWN, ()), own=False))
    assert "Only their ids are known here" in parsed(page(form)).get_text(" ")


@pytest.mark.parametrize("how", [{}, {"tick": OTHER}, {"untick": SERP}])
def test_a_draft_is_the_same_whether_or_not_the_secrets_are_known(how: dict[str, str]) -> None:
    typed = sent(opened(FOREIGN, OPENAI, SERP), **how)
    kept = typed.kept()
    assert ConfigForm.posted(typed.base, kept).kept() == kept  # as the live check has it, which asks for no secrets
    assert ids_of(ConfigForm.posted(typed.base, kept, facts=FACTS)) == ids_of(typed)
