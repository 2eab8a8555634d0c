"""…/history/ of a runtime and of a workspace: who changed what, newest first, searched and page by page."""

from collections.abc import Collection

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from adminui.accounts.here import Who, signed_in
from adminui.accounts.may import why_not
from adminui.accounts.places import canonical
from adminui.accounts.roles import Deed
from adminui.history.asked import Asked
from adminui.history.chart import chart
from adminui.history.listing import asked_of, listed
from adminui.history.query import TERMS
from adminui.history.subject import Subject, subject
from adminui.record import index
from adminui.record.index import Part
from adminui.record.models import Checked


@require_safe
@signed_in
async def of_workspace(request: HttpRequest, who: Who, org: str, ws: str) -> HttpResponse:
    """All of a workspace."""
    return await _page(await subject(request, who, org, ws))


@require_safe
@signed_in
async def of_runtime(request: HttpRequest, who: Who, org: str, ws: str, runtime: str) -> HttpResponse:
    """All of a runtime."""
    if elsewhere := await canonical(request, who, org, ws, runtime):
        return elsewhere
    return await _page(await subject(request, who, org, ws, runtime))


async def _page(about: Subject) -> HttpResponse:
    given = about.request.GET
    asked = await asked_of(about.access, about.place, given)
    if (text := asked.with_controls(given)) is not None:
        return HttpResponseRedirect(about.here + asked.searching(text))
    known = {about.runtime.id: about.runtime} if about.runtime else {}
    listing = await listed(about.access, about.scope, asked, known)
    parts = await about.access.parts(about.scope)
    context = await sync_to_async(_around)(about, asked, parts)
    return about.render("history/list.html", {**context, "asked": asked, "listing": listing, "terms": TERMS})


def _around(about: Subject, asked: Asked, parts: Collection[Part] | None) -> dict[str, object]:
    return {
        "export": about.url("history-export" if about.runtime else "workspace-history-export"),
        "why_not_export": why_not(about.who, Deed.EXPORT_HISTORY),
        "controls": asked.controls(index.names(about.scope, parts)),
        "chart": chart(about.scope, asked.query, parts),
        "checked": Checked.objects.filter(chain=about.scope.chain).first(),
    }
