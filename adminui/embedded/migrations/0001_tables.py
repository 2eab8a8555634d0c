import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Fault",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("order", models.TextField()),
                ("left", models.PositiveIntegerField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("username", models.CharField(max_length=64, unique=True)),
                ("email_address", models.CharField(max_length=254)),
                ("first_name", models.CharField(max_length=100)),
                ("last_name", models.CharField(max_length=100)),
                ("token", models.CharField(max_length=100, null=True, unique=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("key", models.SlugField()),
                ("name", models.CharField(max_length=200)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("method", models.CharField(max_length=20)),
                ("path", models.TextField()),
                ("user", models.CharField(max_length=64, null=True)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("headers", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Organization",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("key", models.SlugField(unique=True)),
                ("name", models.CharField(max_length=200)),
                ("max_seconds", models.PositiveIntegerField(null=True)),
                ("members", models.ManyToManyField(to="embedded.person")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Secret",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("provider", models.CharField(max_length=50)),
                ("masked_value", models.CharField(max_length=50)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("owner", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="embedded.person")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Workspace",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("key", models.SlugField()),
                ("name", models.CharField(max_length=200)),
                ("is_default", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="embedded.organization"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Runtime",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("key", models.SlugField(max_length=100)),
                ("name", models.CharField(max_length=200)),
                ("description", models.TextField()),
                ("status", models.CharField(max_length=10)),
                ("config", models.TextField()),
                ("config_digest", models.CharField(max_length=80)),
                ("running_digest", models.CharField(max_length=80, null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("owner", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="embedded.person")),
                (
                    "project",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="embedded.project"),
                ),
                ("workspace", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="embedded.workspace")),
            ],
        ),
        migrations.AddField(
            model_name="project",
            name="workspace",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="embedded.workspace"),
        ),
        migrations.CreateModel(
            name="Capability",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("latest_version", models.CharField(max_length=50)),
                ("description", models.TextField()),
                (
                    "organization",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="embedded.organization"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organization", "name"), name="capability_name")],
            },
        ),
        migrations.AddConstraint(
            model_name="workspace",
            constraint=models.UniqueConstraint(fields=("organization", "key"), name="workspace_key"),
        ),
        migrations.AddIndex(
            model_name="runtime",
            index=models.Index(fields=["workspace", "-updated_at", "-id"], name="runtime_newest"),
        ),
        migrations.AddConstraint(
            model_name="runtime",
            constraint=models.UniqueConstraint(fields=("workspace", "key"), name="runtime_key"),
        ),
    ]
