"""A worker reads, applies and undoes imports."""

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Case, F, Q, Value, When

STATES = [
    ("reading", "wird gelesen"),
    ("unreadable", "nicht lesbar"),
    ("prepared", "zur Ansicht"),
    ("applying", "wird übernommen"),
    ("applied", "übernommen"),
    ("undoing", "wird rückgängig gemacht"),
    ("undone", "rückgängig gemacht"),
    ("discarded", "verworfen"),
]
FORMER_STATES = ("prepared", "applied", "undone", "discarded")
WITHOUT_EFFECT = ("reading", "unreadable", "prepared", "applying", "discarded")


def compare_again(apps, schema_editor):
    """Let a worker compare what is prepared: the preview is kept with the record from now on."""
    # One statement: PostgreSQL alters no table in whose rows it has to check keys, which it does
    # for rows that one transaction changes twice.
    state = Case(When(state="prepared", then=Value("reading")), default=F("state"))
    records = apps.get_model("measures", "MeasureImport").objects
    records.update(touched_at=F("uploaded_at"), state=state)


def settle(apps, schema_editor):
    """Put what a worker has not done yet into the states that there were before."""
    records = apps.get_model("measures", "MeasureImport").objects
    records.filter(state="undoing").update(state="applied")
    records.filter(state="unreadable").update(state="discarded")
    # Nothing was kept of a file that nobody has read.
    records.filter(state="reading", content={}).update(state="discarded")
    records.filter(state__in=("reading", "applying")).update(state="prepared")


def known(states):
    return models.CheckConstraint(
        condition=Q(state__in=states), name="measureimport_state_is_known"
    )


def with_time(states):
    return models.CheckConstraint(
        condition=Q(state__in=states) ^ Q(applied_at__isnull=False),
        name="measureimport_applied_has_its_time",
    )


def person(label):
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name=label,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0034_measure_unfinished_by_lead"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("measureimport", "upload", models.BinaryField(blank=True, default=b"")),
        migrations.AddField(
            "measureimport",
            "shown",
            models.JSONField(
                blank=True,
                default=dict,
                encoder=django.core.serializers.json.DjangoJSONEncoder,
            ),
        ),
        migrations.AddField(
            "measureimport",
            "version",
            models.CharField(blank=True, default="", editable=False, max_length=40),
            preserve_default=False,
        ),
        migrations.AddField("measureimport", "choices", models.JSONField(blank=True, default=dict)),
        migrations.AddField(
            "measureimport",
            "note",
            models.TextField(blank=True, default="", editable=False, verbose_name="Grund"),
            preserve_default=False,
        ),
        migrations.AddField(
            "measureimport",
            "attempts",
            models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            "measureimport",
            "touched_at",
            models.DateTimeField(null=True, verbose_name="zuletzt daran gearbeitet"),
        ),
        migrations.AddField("measureimport", "confirmed_by", person("bestätigt von")),
        migrations.AddField("measureimport", "undone_by", person("rückgängig gemacht von")),
        migrations.RemoveConstraint("measureimport", "measureimport_state_is_known"),
        migrations.RemoveConstraint("measureimport", "measureimport_applied_has_its_time"),
        migrations.AlterField(
            "measureimport",
            "state",
            models.CharField(
                choices=STATES, default="reading", max_length=10, verbose_name="Stand"
            ),
        ),
        migrations.RunPython(compare_again, settle),
        migrations.AlterField(
            "measureimport",
            "touched_at",
            models.DateTimeField(verbose_name="zuletzt daran gearbeitet"),
        ),
        migrations.AddConstraint("measureimport", known([value for value, _label in STATES])),
        migrations.AddConstraint("measureimport", with_time(WITHOUT_EFFECT)),
        migrations.AddConstraint(
            "measureimport",
            models.UniqueConstraint(
                Value(1),
                condition=Q(state__in=("applying", "undoing")),
                name="measureimport_one_writes",
            ),
        ),
    ]
