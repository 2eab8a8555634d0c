"""Keeping what a form holds as its draft, over the document it was typed over, or over another one after a merge."""

from adminui.contract.config import SECTIONS
from adminui.contract.document import Json
from adminui.editor.form import ConfigForm
from adminui.editor.subject import Subject
from adminui.saving import drafts
from adminui.saving.forms import Form, opened
from adminui.saving.models import Save


def keep(word: Form, form: ConfigForm) -> int:
    """Keeps a form's values as its draft; returns the draft's revision."""
    changes = form.changes()
    told = {change.path[0] for change in changes if change.path}
    sections = [section.title for section in SECTIONS if section.key in told]
    return drafts.keep(word, form.values(), changes=len(changes), sections=sections)


def rebase(about: Subject, form: Form, save: Save, found: Json, document: Json) -> None:
    """Keeps the draft of `form` anew: over the document that `save` found, with the controls saying `document`."""
    if save.checked_at is None:
        raise ValueError("This save has not compared anything yet.")
    word = opened(form.owner, form.organization, form.workspace, form.runtime, save.found, save.checked_at, form.id)
    keep(word, about.form_rebased(found, document))
