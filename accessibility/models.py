"""Barriers that people report by the form below the accessibility statement."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accessibility.enums import BARRIER_BADGE_COLOURS, BarrierState
from core.dates import format_date
from core.roles import is_office


class BarrierReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Senders may write about their disability, so only the office reads reports."""
        return self if is_office(user) else self.none()

    def open(self):
        return self.filter(state=BarrierState.OPEN)

    def answered(self):
        return self.filter(state=BarrierState.ANSWERED)


class BarrierReport(models.Model):
    """One message sent by the form, until the office has noted how it was answered.

    Once it was closed long enough, what the sender and the office wrote is removed; page, days and
    state stay. A report without `message` is one of those.
    """

    message = models.TextField(_("Hinweis"), blank=True, max_length=4000)
    page = models.CharField(_("Seite"), max_length=300, blank=True)
    email = models.EmailField(_("Adresse für die Antwort"), max_length=254, blank=True)
    received_at = models.DateTimeField(_("eingegangen am"))
    due_on = models.DateField(_("Antwort bis"))
    state = models.CharField(
        _("Stand"), max_length=8, choices=BarrierState, default=BarrierState.OPEN
    )
    # Kept when a report is opened again, so that nobody has to type it twice.
    answer = models.TextField(_("Wie geantwortet wurde"), blank=True, max_length=4000)
    answered_at = models.DateTimeField(_("beantwortet am"), null=True, blank=True)
    # Day and digest of what was sent: who sends the form twice has reported one barrier.
    fingerprint = models.CharField(max_length=80, editable=False)

    history = HistoricalRecords()
    objects = BarrierReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("Hinweis zur Barrierefreiheit")
        verbose_name_plural = _("Hinweise zur Barrierefreiheit")
        constraints = [
            models.UniqueConstraint("fingerprint", name="barrier_is_recorded_once_a_day"),
            models.CheckConstraint(
                condition=Q(state__in=BarrierState.values), name="barrier_state_is_known"
            ),
            models.CheckConstraint(
                condition=(~Q(state="answered") | Q(answered_at__isnull=False))
                & (~Q(state="open") | Q(answered_at__isnull=True)),
                name="barrier_answered_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | ~Q(answer="") | Q(message=""),
                name="barrier_answer_is_noted",
            ),
            # Only what was answered is ever removed.
            models.CheckConstraint(
                condition=~Q(state="open") | ~Q(message=""), name="barrier_open_has_its_message"
            ),
        ]

    def __str__(self):
        return _now("Hinweis vom %(day)s") % {"day": format_date(self.received_at)}

    def get_absolute_url(self):
        return reverse("barrier", args=[self.pk])

    @property
    def badge_colour(self) -> str:
        return BARRIER_BADGE_COLOURS[BarrierState(self.state)]

    @property
    def is_removed(self) -> bool:
        return not self.message
