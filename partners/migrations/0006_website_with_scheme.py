import re

from django.db import migrations, models

# `berlin.de/sen/web`, which used to be stored as it was typed.
BARE_HOST = re.compile(r"[^\s:/?#]+\.[^\s:/?#]+([/?#]\S*)?")
MAX_LENGTH = 200


def with_scheme(website: str) -> str:
    """Return `website` with `https://` where it lacks only that."""
    url = f"https://{website}"
    return url if BARE_HOST.fullmatch(website) and len(url) <= MAX_LENGTH else website


def complete_websites(apps, schema_editor):
    organisations = apps.get_model("partners", "Organisation").objects
    for organisation in organisations.exclude(website="").only("pk", "website"):
        url = with_scheme(organisation.website)
        if url != organisation.website:
            organisations.filter(pk=organisation.pk).update(website=url)


class Migration(migrations.Migration):
    dependencies = [("partners", "0005_personal_data")]

    operations = [
        migrations.RunPython(complete_websites, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="historicalorganisation",
            name="website",
            field=models.URLField(blank=True, verbose_name="Internetseite"),
        ),
        migrations.AlterField(
            model_name="organisation",
            name="website",
            field=models.URLField(blank=True, verbose_name="Internetseite"),
        ),
    ]
