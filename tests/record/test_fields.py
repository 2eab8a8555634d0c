"""Columns whose text is exactly what was hashed: one spelling is read, any other stays a text."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from adminui.record.fields import ExactJSONField, ExactTimeField, ExactUUIDField

NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)


def there_and_back(field: Any, value: object) -> object:
    return field.from_db_value(field.get_prep_value(value), None, connection)


@given(st.uuids())
def test_a_uuid_comes_back(value: UUID) -> None:
    assert there_and_back(ExactUUIDField(), value) == value


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - the bound has to be naive
def test_a_time_comes_back_to_the_microsecond(value: datetime) -> None:
    assert there_and_back(ExactTimeField(), value) == value


def test_a_time_of_another_zone_is_kept_in_utc() -> None:
    value = datetime(2026, 11, 1, 10, 42, tzinfo=timezone(timedelta(hours=2)))
    assert ExactTimeField().get_prep_value(value) == "2026-11-01T08:42:00.000000Z"


@given(st.lists(JSON) | st.dictionaries(TEXTS, JSON))
def test_json_comes_back(value: object) -> None:
    assert there_and_back(ExactJSONField(), value) == value


def test_null_stays_null() -> None:
    assert there_and_back(ExactUUIDField(null=True), None) is None


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (ExactUUIDField(), "2489E9AD-2EE2-4E00-8EC9-32D5F69181C0"),
        (ExactUUIDField(), "2489e9ad2ee24e008ec932d5f69181c0"),
        (ExactUUIDField(), "no uuid"),
        (ExactTimeField(), "2026-11-01 10:42:00.000000Z"),
        (ExactTimeField(), "2026-11-01T10:42:00.0Z"),
        (ExactTimeField(), "2026-11-01T10:42:00.000000+00:00"),
        (ExactTimeField(), "yesterday"),
        (ExactJSONField(), '{"a": 1}'),
        (ExactJSONField(), '{"b":1,"a":2}'),
        (ExactJSONField(), '{"a":1,"a":1}'),
        (ExactJSONField(), '{"a":1.0}'),
        (ExactJSONField(), '{"a":NaN}'),
        (ExactJSONField(), "[" * 100_000),
        (ExactJSONField(), "9" * 5000),
        (ExactJSONField(), "not json"),
    ],
)
def test_another_spelling_is_read_as_the_bare_text(field: Any, text: str) -> None:
    assert field.from_db_value(text, None, connection) == text
