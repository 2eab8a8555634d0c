"""Messages above the form and the review: one sentence in front, what it means behind it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from adminui.contract.jsondiff import Line
from adminui.editor.refusals import Refusal
from adminui.platform.errors import PlatformError


@dataclass(frozen=True)
class Notice:
    """One banner. `tone` is a class of the stylesheet: "", mine, bad, warn or good; `seconds` counts down."""

    title: str
    text: str = ""
    tone: str = ""
    icon: str = "information-circle"
    seconds: int | None = None
    request_id: str = ""
    lines: list[Line] = field(default_factory=list)


def bad(title: str, text: str = "", **more: object) -> Notice:
    """Something that was refused or didn't work."""
    return Notice(title, text, tone="bad", icon="exclamation-triangle", **more)  # type: ignore[arg-type]


def nothing_lost(detail: str) -> str:
    """What the platform said, as a sentence of its own, before what became of the save."""
    said = detail.rstrip()
    stop = "" if not said or said.endswith((".", "!", "?", "…")) else "."
    return f"{said}{stop} Nothing was saved, and nothing is lost.".lstrip()


def limited(refusal: Refusal) -> Notice:
    """429: when it may be tried again."""
    text = nothing_lost(refusal.detail)
    return bad("The platform asks to wait.", text, seconds=refusal.seconds, request_id=refusal.request_id)


def not_yours(owner: str) -> str:
    """403 that comes with a save: why the page is read-only now."""
    known = owner not in {"", "you"}
    whose = f"Only the owner, {owner}, can change this config." if known else "You may not change this config."
    return whose


_TITLES = {
    "Forbidden": "The platform doesn’t let you save this.",
    "NotFound": "This runtime is no longer there.",
    "Conflict": "The platform’s state stands against this save.",
    "UpgradeRequired": "The platform asks for a newer version of this program.",
}


def refused(refusal: Refusal, beside: list[Line]) -> Notice:
    """What the platform said no with; its errors stand at their fields."""
    title = _TITLES.get(refusal.kind, "The platform refused this save.")
    text = nothing_lost(refusal.detail)
    return bad(title, text, request_id=refusal.request_id, lines=beside)


def unreachable(error: PlatformError, read_at: datetime) -> Notice:
    """The platform can't be read, so this is a draft over what it said before."""
    when = f"{read_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    text = f"{error.sentence} This is your draft, over what was stored at {when}. You can go on typing; it is kept."
    return bad("The platform isn’t answering.", text, request_id=error.request_id)


OFF = "Saving is off until the platform answers again."
GONE = Notice(
    "These unsaved changes aren’t here.",
    "They were saved or discarded, are older than 30 days, are somebody else’s, or can’t be opened. Below is what is"
    " stored.",
    tone="warn",
    icon="exclamation-triangle",
)
NOTHING = Notice("Nothing to save.", "The form says the same as what is stored.")
PASTED = bad("A pasted list isn’t filled in yet.", "Fill it in or clear it. Nothing was saved, and nothing is lost.")
TOO_OLD = Notice(
    "This page was too old to tell your changes from the rest.",
    "What you typed stands below, over what is stored now. Check every marked field.",
    tone="warn",
    icon="exclamation-triangle",
)
MOVED_ON = Notice(
    "The form has changed since this review was opened.",
    "Maybe in another tab. Nothing was saved; these are the changes as they are now.",
    tone="warn",
    icon="exclamation-triangle",
)
EARLIER = Notice(
    "Nothing was saved yet: an earlier save of yours isn’t settled.",
    "It was read back just now, and still nobody knows. Should it land after this one, it would overwrite it.",
    tone="warn",
    icon="exclamation-triangle",
)
