"""Drafts: a state that arrives late never takes the place of a later one."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from adminui.record import documents
from adminui.record.models import Document
from adminui.saving import drafts
from adminui.saving.drafts import BaseGone, Late
from adminui.saving.forms import Form, opened
from adminui.saving.models import Draft, Gone

RUNTIME = UUID("0b6f2c1e-7a54-4c39-9f0e-2d1c5b7a8e90")

pytestmark = pytest.mark.django_db


@pytest.fixture
def form() -> Form:
    base = documents.keep(RUNTIME, {"resources": {"cpu_cores": 2}})
    return opened("alice-id", "acme", "research", RUNTIME, base, datetime.now(UTC), uuid4())


def keep(form: Form, cores: str, seq: int | None = None) -> int:
    return drafts.keep(form, [("resources.cpu_cores", cores)], changes=1, sections=["Resources"], seq=seq)


def cores(form: Form) -> str:
    kept = drafts.load(form.id, form.owner, form.runtime)
    assert kept is not None
    return dict(kept.values)["resources.cpu_cores"]


def test_a_later_state_takes_the_place_of_an_earlier_one_and_never_the_other_way(form: Form) -> None:
    assert keep(form, "3", 10) == 1
    assert keep(form, "4", 20) == 2
    for late in (10, 19, 20):
        with pytest.raises(Late):
            keep(form, "5", late)
    assert cores(form) == "4"
    assert Draft.objects.get().seq == 20


def test_the_same_values_make_no_revision_but_count_as_the_later_state(form: Form) -> None:
    keep(form, "3", 10)
    assert keep(form, "3", 30) == 1
    with pytest.raises(Late):
        keep(form, "4", 20)


def test_values_that_can_t_be_opened_are_written_anew(form: Form) -> None:
    keep(form, "3")
    Draft.objects.update(values=b"broken")
    with pytest.raises(BaseGone):
        drafts.load(form.id, form.owner, form.runtime)
    assert keep(form, "3") == 2
    assert cores(form) == "3"


def test_a_base_that_can_t_be_opened_leaves_the_values(form: Form) -> None:
    keep(form, "3")
    Document.objects.update(sealed=b"broken")
    with pytest.raises(BaseGone) as gone:
        drafts.load(form.id, form.owner, form.runtime)
    assert gone.value.values == (("resources.cpu_cores", "3"),)
    documents.mend(RUNTIME, {"resources": {"cpu_cores": 2}})
    assert cores(form) == "3"
    assert list(documents.faults()) == [""]


def test_a_page_without_scripts_is_never_late(form: Form) -> None:
    keep(form, "3", 10)
    assert keep(form, "4") == 2
    assert cores(form) == "4"
    with pytest.raises(Late):
        keep(form, "5", 10)


@pytest.mark.parametrize("told", [0, 15])
def test_what_was_discarded_is_not_brought_back_by_a_late_state(form: Form, told: int) -> None:
    keep(form, "3", 10)
    assert drafts.discard(form.id, form.owner, form.runtime, seq=told)
    with pytest.raises(Late):
        keep(form, "3", max(10, told))
    assert not Draft.objects.exists()
    assert keep(form, "7", 16) == 1


def test_discarding_what_was_never_kept_is_remembered_only_with_a_number(form: Form) -> None:
    assert not drafts.discard(form.id, form.owner, form.runtime)
    assert not Gone.objects.exists()
    assert not drafts.discard(form.id, form.owner, form.runtime, seq=5)
    with pytest.raises(Late):
        keep(form, "3", 5)


def test_nobody_else_discards_it(form: Form) -> None:
    keep(form, "3", 10)
    assert not drafts.discard(form.id, "bob-id", form.runtime)
    assert cores(form) == "3"
