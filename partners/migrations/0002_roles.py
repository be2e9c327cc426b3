"""The four roles are groups of the same name."""

from django.db import migrations

ROLES = ("office", "senator_office", "partner", "observer")


def create_roles(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial")]
    operations = [migrations.RunPython(create_roles, migrations.RunPython.noop)]
