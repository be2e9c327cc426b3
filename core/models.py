"""Abstract models that several apps share. `core` has no tables of its own."""

from django.conf import settings
from django.db import models
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from core.dates import format_date
from core.uploads import LABELS, download_name, stored_name

MONTHS = (
    _("Januar"),
    _("Februar"),
    _("März"),
    _("April"),
    _("Mai"),
    _("Juni"),
    _("Juli"),
    _("August"),
    _("September"),
    _("Oktober"),
    _("November"),
    _("Dezember"),
)


class Origin(models.TextChoices):
    """Where an object comes from. Objects taken over from the past stay outside the workflow."""

    ENTERED = "entered", _("im Portal erfasst")
    TAKEN_OVER = "taken_over", _("übernommen")
    DEMO = "demo", _("Demodaten")


class Precision(models.TextChoices):
    """How precisely a date is known."""

    DAY = "day", _("Tag")
    MONTH = "month", _("Monat")
    YEAR = "year", _("Jahr")
    RANGE = "range", _("Zeitraum")
    UNKNOWN = "unknown", _("nicht belegt")


# How reliable a value is, by the words of the records it was taken from.
BASIS = {
    "sourced": _("belegt"),
    "source": _("belegt"),
    "page": _("belegt"),
    "inferred": _("erschlossen"),
    "descriptive": _("beschreibend"),
    "slug": _("aus der Internetadresse erschlossen"),
    "unknown": _("nicht belegt"),
    "range": _("nur als Zeitraum bekannt"),
    "month": _("nur der Monat bekannt"),
    "year": _("nur das Jahr bekannt"),
    "context": _("nicht Teil des Masterplans"),
}


# What `Sourced` objects keep about their sources. Lists defer it: reading JSON costs.
SOURCE_FIELDS = ("sources", "basis", "doubts")


class Sourced(models.Model):
    """An object that records where it comes from and how reliable its values are.

    `sources` are URLs. `basis` maps a field name to the reliability of its value, a key of `BASIS`.
    """

    origin = models.CharField(
        _("Herkunft"), max_length=12, choices=Origin, default=Origin.ENTERED, editable=False
    )
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


# Old sources often name only a month or a year; an invented day would look like a fact.
class KnownDate(models.Model):
    """A date as precisely as it is known: a day, a range, a month, a year, or not at all."""

    starts_on = models.DateField(_("Datum"), null=True, blank=True)
    ends_on = models.DateField(_("bis"), null=True, blank=True)
    precision = models.CharField(
        _("Genauigkeit"), max_length=8, choices=Precision, default=Precision.DAY, blank=True
    )

    class Meta:
        abstract = True

    @property
    def known_date(self) -> str:
        """The date in words: `23.10.2017`, `Juli 2017`, `2017`, `25.07.2017 – 09.08.2017`."""
        if self.starts_on is None or self.precision == Precision.UNKNOWN:
            return str(_("Datum nicht belegt"))
        if self.precision == Precision.YEAR:
            return str(self.starts_on.year)
        if self.precision == Precision.MONTH:
            first = f"{MONTHS[self.starts_on.month - 1]} {self.starts_on.year}"
            last = (
                f"{MONTHS[self.ends_on.month - 1]} {self.ends_on.year}" if self.ends_on else first
            )
            return first if last == first else f"{first} – {last}"
        if self.ends_on and self.ends_on != self.starts_on:
            return f"{format_date(self.starts_on)} – {format_date(self.ends_on)}"
        return format_date(self.starts_on)


class Document(models.Model):
    """An uploaded file.

    Each app derives its own table, with a real foreign key to the object that owns the file.
    """

    title = models.CharField(_("Name der Datei"), max_length=150)
    file = models.FileField(_("Datei"), upload_to=stored_name, max_length=200)
    size = models.PositiveBigIntegerField(_("Größe"))
    media_type = models.CharField(_("Dateityp"), max_length=100)
    uploaded_at = models.DateTimeField(_("hochgeladen am"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        # The file must keep saying who added a document.
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("hochgeladen von"),
    )

    class Meta:
        abstract = True

    def __str__(self):
        return self.title

    @property
    def description(self) -> str:
        """Type and size: `PDF, 120,4 KB`."""
        return f"{LABELS.get(self.media_type, self.media_type)}, {filesizeformat(self.size)}"

    @property
    def download_name(self) -> str:
        """The ASCII file name used for the download."""
        return download_name(self.title)
