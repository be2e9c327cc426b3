from django.conf import settings
from django.db import migrations, models
from django.utils.text import format_lazy

# The title of the head of the department is a setting, so the label is built as in the model.
LABEL = format_lazy("Teilnahme {head}", head=settings.HEAD_TITLE_GENITIVE)


class Migration(migrations.Migration):
    dependencies = [
        ("dialogues", "0004_seat_wishes_and_retracted_topics"),
    ]

    operations = [
        migrations.AlterField(
            model_name=name,
            name="senator_attends",
            field=models.BooleanField(default=True, verbose_name=LABEL),
        )
        for name in ("dialogue", "historicaldialogue")
    ]
