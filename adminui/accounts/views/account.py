"""The account: who is signed in, since when and until when."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from adminui.accounts import sessions
from adminui.accounts.here import Who, page, signed_in


@signed_in
async def account(request: HttpRequest, who: Who) -> HttpResponse:
    """Who is signed in, since when and until when."""
    began, ends = sessions.times(request)
    context = {
        "began": began,
        "ends": ends,
        "idle_minutes": settings.SESSION_IDLE_MINUTES,
        "platform": settings.PLATFORM_URL,
    }
    return page(request, "accounts/account.html", context, who=who)
