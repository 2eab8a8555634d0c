"""The two pages of this room: the editor and the review. Views decide, these draw."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from adminui.accounts.here import Who, page
from adminui.contract.answers import Secret
from adminui.contract.changes import Change, Told, tell
from adminui.contract.config import SECTIONS
from adminui.contract.jsondiff import MASK, lines
from adminui.editor.form import ConfigForm
from adminui.editor.goingback import Back
from adminui.editor.meanwhile import NOTHING, Around
from adminui.editor.notices import Notice
from adminui.editor.subject import Subject
from adminui.saving.drafts import Kept
from adminui.saving.forms import Form
from adminui.saving.models import Save

MOST_REASON = 200
"""Characters of a reason."""


@dataclass(frozen=True)
class Page:
    """Who asks for a page, and what it is about."""

    request: HttpRequest
    who: Who
    about: Subject

    def render(self, template: str, context: dict[str, object], status: int = 200) -> HttpResponse:
        """A page of this subject."""
        shared = {"subject": self.about, "mask": MASK}
        return page(self.request, template, {**shared, **context}, who=self.who, place=self.about.place, status=status)


def editor_page(
    at: Page,
    form: ConfigForm,
    word: Form,
    *,
    notices: Sequence[Notice] = (),
    around: Around = NOTHING,
    off: str = "",
    status: int = 200,
) -> HttpResponse:
    """The editor. `around`: what stands above the form; `off`: why saving is off on this page."""
    signed = word.word()
    query = urlencode({"form": word.id, "word": signed})
    context: dict[str, object] = {
        "form": form,
        "word": signed,
        "form_id": word.id,
        "watch": f"{at.about.url('config-now')}?{query}" if form.readonly is None else "",
        "others": around.others,
        "moved": None,
        "earlier": around.earlier,
        "elsewhere": around.elsewhere,
        "check": at.about.url("config-check") if form.readonly is None else "",
        "readonly": form.readonly,
        "proposal": at.about.why_not if form.readonly is None else None,
        "propose": f"{at.about.url('config-review')}?form={word.id}&propose" if form.typed else "?propose",
        "notices": list(notices),
        "left": around.left,
        "off": off,
    }
    return at.render("editor/edit.html", context, status)


def unreadable_page(at: Page, text: str, notice: Notice) -> HttpResponse:
    """A stored document that can't be carried faithfully: to be read, with the reason."""
    context: dict[str, object] = {
        "form": None,
        "text": text,
        "notices": [notice],
        "left": [],
        "earlier": [],
        "elsewhere": "",
        "readonly": True,
        "proposal": None,
        "watch": "",
    }
    return at.render("editor/edit.html", context)


@dataclass(frozen=True)
class Group:
    """The changes of one section."""

    key: str
    title: str
    told: list[Told]


def groups(
    changes: Sequence[Change], secrets: Sequence[Secret] = (), *, tell: Callable[[Change], Told] = tell
) -> list[Group]:
    """Changes by section: what weighs first, then in the form's order. `secrets` are those that are told by name."""
    names = {secret.id.lower(): secret.name for secret in secrets}
    told = [_named(tell(change), names) for change in changes]
    found = [Group(one.key, one.title, [each for each in told if each.section == one.key]) for one in SECTIONS]
    return sorted((group for group in found if group.told), key=lambda group: -max(one.weight for one in group.told))


def _named(told: Told, names: Mapping[str, str]) -> Told:
    if told.section != "secrets" or told.kind not in {"added", "removed"}:
        return told

    def name(text: str | None) -> str | None:
        return None if text is None else names.get(text.lower(), text)

    return replace(told, before=name(told.before), after=name(told.after))


def review_page(
    at: Page,
    kept: Kept,
    form: ConfigForm,
    *,
    notice: Notice | None = None,
    theirs: Sequence[Told] = (),
    revealed: Collection[str] = (),
    earlier: Sequence[Save] = (),
    back: Back | None = None,
    status: int = 200,
) -> HttpResponse:
    """The review. `theirs`: what was changed elsewhere and merged; `revealed`: paths whose values aren't masked;
    `earlier`: saves of this runtime of which nobody knows yet what became of them, the newest first;
    `back`: what the draft goes back to.
    """
    changes = form.changes()
    reason = at.request.POST.get("reason", kept.reason)
    address = f"?form={kept.form.id}"
    context: dict[str, object] = {
        "count": len(changes),
        "groups": groups(changes, at.about.offers.secrets or ()),
        "lines": lines(kept.base, form.document()),
        "left_out": form.in_raw.left_out,
        "read_at": kept.form.read_at,
        "word": kept.form.word(),
        "revision": kept.revision,
        "back": at.about.url("config") + address,
        "action": at.about.url("config-review") + address,
        "notice": notice,
        "theirs": theirs,
        "revealed": revealed,
        "earlier": list(earlier),
        "goes_back": back,
        "reason": reason,
        "reason_error": reason_error(reason),
    }
    response = at.render("editor/review.html", context, status)
    if notice is not None and notice.seconds is not None:
        response["Retry-After"] = str(notice.seconds)
    return response


def reason_error(reason: str) -> str:
    """What is wrong with a reason, empty when nothing is."""
    long = len(reason) > MOST_REASON
    return f"Has {len(reason)} characters; it can have {MOST_REASON}." if long else ""
