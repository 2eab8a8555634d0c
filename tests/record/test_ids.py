"""UUIDs of version 7."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from uuid import RFC_4122

import pytest

from adminui.record.ids import uuid7


def test_version_variant_and_time_are_where_the_rfc_has_them() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert made.version == 7
    assert made.variant == RFC_4122
    assert before <= made.int >> 80 <= after


def test_each_is_greater_than_the_one_before() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(set(made))


def test_they_go_on_growing_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = uuid7()
    hour = 3600 * 10**9
    then = time.time_ns() - hour
    monkeypatch.setattr(time, "time_ns", lambda: then)
    later = [uuid7() for _ in range(1000)]
    assert [first, *later] == sorted({first, *later})
    assert all(each.version == 7 and each.variant == RFC_4122 for each in later)


def test_threads_never_get_the_same() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: uuid7(), range(8000)))
    assert len(set(made)) == 8000


def test_the_tail_is_not_guessable_from_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now)
    made = [uuid7().int & (1 << 62) - 1 for _ in range(100)]
    steps = {later - earlier for earlier, later in pairwise(made)}
    assert len(steps) == 99
