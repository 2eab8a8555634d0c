"""The box's addresses: the platform's API, and the switches that only a box has."""

from django.urls import include, path

from .endpoint import broken, endpoint, unknown_path
from .views import config, control, people, runtimes

RUNTIMES = "api/v1/org/<str:org>/ws/<str:ws>/runtimes"

urlpatterns = [
    path("api/v1/user", endpoint({"GET": people.user})),
    path("api/v1/user/organizations", endpoint({"GET": people.organizations})),
    path("api/v1/user/secrets", endpoint({"GET": people.secrets})),
    path("api/v1/org/<str:org>", endpoint({"GET": people.one_organization})),
    path("api/v1/org/<str:org>/capabilities", endpoint({"GET": people.capabilities})),
    path("api/v1/org/<str:org>/ws", endpoint({"GET": people.workspaces})),
    path("api/v1/org/<str:org>/ws/<str:ws>", endpoint({"GET": people.one_workspace})),
    path(RUNTIMES, endpoint({"GET": runtimes.listed})),
    path(f"{RUNTIMES}/<str:name>", endpoint({"GET": runtimes.one})),
    path(f"{RUNTIMES}/<str:name>/config", endpoint({"GET": config.read, "PUT": config.replace})),
    path("api/v1/openapi.json", endpoint({"GET": control.describe}, anyone=True)),
    path(
        "api/v1/_faults",
        endpoint(
            {"GET": control.list_faults, "POST": control.order_fault, "DELETE": control.clear_faults}, anyone=True
        ),
    ),
    path("api/v1/_log", endpoint({"GET": control.log}, anyone=True)),
    path("api/v1/_tokens", endpoint({"DELETE": control.end_tokens}, anyone=True)),
    path("", include("adminui.embedded.provider.urls")),
]

handler404 = unknown_path
handler500 = broken
