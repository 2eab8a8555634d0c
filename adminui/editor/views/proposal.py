"""…/config/review/ of who may not save: the change as a text to copy and send. The platform gets nothing of it."""

from django.http import HttpResponse

from adminui.accounts.may import Reason
from adminui.contract.jsondiff import lines
from adminui.editor.form import ConfigForm
from adminui.editor.pages import Page, groups
from adminui.editor.proposal import message
from adminui.saving.drafts import Kept

UNKNOWN = Reason("The platform says that you may not save this config.")
"""Why not, where the platform refused a save without saying beforehand that it would."""


def proposal(at: Page, kept: Kept, form: ConfigForm) -> HttpResponse:
    """The changes of a form for who can save them; `as=text` is the text alone. A POST is told no."""
    about, changes = at.about, form.changes()
    why = about.why_not or UNKNOWN
    text = message(
        name=about.name,
        where=f"{about.ref.org}/{about.ref.workspace}",
        to=why.who_can or "",
        by=at.who.person.name,
        address=at.request.build_absolute_uri(about.url("config")),
        read_at=kept.form.read_at,
        base=kept.base,
        document=form.document(),
    )
    if at.request.GET.get("as") == "text":
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
    address = f"?form={kept.form.id}"
    context: dict[str, object] = {
        "why": why,
        "text": text,
        "count": len(changes),
        "groups": groups(changes),
        "lines": lines(kept.base, form.document()),
        "left_out": form.in_raw.left_out,
        "read_at": kept.form.read_at,
        "back": about.url("config") + address,
        "copy": f"{about.url('config-review')}{address}&propose&as=text",
    }
    return at.render("editor/proposal.html", context, 403 if at.request.method == "POST" else 200)
