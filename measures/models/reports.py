"""Status reports of the leads."""

import datetime as dt
from copy import copy
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.enums import TrafficLight
from core.folding import FoldedField
from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role
from measures.enums import OPEN_REPORT_STATES, Financing, Obstacle, Phase, ReportState
from measures.models.measures import (
    STATUS_FIELDS,
    TRAFFIC_LIGHT_IS_EXPLAINED,
    TRAFFIC_LIGHT_MESSAGE,
    Measure,
    Status,
)
from measures.models.plans import is_shown_to_leads
from measures.models.requests import ReportRequest
from measures.models.rounds import ReportingRound
from measures.permissions import represented_organisations

# What one report may repeat of another: everything but its day.
REPORT_TEXTS = ("obstacle", "summary", "outlook")
ANSWER_FIELDS = (*STATUS_FIELDS, *REPORT_TEXTS)
PHASE_MISSING = _("Bitte geben Sie die Phase an.")


class OfficialLight(NamedTuple):
    """The light that the office gives a report instead of the reported one, and why; red also says
    what help or decision is wanted.
    """

    light: str
    reason: str
    help_wanted: str = ""


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Office: all. Senator's office: all but drafts. Others: accepted reports on published
        measures; partners also every report on the measures they lead.
        """
        if has_role(user, OFFICE):
            return self
        if has_role(user, SENATOR_OFFICE):
            return self.exclude(state=ReportState.DRAFT)
        if not has_role(user, OBSERVER, PARTNER):
            return self.none()
        # Drafts and returned reports are unfinished work between a lead and the office.
        published = Q(
            state=ReportState.ACCEPTED, measure__is_published=True, measure__plan__is_published=True
        )
        led = Q(measure__lead_id__in=represented_organisations(user))
        return self.filter(published | (led & is_shown_to_leads("measure__plan")))


class StatusReport(Status):
    """The report of a lead on one measure as of one day.

    Immutable once accepted: a correction is a new report.
    """

    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, related_name="reports", verbose_name=_("Maßnahme")
    )
    # Empty for a report between two rounds: a lead may report at any time.
    round = models.ForeignKey(
        ReportingRound,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("Berichtsrunde"),
    )
    state = models.CharField(
        _("Stand des Berichts"),
        max_length=10,
        choices=ReportState,
        default=ReportState.DRAFT,
        editable=False,
    )
    # The day the report describes, not the day of writing; it decides which report is the latest.
    as_of_on = models.DateField(_("Stand vom"))
    obstacle = models.CharField(_("Hemmnis"), max_length=16, choices=Obstacle, blank=True)
    summary = models.TextField(
        _("Sachstand"), blank=True, help_text=_("Was ist seit dem letzten Bericht geschehen?")
    )
    outlook = models.TextField(
        _("Nächste Schritte"), blank=True, help_text=_("Was geschieht bis zum nächsten Bericht?")
    )
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("berichtet von"),
    )
    # Set instead of `reported_by` when somebody without an account reported by personal link.
    reported_via = models.ForeignKey(
        ReportRequest,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="reports",
        verbose_name=_("berichtet über"),
    )
    reported_at = models.DateTimeField(_("berichtet am"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("geprüft von"),
    )
    decided_at = models.DateTimeField(_("geprüft am"), null=True, editable=False)
    # Why the report was returned. Kept as a reminder while the lead revises the report.
    comment = models.TextField(_("Anmerkung der Geschäftsstelle"), blank=True, editable=False)
    # The light that the office found right instead of the reported one, and why; "" if it agreed.
    official_light = models.CharField(
        _("amtliche Ampel"), max_length=6, choices=TrafficLight, blank=True, editable=False
    )
    official_reason = models.TextField(_("Grund der anderen Ampel"), blank=True, editable=False)
    official_help = models.TextField(
        _("gewünschte Entscheidung oder Hilfe dazu"), blank=True, editable=False
    )
    is_completed = models.BooleanField(
        _("von der Geschäftsstelle ergänzt"), default=False, editable=False
    )
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.ENTERED, editable=False)

    # Without the comment of the office, which not everybody may read who may read the report.
    search = FoldedField(
        sources=(
            "summary",
            "outlook",
            "traffic_light_reason",
            "help_wanted",
            "official_reason",
            "official_help",
        )
    )

    history = HistoricalRecords(excluded_fields=["search"])
    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("Statusbericht")
        verbose_name_plural = _("Statusberichte")
        # A draft may be incomplete, so the rules about its content apply from submission on.
        constraints = [
            # Colleagues at a lead share one draft.
            models.UniqueConstraint(
                fields=["measure"],
                condition=Q(state__in=OPEN_REPORT_STATES),
                name="statusreport_one_open_a_measure",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReportState.values), name="statusreport_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.DRAFT) | TRAFFIC_LIGHT_IS_EXPLAINED,
                name="statusreport_traffic_light_is_explained",
                violation_error_message=TRAFFIC_LIGHT_MESSAGE,
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.DRAFT) | Q(phase__in=Phase.values),
                name="statusreport_names_phase",
                violation_error_message=PHASE_MISSING,
            ),
            models.CheckConstraint(
                condition=Q(traffic_light__in=["", *TrafficLight.values]),
                name="statusreport_traffic_light_is_known",
            ),
            models.CheckConstraint(
                condition=Q(financing__in=["", *Financing.values]),
                name="statusreport_financing_is_known",
            ),
            models.CheckConstraint(
                condition=Q(official_light="", official_reason="", official_help="")
                | (
                    Q(state=ReportState.ACCEPTED, official_light__in=TrafficLight.values)
                    & ~Q(official_reason="")
                    & (~Q(official_light=TrafficLight.RED) | ~Q(official_help=""))
                ),
                name="statusreport_official_light_is_explained",
            ),
            models.CheckConstraint(
                condition=Q(obstacle__in=["", *Obstacle.values]),
                name="statusreport_obstacle_is_known",
            ),
            models.CheckConstraint(
                condition=Q(reported_by__isnull=True) | Q(reported_via__isnull=True),
                name="statusreport_has_one_reporter",
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.DRAFT) | Q(reported_at__isnull=False),
                name="statusreport_submitted_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReportState.ACCEPTED) | Q(decided_at__isnull=False),
                name="statusreport_accepted_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReportState.RETURNED)
                | (Q(decided_at__isnull=False) & ~Q(comment="")),
                name="statusreport_returned_has_comment",
            ),
        ]

    def __str__(self):
        return f"{self.measure_id} · {self.as_of_on}"

    def get_absolute_url(self):
        return reverse("measures:report", args=[self.pk])

    def as_official(self) -> "StatusReport":
        """Return a copy, not to be saved, with the light that holds instead of the reported one."""
        official = copy(self)
        if self.official_light:
            official.traffic_light = self.official_light
            official.traffic_light_reason = self.official_reason
            official.help_wanted = self.official_help
        return official

    @property
    def reporter(self) -> str:
        """Who wrote the report: an account, or a person by personal link; "" if nobody did."""
        if self.reported_via_id:
            return gettext("%(person)s (persönlicher Link)") % {"person": self.reported_via.person}
        return str(self.reported_by or "")

    @property
    def accepted_at(self) -> dt.datetime | None:
        return self.decided_at if self.state == ReportState.ACCEPTED else None

    @property
    def submission(self) -> str:
        """What tells one submission of the report from the next, "" before the first."""
        return self.reported_at.isoformat() if self.reported_at else ""

    @property
    def is_demo(self) -> bool:
        return self.origin == Origin.DEMO

    @property
    def is_taken_over(self) -> bool:
        return self.origin == Origin.TAKEN_OVER
