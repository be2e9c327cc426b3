from django.db import migrations
from django.db.models import OuterRef, Subquery
from django.utils import timezone

CONSENTED = ["approved", "announced", "held", "documented"]
REASON = "Veröffentlichung zurückgenommen: keine gültige Freigabe"


def unpublish(apps, schema_editor):
    """Take visits back inside that are postponed, or were published only after they had been called off.

    What was called off while it was published and approved stays published.
    """
    visits, history = (
        apps.get_model("media_visits", name).objects for name in ("Visit", "HistoricalVisit")
    )
    before = (
        history.filter(id=OuterRef("pk"))
        .exclude(state="cancelled")
        .order_by("-history_date", "-history_id")
    )
    published = visits.filter(is_published=True)
    called_off = (
        published.filter(state="cancelled")
        .exclude(origin="taken_over")
        .alias(
            was_published=Subquery(before.values("is_published")[:1]),
            was=Subquery(before.values("state")[:1]),
        )
    )
    stays = called_off.filter(was_published=True, was__in=CONSENTED)
    for visit in [
        *published.filter(state="postponed"),
        *called_off.exclude(pk__in=stays.values("pk")),
    ]:
        visit.is_published = False
        visits.filter(pk=visit.pk).update(is_published=False)
        _log(history, visit)


def _log(history, visit) -> None:
    names = [
        field.attname
        for field in history.model._meta.fields
        if not field.attname.startswith("history_")
    ]
    history.create(
        history_date=timezone.now(),
        history_type="~",
        history_change_reason=REASON,
        **{name: getattr(visit, name) for name in names},
    )


class Migration(migrations.Migration):
    dependencies = [("media_visits", "0002_visit_to_be_published")]

    operations = [migrations.RunPython(unpublish, migrations.RunPython.noop, elidable=True)]
