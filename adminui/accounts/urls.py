"""Addresses of this room."""

from django.urls import path

from adminui.accounts import views

urlpatterns = [
    path("signin/", views.signin, name="signin"),
    path("signout/", views.signout, name="signout"),
    path("account/", views.account, name="account"),
]
