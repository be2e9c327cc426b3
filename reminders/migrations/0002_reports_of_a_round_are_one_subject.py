"""Reminders of status reports are about a round since now, not about each measure.

Without a log entry under the new subject, whoever was reminded would be reminded of the step again.
"""

from django.db import migrations

KIND = "report_due"


def log_rounds(apps, schema_editor):
    log = apps.get_model("reminders", "ReminderLog")
    entries = {}
    measures = log.objects.filter(kind=KIND, subject_key__contains=":measure:")
    for entry in measures.order_by("pk").iterator():
        subject = entry.subject_key.partition(":measure:")[0] + ":reports"
        key = (subject, entry.recipient, entry.date, entry.step)
        entries[key] = log(
            kind=KIND,
            subject_key=subject,
            recipient=entry.recipient,
            date=entry.date,
            step=entry.step,
            at=entry.at,
            mail_id=entry.mail_id,
        )
    log.objects.bulk_create(entries.values(), ignore_conflicts=True)


def forget_rounds(apps, schema_editor):
    log = apps.get_model("reminders", "ReminderLog")
    log.objects.filter(kind=KIND, subject_key__endswith=":reports").delete()


class Migration(migrations.Migration):
    dependencies = [("reminders", "0001_initial")]
    operations = [migrations.RunPython(log_rounds, forget_rounds)]
