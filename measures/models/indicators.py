"""Indicators of a measure: what is counted, what is aimed at, and what was found."""

from decimal import Decimal

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.folding import FoldedField
from core.models import Origin
from core.numbers import format_decimal
from core.periods import Period
from measures.enums import Direction
from measures.models.measures import Measure

# SQLite keeps 15 digits of a decimal number exactly.
MAX_DIGITS, DECIMAL_PLACES = 15, 4


def format_value(indicator, value: Decimal | None) -> str:
    """Return `value` with the unit and the decimals of `indicator`, perhaps a historical one."""
    number = format_decimal(value, indicator.decimals)
    return f"{number} {indicator.unit}" if number else ""


class DecimalValue(models.DecimalField):
    """A number of an indicator; the database keeps it exactly, never as a float."""

    def __init__(self, *args, **kwargs):
        kwargs |= {"max_digits": MAX_DIGITS, "decimal_places": DECIMAL_PLACES}
        super().__init__(*args, **kwargs)


class IndicatorQuerySet(models.QuerySet):
    def running(self):
        """Return those that are still asked for: an ended one keeps its series, and no more."""
        return self.filter(ended_on__isnull=True)

    def in_order(self):
        return self.order_by("position", "title", "pk")


class Indicator(models.Model):
    measure = models.ForeignKey(
        Measure, on_delete=models.CASCADE, related_name="indicators", verbose_name=_("Maßnahme")
    )
    title = models.CharField(_("Indikator"), max_length=200)
    unit = models.CharField(
        _("Einheit"), max_length=40, help_text=_("Zum Beispiel Plätze, % oder t CO₂ je Jahr.")
    )
    direction = models.CharField(
        _("Richtung"),
        max_length=8,
        choices=Direction,
        default=Direction.RISING,
        help_text=_("Steigend: Mehr ist besser. Fallend: Weniger ist besser."),
    )
    decimals = models.PositiveSmallIntegerField(
        _("Nachkommastellen"),
        default=0,
        validators=[MaxValueValidator(DECIMAL_PLACES)],
        help_text=_("Mit so vielen Stellen werden Werte gezeigt, höchstens 4."),
    )
    baseline_value = DecimalValue(_("Ausgangswert"), null=True, blank=True)
    baseline_on = models.DateField(
        _("Ausgangswert vom"),
        null=True,
        blank=True,
        help_text=_("Von diesem Tag an führt der Zielpfad zum ersten Ziel."),
    )
    source = models.CharField(
        _("Quelle"), max_length=300, blank=True, help_text=_("Woher die Werte stammen.")
    )
    position = models.PositiveSmallIntegerField(_("Reihenfolge"), default=0)
    ended_on = models.DateField(_("beendet am"), null=True, blank=True)
    ended_reason = models.CharField(
        _("Grund des Endes"),
        max_length=300,
        blank=True,
        help_text=_("Steht neben dem Indikator, überall, wo er vorkommt."),
    )
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.ENTERED, editable=False)

    search = FoldedField(sources=("title", "unit", "source", "ended_reason"))

    history = HistoricalRecords(excluded_fields=["search"])
    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("Indikator")
        verbose_name_plural = _("Indikatoren")
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "title"],
                name="indicator_title_once_a_measure",
                violation_error_message=_(
                    "Diese Maßnahme hat schon einen Indikator dieses Namens."
                ),
            ),
            models.CheckConstraint(
                condition=Q(baseline_value__isnull=True, baseline_on__isnull=True)
                | Q(baseline_value__isnull=False, baseline_on__isnull=False),
                name="indicator_baseline_is_dated",
                violation_error_message=_(
                    "Zum Ausgangswert gehört sein Tag, und zum Tag der Ausgangswert."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, ended_reason="")
                | (Q(ended_on__isnull=False) & ~Q(ended_reason="")),
                name="indicator_end_has_reason",
                violation_error_message=_("Zum Ende gehört sein Grund, und zum Grund der Tag."),
            ),
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values), name="indicator_direction_is_known"
            ),
            models.CheckConstraint(
                condition=Q(decimals__lte=DECIMAL_PLACES), name="indicator_decimals_are_stored"
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("measures:indicator", args=[self.pk])

    def format(self, value: Decimal | None) -> str:
        """Return `1.234,5 Plätze`, or "" for None."""
        return format_value(self, value)

    @property
    def is_demo(self) -> bool:
        return self.origin == Origin.DEMO


class IndicatorTarget(models.Model):
    """What an indicator is to reach by a day."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="targets")
    due_on = models.DateField(_("zu erreichen bis"))
    value = DecimalValue(_("Zielwert"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Ziel")
        verbose_name_plural = _("Ziele")
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "due_on"],
                name="indicatortarget_once_a_day",
                violation_error_message=_("Für diesen Tag gibt es schon ein Ziel."),
            ),
        ]

    def __str__(self):
        return f"{self.indicator.format(self.value)} ({self.due_on:%d.%m.%Y})"


class IndicatorValue(models.Model):
    """What was found of an indicator for a period."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="series")
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
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.ENTERED, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Wert")
        verbose_name_plural = _("Werte")
        ordering = ["starts_on", "ends_on"]
        constraints = [
            # Services refuse any overlap under the lock of the indicator; this catches the rest.
            models.UniqueConstraint(
                fields=["indicator", "starts_on", "ends_on"],
                name="indicatorvalue_once_a_period",
                violation_error_message=_("Für diesen Zeitraum gibt es schon einen Wert."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="indicatorvalue_ends_after_start"
            ),
        ]

    def __str__(self):
        return f"{self.period}: {self.indicator.format(self.value)}"

    @property
    def period(self) -> Period:
        return Period(self.starts_on, self.ends_on)
