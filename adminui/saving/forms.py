"""Which form a posted page belongs to: a signed word that the page carries.

Opening the editor makes a form id. The word binds it to the person, the runtime and the document that the page was
rendered from, so a POST says by itself what its values were typed over, even when the session that opened the page
is dead. Nothing is written for a form until the first real edit but the document it shows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core import signing

SALT = "adminui.saving.form"
KEPT = timedelta(days=30)
"""How long a form, and the draft made from it, can be taken up again."""


class BadForm(ValueError):
    """The word isn't one that we signed, or it is older than drafts are kept."""


@dataclass(frozen=True)
class Form:
    """One opened form. `base` is the digest of the document shown, `read_at` when it was read (UTC)."""

    id: UUID
    owner: str
    organization: str
    workspace: str
    runtime: UUID
    base: str
    read_at: datetime

    def word(self) -> str:
        """The signed text that the page carries in its hidden field."""
        values = [self.id.hex, self.owner, self.organization, self.workspace, self.runtime.hex, self.base]
        return signing.dumps([*values, self.read_at.isoformat()], salt=SALT)


def opened(
    owner: str, organization: str, workspace: str, runtime: UUID, base: str, read_at: datetime, form: UUID | None = None
) -> Form:
    """A new form over the document with digest `base`; `form` goes on with an id that there is already."""
    return Form(form or uuid4(), owner, organization, workspace, runtime, base, read_at)


def from_word(word: str) -> Form:
    """The form that a posted word names. Raises BadForm."""
    try:
        values: Any = signing.loads(word, salt=SALT, max_age=KEPT)
        form, owner, organization, workspace, runtime, base, read_at = values
        return Form(UUID(form), owner, organization, workspace, UUID(runtime), base, datetime.fromisoformat(read_at))
    except (signing.BadSignature, ValueError, TypeError) as bad:
        raise BadForm("This form can't be taken up again.") from bad
