"""Milestones of a measure."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.models import Origin
from measures.models.measures import Measure


class MilestoneQuerySet(models.QuerySet):
    def in_order(self):
        return self.order_by("due_on", "position", "pk")


class Milestone(models.Model):
    measure = models.ForeignKey(
        Measure, on_delete=models.CASCADE, related_name="milestones", verbose_name=_("Maßnahme")
    )
    title = models.CharField(_("Meilenstein"), max_length=200)
    due_on = models.DateField(_("geplant bis"))
    # Entered by the office: no milestone counts as reached just because its day has passed.
    done_on = models.DateField(_("erreicht am"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(
        _("Reihenfolge"), default=0, help_text=_("Ordnet Meilensteine mit demselben Datum.")
    )
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.ENTERED, editable=False)

    history = HistoricalRecords()
    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("Meilenstein")
        verbose_name_plural = _("Meilensteine")

    def __str__(self):
        return self.title

    @property
    def is_taken_over(self) -> bool:
        return self.origin == Origin.TAKEN_OVER

    @property
    def is_demo(self) -> bool:
        return self.origin == Origin.DEMO
