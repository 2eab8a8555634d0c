"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who is here, their tokens and sessions."""

    name = "adminui.accounts"
    label = "accounts"
