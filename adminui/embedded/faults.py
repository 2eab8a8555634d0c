"""Answers that go wrong on purpose, ordered over HTTP by whoever tests against the box.

They are rows of the database, so that every worker of one box shares them.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Literal

from django.db.models import F
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from .answers import TYPES, Answer, ok
from .models import Fault

FRAMING = ("content-length", "transfer-encoding")
"""Headers that the server alone may set: an answer that must end early is ordered with `cut`."""


def settable(name: str) -> str:
    if name.lower() in FRAMING:
        raise ValueError(f"{name} can't be ordered; to end an answer early, order a cut")
    return name


HeaderName = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"), AfterValidator(settable)]
HeaderValue = Annotated[str, Field(pattern=r"^[\t\x20-\x7e\xa0-\xff]*$")]


class Order(BaseModel):
    """The next `count` answers to `method` on paths that end in `path` come like this.

    `applied`: the request takes effect all the same. With a `status` under 300 the true answer then goes out, late or
    cut as ordered; every other answer is made up here: the envelope, or a gateway's HTML page.
    """

    model_config = ConfigDict(strict=True, extra="forbid")

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "PUT"
    path: str = "config"
    count: int = Field(1, ge=1, le=100_000)
    status: int = Field(504, ge=200, le=599)
    envelope: bool = False
    delay_ms: int = Field(0, ge=0, le=600_000)
    applied: bool = False
    cut: Literal["before", "middle"] | None = None
    detail: str = "…"
    errors: list[dict[str, JsonValue]] = []
    headers: dict[HeaderName, HeaderValue] = {}

    def answer(self, true: Answer | None) -> Answer:
        """What goes out; `true` is the answer that the request would have had, where it took effect."""
        if true is not None and self.status < 300:
            return Answer(true.status, true.body, {**true.headers, **lower(self.headers)})
        if self.envelope:
            listed = {"errors": self.errors} if self.errors else {}
            kind = TYPES.get(self.status, "error")
            envelope = {"code": self.status, "detail": self.detail, "type": kind, **listed}
            return ok(envelope, self.status, lower(self.headers))
        return Answer(self.status, page(self.status), {"content-type": "text/html", **lower(self.headers)})


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def page(status: int) -> bytes:
    """A gateway's own error page."""
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"
    title = f"{status} {phrase}"
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n"
    ).encode()


def place(order: Order) -> None:
    """Have the order carried out from the next matching request on."""
    Fault.objects.create(order=order.model_dump_json(), left=order.count)


def take(method: str, path: str) -> Order | None:
    """The oldest order that this request falls under, used once by this call."""
    for fault in Fault.objects.order_by("id"):
        order = Order.model_validate_json(fault.order)
        if order.method != method or not path.endswith(order.path):
            continue
        # Another worker may have used it up since it was read.
        if Fault.objects.filter(id=fault.id, left__gt=0).update(left=F("left") - 1):
            Fault.objects.filter(id=fault.id, left=0).delete()
            return order
    return None


def waiting() -> list[dict[str, Any]]:
    """The orders not yet used up, oldest first; `count` is what is left of each."""
    faults = Fault.objects.order_by("id")
    return [{**Order.model_validate_json(fault.order).model_dump(), "count": fault.left} for fault in faults]


def clear() -> None:
    """Forget every order."""
    Fault.objects.all().delete()
