"""Signing out: here, and at the provider too."""

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from adminui.accounts import sessions
from adminui.accounts.failures import error_page
from adminui.accounts.here import Who, signin_address, who
from adminui.accounts.oidc import discovery, flow
from adminui.accounts.views.signin import PATIENCE
from adminui.accounts.witness import origin_of, record


async def signout(request: HttpRequest) -> HttpResponse:
    """Ends the session and destroys its tokens; the browser drops what it kept of these pages.

    With `at=provider`, the browser goes on to the provider's own sign-out.
    """
    if request.method != "POST":
        response = error_page(
            request,
            status=405,
            title="Nothing was done",
            sentence="Signing out takes the button in the menu with your name, so that no link can do it.",
        )
        response["Allow"] = "POST"
        return response
    here = await who(request)
    goes_on = await _provider_sign_out(request, here)
    await sync_to_async(_end)(request, here)
    return cleared(HttpResponseRedirect(goes_on or signin_address(None, "out")))


async def _provider_sign_out(request: HttpRequest, here: Who | None) -> str | None:
    provider = settings.OIDC
    if provider is None or here is None or here.way != "sso" or request.POST.get("at") != "provider":
        return None
    await discovery.warm(provider, PATIENCE)
    return flow.end_session_url(request, provider)


@transaction.atomic
def _end(request: HttpRequest, here: Who | None) -> None:
    sessions.end(request)
    if here is not None:
        record("signout", here.person, origin_of(request))


def cleared(response: HttpResponse) -> HttpResponse:
    """The answer, with which the browser drops what it kept of our pages.

    Not `"cookies"`: that would take those of the whole domain. Ours is taken back by name (middleware.py).
    """
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response
