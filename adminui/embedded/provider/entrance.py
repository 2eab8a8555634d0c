"""Signing in at the provider: a name, and the same name as the password."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth import authenticate, login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_protect

from ..models import Person


class NameIsPassword:
    """Django's authentication: whoever has groups may sign in here."""

    def authenticate(self, request: HttpRequest | None, username: str = "", password: str = "") -> Person | None:
        """The person of that name, if the password is the same."""
        person = Person.objects.filter(username=username).first()
        known = person is not None and bool(person.groups) and constant_time_compare(username, password)
        return person if known else None

    def get_user(self, user_id: UUID) -> Person | None:
        """Whoever a session of the provider is of."""
        return Person.objects.filter(id=user_id).first()


class SignInForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label="Name",
        max_length=64,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label="Password",
        max_length=64,
        help_text="In the box it is the same as the name.",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """`user` is who it was."""
        given: dict[str, Any] = self.cleaned_data
        self.user = authenticate(username=given.get("username", ""), password=given.get("password", ""))
        if not self.errors and self.user is None:
            raise ValidationError("There is no such person, or the password is another one.")
        return given


@csrf_protect
def sign_in(request: HttpRequest) -> HttpResponse:
    """The form; where somebody comes from is where they go on to."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.user)
        return HttpResponseRedirect(_back(request))
    people = Person.objects.exclude(groups=[]).order_by("username")
    return render(request, "box/signin.html", {"form": form, "people": people}, status=422 if form.errors else 200)


def _back(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "/accounts/login/"
