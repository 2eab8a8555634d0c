"""What goes back: an answer, or a refusal that becomes the API's error envelope."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adminui.contract.envelope import Envelope, FieldError

LIMIT = 1 << 20
"""The largest request body, in bytes."""

TYPES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "validation_error",
    426: "upgrade_required",
    429: "rate_limited",
    500: "internal_error",
    502: "bad_gateway",
    503: "unavailable",
    504: "gateway_timeout",
}


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, whole: no answer of the box is larger than its largest request by much."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    """Values of Set-Cookie; the provider's pages have some, the API has none."""


class Refusal(Exception):
    """Ends a request with the error envelope."""

    def __init__(self, status: int, detail: str, *errors: FieldError, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.answer = refused(status, detail, *errors, headers=headers)


def refused(status: int, detail: str, *errors: FieldError, headers: Mapping[str, str] | None = None) -> Answer:
    """The error envelope as an answer."""
    return ok(Envelope(status, detail, TYPES.get(status, "error"), errors).document(), status, headers)


def invalid(*errors: FieldError) -> Refusal:
    """What is said of a request that is readable but wrong."""
    return Refusal(422, "Validation error", *errors)


def ok(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Anything that JSON can say, as an answer."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, text.encode(), {"content-type": "application/json"} | dict(headers or {}))
