"""Digests have a key of their own, kept with the record."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_sso")]

    operations = [migrations.RemoveField("keyinuse", "digests")]
