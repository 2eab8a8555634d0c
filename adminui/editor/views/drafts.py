"""…/config/drafts/: the drafts that a person left on one runtime, each with a way to go on or to let it go."""

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from adminui.accounts.here import Who, signed_in
from adminui.accounts.places import canonical
from adminui.editor.pages import Page
from adminui.editor.subject import form_id, subject
from adminui.saving import drafts as kept
from adminui.saving.forms import KEPT


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
async def drafts(request: HttpRequest, who: Who, org: str, ws: str, runtime: str) -> HttpResponse:
    """The list; POST lets one draft go."""
    if elsewhere := await canonical(request, who, org, ws, runtime):
        return elsewhere
    at = Page(request, who, await subject(who, org, ws, runtime))
    if request.method == "POST":
        asked = form_id(request.POST.get("draft"))
        if asked is not None:
            await sync_to_async(kept.discard)(asked, who.person.platform_id, at.about.id)
        return HttpResponseRedirect(request.path)
    left = await sync_to_async(kept.left)(who.person.platform_id, at.about.id)
    return at.render("editor/drafts.html", {"left": left, "days": KEPT.days})
