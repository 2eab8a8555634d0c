"""A change that somebody may not save, as a text to send to who can: in words, and as a difference of JSON."""

from collections.abc import Sequence
from datetime import UTC, datetime

from adminui.contract.changes import Change, diff, tell
from adminui.contract.document import Json
from adminui.contract.jsondiff import MASK, Line, lines
from adminui.contract.visible import visible

_SIGNS = {"same": " ", "del": "-", "ins": "+"}


def unified(found: Sequence[Line]) -> str:
    """Lines of a difference as text, each with its sign."""
    return "\n".join(f"@@ {one.text} @@" if one.kind == "gap" else _SIGNS[one.kind] + one.text for one in found)


def _said(change: Change) -> str:
    told = tell(change)
    before, after = (None if text is None else MASK if told.secret else text for text in (told.before, told.after))
    values = " → ".join(text for text in (before, after) if text is not None)
    return visible(f"- {told.label}, {told.kind}: {values}".replace("\n", "\n  "))


def message(
    *, name: str, where: str, to: str, by: str, address: str, read_at: datetime, base: Json, document: Json
) -> str:
    """The whole text. `where` is organization and workspace, `to` the owner as far as known, `by` who proposes it,
    `address` the editor's. Nothing in it is unseen; what looks like a secret is masked.
    """
    said = [_said(change) for change in diff(base, document)]
    difference = unified(lines(base, document))
    masked = "\nValues that look like secrets are masked; ask me for them.\n" if MASK in difference else ""
    this = "this change" if len(said) == 1 else f"these {len(said)} changes"
    return "\n".join(
        [
            f"Hello{f' {visible(to)}' if to else ''},",
            "",
            f"could you make {this} to the config of {visible(name)} ({where})? I may read it, and not save it.",
            "",
            *said,
            "",
            f"Compared with what was stored at {read_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC:",
            "",
            "--- stored",
            "+++ proposed",
            difference,
            masked,
            address,
            visible(by),
            "",
        ]
    )
