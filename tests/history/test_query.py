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
    assert query.nots == ((("origin:bulk",),),)
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
    assert parse("https://x.example:8080 foo:bar a - 2 → 4").groups == (
        *((f"word:{word}",) for word in ("https", "x", "example", "8080", "foo", "bar", "a", "2", "4")),
    )


def test_a_word_of_an_outcome_may_be_said_as_people_say_it() -> None:
    assert parse("outcome:refused").groups == (("outcome:rejected",),)
    assert parse('Outcome:"Not stored"').groups == parse("outcome:not-stored").groups == (("outcome:not_stored",),)
    assert parse('-outcome:"given up"').nots == ((("outcome:superseded",),),)


def test_what_must_not_hold_is_the_whole_of_it() -> None:
    """Leaving out one ticket leaves the others in."""
    query = parse("-OPS-881")
    assert query.nots == ((("word:ops",), ("word:881",)),)
    assert [query.holds(has) for has in ({"word:ops"}, {"word:881", "x"}, {"word:ops", "word:881"})] == [
        *(True, True, False)
    ]


def test_a_runtime_s_key_name_or_id_finds_what_is_about_it() -> None:
    runtime = "00000000-0000-0000-0000-000000000002"
    about = f"runtime:{runtime}"
    ids = {"notebook-helper": runtime, "grösse": runtime}
    assert parse("Notebook-Helper", runtimes=ids).groups == (("word:notebook", about), ("word:helper", about))
    assert parse("GRÖSSE", runtimes=ids).groups == (("word:grösse", about),)
    assert parse(runtime.upper()).groups == ((f"word:{runtime}", about),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        *(("😀", "nothing to look for"), ("-", "nothing to look for"), ('""', "nothing to look for")),
        *(("request:---", "nothing to look for"), ("person: bob", "names nothing"), ('person:""', "names nothing")),
        *(("path:resources.", "is no path"), ("-path:[", "is no path")),
        ('path:capabilities["web', '“path:capabilities["web” is no path'),
        ("after:2026-11-20 before:2026-11-01", "Nothing lies after 2026-11-20 00:00 and before 2026-11-01 00:00"),
        ("after:2027-01-01", "lies ahead"),
        (" ".join(f"w{at}" for at in range(61)), "61 words and terms are too many"),
    ],
)
def test_what_can_find_nothing_or_is_left_out_is_said(text: str, said: str) -> None:
    query = parse(text, NOW)
    assert said in query.problem
    assert (query.groups, query.nots, query.since) == ((), (), None)


def test_text_in_quotes_is_text_whatever_it_looks_like() -> None:
    assert "Did you mean person:" in parse("peron:bob").problem
    query = parse('"peron:bob" "-ci" "person:"', NOW)
    assert not query.problem
    assert query.groups == tuple((f"word:{word}",) for word in ("peron", "bob", "ci", "person"))
    assert query.replaced(person="dana") == '"peron:bob" "-ci" "person:" person:dana'


def test_times_far_off_are_as_good_as_any_other() -> None:
    for text in ("after:0001-01-01", "after:99999d", "before:9999-12-31T23:59:59"):
        query = parse(text, NOW)
        assert not query.problem
        assert datetime(1969, 1, 1, tzinfo=UTC) < (query.since or query.until or NOW) < datetime(9001, 1, 1, tzinfo=UTC)


def test_of_several_times_the_narrowest_holds() -> None:
    query = parse("after:2d after:1d before:2h before:1h", NOW)
    assert (query.since, query.until) == (NOW - timedelta(days=1), NOW - timedelta(hours=2))


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("capabilities.web.version", 'capabilities["web"].version'),
        ("sandbox.exposed_ports.8080", 'sandbox.exposed_ports["8080"]'),
        ('metadata.labels["team"]', "metadata.labels.team"),
        ('runtime_server.env["A.B"]', 'runtime_server.env["A.B"]'),
    ],
)
def test_a_path_is_found_however_its_items_are_written(typed: str, recorded: str) -> None:
    assert parse(f"path:{typed}").groups[0][0] == f"path:{recorded}"


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
    assert query.problem or (again.groups, again.nots, again.since) == (query.groups, query.nots, query.since)


@given(any_paths.filter(bool))
@examples(300)
def test_any_path_can_be_asked_for(path: paths.Path) -> None:
    text = paths.text(path)
    query = parse(str(Query((Term("path", text), Term("", "cost")))))
    assert (query.value("path"), query.groups[-1]) == (text, ("word:cost",))
