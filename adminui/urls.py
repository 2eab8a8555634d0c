"""All addresses: each room brings its own."""

from importlib import import_module

from django.urls import include, path

from adminui import health


def _there(room: str) -> bool:
    """While rooms are being built: whether this one has addresses already."""
    try:
        import_module(f"adminui.{room}.urls")
    except ImportError:
        return False
    return True


_ROOMS = [room for room in ("accounts", "runtimes", "editor") if _there(room)]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    *(path("", include(f"adminui.{room}.urls")) for room in _ROOMS),
]

# While rooms are being built: their addresses, so that every page has its header.
_STAND_INS = {
    "runtimes": [
        ("", "home"),
        ("org/<slug:org>/", "org"),
        ("org/<slug:org>/ws/<slug:ws>/runtimes/", "workspace-runtimes"),
    ],
    "editor": [("org/<slug:org>/ws/<slug:ws>/runtimes/<str:runtime>/config/", "config")],
}
for _room, _paths in _STAND_INS.items():
    if _room not in _ROOMS:
        urlpatterns += [path(route, health.healthz, name=name) for route, name in _paths]

handler400 = "adminui.accounts.failures.bad_request"
handler403 = "adminui.accounts.failures.forbidden"
handler404 = "adminui.accounts.failures.not_found"
handler500 = "adminui.accounts.failures.server_error"
