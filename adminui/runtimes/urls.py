"""Finding one's way; the addresses mirror the platform's API."""

from django.urls import path

from adminui.runtimes.views import home, org, runtimes

urlpatterns = [
    path("", home.home, name="home"),
    path("org/<slug:org>/", org.org, name="org"),
    path("org/<slug:org>/ws/<slug:ws>/runtimes/", runtimes.runtimes, name="workspace-runtimes"),
]
