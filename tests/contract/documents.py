"""Documents for the tests: by Hypothesis, and quickly by the ten thousand from a seed."""

import copy
import random
import time
from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from adminui.contract.document import Json, JsonObject
from adminui.contract.paths import Item, Path

keys = st.one_of(
    st.sampled_from(["a", "b", "name", "labels", "env", "allow", "resources", "capabilities", "a.b", "", "0"]),
    st.text(max_size=4),
)
numbers = st.one_of(st.integers(-3, 3), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
scalars = st.one_of(
    st.none(), st.booleans(), numbers, st.text(max_size=6), st.sampled_from([0, 0.0, -0.0, 1, 1.0, True])
)
documents: st.SearchStrategy[Json] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)
segments = st.one_of(keys, st.integers(0, 9), keys.map(Item))
any_paths: st.SearchStrategy[Path] = st.lists(segments, max_size=6).map(tuple)


def examples(count: int) -> settings:
    """This many examples, without a deadline: the machine is shared."""
    return settings(max_examples=count, deadline=None)


def best_time(work: Callable[[], object]) -> float:
    """The least processor time of five runs, in seconds: what others do on the machine hardly counts."""
    taken = []
    for _ in range(5):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def _capabilities() -> st.SearchStrategy[Any]:
    capability = st.fixed_dictionaries(
        {"name": st.sampled_from("abcde")},
        optional={"version": st.sampled_from(["1", "2"]), "enabled": st.booleans(), "new": scalars},
    )
    return st.one_of(st.lists(capability, max_size=5), st.lists(capability, max_size=5, unique_by=lambda c: c["name"]))


def _part(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    known: dict[str, st.SearchStrategy[Any]] = {**fields, "new": documents}
    return st.one_of(st.fixed_dictionaries({}, optional=known), st.fixed_dictionaries({}, optional=known), scalars)


_texts = st.dictionaries(st.sampled_from(["a", "b", "c", "a.b"]), st.sampled_from(["1", "2", ""]), max_size=4)

configs: st.SearchStrategy[Json] = _part(
    version=st.just("v2"),
    build=_part(profile=st.sampled_from(["default", "x"]), source=_part(kind=st.just("builtin"))),
    resources=_part(cpu_cores=st.integers(1, 3)),
    sandbox=_part(
        timeout_seconds=st.one_of(st.none(), st.integers(60, 62)),
        exposed_ports=st.lists(st.integers(1, 6), max_size=5),
        egress=_part(allow=st.lists(st.sampled_from(["a.b", "c.d", "e.f", "A.b"]), max_size=4)),
    ),
    capabilities=_capabilities(),
    secrets=_part(secret_ids=st.lists(st.sampled_from(["x", "y", "z"]), max_size=3)),
    defaults=_part(system_prompt=st.sampled_from(["", "x", None])),
    runtime_server=_part(env=_texts),
    metadata=_part(labels=_texts),
)
"""Shaped like configs, with few values so that two of them meet, and wrong types now and then."""

KNOWN_LISTS: tuple[Path, ...] = (
    ("capabilities",),
    ("sandbox", "exposed_ports"),
    ("sandbox", "egress", "allow"),
    ("secrets", "secret_ids"),
)


def full() -> JsonObject:
    """A config with every field set, valid, and unknown keys at several depths."""
    return {
        "version": "v2",
        "build": {"profile": "gpu", "provider": "docker", "source": {"kind": "builtin", "ref": "runtime", "pin": 7}},
        "capabilities": [
            {"name": "web", "version": "1.2.0", "enabled": True},
            {"name": "sql-tools", "enabled": False, "scope": {"read": ["a"]}},
        ],
        "defaults": {"agent": "planner", "capability": "web", "model": "openai/gpt-4.1-mini", "system_prompt": "a\nb"},
        "metadata": {"labels": {"team": "analysis", "cost.center": "R-4410"}},
        "resources": {"cpu_cores": 4, "memory_mb": 4096, "accelerator": {"kind": "none"}},
        "runtime_server": {"env": {"LOG_LEVEL": "info", "API_TOKEN": "hunter2"}},
        "sandbox": {
            "exposed_ports": [8080, 9090],
            "timeout_seconds": 3600,
            "workspace_mount": True,
            "egress": {"allow": ["api.example.com", "10.0.0.0/8"]},
        },
        "secrets": {"secret_ids": ["2489e9ad-2ee2-8e00-8ec9-32d5f69181c0"]},
        "x-new": [1, {"deep": None}],
    }


def large() -> JsonObject:
    """About a megabyte: 2,000 variables of 480 characters."""
    document = copy.deepcopy(full())
    document["runtime_server"] = {"env": {f"VARIABLE_{row}": f"{row} " + "x" * 480 for row in range(2000)}}
    return document


def random_document(rng: random.Random, depth: int = 4) -> JsonObject:
    """A config with pieces missing, unknown keys mixed in and values of any type."""
    document = copy.deepcopy(full())
    for _ in range(rng.randrange(6)):
        part = document
        while True:
            key = rng.choice([*part, f"k{rng.randrange(9)}", "ü.", ""])
            inner = part.get(key)
            if isinstance(inner, dict) and inner and rng.random() < 0.7:
                part = inner
                continue
            if rng.random() < 0.3:
                part.pop(key, None)
            else:
                part[key] = random_value(rng, depth)
            break
    return document


def random_value(rng: random.Random, depth: int) -> Json:
    """Any value, at most so deep."""
    kind = rng.randrange(8 if depth else 6)
    if kind == 6:
        return [random_value(rng, depth - 1) for _ in range(rng.randrange(4))]
    if kind == 7:
        return {f"k{rng.randrange(9)}": random_value(rng, depth - 1) for _ in range(rng.randrange(4))}
    values: list[Json] = [
        None,
        rng.random() < 0.5,
        rng.randrange(-5, 10**6),
        rng.random() * 10,
        "x" * rng.randrange(9),
        "ü\n",
    ]
    return values[kind]
