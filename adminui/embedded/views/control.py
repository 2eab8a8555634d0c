"""What is not the platform's: the OpenAPI document of what is, the switches for faults and tokens, the request log."""

import json
from datetime import UTC, datetime

from allauth.idp.oidc.models import Token
from pydantic import ValidationError

from adminui.contract.envelope import FieldError

from .. import faults, gate, openapi
from ..answers import Answer, invalid, ok
from ..endpoint import Call


def describe(call: Call) -> Answer:
    return ok(openapi.document())


def order_fault(call: Call) -> Answer:
    document = call.json()
    try:
        order = faults.Order.model_validate(document)
    except ValidationError as wrong:
        errors = [FieldError(("body", *each["loc"]), each["msg"], each["type"]) for each in wrong.errors()]
        raise invalid(*errors) from wrong
    faults.place(order)
    return ok(order.model_dump(), 201)


def list_faults(call: Call) -> Answer:
    return ok(faults.waiting())


def clear_faults(call: Call) -> Answer:
    faults.clear()
    return Answer(204, b"")


def log(call: Call) -> Answer:
    """The requests that the gate remembers, oldest first; with `since`, a moment as `at` has it, those after it."""
    since = _moment(text) if (text := call.query.get("since")) else None
    lines = [
        {
            "method": line.method,
            "path": line.path,
            "user": line.user,
            "status": line.status,
            "headers": json.loads(line.headers),
            "at": line.at.isoformat(),
        }
        for line in gate.logged(since)
    ]
    return ok(lines)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as wrong:
        raise invalid(FieldError(("query", "since"), "Must be a moment in ISO 8601.", "datetime_parsing")) from wrong


def end_tokens(call: Call) -> Answer:
    """The provider's access tokens end now, those of `user` or everybody's; with `all`, refresh tokens too."""
    ended = Token.objects.all() if "all" in call.query else Token.objects.filter(type=Token.Type.ACCESS_TOKEN)
    if user := call.query.get("user"):
        ended = ended.filter(user__username=user)
    ended.delete()
    return Answer(204, b"")
