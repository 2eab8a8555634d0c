"""…/history/export/: what a search finds, as NDJSON or CSV, streamed. Who takes it away is written down first."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import cast

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.views.decorators.http import require_POST

from adminui.accounts.failures import error_page
from adminui.accounts.here import Who, signed_in
from adminui.accounts.may import why_not
from adminui.accounts.roles import Deed
from adminui.accounts.witness import origin_of
from adminui.history.exporting import KINDS, Kind, seen, written
from adminui.history.listing import asked_of
from adminui.history.subject import Subject, subject
from adminui.platform.address import is_uuid
from adminui.saving import witness
from adminui.saving.steps import Trace


@require_POST
@signed_in
async def of_workspace(request: HttpRequest, who: Who, org: str, ws: str) -> HttpResponseBase:
    """Of a workspace."""
    return await _export(await subject(request, who, org, ws))


@require_POST
@signed_in
async def of_runtime(request: HttpRequest, who: Who, org: str, ws: str, runtime: str) -> HttpResponseBase:
    """Of a runtime, named by its UUID."""
    if not is_uuid(runtime):
        raise Http404("Only the runtime’s own id leads here.")
    return await _export(await subject(request, who, org, ws, runtime))


async def _export(about: Subject) -> HttpResponseBase:
    request = about.request
    if reason := why_not(about.who, Deed.EXPORT_HISTORY):
        return error_page(request, status=403, title="Not yours to export", sentence=reason.text)
    kind = cast("Kind", request.POST.get("kind", ""))
    if kind not in KINDS:
        raise Http404("There is no such export.")
    asked = await asked_of(about.access, about.place, request.POST)
    if asked.query.problem:
        return HttpResponseRedirect(about.here + asked.newest)
    name, content_type = KINDS[kind]
    origin = origin_of(request)
    await sync_to_async(witness.exported_history)(
        about.scope.chain,
        about.scope.workspace,
        about.scope.runtime,
        about.who.person,
        query=asked.text,
        kind=name,
        trace=Trace(origin.request_id, origin.ip, origin.agent),
    )
    pieces = written(kind, about.scope.chain, seen(about.access, about.scope, asked.query), query=asked.text)
    safe = re.sub(r"[^A-Za-z0-9._-]", "-", about.name)[:80]
    answer = StreamingHttpResponse(_streamed(pieces), content_type=content_type)
    file = f"history-{safe}-{datetime.now(UTC):%Y-%m-%d}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer


async def _streamed(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    def following() -> bytes | None:
        return next(pieces, None)

    while (piece := await sync_to_async(following)()) is not None:
        yield piece
