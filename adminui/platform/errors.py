"""What can go wrong between this program and the platform: one tree, and nothing outside it.

    PlatformError
    ├─ NotSent               nothing left this machine: refused, no route, no free slot, connect timed out
    │  ├─ Insecure           TLS could not be established or verified
    │  └─ Misaddressed       a path segment or token that may not be sent
    ├─ Refused               4xx with the API's envelope: the platform said no, nothing was stored
    │  ├─ BadRequest 400     ├─ Unauthorized 401    ├─ Forbidden 403    ├─ NotFound 404
    │  └─ Conflict 409       ├─ Invalid 422         ├─ UpgradeRequired 426    └─ RateLimited 429
    └─ Unclear               the request began to be sent, and the answer doesn't say what became of it
       ├─ ServerFailed       5xx, with the envelope or without
       ├─ TimedOut           no whole answer within the deadline
       ├─ CutOff             the connection broke before the answer was whole
       └─ Foreign            not the API's answer: 3xx, 4xx without the envelope, 2xx with another body,
                             too large, too deep, compressed, no HTTP

For a GET the same tree holds: a gateway's bare 404 is Foreign with `.status` 404, and it is for the caller to take it
for "not there". No error holds the token, in its text, its arguments or the exceptions behind it.
"""

from __future__ import annotations

from typing import ClassVar

from adminui.contract.envelope import Envelope


class PlatformError(Exception):
    """
    A call to the platform that did not come to its answer.

    sentence: what happened, for people, in one or two plain sentences.
    request_id: the X-Request-ID that was sent, or was to be sent; "" where no request came to be.
    status: the answer's HTTP status, None when there was none.
    envelope: the API's error envelope, None when there was none.
    retry_after: whole seconds from now after which the platform wants to be asked again, None when it didn't say.
    """

    def __init__(
        self,
        sentence: str,
        *,
        request_id: str = "",
        status: int | None = None,
        envelope: Envelope | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.request_id = request_id
        self.status = status
        self.envelope = envelope
        self.retry_after = retry_after


class NotSent(PlatformError):
    """Nothing left this machine, so nothing can have been stored."""


class Insecure(NotSent):
    """TLS could not be established or the platform's certificate could not be verified. Never tried again."""


class Misaddressed(NotSent):
    """A path segment or token that may not be sent, found before any connection was opened."""


class Refused(PlatformError):
    """The platform answered 4xx with its envelope: it said no, and nothing was stored."""

    status: int
    envelope: Envelope
    words: ClassVar[str] = "The platform refused the request."


class BadRequest(Refused):
    """400"""

    words = "The platform could not accept the request."


class Unauthorized(Refused):
    """401: the token is missing, expired or revoked."""

    words = "The platform no longer accepts this sign-in. Sign in again."


class Forbidden(Refused):
    """403: not the owner, or no access."""

    words = "The platform doesn’t allow you this."


class NotFound(Refused):
    """404: no such organization, workspace or runtime, or an endpoint that this deployment lacks."""

    words = "The platform knows no such organization, workspace or runtime."


class Conflict(Refused):
    """409"""

    words = "The platform’s state stands against this."


class Invalid(Refused):
    """422: the errors are in `.envelope.errors`."""

    words = "The platform found errors in what was sent."


class UpgradeRequired(Refused):
    """426"""

    words = "The platform asks for a newer version of this program."


class RateLimited(Refused):
    """429: `.retry_after` says when, if the platform does."""

    words = "The platform takes no more requests for the moment."


class Unclear(PlatformError):
    """The request began to be sent and nobody knows what became of it; a write has to be read back."""


class ServerFailed(Unclear):
    """5xx, from the platform or from a gateway in front of it."""

    status: int


class TimedOut(Unclear):
    """No whole answer came within the deadline."""


class CutOff(Unclear):
    """The connection broke before the answer was whole."""


class Foreign(Unclear):
    """An answer that isn't the API's."""


_BY_STATUS: dict[int, type[Refused]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: Invalid,
    426: UpgradeRequired,
    429: RateLimited,
}


def refusal(status: int, envelope: Envelope, *, request_id: str, retry_after: int | None = None) -> Refused:
    """The error of a 4xx answer that has the envelope; `status` is the answer's own, whatever the envelope's code."""
    kind = _BY_STATUS.get(status, Refused)
    return kind(
        _with_detail(kind.words, envelope),
        request_id=request_id,
        status=status,
        envelope=envelope,
        retry_after=retry_after,
    )


def failure(status: int, envelope: Envelope | None, *, request_id: str, retry_after: int | None = None) -> ServerFailed:
    """The error of a 5xx answer."""
    return ServerFailed(
        _with_detail(f"The platform failed (status {status}).", envelope),
        request_id=request_id,
        status=status,
        envelope=envelope,
        retry_after=retry_after,
    )


def _with_detail(words: str, envelope: Envelope | None) -> str:
    detail = envelope.detail.strip() if envelope is not None else ""
    return f"{words} It said: “{detail}”" if detail else words
