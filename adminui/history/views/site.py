"""/people/history/: sign-ins, tokens, roles, keys: what belongs to no organization, for who may see people."""

from dataclasses import replace

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from adminui.accounts.devices import device
from adminui.accounts.failures import error_page
from adminui.accounts.here import Who, page, signed_in
from adminui.accounts.may import why_not
from adminui.accounts.roles import Deed
from adminui.history.asked import Asked
from adminui.history.listing import Row, site
from adminui.record import events
from adminui.record.models import Checked


@require_safe
@signed_in(without_token=True)
async def of_site(request: HttpRequest, who: Who) -> HttpResponse:
    """Newest first, page by page, searched like any history."""
    if reason := why_not(who, Deed.PEOPLE):
        return error_page(request, status=403, title="Not for your role", sentence=reason.text)
    asked = Asked.read(request.GET, {})
    return page(request, "history/site.html", await sync_to_async(_context)(asked), who=who)


def _context(asked: Asked) -> dict[str, object]:
    listing = site(asked)
    return {
        "asked": asked,
        "listing": replace(listing, rows=tuple(map(_from_where, listing.rows))),
        "checked": Checked.objects.filter(chain=events.SITE).first(),
    }


def _from_where(row: Row) -> Row:
    """The same row with the browser and address that it came from; a command and the provider have none."""
    ip, agent = row.event.ip, row.event.agent
    note = f"{device(agent)}, {ip}" if ip and agent else ip
    return replace(row, telling=replace(row.telling, note=note))
