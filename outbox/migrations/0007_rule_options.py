from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0006_reminders")]

    operations = [
        migrations.AddField(
            model_name=name,
            name="options",
            field=models.JSONField(null=True, verbose_name="weitere Einstellungen"),
        )
        for name in ("reminderrule", "historicalreminderrule")
    ]
