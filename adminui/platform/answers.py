"""From the bytes of an answer to what it says, or to the error it is."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from adminui.contract import envelope
from adminui.contract.document import MAX_DEPTH, Json, Unfaithful
from adminui.contract.document import read as read_document
from adminui.contract.envelope import Envelope
from adminui.platform.errors import Foreign, failure, refusal
from adminui.platform.transport import Answer

_LONGEST_CURSOR = 2000
# Below this a token is no secret, and hiding it would only garble the platform's words.
_SHORTEST_SECRET = 8

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Stored:
    """
    A stored config as the platform gave it.

    document: the config, or None when it can't be carried faithfully; `why_not` then is the reason, one sentence.
    text: the whole answer as it came, decoded for showing.
    runtime_id, config_digest: as newer servers say them, else None; the digest is comparable only with its like.
    read_at: when the answer was here, UTC.
    """

    document: Json | None
    text: str
    why_not: str | None
    runtime_id: str | None
    config_digest: str | None
    request_id: str
    read_at: datetime


@dataclass(frozen=True)
class Read:
    """A 200 answer's JSON, with the answer it came in."""

    value: Json
    answer: Answer


def accepted(answer: Answer, token: str) -> Answer:
    """The answer, when it is a 200. Else raises what it is: Refused, ServerFailed or Foreign."""
    if answer.status == 200:
        return answer
    said = envelope.parse(answer.status, answer.body)
    if said is not None:
        said = _without(token, said)
    if answer.status >= 500:
        raise failure(answer.status, said, request_id=answer.request_id, retry_after=answer.retry_after)
    if answer.status >= 400 and said is not None:
        raise refusal(answer.status, said, request_id=answer.request_id, retry_after=answer.retry_after)
    raise _foreign(
        f"The platform’s address answered with status {answer.status}, in words that aren’t the API’s.", answer
    )


def read(answer: Answer) -> Read:
    """The JSON of a 200 answer. Raises Foreign when it is none, too deep, or ambiguous."""
    try:
        return Read(read_document(answer.body), answer)
    except Unfaithful:
        pass
    raise _foreign("The answer is no JSON that can be relied on.", answer)


def one(kind: type[Model], found: Read) -> Model:
    """The object of that kind. Raises Foreign when it is another."""
    return _model(kind, found.value, found)


def many(kind: type[Model], found: Read, key: str) -> list[Model]:
    """The list, bare or under `key`. Raises Foreign when there is none, or one of its items is of another kind."""
    listed = found.value.get(key) if isinstance(found.value, dict) else found.value
    if not isinstance(listed, list):
        raise _foreign(f"The answer holds no list of “{key}”.", found.answer)
    return [_model(kind, item, found) for item in listed]


def next_cursor(found: Read) -> str | None:
    """Where the next page begins; None when there is none."""
    cursor = found.value.get("next_cursor") if isinstance(found.value, dict) else None
    if cursor is None or cursor == "":
        return None
    if not isinstance(cursor, str) or len(cursor) > _LONGEST_CURSOR:
        raise _foreign("The answer’s “next_cursor” is no text, or too long.", found.answer)
    return cursor


def stored(answer: Answer) -> Stored:
    """The config of a 200 answer. Raises Foreign when the answer isn't `{"config": {…}}`."""
    why_not: str | None = None
    # One level more than a document may have: the answer wraps it.
    try:
        value = read_document(answer.body, max_depth=MAX_DEPTH + 1)
    except Unfaithful as trouble:
        value, why_not = _loosely(answer.body), trouble.reason
    if not isinstance(value, dict) or not isinstance(value.get("config"), dict):
        raise _foreign("The answer holds no config.", answer)
    return Stored(
        document=value["config"] if why_not is None else None,
        text=answer.body.decode(errors="replace"),
        why_not=why_not,
        runtime_id=_text(value.get("runtime_id")),
        config_digest=_text(value.get("config_digest")),
        request_id=answer.request_id,
        read_at=datetime.now(UTC),
    )


def _loosely(body: bytes) -> Json:
    """What a tolerant reader makes of a body: enough to know the API's answer, never to be sent. None when nothing."""
    try:
        value: Json = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    return value


def _model(kind: type[Model], value: Json, found: Read) -> Model:
    try:
        return kind.model_validate(value)
    except ValidationError:
        pass
    raise _foreign(f"The answer is not the {kind.__name__} that the API describes.", found.answer)


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value.isprintable() and len(value) <= 200 else None


def _foreign(sentence: str, answer: Answer) -> Foreign:
    return Foreign(sentence, request_id=answer.request_id, status=answer.status, retry_after=answer.retry_after)


def _without(token: str, said: Envelope) -> Envelope:
    """The envelope without the token, should the platform repeat it."""
    if len(token) < _SHORTEST_SECRET:
        return said

    def hide(text: str) -> str:
        return text.replace(token, "[token]")

    errors = tuple(
        replace(
            error,
            loc=tuple(hide(part) if isinstance(part, str) else part for part in error.loc),
            msg=hide(error.msg),
            type=hide(error.type),
        )
        for error in said.errors
    )
    return replace(said, detail=hide(said.detail), type=hide(said.type), errors=errors)
