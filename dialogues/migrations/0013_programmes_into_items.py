"""Turn programmes whose every line begins with a time into items; all others keep their text."""

import datetime as dt
import re

from django.db import migrations
from django.utils import timezone

# `14:00 Begrüßung`, `14.00–14.15 Uhr: Begrüßung`.
LINE = re.compile(
    r"(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)"
    r"(?:\s?[–-]\s?(?P<until_hour>[01]?\d|2[0-3])[:.](?P<until_minute>[0-5]\d))?"
    r"(?:\s?Uhr)?[:,]?\s+(?P<what>\S.{0,199})",
    re.ASCII,
)
# Only a kind by itself is taken for it, so that every line keeps its words.
KINDS = {
    "Begrüßung": "welcome",
    "Werksrundgang": "tour",
    "Gespräch": "talk",
    "Beiträge": "contributions",
    "Austausch": "exchange",
}


def into_items(apps, schema_editor):
    Dialogue = apps.get_model("dialogues", "Dialogue")
    ProgrammeItem = apps.get_model("dialogues", "ProgrammeItem")
    dialogues = Dialogue.objects.exclude(origin="taken_over").exclude(programme="")
    for dialogue in dialogues.order_by("pk"):
        lines = [line.strip() for line in dialogue.programme.splitlines() if line.strip()]
        found = [LINE.fullmatch(line) for line in lines]
        if not all(found):
            continue
        first = int(found[0]["hour"]) * 60 + int(found[0]["minute"])
        start = first
        if dialogue.starts_at:
            local = timezone.localtime(dialogue.starts_at)
            start = local.hour * 60 + local.minute
        else:
            # The programme keeps its times until there is a date.
            time = dt.time(*divmod(first, 60))
            Dialogue.objects.filter(pk=dialogue.pk).update(programme_start=time)
        items = [values_of(match, start) for match in found]
        ProgrammeItem.objects.bulk_create(
            ProgrammeItem(dialogue=dialogue, **values) for values in items
        )


def values_of(match, start):
    """Return the fields of the item that a line describes."""
    begins = int(match["hour"]) * 60 + int(match["minute"])
    lasts = None
    if match["until_hour"]:
        until = int(match["until_hour"]) * 60 + int(match["until_minute"])
        lasts = (until - begins) % (24 * 60) or None
    kind = KINDS.get(match["what"], "other")
    return {
        # The nearest such time: shortly before the start, or after midnight.
        "starts_after_minutes": (begins - start + 720) % (24 * 60) - 720,
        "lasts_minutes": lasts,
        "kind": kind,
        "title": "" if kind != "other" else match["what"],
    }


class Migration(migrations.Migration):
    dependencies = [
        ("dialogues", "0012_programme_items"),
    ]

    operations = [
        # The text stays in its column, so nothing has to be turned back.
        migrations.RunPython(into_items, migrations.RunPython.noop),
    ]
