"""What the platform refuses and what it makes of a config, without a database or a server."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adminui.contract.config import check
from adminui.contract.document import Json, same
from adminui.contract.stored import is_stored
from adminui.embedded.rules import Rules, digest, stored, violations

VERSIONS = {"sql-tools": "2.4.1", "charts": "3.0.1", "example": "1.2.0"}
MINE = "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0"
RULES = Rules(timeout_cap=7200, versions=VERSIONS, secret_ids=frozenset({MINE}))

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
unknown: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
targets = st.sampled_from(
    ["API.example.com", "api.example.com", "10.0.0.1/32", "10.0.0.1", "2001:DB8::/32", "*.A.example"]
)


def part(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with some of the fields and, now and then, one that the contract doesn't know."""
    return st.fixed_dictionaries({}, optional={**fields, "x-unknown": unknown})


capability = st.fixed_dictionaries(
    {"name": st.sampled_from(list(VERSIONS))},
    optional={"version": st.none() | st.just("1.0"), "enabled": st.booleans(), "x-unknown": unknown},
)
configs = part(
    version=st.just("v2"),
    build=part(
        profile=texts.filter(bool),
        provider=st.sampled_from(["auto", "docker"]),
        source=part(kind=st.just("builtin"), ref=texts.filter(bool)),
    ),
    capabilities=st.lists(capability, unique_by=lambda one: str(one["name"]), max_size=3),
    defaults=part(agent=st.none() | texts.filter(bool), system_prompt=texts),
    metadata=part(labels=st.dictionaries(texts, texts, max_size=3)),
    resources=part(cpu_cores=st.integers(1, 32), memory_mb=st.integers(512, 131072)),
    runtime_server=part(env=st.dictionaries(st.sampled_from(["A", "B.C"]), texts, max_size=2)),
    sandbox=part(
        exposed_ports=st.lists(st.integers(1, 65535), max_size=5),
        timeout_seconds=st.none() | st.integers(60, 7200),
        workspace_mount=st.booleans(),
        egress=st.none() | part(allow=st.lists(targets, max_size=5)),
    ),
    secrets=part(secret_ids=st.lists(st.sampled_from([MINE, MINE.upper()]), max_size=3)),
)


@given(configs)
def test_what_is_kept_is_what_was_sent_in_the_platforms_own_form(config: dict[str, Any]) -> None:
    assert violations(config, RULES) == ()
    kept = stored(config, VERSIONS)
    assert is_stored(config, kept)
    assert check(kept) == ()
    assert same(stored(kept, VERSIONS), kept)
    assert digest(kept).startswith("sha256:")


@given(configs)
def test_nothing_that_was_sent_is_lost(config: dict[str, Any]) -> None:
    def lacks(sent: Any, kept: Any) -> bool:
        return isinstance(sent, dict) and not (
            isinstance(kept, dict) and all(key in kept and not lacks(sent[key], kept[key]) for key in sent)
        )

    assert not lacks(config, stored(config, VERSIONS))


@given(unknown)
def test_anything_is_either_refused_or_storable(document: Json) -> None:
    if not violations(document, RULES):
        assert is_stored(document, stored(document, VERSIONS))


@pytest.mark.parametrize(
    ("config", "place", "kind"),
    [
        ({"build": {"provider": "e2b"}}, ("build", "provider"), "provider_inactive"),
        ({"build": {"source": {"kind": "git"}}}, ("build", "source", "kind"), "source_kind"),
        ({"capabilities": [{"name": "charts"}, {"name": "nope"}]}, ("capabilities", 1, "name"), "unknown_capability"),
        (
            {"secrets": {"secret_ids": [MINE.upper(), "77aa03c1-5d0e-4c8f-9a41-0be1f6c2d3e4"]}},
            ("secrets", "secret_ids", 1),
            "unknown_secret",
        ),
        ({"sandbox": {"timeout_seconds": 7201}}, ("sandbox", "timeout_seconds"), "less_than_equal"),
    ],
)
def test_what_only_this_platform_refuses(config: Json, place: tuple[str | int, ...], kind: str) -> None:
    (error,) = violations(config, RULES)
    assert (error.loc, error.type) == (place, kind)
    assert error.msg.endswith(".")


def test_what_the_contract_refuses_is_said_once() -> None:
    """An empty name or kind is the contract's to refuse; the platform's lists add nothing to that."""
    config: Json = {"build": {"source": {"kind": ""}}, "capabilities": [{"name": ""}]}
    assert violations(config, RULES) == check(config)
