"""Pasted lists: what a text is read as, and that nothing of it is ever lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adminui.editor.fields.pasted import Given, Refused, entries, ports, targets


def variables(text: str) -> dict[str, str]:
    return {one.cells["key"]: one.cells["value"] for one in entries(text) if isinstance(one, Given)}


def refused(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.why) for one in entries(text) if isinstance(one, Refused)]


ENV = r"""# how the service runs

LOG_LEVEL=info
export  TOKEN='as $it\n stands # here'
  SPACED =  value with spaces   # said aside
HASH=a#b
NONE=
EMPTY="" # nothing
GREETING="two\nlines \"quoted\" \$HOME \x"
KEY="-----BEGIN-----
abc=
-----END-----"  # over three lines
team: analysis
app.kubernetes.io/name: "web"
URL=https://x.example/?a=1&b=2
"""


def test_env_files_are_read_as_they_are_written() -> None:
    assert variables(ENV) == {
        "LOG_LEVEL": "info",
        "TOKEN": r"as $it\n stands # here",
        "SPACED": "value with spaces",
        "HASH": "a#b",
        "NONE": "",
        "EMPTY": "",
        "GREETING": 'two\nlines "quoted" $HOME \\x',
        "KEY": "-----BEGIN-----\nabc=\n-----END-----",
        "team": "analysis",
        "app.kubernetes.io/name": "web",
        "URL": "https://x.example/?a=1&b=2",
    }
    assert refused(ENV) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("JUST_A_NAME", "Write it as KEY=value."),
        ("=value", "Write it as KEY=value."),
        ("two words=value", "Write it as KEY=value."),
        ('A="open', "Its quote isn’t closed."),
        ("A='x' y", "There is something after the closing quote."),
        ("A=\0", "It has a control character that no field can hold. Raw can."),
        ('A="\\r"', "It has a control character that no field can hold. Raw can."),
    ],
)
def test_what_is_no_entry_is_refused_with_what_would_be_right(text: str, why: str) -> None:
    assert refused(f"# one\n{text}\nB=2") == [(2, why)]
    assert variables(f"{text}\nB=2") == {"B": "2"}


def test_a_quote_that_isnt_closed_takes_no_other_line_with_it() -> None:
    assert variables('A="open\nB="good"\nC=3') == {"B": "good", "C": "3"}


def test_the_last_of_a_key_counts() -> None:
    assert variables("A=1\nB=2\nA=3") == {"B": "2", "A": "3"}
    assert refused("A=1\nB=2\nA=3") == [(1, "Given again in line 3, which counts.")]


WORDS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=20)


@given(st.dictionaries(WORDS, TEXTS, max_size=6), st.randoms())
def test_what_is_written_is_read_back(values: dict[str, str], chance: object) -> None:
    def line(key: str, value: str, at: int) -> str:
        if "'" not in value and at % 2:
            return f"export {key}='{value}'"
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("$", "\\$")
        return f'{key}="{escaped}"  # comment'

    text = "\n\n".join(line(key, value, at) for at, (key, value) in enumerate(values.items()))
    assert variables(text) == values
    assert refused(text) == []


ANY_LINE = st.text(st.sampled_from("aB_1=:'\"\\ #\t,;-[]\0é\u202e") | st.characters(codec="utf-8"), max_size=12)


@given(st.lists(ANY_LINE, max_size=8))
def test_every_line_is_an_entry_a_refusal_or_a_comment(lines: list[str]) -> None:
    text = "\n".join(lines)
    taken: set[int] = set()
    for one in entries(text):
        assert one.text == "\n".join(text.split("\n")[one.line - 1 : one.line + one.text.count("\n")])
        taken.update(range(one.line, one.line + one.text.count("\n") + 1))
    for number, line in enumerate(text.split("\n"), 1):
        assert number in taken or not line.strip() or line.lstrip().startswith("#")


@given(st.lists(ANY_LINE, max_size=8))
def test_every_word_is_a_port_or_a_target_or_refused(lines: list[str]) -> None:
    text = "\n".join(lines)
    for read in (ports, targets):
        for one in read(text):
            assert one.text in text.split("\n")[one.line - 1]
            assert one.text


def test_ports_and_targets_are_set_apart_by_what_people_use() -> None:
    assert [one.cells[""] for one in ports('8080, 9090;443\n[22 80] # 1\n"81"\n- 82') if isinstance(one, Given)] == [
        *("8080", "9090", "443", "22", "80", "81", "82")
    ]
    wrong = [(one.text, one.why) for one in ports("0 80/tcp 70000 08") if isinstance(one, Refused)]
    assert [text for text, _ in wrong] == ["0", "80/tcp", "70000", "08"]
    assert wrong[0][1] == "Must be 1 or more."
    assert [
        one.cells[""] for one in targets("API.example.com\n- 10.0.0.0/8, *.x.example") if isinstance(one, Given)
    ] == [*("API.example.com", "10.0.0.0/8", "*.x.example")]
    assert [one.text for one in targets("* https://a.example localhost") if isinstance(one, Refused)] == [
        *("*", "https://a.example", "localhost")
    ]
