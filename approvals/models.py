"""Approvals: what the senator's office was shown, its decision, and the conditions."""

import datetime as dt
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from approvals.enums import ApprovalKind, ApprovalState, ConditionState
from approvals.permissions import can_decide_any, kinds_of_deputy
from approvals.registry import CounterDate
from core.models import Document, Origin
from core.roles import OFFICE, has_role

# Labels of facts that stand above the Leitungsvorlage, because the others are folded on a phone.
OPEN_CONDITIONS = _("Offene Auflagen")
LEADING = (_("Termin"), _("Ort"), _("Adresse"), OPEN_CONDITIONS)


class Closing(NamedTuple):
    """When an approval was closed, and by whom or why."""

    at: dt.datetime
    note: str


class ApprovalRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office and the senator's office see all approvals, deputies those of their kinds."""
        if has_role(user, OFFICE):
            return self
        if not can_decide_any(user):
            return self.none()
        kinds = kinds_of_deputy(user)
        return self if kinds is None else self.filter(kind__in=kinds)

    def open(self):
        return self.filter(state=ApprovalState.OPEN)


def _paragraphs(text: str) -> set[str]:
    """Return the paragraphs of `text`, whatever their spaces and line breaks."""
    blocks = "\n".join(line.strip() for line in text.splitlines()).split("\n\n")
    return {" ".join(block.split()) for block in blocks if block.strip()}


class ApprovalRequest(models.Model):
    """A request for the senator's consent to a series, a topic, dates or a visit.

    `snapshot` is what was shown, a list of [label, value]. `options` are the dates to choose from
    (`approvals.registry.Subject`), `chosen` the ids of those granted, and `counter_dates` the
    alternatives proposed (`CounterDate.as_json`). `former` is the approval to compare with: the
    subject's last decided one, or else its last one.
    """

    # Kind and id instead of a foreign key: the subject belongs to an app above, and the approval
    # must stay readable as it was decided (docs/adr/0001).

    kind = models.CharField(_("Art"), max_length=12, choices=ApprovalKind)
    subject_id = models.PositiveBigIntegerField(editable=False)
    title = models.CharField(_("Gegenstand"), max_length=250)
    # The subject's page, stored because this app does not know the URLs of the apps above.
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
    # Stored, as the deputyship may be changed or deleted after the decision.
    by_deputy = models.BooleanField(_("in Vertretung"), default=False, editable=False)
    comment = models.TextField(_("Anmerkung"), blank=True)
    chosen = models.JSONField(_("mögliche Optionen"), default=list, blank=True, editable=False)
    none_possible = models.BooleanField(_("kein Termin möglich"), default=False, editable=False)
    counter_dates = models.JSONField(_("Gegenvorschlag"), default=list, blank=True, editable=False)
    former = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("frühere Vorlage"),
        editable=False,
    )
    lapsed_at = models.DateTimeField(_("erloschen am"), null=True, editable=False)
    lapsed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("geändert von"),
        editable=False,
    )
    lapse_reason = models.CharField(
        _("Grund des Erlöschens"), max_length=300, blank=True, editable=False
    )
    withdrawn_at = models.DateTimeField(_("zurückgezogen am"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("zurückgezogen von"),
        editable=False,
    )
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.ENTERED, editable=False)

    history = HistoricalRecords()
    objects = ApprovalRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("Freigabe")
        verbose_name_plural = _("Freigaben")
        # The desk and the reminders read open approvals by deadline.
        indexes = [models.Index(fields=["state", "due_on"], name="approval_by_deadline")]
        constraints = [
            # Two open approvals of one subject could get conflicting decisions.
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=Q(state=ApprovalState.OPEN),
                name="approval_open_once_per_subject",
            ),
            # LAPSED is not listed: an approval may lapse before anybody decides it.
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "conditional", "returned", "refused"])
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="approval_decision_has_maker",
            ),
            # The office must know what to do next; alternative dates say so without a comment.
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "refused"])
                | ~Q(comment="")
                | Q(none_possible=True),
                name="approval_refusal_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(none_possible=False) | Q(kind="dates", state="returned"),
                name="approval_none_possible_returns_dates",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(state="withdrawn", withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="approval_withdrawal_has_maker",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("approval", args=[self.pk])

    @property
    def mail_key(self) -> str:
        """The key under which the outbox finds the mails and reminders about this approval."""
        return f"approval:{self.pk}"

    @property
    def is_demo(self) -> bool:
        return self.origin == Origin.DEMO

    @property
    def is_open(self) -> bool:
        return self.state == ApprovalState.OPEN

    @property
    def outcome(self) -> str:
        """The state in words; „kein Termin möglich“ says more than „zurückgegeben“."""
        return str(_("kein Termin möglich")) if self.none_possible else self.get_state_display()

    @property
    def snapshot_to_show(self) -> list[list[str]]:
        """The snapshot without texts that the Leitungsvorlage already prints word for word."""
        printed = _paragraphs(self.facts)
        return [
            [label, value] for label, value in self.snapshot if not _paragraphs(value) <= printed
        ]

    @property
    def when_and_where(self) -> list[list[str]]:
        """The rows of the snapshot that nobody may overlook when deciding."""
        return [[label, value] for label, value in self.snapshot if value and label in LEADING]

    @property
    def decided_outcome(self) -> str:
        """What was decided, also if it lapsed since. Only a granted approval can."""
        if self.decided_at and self.state == ApprovalState.LAPSED:
            return str(_("freigegeben, später erloschen"))
        return self.outcome

    @property
    def decider_name(self) -> str:
        """Who decided, marked *in Vertretung* for a deputy; empty before the decision."""
        if not self.decided_at:
            return ""
        if self.by_deputy:
            return _("%(who)s, in Vertretung") % {"who": self.decided_by}
        return str(self.decided_by)

    @property
    def closing(self) -> "Closing | None":
        """The last decision, withdrawal or lapse; None while the approval is open."""
        if self.state == ApprovalState.LAPSED:
            return Closing(self.lapsed_at, self.lapse_reason) if self.lapsed_at else None
        if self.withdrawn_at:
            return Closing(self.withdrawn_at, str(self.withdrawn_by))
        if not self.decided_at:
            return None
        by_deputy = _("(in Vertretung)") if self.by_deputy else ""
        return Closing(self.decided_at, f"{self.decided_by} {by_deputy}".rstrip())

    @property
    def chosen_options(self) -> list[dict]:
        return [option for option in self.options if option["id"] in self.chosen]

    @property
    def counter_date_list(self) -> list[CounterDate]:
        return [CounterDate.from_json(moments) for moments in self.counter_dates]

    def counter_dates_ahead(self, now) -> list[CounterDate]:
        return [date for date in self.counter_date_list if date.starts_at > now]


class ConditionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(approval__in=ApprovalRequest.objects.visible_to(user))

    def open(self):
        """Leave out the conditions of an approval that lapsed: they lapsed with it."""
        return self.filter(state=ConditionState.OPEN, approval__state=ApprovalState.CONDITIONAL)


class Condition(models.Model):
    """*Auflage*: what the office has to do after a conditional approval."""

    approval = models.ForeignKey(
        ApprovalRequest, on_delete=models.CASCADE, related_name="conditions"
    )
    text = models.CharField(_("Auflage"), max_length=500)
    state = models.CharField(
        _("Stand"),
        max_length=8,
        choices=ConditionState,
        default=ConditionState.OPEN,
        editable=False,
    )
    met_at = models.DateTimeField(_("erfüllt am"), null=True, editable=False)
    met_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("vermerkt von"),
        editable=False,
    )
    note = models.CharField(_("Vermerk"), max_length=500, blank=True)

    history = HistoricalRecords()
    objects = ConditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Auflage")
        verbose_name_plural = _("Auflagen")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="condition_has_words"),
            models.CheckConstraint(
                condition=Q(state="open", met_at__isnull=True, met_by__isnull=True)
                | Q(state="met", met_at__isnull=False, met_by__isnull=False),
                name="condition_met_has_maker",
            ),
        ]

    def __str__(self):
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("condition", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == ConditionState.OPEN


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(approval__in=ApprovalRequest.objects.visible_to(user))


class Attachment(Document):
    """*Anlage*: a file submitted with an approval, immutable like everything that was shown."""

    # PROTECT: a cascade would delete the records but leave the files on disk.
    approval = models.ForeignKey(
        ApprovalRequest,
        on_delete=models.PROTECT,
        related_name="attachments",
        verbose_name=_("Freigabe"),
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("Anlage")
        verbose_name_plural = _("Anlagen")
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(file=""), name="attachment_has_name_and_file"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_is_not_empty"),
        ]
