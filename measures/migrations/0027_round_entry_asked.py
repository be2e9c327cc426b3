from django.db import migrations, models
from django.db.models import Q


def mark_unasked(apps, schema_editor):
    """Mark what earlier rounds did not ask about, as far as that can still be told."""
    entries = apps.get_model("measures", "RoundEntry").objects.filter(report__isnull=True)
    nobody = Q(measure__lead__isnull=True) | Q(measure__origin="taken_over")
    finished = Q(phase__in=["completed", "discontinued"])
    # By keys: an update cannot join.
    keys = list(entries.filter(nobody | finished).values_list("pk", flat=True))
    for start in range(0, len(keys), 500):
        entries.filter(pk__in=keys[start : start + 500]).update(was_asked=False)


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0026_reported_value_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="roundentry",
            name="was_asked",
            field=models.BooleanField(default=True, verbose_name="gefragt"),
        ),
        migrations.RunPython(mark_unasked, migrations.RunPython.noop, elidable=True),
    ]
