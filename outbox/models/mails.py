"""Every mail is a record before it is sent."""

from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.dates import format_moment
from core.folding import FoldedField, matching
from core.models import Origin
from core.roles import OFFICE, has_role
from outbox.enums import (
    MAIL_BADGE_COLOURS,
    QUEUED_STATES,
    UNSOLVED_STATES,
    MailState,
    Priority,
)
from outbox.texts import title_of

TEST_EVENT = "test:"  # the beginning of `Mail.event` where somebody tries out a text


def in_states(*states: str) -> Q:
    """Return the condition that a mail is in one of `states`."""
    # OR instead of IN: SQLite uses a partial index only where it can match the index's condition
    # term by term, and it does not see through IN with parameters.
    return reduce(or_, (Q(state=state) for state in states))


class MailQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if has_role(user, OFFICE) else self.none()

    def matching(self, words: str):
        return self.filter(matching(words))

    def without_bodies(self):
        """Defer the bodies: they make up most of a record, and lists do not show them."""
        return self.defer("text", "mime", "secret")

    def due(self, now):
        return self.filter(state__in=QUEUED_STATES, due_at__lte=now, expires_at__gt=now)


class Mail(models.Model):
    """One mail to one recipient.

    It is fully rendered when it is written; the transport sends `mime` byte for byte. (`kind`,
    `subject_key`, `recipient`, `event`) is unique, so writing the same mail twice has no effect.
    """

    kind = models.CharField(_("Art"), max_length=60)
    subject_key = models.CharField(_("Gegenstand"), max_length=80)
    # What happened to the subject; part of the unique key.
    event = models.CharField(_("Anlass"), max_length=80)
    recipient = models.EmailField(_("Adresse"), max_length=254)
    recipient_name = models.CharField(_("Name"), max_length=150, blank=True)
    subject = models.CharField(_("Betreff"), max_length=250)
    text = models.TextField(_("Text"), blank=True)
    # Rendered when the mail is written, so that the preview shows exactly what is sent, and later
    # changes to the records it mentions cannot make it fail.
    mime = models.TextField(_("fertige Nachricht"), blank=True)
    # Stays the same across attempts, so that mail servers can recognise a duplicate.
    message_id = models.CharField(_("Message-ID"), max_length=150, unique=True)
    state = models.CharField(
        _("Stand"), max_length=14, choices=MailState, default=MailState.WAITING
    )
    priority = models.PositiveSmallIntegerField(
        _("Vorrang"), choices=Priority, default=Priority.NORMAL
    )
    attempts = models.PositiveSmallIntegerField(_("Versuche"), default=0)
    # Counts 4xx answers only: an unreachable server says nothing about this mail.
    refusals = models.PositiveSmallIntegerField(_("vorläufige Abweisungen"), default=0)
    created_at = models.DateTimeField(_("geschrieben am"))
    due_at = models.DateTimeField(_("fällig am"))
    # A late invitation is worse than none: after this time the mail is no longer sent.
    expires_at = models.DateTimeField(_("verfällt am"))
    # The span from `due_at` to `expires_at`, stored so that a resent mail gets it again in full.
    lifetime = models.DurationField(_("Geltungsdauer"))
    # The worker's lease: nobody else may send the mail until MAIL_LEASE_SECONDS after `claimed_at`.
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
    # Shared by all mails that were written together.
    batch = models.UUIDField(_("Versand"), db_index=True)
    path = models.CharField(_("Seite im Portal"), max_length=250, blank=True)
    has_personal_link = models.BooleanField(_("enthält einen persönlichen Link"), default=False)
    # The part of the personal link that no page, export or log may show.
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
    # How many people it names; only what was just rehearsed or sent knows of a shared mailbox.
    people = 1

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
            # Without the secret the previews could not redact the link.
            models.CheckConstraint(
                condition=Q(has_personal_link=False) | ~Q(secret="") | Q(mime=""),
                name="mail_personal_link_is_known",
            ),
            # A bundle links to the pages of its notices, so a personal link would be lost.
            models.CheckConstraint(
                condition=Q(is_notice=False) | Q(has_personal_link=False, is_account_mail=False),
                name="mail_notice_is_for_everybody",
            ),
        ]
        # Partial where possible: nearly all mails are sent, and workers look for the few others.
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
                condition=in_states(*UNSOLVED_STATES),
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
        return str(_("Konto")) if self.is_account_mail else title_of(self.kind)

    @property
    def addressee(self) -> str:
        return (
            f"{self.recipient_name} <{self.recipient}>" if self.recipient_name else self.recipient
        )

    @property
    def badge_colour(self) -> str:
        return MAIL_BADGE_COLOURS[MailState(self.state)]

    @property
    def reason(self) -> str:
        """The last error and, where one will follow, the time of the next attempt."""
        if self.state == MailState.RETRY:
            again = str(_("nächster Versuch ab %s")) % format_moment(self.due_at)
            return f"{self.last_error} ({again})" if self.last_error else again
        return self.last_error

    @property
    def is_demo(self) -> bool:
        return self.origin == Origin.DEMO


class ConnectionSlot(models.Model):
    """The right to open one connection to the mail server; all workers share MAIL_CONNECTIONS.

    After `held_until` the slot of a killed worker is free again. Until `closed_until` nobody uses
    it, because the server asked for fewer connections.
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
        return all(end is None or end <= now for end in (self.held_until, self.closed_until))


class MailLog(models.Model):
    """A change of a mail between writing and sending: retry, refusal, lost claim, action of the
    office.

    Writing and sending are recorded on the mail itself (`created_at`, `sent_at`), so most mails
    have no log entry.
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
