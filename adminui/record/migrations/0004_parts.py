"""The tables made from the events anew: they now also tell the parts of a workspace apart."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(_apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Indexes what there is already."""
    from adminui.record import exports, index
    from adminui.record.models import Head

    index.clear()
    loader = index.Loader()
    for head in Head.objects.order_by("chain"):
        for batch in exports.all_of(head.chain):
            loader.take(batch)
    loader.finish()


class Migration(migrations.Migration):
    """No table changes."""

    dependencies = [("record", "0003_digest_key")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=False)]
