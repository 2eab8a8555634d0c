"""Keeping what a form holds as its draft, over the document it was typed over, or over another one after a merge."""

from datetime import datetime
from uuid import UUID

from asgiref.sync import sync_to_async

from adminui.accounts.here import Who
from adminui.contract.config import SECTIONS
from adminui.contract.document import Json
from adminui.editor.form import ConfigForm
from adminui.editor.subject import Subject
from adminui.record import documents
from adminui.saving import drafts
from adminui.saving.drafts import Late
from adminui.saving.forms import Form, opened


def keep(word: Form, form: ConfigForm, seq: int | None = None) -> int:
    """Keeps a form's values as its draft; returns the draft's revision. Raises Late, where there is a `seq`."""
    changes = form.changes()
    told = {change.path[0] for change in changes if change.path}
    sections = [section.title for section in SECTIONS if section.key in told]
    return drafts.keep(word, form.kept(), changes=len(changes), sections=sections, seq=seq)


def keep_last(word: Form, form: ConfigForm, seq: int | None) -> None:
    """Keeps what somebody goes on with, whatever was kept from another page meanwhile."""
    try:
        keep(word, form, seq)
    except Late:
        keep(word, form)


async def over(about: Subject, who: Who, document: Json, read_at: datetime, form: UUID | None = None) -> Form:
    """A new form over a document that was just read, which is kept for it; `form` goes on with an id."""
    base = await sync_to_async(documents.keep)(about.id, document)
    ref = about.ref
    return opened(who.person.platform_id, ref.org, ref.workspace, about.id, base, read_at, form)


def rebase(about: Subject, onto: Form, found: Json, document: Json) -> None:
    """Keeps a draft anew: over the document found, which is the base of `onto`, with the controls saying `document`."""
    keep(onto, about.form_rebased(found, document))
