"""What a report says besides the status: when milestones are expected, and values of indicators.

Part of the report: a draft may be incomplete, and nothing of it counts before the office accepts
the report (`services.answers`).
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.periods import Period
from measures.models.indicators import DecimalValue, Indicator
from measures.models.milestones import Milestone
from measures.models.reports import StatusReport


class ReportedForecast(models.Model):
    """When the lead expects to reach a milestone; no day stands for the planned one.

    `known_on` is the forecast that held when the lead wrote, `is_adopted` whether this one holds
    since the report was accepted.
    """

    report = models.ForeignKey(StatusReport, on_delete=models.CASCADE, related_name="forecasts")
    milestone = models.ForeignKey(
        Milestone, on_delete=models.CASCADE, related_name="reported_forecasts"
    )
    forecast_on = models.DateField(_("voraussichtlich erreicht am"), null=True, blank=True)
    forecast_reason = models.TextField(
        _("Grund der Verschiebung"),
        blank=True,
        help_text=_("Nötig, wenn es später wird als geplant."),
    )
    known_on = models.DateField(null=True, editable=False)
    is_adopted = models.BooleanField(null=True, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("gemeldeter Termin")
        verbose_name_plural = _("gemeldete Termine")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "milestone"], name="reportedforecast_milestone_once_a_report"
            ),
        ]

    def __str__(self):
        return str(self.milestone)


class ReportedValue(models.Model):
    """The value of an indicator for a period.

    `known_value` is what the series had for this period when the lead wrote, `is_adopted` whether
    the series has this value since the report was accepted.
    """

    report = models.ForeignKey(
        StatusReport, on_delete=models.CASCADE, related_name="reported_values"
    )
    indicator = models.ForeignKey(
        Indicator, on_delete=models.CASCADE, related_name="reported_values"
    )
    starts_on = models.DateField(_("von"))
    ends_on = models.DateField(_("bis"))
    value = DecimalValue(_("Wert"))
    note = models.CharField(_("Bemerkung"), max_length=300, blank=True)
    source = models.CharField(
        _("Quelle"),
        max_length=300,
        blank=True,
        help_text=_("Nur, wenn sie von der üblichen abweicht."),
    )
    known_value = DecimalValue(null=True, editable=False)
    is_adopted = models.BooleanField(null=True, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("gemeldeter Wert")
        verbose_name_plural = _("gemeldete Werte")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "indicator"], name="reportedvalue_indicator_once_a_report"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="reportedvalue_ends_after_start"
            ),
        ]

    def __str__(self):
        return f"{self.period}: {self.indicator.format(self.value)}"

    @property
    def period(self) -> Period:
        return Period(self.starts_on, self.ends_on)
