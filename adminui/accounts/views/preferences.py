"""The switches of a session: POST sets one and comes back to the page that it was on."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from adminui.accounts.here import Who, page_of, signed_in
from adminui.accounts.preferences import set_from


@require_POST
@signed_in(without_token=True)
async def preferences(request: HttpRequest, who: Who) -> HttpResponse:
    """Sets what was posted."""
    set_from(request)
    back = page_of(request)
    return HttpResponseRedirect(reverse("account") if back is None or back == request.path else back)
