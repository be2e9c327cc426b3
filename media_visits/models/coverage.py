"""Clippings: what the media made of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.folding import FoldedField
from core.models import KnownDate, Sourced
from core.roles import ROLES, has_role
from media_visits.enums import CoverageKind, Publisher, Tone
from media_visits.models.visits import Visit
from partners.models import Sector


class CoverageQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Clippings are public articles; one of a visit shows only to those who may see the visit."""
        if not has_role(user, *ROLES):
            return self.none()
        return self.filter(Q(visit__isnull=True) | Q(visit__in=Visit.objects.visible_to(user)))


class Coverage(Sourced, KnownDate):
    """*Clipping*: one report in a medium, of a visit or of industrial policy at large. `starts_on`
    is its day.
    """

    visit = models.ForeignKey(
        Visit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="coverage",
        verbose_name=_("Besuch"),
    )
    medium = models.CharField(_("Medium"), max_length=150)
    publisher = models.CharField(
        _("Herausgeber"), max_length=12, choices=Publisher, default=Publisher.PRESS
    )
    kind = models.CharField(
        _("Art"), max_length=8, choices=CoverageKind, default=CoverageKind.ONLINE
    )
    title = models.CharField(_("Überschrift"), max_length=300, blank=True)
    url = models.URLField(_("Link"), max_length=500, blank=True)
    about = models.CharField(_("Worum es geht"), max_length=300, blank=True)
    tone = models.CharField(_("Tonlage"), max_length=8, choices=Tone, blank=True)
    sectors = models.ManyToManyField(
        Sector,
        verbose_name=_("getragener Branchenschwerpunkt"),
        blank=True,
        related_name="coverage",
    )
    search = FoldedField(sources=("medium", "title", "about"))

    history = HistoricalRecords(excluded_fields=["search"])
    objects = CoverageQuerySet.as_manager()

    class Meta:
        verbose_name = _("Pressebericht")
        verbose_name_plural = _("Presseberichte")
        indexes = [models.Index(fields=["starts_on"], name="coverage_by_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=CoverageKind.values), name="coverage_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(publisher__in=Publisher.values), name="coverage_publisher_is_known"
            ),
            models.CheckConstraint(
                condition=Q(tone__in=["", *Tone.values]), name="coverage_tone_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(title="") | ~Q(about="") | ~Q(url=""),
                name="coverage_says_what_it_is",
                violation_error_message=_(
                    "Bitte nennen Sie Überschrift, Inhalt oder Link des Berichts."
                ),
            ),
            models.UniqueConstraint(
                fields=["url"],
                condition=~Q(url=""),
                name="coverage_link_once",
                violation_error_message=_("Ein Bericht mit diesem Link ist schon erfasst."),
            ),
        ]

    def __str__(self):
        return f"{self.medium}: {self.label}"

    @property
    def label(self) -> str:
        """The headline, or what the report is about where no headline is known."""
        return self.title or self.about or self.url
