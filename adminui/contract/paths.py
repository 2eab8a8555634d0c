"""A path names one place in a document, and has one text form.

A path is a tuple of segments, outermost first, as in Pydantic's and the error envelope's `loc`:

- a `str` is the key of an object,
- an `int` is the position in a list (a *document path*: what errors have),
- an `Item` is the identity of a list's item (a *change path*: what differences, merges and history have), so that it
  still names the same item after another one was removed above it.

The text form joins with dots and writes what isn't a plain identifier as `["…"]`, JSON-quoted. It is reversible:
`parse(text(path)) == path` for every path, and `text(parse(written)) == written` for every text that `parse` takes.
"""

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # public in CPython, missing in typeshed


class Item(str):
    """The identity of a list's item in a change path: a capability's name, a port, a target, an id.

    Equal to the same plain `str`, and hashes alike, so paths compare whatever way they came.
    """

    __slots__ = ()


Segment = str | int
Path = tuple[Segment, ...]

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_POSITION = re.compile(r"-?[0-9]+", re.ASCII)


def _quoted(segment: str) -> str:
    written = json.dumps(segment, ensure_ascii=False)
    try:
        written.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: only its escape can be written down
        written = json.dumps(segment)
    return f"[{written}]"


def text(path: Path) -> str:
    """Write a path down: `resources.cpu_cores`, `capabilities["web"].version`, `metadata.labels["a.b"]`, `env.3`."""
    parts: list[str] = []
    for segment in path:
        if isinstance(segment, str) and (isinstance(segment, Item) or not _IDENTIFIER.fullmatch(segment)):
            parts.append(_quoted(segment))
        else:
            parts.append(f".{segment}")
    return "".join(parts).removeprefix(".")


def parse(text_form: str) -> Path:
    """Read a path's text form. A quoted plain identifier becomes an `Item`, any other quoted text a key.

    Raises ValueError for whatever `text` wouldn't have written.
    """
    path: list[Segment] = []
    at = 0
    while at < len(text_form):
        if text_form.startswith('["', at):
            key, at = scanstring(text_form, at + 2, True)
            if not text_form.startswith("]", at):
                raise ValueError(f"“]” is missing at character {at + 1} of the path.")
            at += 1
            path.append(Item(key) if _IDENTIFIER.fullmatch(key) else key)
            continue
        if at > 0:
            if text_form[at] != ".":
                raise ValueError(f"“.” or “[” is missing at character {at + 1} of the path.")
            at += 1
        if found := _IDENTIFIER.match(text_form, at):
            path.append(found[0])
        elif found := _POSITION.match(text_form, at):
            path.append(int(found[0]))
        else:
            raise ValueError(f"A name is missing at character {at + 1} of the path.")
        at = found.end()
    result = tuple(path)
    if text(result) != text_form:
        raise ValueError(f"The path is written {text(result)}.")
    return result
