"""The tables made from the events anew: they now also tell the parts of a workspace apart."""

from django.apps.registry import Apps
from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(_apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Indexes what there is already."""
    call_command("history_index")


class Migration(migrations.Migration):
    """No table changes."""

    dependencies = [("record", "0003_digest_key")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=False)]
