from django.db import migrations

import core.folding

BATCH_SIZE = 500


def fill(apps, schema_editor):
    coverage = apps.get_model("media_visits", "Coverage")
    linked = list(coverage.objects.exclude(url="").only("pk", "url"))
    for row in linked:
        row.url_key = core.folding.fold_url(row.url)
    coverage.objects.bulk_update(linked, ["url_key"], batch_size=BATCH_SIZE)


class Migration(migrations.Migration):
    dependencies = [("media_visits", "0002_responsible")]

    operations = [
        migrations.AddField(
            model_name="coverage",
            name="url_key",
            field=core.folding.FoldedURLField(
                blank=True, default="", editable=False, sources=("url",)
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
