"""The saving app."""

from django.apps import AppConfig


class SavingConfig(AppConfig):
    """Drafts and saves."""

    name = "adminui.saving"
    label = "saving"
    default_auto_field = "django.db.models.BigAutoField"
