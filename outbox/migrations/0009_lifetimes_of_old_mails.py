from django.db import migrations
from django.db.models import DurationField, ExpressionWrapper, F


def fill(apps, schema_editor):
    """Take as lifetime what a mail was given when it was written."""
    given = ExpressionWrapper(F("expires_at") - F("created_at"), output_field=DurationField())
    apps.get_model("outbox", "Mail").objects.update(lifetime=given)


class Migration(migrations.Migration):
    dependencies = [("outbox", "0008_mail_lifetime")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
