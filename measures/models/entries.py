"""The plan as it stood when a reporting round was closed."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.enums import TrafficLight
from core.numbers import format_money
from measures.enums import Direction, Financing, Obstacle, PathState, Phase
from measures.models.indicators import DecimalValue, Indicator
from measures.models.measures import Measure, Status
from measures.models.milestones import Milestone
from measures.models.reports import StatusReport
from measures.models.rounds import ReportingRound


class RoundEntryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The content is that of the day of closing, the rights are those of today."""
        return self.filter(measure__in=Measure.objects.visible_to(user))


class RoundEntry(Status):
    """A measure as it stood when its round was closed. No service changes one afterwards; only
    names of people who are anonymised are removed from its texts.

    The status is that of the measure, which may come from an earlier round; `report` is empty when
    none was accepted in this one (*keine Meldung*), and then so are its texts.
    """

    round = models.ForeignKey(
        ReportingRound,
        on_delete=models.PROTECT,
        related_name="entries",
        verbose_name=_("Berichtsrunde"),
    )
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, related_name="round_entries", verbose_name=_("Maßnahme")
    )
    report = models.ForeignKey(
        StatusReport,
        on_delete=models.PROTECT,
        null=True,
        related_name="round_entries",
        verbose_name=_("Bericht"),
    )
    # Whether the round asked for a report: nobody owed one on what was finished, taken over from
    # earlier documents, or without an organisation as lead.
    was_asked = models.BooleanField(_("gefragt"), default=True)
    title = models.CharField(_("Titel"), max_length=300)
    code = models.CharField(_("Kennung"), max_length=20, blank=True)
    # The labels of the sections from the top, one a line.
    place = models.TextField(_("Abschnitt des Plans"), blank=True)
    lead_label = models.CharField(_("Federführung"), max_length=300, blank=True)
    amount = models.CharField(_("Mittel"), max_length=200, blank=True)
    is_lighthouse = models.BooleanField(_("Leuchtturmprojekt"), default=False)
    status_on = models.DateField(_("Stand vom"), null=True)
    status_origin = models.CharField(max_length=12, blank=True)
    obstacle = models.CharField(_("Hemmnis"), max_length=16, choices=Obstacle, blank=True)
    summary = models.TextField(_("Sachstand"), blank=True)
    outlook = models.TextField(_("Nächste Schritte"), blank=True)

    objects = RoundEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("Stand einer Berichtsrunde")
        verbose_name_plural = _("Stände einer Berichtsrunde")
        constraints = [
            models.UniqueConstraint(fields=["round", "measure"], name="roundentry_measure_once"),
            models.CheckConstraint(
                condition=models.Q(phase__in=["", *Phase.values])
                & models.Q(traffic_light__in=["", *TrafficLight.values])
                & models.Q(financing__in=["", *Financing.values])
                & models.Q(obstacle__in=["", *Obstacle.values]),
                name="roundentry_status_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(report__isnull=False)
                | models.Q(obstacle="", summary="", outlook=""),
                name="roundentry_texts_come_from_report",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def label(self) -> str:
        return f"{self.code} {self.title}".strip()

    @property
    def lead_light(self) -> str:
        """The light that the lead reported, where the office chose another; else ""."""
        is_other = self.report is not None and self.report.official_light
        return self.report.traffic_light if is_other else ""

    @property
    def amount_label(self) -> str:
        return format_money(self.amount)

    @property
    def place_key(self) -> str:
        """What tells whether the measure was moved: a round keeps no more than the labels."""
        return self.place

    @property
    def field(self) -> str:
        """The label of the plan's first level (*Handlungsfeld*), "" where the place is unknown."""
        return self.place.partition("\n")[0]


class RoundMilestone(models.Model):
    """A milestone as it stood when the round of its entry was closed."""

    entry = models.ForeignKey(RoundEntry, on_delete=models.CASCADE, related_name="milestones")
    # Finds the same milestone in the next round. Kept even if the milestone is deleted later, so
    # that two rounds always compare the same: hence no constraint of the database.
    milestone = models.ForeignKey(
        Milestone, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    title = models.CharField(_("Meilenstein"), max_length=200)
    due_on = models.DateField(_("geplant bis"))
    forecast_on = models.DateField(_("voraussichtlich"), null=True)
    forecast_reason = models.TextField(_("Grund der Verschiebung"), blank=True)
    done_on = models.DateField(_("erreicht am"), null=True)

    class Meta:
        verbose_name = _("Meilenstein einer Berichtsrunde")
        verbose_name_plural = _("Meilensteine einer Berichtsrunde")
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "milestone"], name="roundmilestone_milestone_once"
            )
        ]

    def __str__(self):
        return self.title

    @property
    def expected_on(self) -> dt.date:
        """As `Milestone.expected_on`."""
        return self.done_on or self.forecast_on or self.due_on


class RoundIndicator(models.Model):
    """An indicator with its latest value, as it stood when the round of its entry was closed.

    `target_value` is the next one to reach, `expected` what the target path asked for on the last
    day of the value, as `queries.IndicatorThen` computes them.
    """

    entry = models.ForeignKey(RoundEntry, on_delete=models.CASCADE, related_name="indicators")
    # As `RoundMilestone.milestone`: kept even if the indicator is deleted later.
    indicator = models.ForeignKey(
        Indicator, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    title = models.CharField(_("Indikator"), max_length=200)
    unit = models.CharField(_("Einheit"), max_length=40)
    decimals = models.PositiveSmallIntegerField(_("Nachkommastellen"), default=0)
    direction = models.CharField(_("Richtung"), max_length=8, choices=Direction)
    starts_on = models.DateField(_("von"), null=True)
    ends_on = models.DateField(_("bis"), null=True)
    value = DecimalValue(_("Wert"), null=True)
    target_on = models.DateField(_("zu erreichen bis"), null=True)
    target_value = DecimalValue(_("Zielwert"), null=True)
    expected = DecimalValue(_("nach dem Zielpfad"), null=True)
    path_state = models.CharField(_("Zielpfad"), max_length=12, choices=PathState)
    ended_on = models.DateField(_("beendet am"), null=True)
    ended_reason = models.CharField(_("Grund des Endes"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("Indikator einer Berichtsrunde")
        verbose_name_plural = _("Indikatoren einer Berichtsrunde")
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "indicator"], name="roundindicator_indicator_once"
            ),
            models.CheckConstraint(
                condition=models.Q(path_state__in=PathState.values),
                name="roundindicator_path_state_is_known",
            ),
        ]

    def __str__(self):
        return self.title
