"""What a person may not do here, and who can: one function a deed, its answer shown beside the disabled control."""

from dataclasses import dataclass

from adminui.accounts.here import Who
from adminui.contract.answers import RuntimeItem


@dataclass(frozen=True)
class Reason:
    """Why not, in a sentence, and who can instead as far as that is known."""

    text: str
    who_can: str | None = None


def why_not_save(who: Who, item: RuntimeItem | None) -> Reason | None:
    """Why this person can't save this runtime's config; None when nothing known stands against it.

    The platform has the last word: a server that doesn't say who owns a runtime leaves it to the save.
    """
    if item is None or item.owned_by_me is not False:
        return None
    owner = item.created_by
    if owner:
        return Reason(f"Only the owner, {owner}, can change this config.", owner)
    return Reason("Only its owner can change this config.")
