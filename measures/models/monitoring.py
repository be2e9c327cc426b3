"""The Monitoring-Bericht of a closed round: its texts, and the files made from them."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.models import Document
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role
from measures.enums import OPEN_EDITION_STATES, Audience, ChapterKind, EditionState
from measures.models.rounds import ReportingRound

# Longer than any single file takes: whoever gave no sign of life since then is no longer working.
STALE_AFTER = dt.timedelta(minutes=3)


class MonitoringReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Office: all. Senator's office: those with files. Others: published ones with files."""
        if has_role(user, OFFICE):
            return self
        made = MonitoringEdition.objects.filter(report=OuterRef("pk"), state=EditionState.MADE)
        if has_role(user, SENATOR_OFFICE):
            return self.filter(Exists(made))
        if has_role(user, OBSERVER, PARTNER):
            return self.filter(Exists(made), is_published=True, round__plan__is_published=True)
        return self.none()


class MonitoringReport(models.Model):
    """The *Monitoring-Bericht* of a round. Its numbers come from what the round keeps."""

    round = models.OneToOneField(
        ReportingRound,
        on_delete=models.PROTECT,
        related_name="monitoring_report",
        verbose_name=_("Berichtsrunde"),
    )
    is_published = models.BooleanField(_("veröffentlicht"), default=False)

    history = HistoricalRecords()
    objects = MonitoringReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("Monitoring-Bericht")
        verbose_name_plural = _("Monitoring-Berichte")

    def __str__(self):
        return str(_("Monitoring-Bericht"))

    def get_absolute_url(self):
        return reverse("measures:monitoring", args=[self.round_id])


class MonitoringChapter(models.Model):
    """A chapter: its heading and the office's text; numbers and tables are added when it is shown.

    `field` is the section of the plan as the round keeps it, "" for measures without a place.
    """

    report = models.ForeignKey(
        MonitoringReport, on_delete=models.PROTECT, related_name="chapters", verbose_name=_("von")
    )
    kind = models.CharField(max_length=12, choices=ChapterKind, editable=False)
    field = models.TextField(_("Abschnitt des Plans"), blank=True, editable=False)
    position = models.PositiveSmallIntegerField(_("Reihenfolge"), editable=False)
    heading = models.TextField(_("Überschrift"), editable=False)
    text = models.TextField(
        _("Text"),
        blank=True,
        help_text=_("Absätze trennt eine Leerzeile. Zahlen und Tabellen kommen von selbst dazu."),
    )
    # Nobody has confirmed or changed the sentences that were computed from the numbers.
    is_proposed = models.BooleanField(_("Vorschlag"), default=True, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Kapitel")
        verbose_name_plural = _("Kapitel")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "position"], name="monitoringchapter_position_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ChapterKind.values), name="monitoringchapter_kind_is_known"
            ),
        ]

    def __str__(self):
        return self.heading

    def get_absolute_url(self):
        return f"{self.report.get_absolute_url()}#kapitel-{self.position}"


class MonitoringEdition(models.Model):
    """One making of the files (*Fassung*). The newest one that is made is what people read."""

    report = models.ForeignKey(
        MonitoringReport, on_delete=models.PROTECT, related_name="editions", verbose_name=_("von")
    )
    state = models.CharField(
        _("Stand"), max_length=8, choices=EditionState, default=EditionState.WAITING
    )
    requested_at = models.DateTimeField(_("angefordert am"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("angefordert von"),
    )
    # The last sign of life of who makes it.
    touched_at = models.DateTimeField(_("zuletzt daran gearbeitet"))
    made_at = models.DateTimeField(_("erstellt am"), null=True)

    class Meta:
        verbose_name = _("Fassung")
        verbose_name_plural = _("Fassungen")
        constraints = [
            models.UniqueConstraint(
                fields=["report"],
                condition=Q(state__in=OPEN_EDITION_STATES),
                name="monitoringedition_one_open_a_report",
            ),
            models.CheckConstraint(
                condition=Q(state__in=EditionState.values), name="monitoringedition_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=EditionState.MADE) ^ Q(made_at__isnull=True),
                name="monitoringedition_made_has_its_time",
            ),
        ]

    def __str__(self):
        return f"{self.report_id} · {self.requested_at}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_EDITION_STATES

    def is_stale(self, now: dt.datetime) -> bool:
        return self.is_open and self.touched_at < now - STALE_AFTER


class MonitoringFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Files of finished editions: the office and the senator's office all, others those for the
        public of the newest edition of a published report.
        """
        reports = MonitoringReport.objects.visible_to(user)
        made = self.filter(edition__state=EditionState.MADE, edition__report__in=reports)
        if has_role(user, OFFICE, SENATOR_OFFICE):
            return made
        # A newer edition may leave out what an older one should not have shown.
        newest = MonitoringEdition.objects.filter(
            report=OuterRef("edition__report"), state=EditionState.MADE
        ).order_by("-made_at", "-pk")
        made = made.annotate(newest=Subquery(newest.values("pk")[:1]))
        return made.filter(audience=Audience.PUBLIC, edition=F("newest"))


class MonitoringFile(Document):
    """A file of an edition: PDF, Word or Excel, for one audience."""

    edition = models.ForeignKey(
        MonitoringEdition, on_delete=models.PROTECT, related_name="files", verbose_name=_("Fassung")
    )
    audience = models.CharField(_("Inhalt"), max_length=8, choices=Audience)

    objects = MonitoringFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("Datei eines Monitoring-Berichts")
        verbose_name_plural = _("Dateien eines Monitoring-Berichts")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "audience", "media_type"], name="monitoringfile_once"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="monitoringfile_audience_is_known"
            ),
        ]

    def get_absolute_url(self):
        return reverse("measures:monitoring_file", args=[self.pk])
