"""Organisations, sectors and cross-cutting themes."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.folding import FoldedField, matching
from core.models import Sourced
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role
from partners.enums import OrganisationKind


class Sector(models.Model):
    """*Branche* of the official statistics; neither a cluster nor an association's own division."""

    name = models.CharField(_("Branche"), max_length=120, unique=True)

    class Meta:
        verbose_name = _("Branche")
        verbose_name_plural = _("Branchen")

    def __str__(self):
        return self.name


class CrossCuttingTheme(models.Model):
    """*Querschnittsthema*, such as Entsenderichtlinie, Infrastruktur, Digitalisierung."""

    name = models.CharField(_("Querschnittsthema"), max_length=120, unique=True)

    class Meta:
        verbose_name = _("Querschnittsthema")
        verbose_name_plural = _("Querschnittsthemen")

    def __str__(self):
        return self.name


class OrganisationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Partners: the organisations they speak for. Every other role: all."""
        if has_role(user, OFFICE, SENATOR_OFFICE, OBSERVER):
            return self
        if has_role(user, PARTNER):
            return self.filter(pk__in=user.organisation_ids)
        return self.none()

    def matching(self, words: str):
        return self.filter(matching(words))


class Organisation(Sourced):
    """A Senate department, district, chamber, association, company … that takes part."""

    name = models.CharField(_("Name"), max_length=250, unique=True)
    short_name = models.CharField(_("Kurzname"), max_length=60, blank=True)
    kind = models.CharField(
        _("Art"), max_length=12, choices=OrganisationKind, default=OrganisationKind.COMPANY
    )
    subkind = models.CharField(_("nähere Art"), max_length=120, blank=True)
    description = models.TextField(_("Rolle im Masterplan"), blank=True)
    street = models.CharField(_("Straße und Hausnummer"), max_length=200, blank=True)
    postcode = models.CharField(_("Postleitzahl"), max_length=10, blank=True)
    city = models.CharField(_("Ort"), max_length=100, blank=True)
    website = models.URLField(_("Internetseite"), blank=True)
    sectors = models.ManyToManyField(
        Sector, verbose_name=_("Branchen"), blank=True, related_name="organisations"
    )
    is_active = models.BooleanField(_("aktiv"), default=True)
    search = FoldedField(sources=("name", "short_name", "subkind", "city"))

    history = HistoricalRecords(excluded_fields=["search"])
    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("Organisation")
        verbose_name_plural = _("Organisationen")

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("partners:organisation", args=[self.pk])

    @property
    def label(self) -> str:
        """The short name, or else the name."""
        return self.short_name or self.name

    @property
    def postal_address(self) -> str:
        """Street, postcode and city in one line, as far as known."""
        town = f"{self.postcode} {self.city}".strip()
        return ", ".join(part for part in (self.street.rstrip(" ,"), town) if part)
