"""Sessions by a provider, tokens of one's own, and the keys in use."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F
from django.utils import timezone


def carry_over(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Sessions end, as their tokens were bound to less; until now everybody was called as on the platform."""
    apps.get_model("accounts", "Credential").objects.all().delete()
    apps.get_model("accounts", "Person").objects.update(platform_name=F("name"), roles=["editor"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="KeyInUse",
            fields=[
                ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("check_digest", models.CharField(max_length=64)),
                ("digests", models.BooleanField(default=False)),
                ("first_used_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"db_table": "accounts_key"},
        ),
        migrations.CreateModel(
            name="LogoutToken",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
            options={"db_table": "accounts_logouttoken"},
        ),
        migrations.CreateModel(
            name="PersonalToken",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="personal",
                        serialize=False,
                        to="accounts.person",
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("ending", models.CharField(max_length=4)),
                ("refused_at", models.DateTimeField(null=True)),
                ("added_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "accounts_personaltoken"},
        ),
        migrations.AddField("credential", "way", models.CharField(default="token", max_length=10)),
        migrations.AddField("credential", "version", models.PositiveIntegerField(default=0)),
        migrations.AddField("credential", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField("credential", "renew_at", models.DateTimeField(null=True)),
        migrations.AddField("credential", "leased_until", models.DateTimeField(null=True)),
        migrations.AddField("credential", "later_at", models.DateTimeField(null=True)),
        migrations.AddField("credential", "roles", models.JSONField(default=list)),
        migrations.AddField(
            "credential",
            "provider_session",
            models.CharField(blank=True, db_index=True, default="", max_length=255),
            False,
        ),
        migrations.AddField("credential", "ip", models.CharField(blank=True, default="", max_length=45), False),
        migrations.AddField("credential", "agent", models.CharField(blank=True, default="", max_length=300), False),
        migrations.AddField("credential", "seen_at", models.DateTimeField(default=timezone.now), False),
        migrations.AddField("person", "email_verified", models.BooleanField(default=False)),
        migrations.AddField("person", "platform_name", models.CharField(blank=True, default="", max_length=255), False),
        migrations.AddField("person", "roles", models.JSONField(default=list)),
        migrations.AlterField("person", "platform_id", models.CharField(blank=True, max_length=255)),
        migrations.AddIndex("person", models.Index(fields=["platform_id"], name="person_platform")),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
