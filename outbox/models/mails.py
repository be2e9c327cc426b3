"""Every mail of the portal is a row before it is a mail."""

from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.dates import format_moment
from core.folding import FoldedField
from core.models import Origin
from core.roles import OFFICE, has_role
from outbox.enums import BADGE_COLOURS, MOVES, MailState, Priority
from outbox.texts import title_of


def in_states(*states: str) -> Q:
    """Return the condition that a mail is in one of `states`.

    Written with OR: SQLite finds a partial index by comparing conditions, and does not see through
    IN with parameters.
    """
    return reduce(or_, (Q(state=state) for state in states))


class MailQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office sees every mail, nobody else any."""
        return self if has_role(user, OFFICE) else self.none()

    def slim(self):
        """Without the bodies, as lists need it."""
        return self.defer("text", "mime", "secret")

    def due(self, now):
        """Mails that may be sent at `now`."""
        return self.filter(state__in=MOVES["claim"].sources, due_at__lte=now, expires_at__gt=now)


class Mail(models.Model):
    """One mail to one recipient, finished when it was written: what is sent is `mime`, byte for
    byte.
    """

    kind = models.CharField(_("Art"), max_length=60)
    subject_key = models.CharField(_("Gegenstand"), max_length=80)
    event = models.CharField(_("Anlass"), max_length=80)
    recipient = models.EmailField(_("Adresse"), max_length=254)
    recipient_name = models.CharField(_("Name"), max_length=150, blank=True)
    subject = models.CharField(_("Betreff"), max_length=250)
    text = models.TextField(_("Text"), blank=True)
    mime = models.TextField(_("fertige Nachricht"), blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=150, unique=True)
    state = models.CharField(
        _("Stand"), max_length=14, choices=MailState, default=MailState.WAITING
    )
    priority = models.PositiveSmallIntegerField(
        _("Vorrang"), choices=Priority, default=Priority.NORMAL
    )
    attempts = models.PositiveSmallIntegerField(_("Versuche"), default=0)
    refusals = models.PositiveSmallIntegerField(_("vorläufige Abweisungen"), default=0)
    created_at = models.DateTimeField(_("geschrieben am"))
    due_at = models.DateTimeField(_("fällig am"))
    expires_at = models.DateTimeField(_("verfällt am"))
    lifetime = models.DurationField(_("Geltungsdauer"))
    claim = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("versandt am"), null=True)
    settled_at = models.DateTimeField(_("als erledigt abgelegt am"), null=True)
    last_error = models.CharField(_("letzter Fehler"), max_length=500, blank=True)
    server_answer = models.CharField(_("Antwort des Mailservers"), max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("ausgelöst von"),
    )
    batch = models.UUIDField(_("Versand"), db_index=True)
    path = models.CharField(_("Seite im Portal"), max_length=250, blank=True)
    has_personal_link = models.BooleanField(_("enthält einen persönlichen Link"), default=False)
    secret = models.TextField(blank=True)
    is_notice = models.BooleanField(_("Nachricht über etwas Neues"), default=False)
    bundled_in = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        related_name="bundled",
        verbose_name=_("Sammelnachricht"),
    )
    is_account_mail = models.BooleanField(_("Konto-Mail"), default=False)
    origin = models.CharField(_("Herkunft"), max_length=12, choices=Origin, default=Origin.ENTERED)
    search = FoldedField(sources=("subject", "recipient_name", "recipient"))

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("E-Mail")
        verbose_name_plural = _("E-Mails")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_key", "recipient", "event"], name="mail_is_written_once"
            ),
            models.CheckConstraint(
                condition=Q(state=MailState.SENT, sent_at__isnull=False) | ~Q(state=MailState.SENT),
                name="mail_sent_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=MailState.SENDING, claimed_at__isnull=False) & ~Q(claim="")
                | ~Q(state=MailState.SENDING) & Q(claimed_at__isnull=True, claim=""),
                name="mail_claim_goes_with_sending",
            ),
            models.CheckConstraint(
                condition=Q(has_personal_link=False) | ~Q(secret="") | Q(mime=""),
                name="mail_personal_link_is_known",
            ),
            models.CheckConstraint(
                condition=Q(is_notice=False) | Q(has_personal_link=False, is_account_mail=False),
                name="mail_notice_is_for_everybody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "due_at", "id"],
                condition=Q(state__in=[MailState.WAITING, MailState.RETRY]),
                name="mail_due",
            ),
            models.Index(
                fields=["claimed_at"], condition=Q(state=MailState.SENDING), name="mail_claimed"
            ),
            models.Index(
                fields=["sent_at"], condition=Q(state=MailState.SENT), name="mail_sent_at"
            ),
            models.Index(
                fields=["recipient", "due_at"], condition=Q(is_notice=True), name="mail_notices"
            ),
            models.Index(
                fields=["settled_at"],
                condition=in_states(MailState.FAILED, MailState.UNDELIVERABLE, MailState.EXPIRED),
                name="mail_unsolved",
            ),
            models.Index(fields=["-created_at", "-id"], name="mail_newest"),
            models.Index(fields=["path"], name="mail_path"),
            models.Index(fields=["subject_key"], name="mail_subject_key"),
        ]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("outbox:detail", args=[self.pk])

    @property
    def kind_title(self) -> str:
        """What the mail is for, in German."""
        return str(_("Konto")) if self.is_account_mail else title_of(self.kind)

    @property
    def addressee(self) -> str:
        """Name and address of the recipient."""
        return (
            f"{self.recipient_name} <{self.recipient}>" if self.recipient_name else self.recipient
        )

    @property
    def colour(self) -> str:
        """The tone of the badge of its state."""
        return BADGE_COLOURS[MailState(self.state)]

    @property
    def reason(self) -> str:
        """Why it stands as it stands: the last error and, where there will be one, the next try."""
        if self.state == MailState.RETRY:
            again = str(_("nächster Versuch ab %s")) % format_moment(self.due_at)
            return f"{self.last_error} ({again})" if self.last_error else again
        return self.last_error

    @property
    def is_demo(self) -> bool:
        return self.origin == Origin.DEMO


class SendingSlot(models.Model):
    """The right to one connection to the mail server, lent to one worker at a time.

    There are MAIL_CONNECTIONS of them over all workers. `held_until` ends the loan of a worker that
    died, `closed_until` keeps the slot shut after the server asked for fewer connections.
    """

    number = models.PositiveSmallIntegerField(_("Nummer"), unique=True)
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True)
    closed_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Verbindung zum Mailserver")
        verbose_name_plural = _("Verbindungen zum Mailserver")
        constraints = [
            models.CheckConstraint(
                condition=Q(holder="", held_until__isnull=True)
                | ~Q(holder="") & Q(held_until__isnull=False),
                name="slot_holder_goes_with_time",
            ),
        ]

    def __str__(self):
        return str(self.number)

    def is_free(self, now) -> bool:
        """Whether somebody may take the slot at `now`."""
        return all(end is None or end <= now for end in (self.held_until, self.closed_until))


class MailLog(models.Model):
    """What happened to a mail besides the plain way: a new try, a refusal, a claim taken back, an
    act of the office.

    Writing and sending stand in the mail itself (`created_at`, `sent_at`), so the usual mail costs
    no row here.
    """

    mail = models.ForeignKey(
        Mail, on_delete=models.CASCADE, related_name="log", verbose_name=_("E-Mail")
    )
    at = models.DateTimeField(_("Zeitpunkt"))
    from_state = models.CharField(_("von"), max_length=14, choices=MailState)
    to_state = models.CharField(_("nach"), max_length=14, choices=MailState)
    note = models.CharField(_("Vermerk"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("durch"),
    )

    class Meta:
        verbose_name = _("Vermerk zum Versand")
        verbose_name_plural = _("Vermerke zum Versand")

    def __str__(self):
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}"
