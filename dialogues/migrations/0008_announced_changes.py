from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dialogues", "0007_responsible_for_series"),
    ]

    operations = [
        migrations.AddField(
            model_name="dialogue",
            name="announced_changes",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.AddField(
            model_name="historicaldialogue",
            name="announced_changes",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
    ]
