"""Pydantic's errors in plain words: a sentence that says what would be right."""

from collections.abc import Callable
from typing import Any

from pydantic_core import ErrorDetails


def plain(error: ErrorDetails) -> str:
    """The sentence for one error of a model. An error of our own already is one."""
    say = _SENTENCES.get(error["type"])
    return say(error["input"], error.get("ctx", {})) if say else error["msg"]


def _whole_number(given: Any, _: dict[str, Any]) -> str:
    if isinstance(given, str) and given.removeprefix("-").isdigit():
        return "Must be a whole number, without quotes."
    return "Must be a whole number."


def _switch(given: Any, _: dict[str, Any]) -> str:
    quoted = isinstance(given, str) and given.lower() in {"true", "false", "yes", "no", "on", "off"}
    return "Must be true or false, without quotes." if quoted else "Must be true or false."


def _text(given: Any, _: dict[str, Any]) -> str:
    if given is None:
        return "Must be text. For no text, give an empty one or leave it out."
    return "Must be text, in quotes." if isinstance(given, (bool, int, float)) else "Must be text."


def _choice(_: Any, context: dict[str, Any]) -> str:
    choices: str = context["expected"].replace("'", "")
    return f"Must be {choices}."


def _too_long(_: Any, context: dict[str, Any]) -> str:
    return f"Must have at most {context['max_length']} rows, has {context['actual_length']}."


_SENTENCES: dict[str, Callable[[Any, dict[str, Any]], str]] = {
    "missing": lambda _, __: "Must be given.",
    "int_type": _whole_number,
    "bool_type": _switch,
    "string_type": _text,
    "literal_error": _choice,
    "greater_than_equal": lambda _, context: f"Must be {context['ge']} or more.",
    "less_than_equal": lambda _, context: f"Must be {context['le']} or less.",
    "string_too_short": lambda _, __: "Can’t be empty.",
    "too_long": _too_long,
    "list_type": lambda _, __: "Must be a list.",
    "dict_type": lambda _, __: "Must be an object.",
    "model_type": lambda _, __: "Must be an object.",
}
