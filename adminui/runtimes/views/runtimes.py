"""/org/{org}/ws/{ws}/runtimes/: the runtimes of a workspace, page by page, filtered, or found by name, key or UUID."""

from __future__ import annotations

import asyncio

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from adminui.accounts.failures import note
from adminui.accounts.here import Who, page, signed_in
from adminui.accounts.places import Place, forget, place, remember
from adminui.platform.address import is_uuid
from adminui.platform.errors import Forbidden, NotSent, PlatformError, Refused, TimedOut
from adminui.runtimes.asked import LIMITS, STATES, Asked
from adminui.runtimes.finding import Found, find
from adminui.runtimes.rows import config_address, known_owners, projects, row
from adminui.saving import unsettled


@require_safe
@signed_in
async def runtimes(request: HttpRequest, who: Who, org: str, ws: str) -> HttpResponse:
    """The list. A UUID that is known goes on to its config at once."""
    asked = Asked.read(request.GET)
    found, where = await asyncio.gather(find(who.token, org, ws, asked), place(who, org, ws))
    if found.exact and is_uuid(asked.text) and (address := config_address(org, ws, found.exact.id)):
        return HttpResponseRedirect(address)
    if found.problem is None:
        await remember(request, org, ws)
    elif found.problem.status in {403, 404}:
        await forget(request, org, ws)
    if isinstance(found.problem, Forbidden):
        raise found.problem
    context = await _context(asked, found, where)
    context["earlier"] = await sync_to_async(unsettled.of_person)(who.person.platform_id)
    return _answer(request, who, where, found, context)


def _answer(request: HttpRequest, who: Who, where: Place, found: Found, context: dict[str, object]) -> HttpResponse:
    problem = found.problem
    if problem is not None:
        note(request, problem)
    status = 200 if problem is None or found.items else _status(problem)
    answer = page(request, "runtimes/runtimes.html", context, status=status, who=who, place=where)
    if problem is not None and problem.retry_after is not None:
        answer["Retry-After"] = str(problem.retry_after)
    return answer


async def _context(asked: Asked, found: Found, where: Place) -> dict[str, object]:
    org, ws = where.org or "", where.workspace or ""
    owners = await known_owners(found.items)
    return {
        "asked": asked,
        "found": found,
        "missing": found.problem is not None and found.problem.status == 404 and not found.items,
        "known": any(each.key == ws for each in where.workspaces),
        "rows": [row(org, ws, item, owners, exact=item is found.exact) for item in found.items],
        "projects": projects((*where.runtimes, *found.items), asked.project),
        "states": STATES,
        "limits": LIMITS,
        "by_uuid": config_address(org, ws, asked.text) if is_uuid(asked.text) else None,
        "elsewhere": [each for each in where.workspaces if each.key != ws][:4] if asked.text else [],
        "find_box": False,
    }


def _status(problem: PlatformError) -> int:
    """The status of a page that could show nothing because of this."""
    match problem:
        case Refused() | PlatformError(status=404):
            return problem.status or 502
        case TimedOut():
            return 504
        case NotSent():
            return 503
        case _:
            return 502
