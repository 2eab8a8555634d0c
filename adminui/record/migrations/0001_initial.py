"""The record's tables. record_event is made by SQL of our own, with what refuses to change it."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from adminui.record import fields, guards

SQLITE = """
CREATE TABLE record_event (
  id TEXT NOT NULL PRIMARY KEY,
  format INTEGER NOT NULL,
  chain TEXT NOT NULL,
  seq INTEGER NOT NULL CHECK (seq > 0),
  previous TEXT NOT NULL,
  hash TEXT NOT NULL,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  name TEXT NOT NULL,
  platform_id TEXT NOT NULL,
  platform_name TEXT NOT NULL,
  organization TEXT NOT NULL,
  workspace TEXT NOT NULL,
  runtime TEXT,
  request_id TEXT NOT NULL,
  origin TEXT NOT NULL,
  reason TEXT NOT NULL,
  ip TEXT NOT NULL,
  agent TEXT NOT NULL,
  paths TEXT NOT NULL,
  before TEXT,
  after TEXT,
  data TEXT NOT NULL,
  save TEXT,
  UNIQUE (chain, seq)
)"""
"""Types of PostgreSQL and SQLite alike, but for the number's width."""

INDEXES = (
    "CREATE INDEX record_event_runtime ON record_event (runtime, seq)",
    "CREATE INDEX record_event_workspace ON record_event (chain, workspace, seq)",
    "CREATE INDEX record_event_save ON record_event (save)",
)


def create(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The table, its indexes and its guards."""
    for statement in (TABLE[schema_editor.connection.vendor], *INDEXES):
        schema_editor.execute(statement, params=None)
    guards.install(schema_editor.connection)


# WITHOUT ROWID: else a row could be replaced by its row number, which is no column that a trigger sees.
# STRICT: a column holds its type and nothing else, as on PostgreSQL.
TABLE = {
    "sqlite": f"{SQLITE} STRICT, WITHOUT ROWID",
    "postgresql": SQLITE.replace("seq INTEGER", "seq BIGINT"),
}


class Migration(migrations.Migration):
    """Can't be reversed: that would be to drop the record."""

    initial = True
    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("runtime", models.UUIDField()),
                ("digest", models.CharField(max_length=64)),
                ("sealed", models.BinaryField()),
                ("kept_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"db_table": "record_document"},
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(fields=("runtime", "digest"), name="record_document_once"),
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("chain", models.TextField(primary_key=True, serialize=False)),
                ("seq", models.PositiveBigIntegerField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={"db_table": "record_head"},
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", fields.ExactUUIDField(primary_key=True, serialize=False)),
                ("format", models.PositiveSmallIntegerField()),
                ("chain", models.TextField()),
                ("seq", models.PositiveBigIntegerField()),
                ("previous", models.TextField()),
                ("hash", models.TextField()),
                ("at", fields.ExactTimeField()),
                *[(name, models.TextField()) for name in ("kind", "issuer", "subject", "name")],
                *[(name, models.TextField()) for name in ("platform_id", "platform_name")],
                *[(name, models.TextField()) for name in ("organization", "workspace")],
                ("runtime", fields.ExactUUIDField(null=True)),
                *[(name, models.TextField()) for name in ("request_id", "origin", "reason", "ip", "agent")],
                ("paths", fields.ExactJSONField()),
                ("before", models.TextField(null=True)),
                ("after", models.TextField(null=True)),
                ("data", fields.ExactJSONField()),
                ("save_id", fields.ExactUUIDField(db_column="save", null=True)),
            ],
            options={"db_table": "record_event", "managed": False},
        ),
        migrations.RunPython(create, elidable=False),
    ]
