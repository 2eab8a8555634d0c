"""Addresses of this room."""

from django.urls import path

from adminui.accounts.views.account import account
from adminui.accounts.views.backchannel import backchannel
from adminui.accounts.views.people import people
from adminui.accounts.views.preferences import preferences
from adminui.accounts.views.signin import back, signin
from adminui.accounts.views.signout import signout

urlpatterns = [
    path("signin/", signin, name="signin"),
    path("signin/back/", back, name="signin-back"),
    path("signout/", signout, name="signout"),
    path("signout/by-provider/", backchannel, name="signout-by-provider"),
    path("account/", account, name="account"),
    path("people/", people, name="people"),
    path("account/preferences/", preferences, name="preferences"),
]
