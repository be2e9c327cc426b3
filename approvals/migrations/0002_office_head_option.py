"""The option that also reminds the head of the office is called `office_head`, formerly `lead`."""

from functools import partial

from django.db import migrations


def rename_option(apps, schema_editor, old, new):
    for name in ("ReminderRule", "HistoricalReminderRule"):
        model = apps.get_model("reminders", name)
        for rule in model.objects.filter(key="approval", options__isnull=False):
            if old in rule.options:
                rule.options[new] = rule.options.pop(old)
                model.objects.filter(pk=rule.pk).update(options=rule.options)
    # Otherwise everybody reminded already would be reminded of the step again.
    log = apps.get_model("reminders", "ReminderLog")
    log.objects.filter(kind="approval", step=old).update(step=new)


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial"), ("reminders", "0001_initial")]
    operations = [
        migrations.RunPython(
            partial(rename_option, old="lead", new="office_head"),
            partial(rename_option, old="office_head", new="lead"),
        )
    ]
