"""The record as a Django app."""

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


class RecordConfig(AppConfig):
    """Registers the guards' system check and sets every SQLite connection up for them."""

    name = "adminui.record"
    label = "record"

    def ready(self) -> None:
        """Called once by Django when all models are there."""
        from adminui.record import guards  # noqa: F401 - registers the system check; needs the models

        connection_created.connect(_prepare, dispatch_uid="record.prepare")


def _prepare(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Without this pragma SQLite's REPLACE removes a row without firing the triggers that refuse it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = ON")
