"""The press at a visit: slots before it, coverage after it."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.dates import format_moment
from core.folding import FoldedField, FoldedURLField, fold_url, matching
from core.models import KnownDate, Origin, Sourced
from core.roles import ROLES, has_role
from media_visits.enums import CoverageKind, PressKind, Publisher, Tone
from media_visits.models.visits import Visit
from partners.models import Sector

# Shown by the form through the constraints below, and by the service when it refuses.
ARRIVAL_TOO_LATE = _("„Da sein bis“ muss vor dem Beginn liegen.")
REGISTRATION_TOO_LATE = _("Der Anmeldeschluss muss vor dem Beginn liegen.")
SAYS_NOTHING = _("Bitte nennen Sie Überschrift, Inhalt oder Link des Berichts.")
LINK_IS_RECORDED = _("Ein Bericht mit diesem Link ist schon erfasst.")


class PressSlotQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(visit__in=Visit.objects.visible_to(user))

    def taking_place(self):
        """The slots that were not cancelled, in the order in which they begin."""
        return self.filter(cancelled_at__isnull=True).order_by("starts_at", "pk")


class PressSlot(models.Model):
    """When and how the press may accompany a visit; a visit can have several."""

    visit = models.ForeignKey(
        Visit, on_delete=models.CASCADE, related_name="press_slots", verbose_name=_("Besuch")
    )
    kind = models.CharField(
        _("Art"), max_length=12, choices=PressKind, default=PressKind.WORD_PICTURE
    )
    starts_at = models.DateTimeField(_("Beginn"), null=True, blank=True)
    be_there_by = models.DateTimeField(_("Da sein bis"), null=True, blank=True)
    meeting_point = models.CharField(_("Treffpunkt"), max_length=200, blank=True)
    expected_pictures = models.CharField(
        _("Erwartbare Bilder"),
        max_length=300,
        blank=True,
        help_text=_("Zum Beispiel: Blick in die Montage, Statement am Prüfstand."),
    )
    registration_deadline = models.DateTimeField(_("Anmeldung bis"), null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(
        _("Plätze"), null=True, blank=True, help_text=_("Leer: ohne Grenze.")
    )
    # May be missing for visits taken over, whose sources do not name it.
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.ENTERED, editable=False)
    # Only what was announced is cancelled and kept, so that those who were told find it (ADR 32).
    cancelled_at = models.DateTimeField(_("abgesagt am"), null=True, editable=False)

    history = HistoricalRecords()
    objects = PressSlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("Pressetermin")
        verbose_name_plural = _("Pressetermine")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=PressKind.values), name="press_slot_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="not_public")
                | Q(starts_at__isnull=False)
                | Q(origin="taken_over"),
                name="press_slot_has_a_start",
            ),
            models.CheckConstraint(
                condition=Q(be_there_by__isnull=True) | Q(be_there_by__lte=F("starts_at")),
                name="press_slot_arrive_before_start",
                violation_error_message=ARRIVAL_TOO_LATE,
            ),
            models.CheckConstraint(
                condition=Q(registration_deadline__isnull=True)
                | Q(registration_deadline__lte=F("starts_at")),
                name="press_slot_register_before_start",
                violation_error_message=REGISTRATION_TOO_LATE,
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gt=0),
                name="press_slot_capacity_is_positive",
                violation_error_message=_("Die Zahl der Plätze muss größer als null sein."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {format_moment(self.starts_at)}".strip()

    @property
    def invites_press(self) -> bool:
        # A slot of the kind *not public* only records that the press is not invited.
        return self.kind != PressKind.NOT_PUBLIC and self.cancelled_at is None

    @property
    def needs_a_start(self) -> bool:
        """Whether a start is required, as in the constraint `press_slot_has_a_start`."""
        return self.kind != PressKind.NOT_PUBLIC and self.origin != Origin.TAKEN_OVER


class CoverageQuerySet(models.QuerySet):
    def visible_to(self, user):
        # Coverage is public, but a report about a hidden visit would reveal it.
        if not has_role(user, *ROLES):
            return self.none()
        return self.filter(Q(visit__isnull=True) | Q(visit__in=Visit.objects.visible_to(user)))

    def in_balance(self, until: dt.date):
        """Press coverage up to `until`, which counts as attention in the *Branchenbilanz*."""
        return self.filter(starts_on__lte=until)

    def of_sector(self, sector: Sector):
        """Press coverage of `sector`; without sectors of its own it has those of its visit."""
        # Subqueries, because joins would repeat reports with several sectors.
        inherited = self.model.objects.filter(sectors__isnull=True, visit__sectors=sector)
        own = self.model.objects.filter(sectors=sector)
        return self.filter(Q(pk__in=own.values("pk")) | Q(pk__in=inherited.values("pk")))

    def matching(self, words: str):
        return self.filter(matching(words))

    def same_page(self, url: str):
        """The reports about the page at `url`, however its address is written."""
        return self.filter(url_key=fold_url(url)) if url else self.none()


class Coverage(Sourced, KnownDate):
    """*Pressebericht*: one report on a visit or on industrial policy, published on `starts_on`."""

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
    url_key = FoldedURLField(sources=("url",))
    search = FoldedField(sources=("medium", "title", "about"))

    history = HistoricalRecords(excluded_fields=["search", "url_key"])
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
                violation_error_message=SAYS_NOTHING,
            ),
            # Only for reports with a link: those without are not duplicates of each other.
            models.UniqueConstraint(
                fields=["url"],
                condition=~Q(url=""),
                name="coverage_link_once",
                violation_error_message=LINK_IS_RECORDED,
            ),
        ]

    def __str__(self):
        return f"{self.medium}: {self.label}"

    @property
    def label(self) -> str:
        """The headline, else what the report is about, else its link."""
        return self.title or self.about or self.url
