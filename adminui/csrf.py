"""What happens to a form whose CSRF token doesn't fit: nothing is done, and nothing typed is lost."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from adminui.accounts.failures import error_page
from adminui.accounts.here import own_path, signin_address


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW, in a thread: a form of the editor is kept, any other is to be sent once more.

    What another site made a browser send is not kept.
    """
    if request.path == reverse("signin"):
        return HttpResponseRedirect(signin_address(own_path(request.GET.get("next", "")), "form"))
    if not reason.startswith(("Origin checking failed", "Referer checking failed")):
        from adminui.editor.views.kept import keep_unsent  # late: this module is loaded with the middleware

        kept: HttpResponse | None = keep_unsent(request)
        if kept is not None:
            return kept
    return error_page(
        request,
        status=403,
        title="This form is out of date",
        sentence=(
            "You signed in or out since its page was opened, or it was open for very long, so nothing was done. "
            "Go back, load the page again, and send the form once more."
        ),
    )
