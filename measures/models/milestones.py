"""Milestones of a measure."""

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.folding import FoldedField
from core.models import Origin
from measures.enums import FINISHED_PHASES
from measures.models.measures import Measure
from partners.models import Organisation

MAX_WEIGHT = 100
DELAY_MESSAGE = _("Wird es später als geplant, gehört der Grund dazu.")
OWNER_MESSAGE = _(
    "Bitte eine Organisation auswählen oder die verantwortliche Stelle als Text angeben."
)


class MilestoneQuerySet(models.QuerySet):
    def overdue(self, today: dt.date):
        """Milestones that should have been reached before `today`, as `progress.is_overdue`."""
        missed = self.filter(done_on__isnull=True, due_on__lt=today)
        return missed.exclude(origin=Origin.TAKEN_OVER).exclude(measure__phase__in=FINISHED_PHASES)

    def in_order(self):
        return self.order_by("due_on", "position", "pk")


class Milestone(models.Model):
    measure = models.ForeignKey(
        Measure, on_delete=models.CASCADE, related_name="milestones", verbose_name=_("Maßnahme")
    )
    title = models.CharField(_("Meilenstein"), max_length=200)
    # As agreed last; `baseline_on` keeps what was agreed first.
    due_on = models.DateField(_("geplant bis"))
    baseline_on = models.DateField(_("ursprünglich vereinbart"), editable=False)
    forecast_on = models.DateField(
        _("voraussichtlich"),
        null=True,
        blank=True,
        help_text=_("Nur, wenn es anders kommt als geplant."),
    )
    forecast_reason = models.TextField(
        _("Grund der Verschiebung"),
        blank=True,
        help_text=_("Nötig, wenn es später wird als geplant."),
    )
    # Entered by the office: no milestone counts as reached just because its day has passed.
    done_on = models.DateField(_("erreicht am"), null=True, blank=True)
    weight = models.PositiveSmallIntegerField(
        _("Gewicht"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_WEIGHT)],
        help_text=_("Anteil am Fortschritt der Maßnahme: 2 zählt doppelt so viel wie 1."),
    )
    owner = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_milestones",
        verbose_name=_("verantwortlich"),
        help_text=_("Nur, wenn es nicht die Federführung ist."),
    )
    owner_text = models.CharField(
        _("verantwortlich als Text"),
        max_length=200,
        blank=True,
        help_text=_("Nur, wenn die Stelle nicht unter Partner steht."),
    )
    position = models.PositiveSmallIntegerField(
        _("Reihenfolge"), default=0, help_text=_("Ordnet Meilensteine mit demselben Datum.")
    )
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.ENTERED, editable=False)

    search = FoldedField(sources=("title", "forecast_reason", "owner_text"))

    history = HistoricalRecords(excluded_fields=["search"])
    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("Meilenstein")
        verbose_name_plural = _("Meilensteine")
        constraints = [
            models.CheckConstraint(
                condition=Q(forecast_on__isnull=True)
                | Q(forecast_on__lte=F("due_on"))
                | ~Q(forecast_reason=""),
                name="milestone_delay_is_explained",
                violation_error_message=DELAY_MESSAGE,
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | Q(owner_text=""),
                name="milestone_has_one_owner",
                violation_error_message=OWNER_MESSAGE,
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=MAX_WEIGHT),
                name="milestone_weight_is_sensible",
                violation_error_message=_("Das Gewicht ist eine Zahl von 1 bis 100."),
            ),
        ]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        # What is agreed first is what is planned at first.
        if self.baseline_on is None:
            self.baseline_on = self.due_on
        super().save(*args, **kwargs)

    @property
    def expected_on(self) -> dt.date:
        """The day it was reached, or the best known day on which it will be."""
        return self.done_on or self.forecast_on or self.due_on

    @property
    def owner_label(self) -> str:
        """Who is responsible, or "". Querysets need `select_related("owner")`."""
        return self.owner.label if self.owner_id else self.owner_text

    @property
    def is_taken_over(self) -> bool:
        return self.origin == Origin.TAKEN_OVER

    @property
    def is_demo(self) -> bool:
        return self.origin == Origin.DEMO


class MilestoneDependency(models.Model):
    """`milestone` can be reached only after `requirement`, perhaps of another measure.

    Services allow no cycle, which no constraint of one row can exclude.
    """

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="dependencies")
    requirement = models.ForeignKey(
        Milestone,
        on_delete=models.CASCADE,
        related_name="dependents",
        verbose_name=_("Voraussetzung"),
    )

    class Meta:
        verbose_name = _("Voraussetzung")
        verbose_name_plural = _("Voraussetzungen")
        constraints = [
            models.UniqueConstraint(
                fields=["milestone", "requirement"], name="milestonedependency_once"
            ),
            models.CheckConstraint(
                condition=~Q(milestone=F("requirement")), name="milestonedependency_not_on_itself"
            ),
        ]

    def __str__(self):
        return _("%(milestone)s setzt voraus: %(requirement)s") % {
            "milestone": self.milestone,
            "requirement": self.requirement,
        }
