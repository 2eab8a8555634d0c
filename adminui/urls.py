"""All addresses: each room brings its own."""

from django.urls import include, path

from adminui import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("health/", health.health, name="health"),
    path("", include("adminui.accounts.urls")),
    path("", include("adminui.runtimes.urls")),
    path("", include("adminui.editor.urls")),
    path("", include("adminui.history.urls")),
]

handler400 = "adminui.accounts.failures.bad_request"
handler403 = "adminui.accounts.failures.forbidden"
handler404 = "adminui.accounts.failures.not_found"
handler500 = "adminui.accounts.failures.server_error"
