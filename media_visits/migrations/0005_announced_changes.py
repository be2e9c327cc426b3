from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("media_visits", "0004_announcement_details"),
    ]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="announced_changes",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.AddField(
            model_name="historicalvisit",
            name="announced_changes",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
    ]
