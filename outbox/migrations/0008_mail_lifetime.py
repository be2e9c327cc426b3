import datetime as dt

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0007_rule_options")]

    operations = [
        migrations.AddField(
            model_name="mail",
            name="lifetime",
            field=models.DurationField(
                default=dt.timedelta(hours=72), verbose_name="Geltungsdauer"
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="mail",
            name="recipient_name",
            field=models.CharField(blank=True, max_length=150, verbose_name="Name"),
        ),
        *[
            migrations.AlterField(
                model_name=name,
                name="needs_release",
                field=models.BooleanField(
                    default=False, verbose_name="E-Mails dieser Art erst nach Durchsicht senden"
                ),
            )
            for name in ("wording", "historicalwording")
        ],
    ]
