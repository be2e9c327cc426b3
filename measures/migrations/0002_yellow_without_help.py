"""A yellow traffic light needs a reason but no wanted help, as `docs/domain.md` says."""

from django.db import migrations, models

MESSAGE = (
    "Bei Gelb und Rot gehört der Grund dazu, bei Rot auch die gewünschte Hilfe oder Entscheidung."
)
IS_EXPLAINED = (
    ~models.Q(traffic_light__in=("yellow", "red")) | ~models.Q(traffic_light_reason="")
) & (~models.Q(traffic_light="red") | ~models.Q(help_wanted=""))


def fill_help_wanted(apps, schema_editor):
    """Let the stricter constraints of before accept the yellow lights entered since."""
    for name in ("Measure", "StatusReport"):
        model = apps.get_model("measures", name)
        model.objects.filter(traffic_light="yellow", help_wanted="").update(help_wanted="–")


class Migration(migrations.Migration):
    dependencies = [("measures", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("measure", "measure_traffic_light_is_explained"),
        migrations.RemoveConstraint("statusreport", "statusreport_traffic_light_is_explained"),
        migrations.AddConstraint(
            "measure",
            models.CheckConstraint(
                condition=IS_EXPLAINED,
                name="measure_traffic_light_is_explained",
                violation_error_message=MESSAGE,
            ),
        ),
        migrations.AddConstraint(
            "statusreport",
            models.CheckConstraint(
                condition=models.Q(state="draft") | IS_EXPLAINED,
                name="statusreport_traffic_light_is_explained",
                violation_error_message=MESSAGE,
            ),
        ),
        # Last, so that it runs first when the migration is reversed.
        migrations.RunPython(migrations.RunPython.noop, fill_help_wanted),
    ]
