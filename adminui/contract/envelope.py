"""The platform's error envelope, read from whatever came, and written for the platform in a box.

    {"code": 422, "detail": "Validation error", "type": "validation_error",
     "errors": [{"loc": ["body", "config", "resources", "cpu_cores"], "msg": "…", "type": "less_than_equal"}]}

Everything here is bounded and clean: texts are cut, hold no NUL and no lone surrogate, so that they can be shown,
logged and stored.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from adminui.contract import paths
from adminui.contract.document import Json
from adminui.contract.paths import Path, Segment

MAX_ERRORS: Final = 1000
MAX_DETAIL: Final = 4000
MAX_MESSAGE: Final = 2000
MAX_TYPE: Final = 100
MAX_SEGMENT: Final = 4000
MAX_LOC: Final = 100

_UNFIT = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class FieldError:
    """One error at one document path. `loc` () is the document itself; `msg` is a sentence; `type` is for machines."""

    loc: Path
    msg: str
    type: str


@dataclass(frozen=True)
class Envelope:
    """An error as the platform says it. `errors` keep the `loc` they came with: see `document_path`."""

    code: int
    detail: str
    type: str
    errors: tuple[FieldError, ...] = ()

    def document(self) -> dict[str, Json]:
        """The envelope as JSON, `errors` only when there are any."""
        said: dict[str, Json] = {"code": self.code, "detail": self.detail, "type": self.type}
        if self.errors:
            said["errors"] = [{"loc": list(e.loc), "msg": e.msg, "type": e.type} for e in self.errors]
        return said


def parse(status: int, body: bytes) -> Envelope | None:
    """The envelope in an answer's body, or None when it holds none. Never raises.

    An answer has the envelope when it is a JSON object with a `detail`. A `detail` that is a list is taken for the
    errors; what is missing or of a wrong type falls back to the status and to empty texts.
    """
    try:
        answer: Any = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict) or "detail" not in answer:
        return None
    detail, errors = answer["detail"], answer.get("errors")
    if isinstance(detail, list):
        errors, detail = detail, answer.get("title", "")
    code = answer.get("code")
    return Envelope(
        code=code if type(code) is int and 100 <= code <= 599 else status,
        detail=_clean(detail, MAX_DETAIL),
        type=_clean(answer.get("type"), MAX_TYPE),
        errors=_errors(errors),
    )


def document_path(loc: Path) -> Path:
    """A `loc` without the `body` and `config` that it may start with: a document path."""
    if loc[:1] == ("body",):
        loc = loc[1:]
    return loc[1:] if loc[:1] == ("config",) else loc


def _errors(listed: Any) -> tuple[FieldError, ...]:
    if not isinstance(listed, list):
        return ()
    found = (_error(one) for one in listed[:MAX_ERRORS])
    return tuple(error for error in found if error is not None)


def _error(one: Any) -> FieldError | None:
    if isinstance(one, str):
        return FieldError((), _clean(one, MAX_MESSAGE), "")
    if not isinstance(one, dict):
        return None
    said = one.get("msg", one.get("message"))
    return FieldError(_loc(one.get("loc")), _clean(said, MAX_MESSAGE), _clean(one.get("type"), MAX_TYPE))


def _loc(listed: Any) -> Path:
    if isinstance(listed, str):
        try:
            listed = list(paths.parse(listed))
        except ValueError:
            listed = [listed]
    if not isinstance(listed, list):
        return ()
    loc: list[Segment] = []
    for segment in listed[:MAX_LOC]:
        if type(segment) is int:
            loc.append(segment)
        elif isinstance(segment, str):
            loc.append(_clean(segment, MAX_SEGMENT))
        else:  # what follows can't be placed: the error stands at what led here
            break
    return tuple(loc)


def _clean(said: Any, limit: int) -> str:
    if said is None:
        return ""
    try:
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    except RecursionError:
        return ""
    text = _UNFIT.sub("\ufffd", text[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"
