"""/: where you were last, else your organizations; and from a form the place that it names."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from adminui.accounts.here import Who, page, signed_in
from adminui.accounts.places import Place, last
from adminui.accounts.upstream import platform
from adminui.contract.answers import Organization
from adminui.platform.errors import PlatformError


@require_safe
@signed_in
async def home(request: HttpRequest, who: Who) -> HttpResponse:
    """`?all` shows the organizations in any case; `?org=&ws=` goes there, for those whom no list leads."""
    org, ws = (request.GET.get(name, "").strip() for name in ("org", "ws"))
    named = address(org, ws) if org else None
    if named is None and not org and "all" not in request.GET and (here := await last(request)):
        named = address(*here)
    if named is not None:
        return HttpResponseRedirect(named)
    found = await _organizations(who)
    context = {
        "organizations": [(each, address(each.key)) for each in found or ()],
        "listed": found is not None,
        "org": org,
        "ws": ws,
        "wrong": bool(org),
    }
    return page(request, "runtimes/home.html", context, status=404 if org else 200, who=who, place=Place())


def address(org: str, ws: str = "") -> str | None:
    """The page of an organization, or the list of one of its workspaces; None for what can't be part of an address."""
    try:
        if ws:
            return reverse("workspace-runtimes", kwargs={"org": org, "ws": ws})
        return reverse("org", kwargs={"org": org})
    except NoReverseMatch:
        return None


async def _organizations(who: Who) -> list[Organization] | None:
    """None when this deployment doesn't list them."""
    try:
        return await platform().organizations(who.token)
    except PlatformError as error:
        if error.status == 404:
            return None
        raise
