"""The served API against its own OpenAPI document, from many sides at once."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    positive_data_acceptance,
    response_schema_conformance,
    status_code_conformance,
)

from adminui.embedded.openapi import document
from tests.embedded.box import served_box

schema = schemathesis.openapi.from_dict(
    document(),
    config=SchemathesisConfig.from_dict(
        {
            "generation": {"deterministic": True, "with-security-parameters": False},
        }
    ),
)
Case = schemathesis.Case[Any]
ALICE = {"Authorization": "Bearer demo-alice"}
bounded = settings(max_examples=40, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def own_box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A box for this module alone: what is PUT here is nonsense."""
    with served_box(tmp_path_factory.mktemp("openapi")) as url:
        yield url


def test_the_document_is_served_to_anyone_and_names_no_switch(own_box: str) -> None:
    answer = httpx.get(f"{own_box}/api/v1/openapi.json", trust_env=False)
    assert answer.json() == document()
    assert answer.json()["openapi"] == "3.1.0"
    assert "_faults" not in answer.text
    assert "_log" not in answer.text


@schema.exclude(method="PUT").parametrize()
@bounded
def test_reading(case: Case, own_box: str) -> None:
    case.call_and_validate(own_box, headers=ALICE)


@schema.include(method="PUT").parametrize()
@bounded
def test_replacing(case: Case, own_box: str) -> None:
    """Without `positive_data_acceptance`: unique names, host bits and the organization's lists are in no schema."""
    case.call_and_validate(own_box, headers=ALICE, excluded_checks=[positive_data_acceptance])


@schema.include(method="PUT").parametrize()
@bounded
def test_replacing_a_config_that_is_there(case: Case, own_box: str) -> None:
    """Whatever the body: the stored config or the envelope."""
    case.path_parameters = {"org": "acme", "ws": "research", "runtime": "analyst"}
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    case.call_and_validate(own_box, headers=ALICE, checks=checks)
