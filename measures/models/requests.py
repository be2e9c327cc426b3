"""People without an account whom the office asks to report."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.links import sign_link
from measures.enums import EDITABLE_REPORT_STATES
from measures.models.rounds import ReportingRound
from partners.models import Organisation, Person

LINK_KIND = "report_request"
# Counted from the mail that contains the link; each mail signs a new one.
LINK_LIFETIME_SECONDS = 180 * 24 * 3600


class ReportRequest(models.Model):
    """The request to one person to report in one round on what their organisation leads, by
    personal link.
    """

    round = models.ForeignKey(
        ReportingRound,
        on_delete=models.PROTECT,
        related_name="requests",
        verbose_name=_("Berichtsrunde"),
    )
    # Of the measures, not of the person: a lead may have somebody else answer.
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="report_requests",
        verbose_name=_("Federführung"),
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="report_requests",
        verbose_name=_("Person"),
    )
    is_sole = models.BooleanField(
        _("Nur diese Person fragen"),
        default=False,
        help_text=_("Sonst werden auch die gefragt, die dort ein Konto als Partner haben."),
    )
    revoked_at = models.DateTimeField(_("zurückgenommen am"), null=True, editable=False)
    # Signed into the personal link. Raising it revokes every link mailed before.
    link_version = models.PositiveSmallIntegerField(default=1, editable=False)

    history = HistoricalRecords()

    # *Verlauf* says it of everything that the person does (`core.history`).
    acts_by = _("persönlicher Link")

    class Meta:
        verbose_name = _("Berichtsanfrage")
        verbose_name_plural = _("Berichtsanfragen")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "organisation", "person"],
                name="reportrequest_person_once_a_lead",
                violation_error_message=_("Diese Person ist in dieser Runde schon gefragt."),
            ),
        ]

    def __str__(self):
        return f"{self.person} – {self.round}"

    @property
    def mail_key(self) -> str:
        """The `subject_key` of reminders of this request."""
        return f"{self.round.mail_key}:request:{self.pk}"

    @property
    def personal_link(self) -> str:
        """The path of the page on which the person reports. It is a secret: anyone who has it can
        report.
        """
        token = sign_link(LINK_KIND, self.pk, self.link_version)
        return reverse("measures:answer_by_link", args=[token])

    def allows(self, measure) -> bool:
        """Return whether the person may report on `measure` now."""
        is_asked = measure.plan_id == self.round.plan_id and measure.lead_id == self.organisation_id
        if self.revoked_at or not is_asked or not self.person.is_active:
            return False
        return self.accepts(measure.reports.filter(state__in=EDITABLE_REPORT_STATES).first())

    def accepts(self, report) -> bool:
        """Return whether the person may report while `report` is the open one of a measure, None if
        there is none: while the round runs, and later to finish what was begun in it.
        """
        if self.round.is_open:
            return True
        if report is None or report.state not in EDITABLE_REPORT_STATES:
            return False
        # Colleagues share their drafts. What belongs to a later round is for those asked in it.
        return self.pk == report.reported_via_id or self.round_id == report.round_id
