"""Tables made from the events, an index of their times, and what was last seen and checked."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = (
    "record_term (term BIGINT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (term, seq))",
    "record_tally (scope BIGINT NOT NULL, day TEXT NOT NULL, events BIGINT NOT NULL, bad BIGINT NOT NULL,"
    " PRIMARY KEY (scope, day))",
    "record_name (scope BIGINT NOT NULL, name TEXT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (scope, name))",
    "record_latest (place BIGINT NOT NULL PRIMARY KEY, seq BIGINT NOT NULL)",
)
INDEX = "CREATE INDEX record_event_at ON record_event (chain, at)"


def create(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The tables, without a row number of their own on SQLite: it would double them."""
    sqlite = schema_editor.connection.vendor == "sqlite"
    for table in TABLES:
        made = f"CREATE TABLE {table}"
        statement = f"{made.replace('BIGINT', 'INTEGER')} STRICT, WITHOUT ROWID" if sqlite else made
        schema_editor.execute(statement, params=None)
    schema_editor.execute(INDEX, params=None)


class Migration(migrations.Migration):
    """What is only made from the events can be dropped with them alone. 0004 fills these tables."""

    dependencies = [("record", "0001_initial")]
    operations = [
        migrations.RunPython(create, elidable=False),
        migrations.CreateModel(
            name="Seen",
            fields=[
                ("runtime", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("seq", models.PositiveBigIntegerField()),
                ("seen_at", models.DateTimeField()),
                ("listed", models.CharField(blank=True, max_length=200)),
            ],
            options={"db_table": "record_seen"},
        ),
        migrations.CreateModel(
            name="Checked",
            fields=[
                ("chain", models.TextField(primary_key=True, serialize=False)),
                ("seq", models.PositiveBigIntegerField()),
                ("hash", models.CharField(max_length=64)),
                ("why", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "record_checked"},
        ),
    ]
