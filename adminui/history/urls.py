"""The addresses of history; they mirror the platform's API."""

from django.urls import path

from adminui.history.views import compare, event, export, listing, path_history, site

WORKSPACE = "org/<slug:org>/ws/<slug:ws>/history/"
RUNTIME = "org/<slug:org>/ws/<slug:ws>/runtimes/<str:runtime>/history/"

urlpatterns = [
    path("people/history/", site.of_site, name="site-history"),
    path(WORKSPACE, listing.of_workspace, name="workspace-history"),
    path(WORKSPACE + "export/", export.of_workspace, name="workspace-history-export"),
    path(WORKSPACE + "<uuid:event>/", event.of_workspace, name="workspace-event"),
    path(RUNTIME, listing.of_runtime, name="runtime-history"),
    path(RUNTIME + "export/", export.of_runtime, name="history-export"),
    path(RUNTIME + "compare/", compare.compare, name="history-compare"),
    path(RUNTIME + "path/", path_history.path_history, name="history-path"),
    path(RUNTIME + "<uuid:event>/", event.of_runtime, name="history-event"),
]
