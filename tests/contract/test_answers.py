from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from adminui.contract.answers import (
    Answer,
    Capability,
    Organization,
    RuntimeItem,
    Secret,
    User,
    Workspace,
    complete,
)

LEAST: list[tuple[type[Answer], dict[str, Any]]] = [
    (User, {"id": "u"}),
    (Organization, {"id": "o", "key": "acme", "name": "Acme"}),
    (Workspace, {"id": "w", "key": "research", "name": "Research"}),
    (RuntimeItem, {"id": "r", "key": "analyst", "name": "Analyst"}),
    (Secret, {"id": "s", "name": "OPENAI_API_KEY"}),
    (Capability, {"name": "web"}),
]


@pytest.mark.parametrize(("model", "least"), LEAST)
def test_what_names_a_thing_is_enough(model: type[Answer], least: dict[str, Any]) -> None:
    answer = model.model_validate(least)
    assert answer.model_dump(exclude_none=True) == least
    for key in least:
        with pytest.raises(ValidationError):
            model.model_validate({name: value for name, value in least.items() if name != key})


@pytest.mark.parametrize(("model", "least"), LEAST)
def test_the_complete_shape_requires_every_field(model: type[Answer], least: dict[str, Any]) -> None:
    schema = complete(model).model_json_schema()
    assert schema["required"] == list(model.model_fields)
    assert schema["title"] == model.__name__
    full = {name: least.get(name) for name in model.model_fields}
    assert complete(model).model_validate(full).model_dump() == full
    for name in model.model_fields:
        with pytest.raises(ValidationError):
            complete(model).model_validate({key: value for key, value in full.items() if key != name})


def test_an_optional_field_of_a_wrong_type_counts_as_not_given() -> None:
    item = RuntimeItem.model_validate(
        {"id": "r", "key": "k", "name": "n", "owned_by_me": "perhaps", "created_at": "soon", "instance": 5, "new": {}}
    )
    assert (item.owned_by_me, item.created_at, item.instance) == (None, None, None)
    assert not hasattr(item, "new")


def test_ids_may_be_numbers_and_are_text() -> None:
    assert User.model_validate({"id": 7}).id == "7"


def test_times_are_in_utc() -> None:
    item = RuntimeItem.model_validate(
        {
            "id": "r",
            "key": "k",
            "name": "n",
            "created_at": "2026-11-02T10:00:00+02:00",
            "updated_at": "2026-11-02T10:00:00",
        }
    )
    assert item.created_at == datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert item.updated_at == datetime(2026, 11, 2, 10, tzinfo=UTC)
    assert item.updated_at.tzinfo is UTC


def test_an_error_holds_nothing_of_the_answer() -> None:
    with pytest.raises(ValidationError) as refusal:
        User.model_validate({"id": ["hunter2"]})
    assert "hunter2" not in str(refusal.value)
