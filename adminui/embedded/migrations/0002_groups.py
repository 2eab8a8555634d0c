from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("embedded", "0001_tables")]

    operations = [
        migrations.RenameField("Person", "token", "api_token"),
        migrations.AddField("Person", "groups", models.JSONField(default=list)),
    ]
