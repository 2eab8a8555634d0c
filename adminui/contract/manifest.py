"""runtime.yaml, where the platform's command line keeps a runtime: the config's fields at top level, and the identity
beside them, inline or under `identity:`.

Reading takes YAML 1.2 as far as it says JSON: no aliases, tags, merge keys or keys that aren't text, so that a small
file can't become a large document and nothing is taken for what it isn't. Writing quotes whatever any YAML version
could take for something else.
"""

import io
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import SafeRepresenter

from adminui.contract.config import RuntimeConfig
from adminui.contract.document import MAX_DEPTH, Json, JsonObject, is_broken
from adminui.contract.envelope import FieldError
from adminui.contract.paths import Path, Segment

MAX_BYTES: Final = 1024 * 1024
MAX_VALUES: Final = 20_000
"""Keys and values together: what one second of reading takes."""


@dataclass(frozen=True)
class Identity:
    """Which runtime a manifest speaks of; None for what it doesn't say. `project` is a key or an id."""

    key: str | None = None
    name: str | None = None
    description: str | None = None
    project: str | None = None


@dataclass(frozen=True)
class Manifest:
    """What a runtime.yaml says. `document` is a config, still to be checked.

    `selectors`, when given, stand in the place of `secrets.secret_ids`, which the document then lacks: names or globs
    for the caller to match, upper-case, against the person's secrets.
    """

    document: JsonObject
    identity: Identity
    selectors: tuple[str, ...] | None = None


class BadManifest(ValueError):
    """A text that is no runtime.yaml. `errors` say why, each at its path."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(" ".join(error.msg for error in errors))
        self.errors = errors


_IDENTITY: Final = tuple(Identity.__dataclass_fields__)

# ---- out -----------------------------------------------------------------------------------------------------------

_PLAIN = re.compile(r"[A-Za-z][\w./@-]*(?: [\w./@-]+)*", re.ASCII)
_WORDS = re.compile(r"y|n|yes|no|on|off|true|false|null|nan|inf", re.IGNORECASE)


def to_yaml(document: JsonObject, identity: Identity) -> str:
    """A config with its runtime's identity as runtime.yaml, so that `from_yaml` gives both back.

    Top-level keys that runtime.yaml doesn't have are left out, and named in a comment on top.
    """
    known = {key: value for key, value in document.items() if key in RuntimeConfig.model_fields}
    named = {name: value for name, value in vars(identity).items() if value is not None}
    left_out = [json.dumps(key) for key in document if key not in known]
    out = io.StringIO()
    if left_out:
        out.write(f"# Left out, since runtime.yaml has no such field: {', '.join(left_out)}\n")
    _writer().dump({**named, **known}, out)
    return out.getvalue()


class _Representer(SafeRepresenter):
    """Writes text plainly only where no YAML version takes it for anything else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_text(self, text: str) -> ScalarNode:
        style: str | None = '"'
        if _PLAIN.fullmatch(text) and not _WORDS.fullmatch(text):
            style = None
        elif "\n" in text and _is_literal(text):
            style = "|"
        node: ScalarNode = self.represent_scalar("tag:yaml.org,2002:str", text, style=style)
        return node

    def represent_number(self, number: float) -> ScalarNode:
        mantissa, e, exponent = repr(number).partition("e")
        dotted = mantissa if "." in mantissa else f"{mantissa}.0"  # without a dot YAML 1.1 reads text
        node: ScalarNode = self.represent_scalar("tag:yaml.org,2002:float", f"{dotted}{e}{exponent}")
        return node


_Representer.add_representer(str, _Representer.represent_text)
_Representer.add_representer(float, _Representer.represent_number)


def _is_literal(text: str) -> bool:
    """Whether a text of several lines can stand in a block as it is, for every reader alike."""
    lines = text.removesuffix("\n").split("\n")
    return (
        bool(lines[0])
        and bool(lines[-1])
        and all(
            line == line.rstrip() and line.isprintable() and not (index == 0 and line != line.strip())
            for index, line in enumerate(lines)
        )
    )


def _writer() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer = _Representer
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # declared as None there
    yaml.allow_unicode = True
    yaml.width = 2**31
    return yaml


# ---- in ------------------------------------------------------------------------------------------------------------

_NULL = re.compile(r"~|null|Null|NULL|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_NO_JSON = re.compile(
    r"[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?0[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?",
    re.ASCII,
)


def from_yaml(raw: bytes | str) -> Manifest:
    """What a runtime.yaml says. Raises BadManifest, and nothing else, when it is none: not YAML, too large (1 MiB,
    20,000 keys and values, 64 levels), with aliases, tags, duplicate keys, unknown top-level fields, an identity said
    twice, or both secret ids and selectors.
    """
    document = _read(_decoded(raw))
    if not isinstance(document, dict):
        raise _bad((), "A runtime.yaml must be a mapping, with fields like key: and version:.")
    errors: list[FieldError] = []
    identity = _identity(document, errors)
    selectors = _selectors(document, errors)
    known = {key: value for key, value in document.items() if key in RuntimeConfig.model_fields}
    for key in document:
        if key not in known and key not in _IDENTITY and key != "identity":
            errors.append(FieldError((key,), f"A runtime.yaml has no field {json.dumps(key)}.", "unknown_field"))
    if errors:
        raise BadManifest(*errors)
    if selectors is not None:
        secrets = document["secrets"]
        known["secrets"] = {key: value for key, value in _items(secrets) if key != "selectors"}
    return Manifest(known, identity, selectors)


def _items(value: Json) -> list[tuple[str, Json]]:
    return list(value.items()) if isinstance(value, dict) else []


def _identity(document: JsonObject, errors: list[FieldError]) -> Identity:
    nested = document.get("identity", {})
    said: dict[str, str] = {}
    if not isinstance(nested, dict):
        errors.append(FieldError(("identity",), "Must be a mapping with key, name, description or project.", "type"))
        nested = {}
    inline = [((name,), name, document[name]) for name in _IDENTITY if name in document]
    for path, name, value in [*inline, *((("identity", name), name, value) for name, value in nested.items())]:
        if name not in _IDENTITY:
            errors.append(FieldError(path, f"An identity has no field {json.dumps(name)}.", "unknown_field"))
        elif name in document and path != (name,):
            errors.append(FieldError(path, f"{name} is said twice: inline and under identity.", "said_twice"))
        elif isinstance(value, str):
            said[name] = value
        elif value is not None:
            errors.append(FieldError(path, "Must be text, in quotes.", "type"))
    return Identity(**said)


def _selectors(document: JsonObject, errors: list[FieldError]) -> tuple[str, ...] | None:
    secrets, path = document.get("secrets"), ("secrets", "selectors")
    if not isinstance(secrets, dict) or "selectors" not in secrets:
        return None
    listed = secrets["selectors"]
    texts = [one for one in listed if isinstance(one, str) and one] if isinstance(listed, list) else []
    if not isinstance(listed, list) or len(texts) != len(listed):
        errors.append(FieldError(path, "Must be a list of names or patterns, like “OPENAI_*”.", "type"))
    if "secret_ids" in secrets:
        errors.append(FieldError(path, "Give either selectors or secret_ids, not both.", "said_twice"))
    return tuple(texts)


def _bad(path: Path, said: str, event: Event | None = None) -> BadManifest:
    where = f" (line {event.start_mark.line + 1})" if event is not None else ""
    return BadManifest(FieldError(path, f"{said.removesuffix('.')}{where}.", "yaml"))


def _decoded(raw: bytes | str) -> str:
    if len(raw) > MAX_BYTES:
        raise _bad((), "It is larger than 1 MiB.")
    try:
        text = raw if isinstance(raw, str) else raw.decode()
    except UnicodeDecodeError as trouble:
        raise _bad((), f"Not UTF-8 at byte {trouble.start + 1}.") from None
    if is_broken(text):
        raise _bad((), "It holds half of a character (a lone surrogate).")
    return text.removeprefix("\ufeff")


@dataclass
class _Frame:
    """A list or mapping that is being read."""

    path: Path
    value: list[Json] | JsonObject
    key: str | None = None


@dataclass
class _Reader:
    """Makes a document of YAML events, without recursion."""

    root: list[Json] = field(default_factory=list)
    open: list[_Frame] = field(default_factory=list)

    def take(self, event: Event) -> None:
        if isinstance(event, AliasEvent):
            raise self._refused("Aliases (*) are not allowed.", event)
        if isinstance(event, DocumentStartEvent) and self.root:
            raise self._refused("It holds more than one document.", event)
        if isinstance(event, NodeEvent) and getattr(event, "tag", None) is not None:
            raise self._refused("Tags (!) are not allowed.", event)
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            if len(self.open) >= MAX_DEPTH:
                raise self._refused(f"It is deeper than {MAX_DEPTH} levels.", event)
            value: list[Json] | JsonObject = {} if isinstance(event, MappingStartEvent) else []
            path = self._path()
            self._place(value, event)
            self.open.append(_Frame(path, value))
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self.open.pop()

    def _scalar(self, event: ScalarEvent) -> None:
        frame = self.open[-1] if self.open else None
        plain = event.implicit[0]
        value = self._resolved(event) if plain else event.value
        if frame is None or isinstance(frame.value, list) or frame.key is not None:
            self._place(value, event)
            return
        if plain and event.value == "<<":
            raise self._refused("Merge keys (<<) are not allowed.", event)
        if not isinstance(value, str):
            raise self._refused(f"A key must be text: put {event.value or 'it'} in quotes.", event)
        if value in frame.value:
            raise self._refused(f"Duplicate key {json.dumps(value)}.", event)
        frame.key = value

    def _place(self, value: Json, event: Event) -> None:
        if not self.open:
            self.root.append(value)
            return
        frame = self.open[-1]
        if isinstance(frame.value, list):
            frame.value.append(value)
        elif frame.key is None:
            raise self._refused("A key must be text, not a list or mapping.", event)
        else:
            frame.value[frame.key] = value
            frame.key = None

    def _resolved(self, event: ScalarEvent) -> Json:
        text: str = event.value
        if _NULL.fullmatch(text):
            return None
        if _TRUE.fullmatch(text) or _FALSE.fullmatch(text):
            return text.lower() == "true"
        if _NO_JSON.fullmatch(text):
            raise self._refused(f"{text[:40]} is no number here. Put it in quotes if it is text.", event)
        if _FLOAT.fullmatch(text):
            try:
                number: int | float = int(text) if _INT.fullmatch(text) else float(text)
            except ValueError:
                raise self._refused("A number is too large.", event) from None
            if number in (math.inf, -math.inf):
                raise self._refused("A number is too large.", event)
            return number
        return text

    def _path(self) -> Path:
        if not self.open:
            return ()
        frame = self.open[-1]
        step: Segment | None = len(frame.value) if isinstance(frame.value, list) else frame.key
        return frame.path if step is None else (*frame.path, step)

    def _refused(self, said: str, event: Event) -> BadManifest:
        return _bad(self._path(), said, event)


def _read(text: str) -> Json:
    reader = _Reader()
    try:
        for count, event in enumerate(_events(text)):
            if count > MAX_VALUES:
                raise _bad((), f"It has more than {MAX_VALUES} keys and values.")
            reader.take(event)
    except YAMLError as trouble:
        mark = getattr(trouble, "problem_mark", None)
        where = f" at line {mark.line + 1} column {mark.column + 1}" if mark is not None else ""
        raise _bad((), f"Not YAML{where}.") from None
    return reader.root[0] if reader.root else None


def _events(text: str) -> Iterator[Event]:
    yield from YAML(typ="safe", pure=True).parse(io.StringIO(text))
