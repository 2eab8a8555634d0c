"""Pasted lists, read: variables and labels as .env files have them, ports, targets. What can't be read stays text.

LOG_LEVEL=info                # a comment; a # within a word is none
export TOKEN='as it stands'
GREETING="two\\nlines"         and a quote may go on over several lines
team: analysis                as YAML has it
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from adminui.contract import egress
from adminui.contract.config import Port
from adminui.contract.messages import plain
from adminui.editor.fields.base import fits_area
from adminui.editor.fields.number import whole_number

_ENTRY = re.compile(r"\s*(?:export\s+)?([^\s='\"#][^\s='\"]*)\s*=(.*)", re.DOTALL)
_YAML = re.compile(r"\s*([^\s:='\"#][^\s:='\"]*):(?=\s|$)(.*)", re.DOTALL)
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
_QUOTED = {
    "'": re.compile(r"'([^']*)'(.*)", re.DOTALL),
    '"': re.compile(r'"((?:[^"\\]|\\.)*)"(.*)', re.DOTALL),
}
_ESCAPED = re.compile(r"\\([nrt\"\\$`])")
_MEANT = {"n": "\n", "r": "\r", "t": "\t"}
_BETWEEN = re.compile(r"[\s,;]+")
_PORT: TypeAdapter[int] = TypeAdapter(Port)
_MOST_LINES = 500
"""Lines that one quote may go on for."""


class Given(NamedTuple):
    """One entry: the line it begins at, from 1; its text as pasted; what a row's controls hold for it, by column."""

    line: int
    text: str
    cells: dict[str, str]


class Refused(NamedTuple):
    """What is no entry, as pasted, and what would be right."""

    line: int
    text: str
    why: str


Read = Callable[[str], Iterator[Given | Refused]]


def entries(text: str) -> Iterator[Given | Refused]:
    """KEY=value lines. Of a key that is given twice the last counts, as in a shell; the earlier ones are refused."""
    found = list(_entries(text.split("\n")))
    last = {one.cells["key"]: one.line for one in found if isinstance(one, Given)}
    for one in found:
        if isinstance(one, Given) and last[one.cells["key"]] != one.line:
            yield Refused(one.line, one.text, f"Given again in line {last[one.cells['key']]}, which counts.")
        else:
            yield one


def _entries(lines: list[str]) -> Iterator[Given | Refused]:
    at = 0
    while at < len(lines):
        begun, line = at, lines[at]
        at += 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        entry = _ENTRY.fullmatch(line) or _YAML.fullmatch(line)
        if entry is None:
            yield Refused(begun + 1, line, "Write it as KEY=value.")
            continue
        key, rest = entry[1], entry[2]
        quoted = _QUOTED.get(rest.lstrip()[:1])
        if quoted is None:
            value, after = _COMMENT.sub("", rest).strip(), ""
        else:
            closed = None
            for at in range(begun + 1, min(begun + _MOST_LINES, len(lines)) + 1):
                if closed := quoted.fullmatch("\n".join([rest, *lines[begun + 1 : at]]).lstrip()):
                    break
            if closed is None or (at > begun + 1 and _COMMENT.sub("", closed[2]).strip()):
                at = begun + 1
                yield Refused(begun + 1, line, "Its quote isn’t closed.")
                continue
            value, after = closed[1], closed[2]
            if quoted is _QUOTED['"']:
                value = _ESCAPED.sub(lambda found: _MEANT.get(found[1], found[1]), value)
        yield _entry(begun + 1, "\n".join(lines[begun:at]), key, value, after)


def _entry(line: int, text: str, key: str, value: str, after: str) -> Given | Refused:
    if _COMMENT.sub("", after).strip():
        return Refused(line, text, "There is something after the closing quote.")
    if not fits_area(key + value):
        return Refused(line, text, "It has a control character that no field can hold. Raw can.")
    return Given(line, text, {"key": key, "value": value})


def _words(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        for word in _BETWEEN.split(_COMMENT.sub("", line)):
            bare = word.strip("\"'")
            if bare and bare != "-":
                yield number, bare


def ports(text: str) -> Iterator[Given | Refused]:
    """Numbers of ports, however they are set apart."""
    for line, word in _words(text):
        bare = word.strip("[]")
        try:
            _PORT.validate_python(whole_number(bare))
        except ValidationError as wrong:
            yield Refused(line, word, plain(wrong.errors()[0]))
        except ValueError as wrong:
            yield Refused(line, word, str(wrong))
        else:
            yield Given(line, word, {"": bare})


def targets(text: str) -> Iterator[Given | Refused]:
    """Egress targets, however they are set apart."""
    for line, word in _words(text):
        try:
            egress.target(word)
        except ValueError as wrong:
            yield Refused(line, word, str(wrong))
        else:
            yield Given(line, word, {"": word})
