"""A key of its own for the documents' digests: the one that made those that there are, else a new one when needed."""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from adminui import keyring


def keep_the_old(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Digests were made with a key derived from the first one."""
    if apps.get_model("record", "Document").objects.exists():
        ring: keyring.Keyring = settings.KEYRING
        sealed = keyring.seal(ring.keys[0].derived("digest document"), bound_to="record_digestkey")
        apps.get_model("record", "DigestKey").objects.create(id=1, sealed=sealed)


class Migration(migrations.Migration):
    dependencies = [("record", "0002_index")]

    operations = [
        migrations.CreateModel(
            name="DigestKey",
            fields=[
                ("id", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("sealed", models.BinaryField()),
            ],
            options={"db_table": "record_digestkey"},
        ),
        migrations.RunPython(keep_the_old, migrations.RunPython.noop),
    ]
