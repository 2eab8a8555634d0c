"""/org/{org}/: the workspaces of an organization."""

from __future__ import annotations

import asyncio

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from adminui.accounts.here import Who, page, signed_in
from adminui.accounts.places import is_loud, place
from adminui.accounts.upstream import platform
from adminui.contract.answers import Workspace
from adminui.platform.errors import PlatformError
from adminui.runtimes.views.home import address


@require_safe
@signed_in
async def org(request: HttpRequest, who: Who, org: str) -> HttpResponse:
    """The workspaces. Where the platform doesn't list them, a form to name one."""
    found, where = await asyncio.gather(_workspaces(who, org), place(who, org))
    named = next((each.name for each in where.organizations if each.key == org), None)
    context = {
        "org": org,
        "name": named or org,
        # Known from elsewhere, it isn't the organization that is missing but its list.
        "missing": found is None and named is None,
        "listed": found is not None,
        "nameable": found is None and (named is not None or not where.organizations),
        "workspaces": [(each, address(org, each.key), is_loud(each.key)) for each in found or ()],
    }
    return page(request, "runtimes/org.html", context, status=404 if context["missing"] else 200, who=who, place=where)


async def _workspaces(who: Who, org: str) -> list[Workspace] | None:
    """None when the platform knows no such organization, or doesn't list workspaces."""
    try:
        return await platform().workspaces(who.token, org)
    except PlatformError as error:
        if error.status == 404:
            return None
        raise
