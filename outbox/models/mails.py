"""Every mail of the portal is a row before it is a mail."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.dates import format_moment
from core.folding import FoldedField
from core.models import Origin
from core.roles import OFFICE, has_role
from outbox.enums import MOVES, TONES, MailState, Priority
from outbox.texts import title_of


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
    """One mail to one recipient, finished when it was written: what is sent is `mime`, byte for byte."""

    kind = models.CharField(_("Art"), max_length=60)
    subject_key = models.CharField(_("Gegenstand"), max_length=80)
    occasion = models.CharField(_("Anlass"), max_length=80)
    recipient = models.EmailField(_("Adresse"), max_length=254)
    recipient_name = models.CharField(_("Empfänger"), max_length=150, blank=True)
    subject = models.CharField(_("Betreff"), max_length=250)
    text = models.TextField(_("Text"), blank=True)
    mime = models.TextField(_("fertige Nachricht"), blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=150, unique=True)
    state = models.CharField(_("Stand"), max_length=14, choices=MailState, default=MailState.WAITING)
    priority = models.PositiveSmallIntegerField(_("Vorrang"), choices=Priority, default=Priority.NORMAL)
    attempts = models.PositiveSmallIntegerField(_("Versuche"), default=0)
    created_at = models.DateTimeField(_("geschrieben am"))
    due_at = models.DateTimeField(_("fällig am"))
    expires_at = models.DateTimeField(_("verfällt am"))
    claim = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("versandt am"), null=True)
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
    is_account_mail = models.BooleanField(_("Konto-Mail"), default=False)
    origin = models.CharField(_("Herkunft"), max_length=12, choices=Origin, default=Origin.ENTERED)
    search = FoldedField(sources=("subject", "recipient_name", "recipient"))

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("E-Mail")
        verbose_name_plural = _("E-Mails")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_key", "recipient", "occasion"], name="mail_is_written_once"
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
                condition=Q(has_personal_link=False) | ~Q(secret=""), name="mail_personal_link_is_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "due_at", "id"],
                condition=Q(state__in=[MailState.WAITING, MailState.RETRY]),
                name="mail_due",
            ),
            models.Index(fields=["claimed_at"], condition=Q(state=MailState.SENDING), name="mail_claimed"),
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
        return f"{self.recipient_name} <{self.recipient}>" if self.recipient_name else self.recipient

    @property
    def tone(self) -> str:
        """The tone of the badge of its state."""
        return TONES[MailState(self.state)]

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


class MailLog(models.Model):
    """What happened to a mail besides the plain way: a new try, a refusal, a claim taken back, an act of the office.

    Writing and sending stand in the mail itself (`created_at`, `sent_at`), so the usual mail costs no row here.
    """

    mail = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="log", verbose_name=_("E-Mail"))
    at = models.DateTimeField(_("Zeitpunkt"))
    from_state = models.CharField(_("von"), max_length=14, choices=MailState)
    to_state = models.CharField(_("nach"), max_length=14, choices=MailState)
    note = models.CharField(_("Vermerk"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("durch")
    )

    class Meta:
        verbose_name = _("Vermerk zum Versand")
        verbose_name_plural = _("Vermerke zum Versand")

    def __str__(self):
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}"
