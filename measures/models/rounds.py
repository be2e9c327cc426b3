"""Reporting rounds."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role
from measures.enums import RoundState
from measures.models.plans import Plan


class RoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Office: all. Every other role: rounds that were opened."""
        # A planned round has not been announced: its dates may still change.
        if has_role(user, OFFICE):
            return self
        if has_role(user, SENATOR_OFFICE, OBSERVER, PARTNER):
            return self.exclude(state=RoundState.PLANNED)
        return self.none()


class ReportingRound(models.Model):
    """A *Berichtsrunde*: the office asks every lead for a report as of one cut-off day
    (*Stichtag*).
    """

    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, related_name="rounds", verbose_name=_("Plan")
    )
    title = models.CharField(
        _("Titel"), max_length=120, help_text=_("Zum Beispiel „Berichtsrunde 2/2026“.")
    )
    # Reports describe the status on the cut-off day and are due later: writing takes some weeks.
    cut_off_on = models.DateField(_("Stichtag"))
    due_on = models.DateField(_("Berichte bis"))
    state = models.CharField(
        _("Stand"), max_length=8, choices=RoundState, default=RoundState.PLANNED, editable=False
    )
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.ENTERED, editable=False)

    history = HistoricalRecords()
    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("Berichtsrunde")
        verbose_name_plural = _("Berichtsrunden")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "title"],
                name="reportinground_title_once_a_plan",
                violation_error_message=_(
                    "In diesem Plan gibt es schon eine Berichtsrunde mit diesem Titel."
                ),
            ),
            # With two open rounds, it would be unclear to which of them a report belongs.
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(state=RoundState.OPEN),
                name="reportinground_one_open_a_plan",
            ),
            models.CheckConstraint(
                condition=Q(state__in=RoundState.values), name="reportinground_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("cut_off_on")),
                name="reportinground_due_after_cut_off",
                violation_error_message=_("Die Frist liegt vor dem Stichtag."),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("measures:round", args=[self.pk])

    @property
    def mail_key(self) -> str:
        """What the outbox and the log of reminders call the round."""
        return f"round:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == RoundState.OPEN

    @property
    def is_demo(self) -> bool:
        return self.origin == Origin.DEMO

    @property
    def is_taken_over(self) -> bool:
        return self.origin == Origin.TAKEN_OVER
