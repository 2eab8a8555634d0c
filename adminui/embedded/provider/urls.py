"""Addresses of the provider, as allauth's own views expect to find them by name."""

from collections.abc import Callable
from typing import Any

from allauth.core.context import request_context
from allauth.idp.oidc import views
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.template.response import SimpleTemplateResponse
from django.urls import URLPattern, include, path

from .. import store
from .entrance import sign_in

View = Callable[..., Any]


def page(view: View) -> View:
    """An async view that runs a page of the provider in the database's thread, with session, person and CSRF cookie."""

    def inner(request: HttpRequest) -> HttpResponseBase:
        with request_context(request):
            response = view(request)
            return response.render() if isinstance(response, SimpleTemplateResponse) else response

    whole: Any = SessionMiddleware(CsrfViewMiddleware(AuthenticationMiddleware(inner)))

    async def answer(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = await store.run(whole, request)
        return response

    return answer


def _at(route: str, view: View, name: str) -> URLPattern:
    return path(route, page(view), name=name)


oidc = [
    _at(".well-known/openid-configuration", views.configuration, "configuration"),
    _at(".well-known/jwks.json", views.jwks, "jwks"),
    _at("identity/o/authorize", views.authorization, "authorization"),
    _at("identity/o/logout", views.logout, "logout"),
    _at("identity/o/api/token", views.token, "token"),
    _at("identity/o/api/revoke", views.revoke, "revoke"),
    _at("identity/o/api/userinfo", views.user_info, "userinfo"),
    # The box's client has no device grant; the configuration document names the address all the same.
    _at("identity/o/api/device/code", views.device_code, "device_code"),
]

urlpatterns = [
    _at("accounts/login/", sign_in, "account_login"),
    path("", include(([path("", include((oidc, "oidc")))], "idp"))),
]
