from functools import partial

from django.db import migrations

KIND, FORMER, PRESENT = "barrier_reported", "{answer_by}", "{answer_due_on}"


def rename(before, after, apps, schema_editor):
    """Rename a placeholder in the office's own wording, which would no longer fit the mail."""
    wording = apps.get_model("outbox", "Wording").objects.filter(kind=KIND).first()
    if wording is not None:
        wording.subject = wording.subject.replace(before, after)
        wording.body = wording.body.replace(before, after)
        wording.save()


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]

    operations = [
        migrations.RunPython(
            partial(rename, FORMER, PRESENT), partial(rename, PRESENT, FORMER), elidable=True
        )
    ]
