"""What is typed into the search box, and what it asks for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adminui.contract import paths
from adminui.history.query import Query, Term, parse
from tests.contract.documents import any_paths, examples

NOW = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)


def test_terms_and_text() -> None:
    query = parse("person:Bob path:resources.cpu_cores -origin:bulk OPS-881 größer")
    assert query.groups == (
        ("person:bob",),
        ("path:resources.cpu_cores", "at:resources"),
        ("word:ops",),
        ("word:881",),
        ("word:grösser",),
    )
    assert query.nots == ("origin:bulk",)
    assert not query.problem


def test_a_value_with_spaces_stands_in_quotes() -> None:
    query = parse('person:"Carol Ann" path:metadata.labels["a b"] "two words"')
    assert [(term.key, term.value) for term in query.terms] == [
        ("person", "Carol Ann"),
        ("path", 'metadata.labels["a b"]'),
        ("", "two words"),
    ]


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("after:2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("after:2026-11-01T10:30", datetime(2026, 11, 1, 10, 30, tzinfo=UTC)),
        ("after:2026-11-01T10:30:05Z", datetime(2026, 11, 1, 10, 30, 5, tzinfo=UTC)),
        ("after:30d", NOW - timedelta(days=30)),
        ("after:24h", NOW - timedelta(hours=24)),
    ],
)
def test_times(text: str, since: datetime) -> None:
    assert parse(text, NOW).since == since
    assert parse(text.replace("after", "before"), NOW).until == since


@pytest.mark.parametrize("text", ["after:yesterday", "before:2026-13-01", "after:2026-02-30", "-after:2026-11-01"])
def test_a_time_that_is_none_is_said(text: str) -> None:
    assert "isn’t a time" in parse(text).problem


def test_what_looks_like_a_term_and_is_none_is_text() -> None:
    assert parse("https://x.example:8080 foo:bar person: a -").groups == (
        *((f"word:{word}",) for word in ("https", "x", "example", "8080", "foo", "bar", "person", "a")),
    )


def test_a_word_of_an_outcome_may_be_said_as_people_say_it() -> None:
    assert parse("outcome:refused").groups == (("outcome:rejected",),)


def test_outcomes_and_kinds_show_every_step() -> None:
    assert [parse(text).every for text in ("outcome:unknown", "kind:save.intent", "show:all", "person:bob")] == [
        *(True, True, True, False)
    ]


def test_controls_write_into_it() -> None:
    query = parse("cost person:bob outcome:stored -person:ci after:30d")
    assert query.value("person") == "bob"
    assert query.replaced(person="Carol Ann", outcome="") == 'cost -person:ci after:30d person:"Carol Ann"'
    assert query.replaced(person="bob", outcome="stored", after="30d") == str(query).replace(
        "person:bob outcome:stored -person:ci after:30d", "-person:ci person:bob outcome:stored after:30d"
    )


TEXT = st.text(st.sampled_from(list('ab :-"\\[]é\t.')) | st.characters(), max_size=30)


@given(TEXT)
@examples(500)
def test_no_text_makes_it_fail_and_what_is_shown_means_the_same(text: str) -> None:
    query = parse(text, NOW)
    again = parse(str(query), NOW)
    assert (again.groups, again.nots, again.since) == (query.groups, query.nots, query.since)


@given(any_paths.filter(bool))
@examples(300)
def test_any_path_can_be_asked_for(path: paths.Path) -> None:
    text = paths.text(path)
    query = parse(str(Query((Term("path", text), Term("", "cost")))))
    assert (query.value("path"), query.groups[-1]) == (text, ("word:cost",))
