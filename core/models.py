"""Abstract models that several apps share. `core` has no tables of its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.dates import format_date

MONTHS = (
    _("Januar"), _("Februar"), _("März"), _("April"), _("Mai"), _("Juni"),
    _("Juli"), _("August"), _("September"), _("Oktober"), _("November"), _("Dezember"),
)  # fmt: skip


class Origin(models.TextChoices):
    """Where a row comes from. What was taken over stands outside the workflow."""

    ENTERED = "entered", _("im Portal erfasst")
    TAKEN_OVER = "taken_over", _("übernommen")
    DEMO = "demo", _("Demodaten")


class Precision(models.TextChoices):
    """How exactly a day is known."""

    DAY = "day", _("Tag")
    MONTH = "month", _("Monat")
    YEAR = "year", _("Jahr")
    RANGE = "range", _("Zeitraum")
    UNKNOWN = "unknown", _("nicht belegt")


class Sourced(models.Model):
    """A row that remembers where it comes from: origin, addresses of its sources, basis of single values, doubts.

    `basis` maps a field's name to how sure its value is: sourced, inferred, unknown, month, year, range …
    """

    origin = models.CharField(_("Herkunft"), max_length=12, choices=Origin, default=Origin.ENTERED, editable=False)
    sources = models.JSONField(_("Quellen"), default=list, blank=True, editable=False)
    basis = models.JSONField(_("Beleglage"), default=dict, blank=True, editable=False)
    doubts = models.TextField(_("Anmerkung zur Quelle"), blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_taken_over(self) -> bool:
        return self.origin == Origin.TAKEN_OVER

    @property
    def is_demo(self) -> bool:
        return self.origin == Origin.DEMO


class KnownDate(models.Model):
    """A day as exactly as it is known: `starts_on` alone, a range, only a month or a year, or nothing."""

    starts_on = models.DateField(_("Datum"), null=True, blank=True)
    ends_on = models.DateField(_("bis"), null=True, blank=True)
    precision = models.CharField(_("Genauigkeit"), max_length=8, choices=Precision, default=Precision.DAY, blank=True)

    class Meta:
        abstract = True

    @property
    def known_date(self) -> str:
        """The day as the office would write it: `23.10.2017`, `Juli 2017`, `2017`, `25.07.2017 – 09.08.2017`."""
        if self.starts_on is None or self.precision == Precision.UNKNOWN:
            return str(_("Datum nicht belegt"))
        if self.precision == Precision.YEAR:
            return str(self.starts_on.year)
        if self.precision == Precision.MONTH:
            first = f"{MONTHS[self.starts_on.month - 1]} {self.starts_on.year}"
            last = f"{MONTHS[self.ends_on.month - 1]} {self.ends_on.year}" if self.ends_on else first
            return first if last == first else f"{first} – {last}"
        if self.ends_on and self.ends_on != self.starts_on:
            return f"{format_date(self.starts_on)} – {format_date(self.ends_on)}"
        return format_date(self.starts_on)
