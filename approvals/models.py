"""Approval requests: what the senator's office was shown, and what it answered."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from approvals.enums import ApprovalKind, ApprovalState
from core.models import Document, Origin
from core.roles import OFFICE, SENATOR_OFFICE, has_role


class ApprovalRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office and the senator's office see all requests, nobody else any."""
        return self if has_role(user, OFFICE, SENATOR_OFFICE) else self.none()

    def open(self):
        return self.filter(state=ApprovalState.OPEN)


class ApprovalRequest(models.Model):
    """A request for the senator's consent to a series, a topic, dates or a visit.

    The subject is named by kind and id, never loaded here: the floors above know it. `snapshot` keeps what was
    shown, a list of [label, value], `options` what can be ticked, a list of {"id", "label", "hint"}.
    """

    kind = models.CharField(_("Art"), max_length=12, choices=ApprovalKind)
    subject_id = models.PositiveBigIntegerField(editable=False)
    title = models.CharField(_("Gegenstand"), max_length=250)
    path = models.CharField(max_length=200, editable=False)
    snapshot = models.JSONField(_("vorgelegter Stand"), default=list)
    options = models.JSONField(_("zur Auswahl"), default=list, blank=True)
    occasion = models.TextField(_("Anlass"), blank=True)
    facts = models.TextField(_("Sachverhalt"), blank=True)
    assessment = models.TextField(_("Bewertung"), blank=True)
    vote = models.CharField(_("Votum"), max_length=300)
    due_on = models.DateField(_("Entscheidung bis"))
    state = models.CharField(
        _("Stand"), max_length=12, choices=ApprovalState, default=ApprovalState.OPEN, editable=False
    )
    submitted_at = models.DateTimeField(_("vorgelegt am"), editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("vorgelegt von"),
        editable=False,
    )
    decided_at = models.DateTimeField(_("entschieden am"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("entschieden von"),
        editable=False,
    )
    by_deputy = models.BooleanField(_("in Vertretung"), default=False, editable=False)
    comment = models.TextField(_("Anmerkung"), blank=True)
    chosen = models.JSONField(_("mögliche Optionen"), default=list, blank=True, editable=False)
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.ENTERED, editable=False)

    history = HistoricalRecords()
    objects = ApprovalRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("Freigabe")
        verbose_name_plural = _("Freigaben")
        indexes = [models.Index(fields=["state", "due_on"], name="approval_by_deadline")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=Q(state=ApprovalState.OPEN),
                name="approval_open_once_per_subject",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "conditional", "returned", "refused"])
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="approval_decision_has_maker",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "refused"]) | ~Q(comment=""), name="approval_refusal_has_reason"
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def is_demo(self) -> bool:
        return self.origin == Origin.DEMO

    @property
    def is_open(self) -> bool:
        return self.state == ApprovalState.OPEN


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Attachments are seen by those who see their request."""
        return self.filter(request__in=ApprovalRequest.objects.visible_to(user))


class Attachment(Document):
    """*Anlage*: a file that was submitted with a request. It stays as it is, like all that was shown."""

    request = models.ForeignKey(
        ApprovalRequest, on_delete=models.PROTECT, related_name="attachments", verbose_name=_("Freigabe")
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("Anlage")
        verbose_name_plural = _("Anlagen")
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(file=""), name="attachment_has_name_and_file"),
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_is_not_empty"),
        ]
