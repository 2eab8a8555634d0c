"""Puts an error at its control, wherever it came from, and tells whether it still holds after an edit."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from adminui.contract import paths
from adminui.contract.document import ABSENT, Absent, Json, canonical, get, same
from adminui.contract.envelope import FieldError
from adminui.contract.paths import Path

KEY = "[key]"
"""What Pydantic, here and on the platform, puts after a map's key when the key itself is wrong."""


@dataclass(frozen=True)
class Placed:
    """An error where the page shows it.

    `control` is the name, and id, of the control; None when the form has none for it. `path` is empty when the control
    says it all, else the document path that the text is about.
    """

    control: str | None
    text: str
    path: str = ""
    from_platform: bool = False


def place(error: FieldError, places: Mapping[Path, str], *, from_platform: bool = False) -> Placed:
    """Where an error belongs: at the control of its path, else of its longest prefix that has one, else nowhere.

    The error's `loc` is a document path; `places` are the document paths of one form, with the names of their controls.
    """
    path = error.loc
    text = error.msg or "This isn’t accepted."
    if error.type == "env_key":  # the contract says it at the key's path, where the value has its place
        path = (*path, KEY)
    for end in range(len(path), -1, -1):
        control = places.get(path[:end])
        if control is not None:
            rest = path[end:]
            return Placed(control, text, paths.text(path) if rest not in {(), (KEY,)} else "", from_platform)
    return Placed(None, text, paths.text(path), from_platform)


class Trace:
    """Follows values from one document into another that was made from it by edits."""

    def __init__(self, source: Json, target: Json) -> None:
        self._source, self._target = source, target
        self._counterparts: dict[Path, list[int | None]] = {}

    def __call__(self, path: Path) -> Path | None:
        """Where in the target the value at a document path of the source stands; None when it was changed or removed.

        An item of a list is found by its name, else by its value. What isn't there counts as a value: a field that is
        missing in both still is.
        """
        found: list[str | int] = []
        before: Json | Absent = self._source
        after: Json | Absent = self._target
        for at, segment in enumerate(path):
            if not isinstance(before, (dict, list)):
                break
            step: str | int | None = segment
            if isinstance(segment, int) and isinstance(before, list) and 0 <= segment < len(before):
                step = self._positions(path[:at], before, after)[segment]
            if step is None:
                return None
            before = get(before, (segment,))
            after = ABSENT if after is ABSENT else get(after, (step,))
            found.append(step)
        return (*found, *path[len(found) :]) if same(before, after) else None

    def _positions(self, path: Path, items: list[Json], others: Json | Absent) -> list[int | None]:
        """For each item its position in the other list; the second of two alike is the second of two alike there."""
        if path not in self._counterparts:
            alike: dict[object, deque[int]] = {}
            for position, item in enumerate(others if isinstance(others, list) else ()):
                alike.setdefault(_identity(item), deque()).append(position)
            nobody: deque[int] = deque()
            there = (alike.get(_identity(item), nobody) for item in items)
            self._counterparts[path] = [each.popleft() if each else None for each in there]
        return self._counterparts[path]


def _identity(item: Json) -> object:
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else canonical(item)
