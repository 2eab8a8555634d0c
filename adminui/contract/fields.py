"""Reads off the models what a form has to know of each field: said there once, read here, written nowhere else."""

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from adminui.contract.document import ABSENT, Absent, Json
from adminui.contract.paths import Path

Kind = Literal["text", "lines", "number", "choice", "switch", "rows", "map", "set", "egress", "picks"]
"""What a field holds: one line of text, text of many lines, a whole number, one of some words, yes or no; a list of
objects, a map of text to text, a list of numbers in no order, the egress object, ids picked from a list."""


@dataclass(frozen=True)
class Control:
    """Stands in a model field's annotation for what its type can't say."""

    kind: Kind | None = None
    unit: str = ""


@dataclass(frozen=True)
class Section:
    """One part of the form. `key` is the document's top-level key, or "raw"."""

    key: str
    title: str
    help: str


@dataclass(frozen=True)
class Option:
    """One of several named choices, with its effect in a sentence."""

    value: str
    label: str
    help: str


@dataclass(frozen=True)
class FieldSpec:
    """One field of the form.

    `path` is a document path; within `rows` it is relative to the row: ("name",) of a capability, ("key",) and
    ("value",) of a map, ("allow",) of an egress target, () of a list's plain item. `minimum` and `maximum` are of the
    number, or of each number in a set; the lengths are in characters; `max_items` is of a list. `default` is what the
    platform takes when the field is absent, ABSENT when that is "none". `optional`: may be absent without a default;
    `required`: has to be there.
    """

    path: Path
    label: str
    help: str
    kind: Kind
    minimum: int | None = None
    maximum: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    max_items: int | None = None
    default: Json | Absent = ABSENT
    choices: tuple[str, ...] = ()
    optional: bool = False
    required: bool = False
    deprecated: bool = False
    examples: tuple[Json, ...] = ()
    unit: str = ""
    rows: tuple["FieldSpec", ...] = ()

    def hint(self, *, maximum: int | None = None, limit_of: str = "") -> str:
        """The help, the range and the default as sentences, with a lower `maximum` and whose limit that is.

        What is typed as it stands is between backticks, here and in every label and help of the contract.
        """
        most = self.maximum if maximum is None else maximum
        said = [self.help] if self.help else []
        if self.minimum is not None and most is not None:
            said.append(f"{self.minimum} to {most}{f', the limit of {limit_of}' if limit_of else ''}.")
        elif self.minimum is not None:
            said.append(f"{self.minimum} or more.")
        if isinstance(self.default, str):
            said.append(f"Default `{self.default}`.")
        elif type(self.default) is int:
            said.append(f"Default {self.default}.")
        return " ".join(said)


def specs(model: type[BaseModel], path: Path = ()) -> Iterator[FieldSpec]:
    """The fields of a model and of the models within it, in their order."""
    for name, field in model.model_fields.items():
        inner = model_of(field)
        if inner and _control(field).kind is None:
            yield from specs(inner, (*path, name))
        else:
            yield _spec((*path, name), field)


def _spec(path: Path, field: FieldInfo) -> FieldSpec:
    inner, optional = _without_none(field.annotation)
    kind, choices, rows = _shape(inner, _control(field).kind)
    number = rows[0] if kind == "set" else None
    default = field.get_default(call_default_factory=True, validated_data={})
    shortest, longest = _limit(field, annotated_types.MinLen), _limit(field, annotated_types.MaxLen)
    is_list = kind in {"rows", "set", "picks", "map"}
    return FieldSpec(
        path=path,
        label=field.title or "",
        help=field.description or "",
        kind=kind,
        minimum=number.minimum if number else _limit(field, annotated_types.Ge),
        maximum=number.maximum if number else _limit(field, annotated_types.Le),
        min_length=None if is_list else shortest,
        max_length=None if is_list else longest,
        max_items=longest if is_list else rows[0].max_items if kind == "egress" else None,
        default=ABSENT if optional or field.is_required() else default,
        choices=choices,
        optional=optional,
        required=field.is_required(),
        deprecated=bool(field.deprecated),
        examples=tuple(field.examples or ()),
        unit=_control(field).unit,
        rows=rows,
    )


def _shape(inner: Any, said: Kind | None) -> tuple[Kind, tuple[str, ...], tuple[FieldSpec, ...]]:
    """Kind, choices and row fields of a type without its None."""
    arguments = get_args(inner)
    if get_origin(inner) is Literal:
        return said or "choice", arguments, ()
    if get_origin(inner) is dict:
        key, value = (FieldInfo.from_annotation(argument) for argument in arguments)
        return said or "map", (), (_spec(("key",), key), _spec(("value",), value))
    if get_origin(inner) is list:
        item = arguments[0]
        if isinstance(item, type) and issubclass(item, BaseModel):
            return said or "rows", (), tuple(specs(item))
        return said or "set", (), (_spec((), FieldInfo.from_annotation(item)),)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return said or "rows", (), tuple(_within_list(name, field) for name, field in inner.model_fields.items())
    plain: dict[Any, Kind] = {bool: "switch", int: "number", str: "text"}
    return said or plain[inner], (), ()


def _within_list(name: str, field: FieldInfo) -> FieldSpec:
    """The item of a list that is the field of an object which the form shows as one control."""
    item = _spec((name,), FieldInfo.from_annotation(get_args(field.annotation)[0]))
    return FieldSpec(**{**vars(item), "max_items": _limit(field, annotated_types.MaxLen)})


def model_of(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a field that holds an object; None for any other."""
    inner, _ = _without_none(field.annotation)
    return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None


def is_optional(field: FieldInfo) -> bool:
    """Whether null and absent mean "none" for a field, rather than a default."""
    return _without_none(field.annotation)[1]


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in {Union, types.UnionType}:
        (inner,) = (argument for argument in get_args(annotation) if argument is not type(None))
        return inner, True
    return annotation, False


def _control(field: FieldInfo) -> Control:
    return next((one for one in field.metadata if isinstance(one, Control)), Control())


def _limit(field: FieldInfo, kind: type[Any]) -> int | None:
    names = {annotated_types.Ge: "ge", annotated_types.Le: "le"}
    name = names.get(kind, "min_length" if kind is annotated_types.MinLen else "max_length")
    return next((getattr(one, name) for one in field.metadata if isinstance(one, kind)), None)
