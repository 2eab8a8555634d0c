"""What happens to a form whose CSRF token doesn't fit: nothing is done, and nothing typed is lost."""

from django.http import HttpRequest, HttpResponse

from adminui.accounts.failures import error_page


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW. A form of the editor is kept; any other is to be sent again from a fresh page."""
    from adminui.editor.views.kept import keep_unsent  # late: this module is loaded with the middleware

    kept: HttpResponse | None = keep_unsent(request)
    if kept is not None:
        return kept
    return error_page(
        request,
        status=403,
        title="This form is out of date",
        sentence=(
            "You signed in or out since the page was opened, or it was open for very long, so nothing was done. "
            "Go back, load the page again, and send the form once more."
        ),
    )
