"""The office's changes to rules, its pauses, and the log of sent reminders."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.roles import is_office
from outbox.models.mails import Mail
from reminders.registry import Offsets


class ReminderRule(models.Model):
    """The office's changes to a rule that an app registered. Null stands for the default.

    `steps` is [[key, working days from the date], …] as in `registry.Offsets`, `options` is
    {key: setting}.
    """

    key = models.CharField(_("Regel"), max_length=60)
    # Null rather than a copy of the default, so that a later change of the default takes effect.
    steps = models.JSONField(_("Schritte"), null=True)
    weekly = models.BooleanField(_("danach wöchentlich"), null=True)
    is_active = models.BooleanField(_("eingeschaltet"), default=True)
    options = models.JSONField(_("weitere Einstellungen"), null=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Erinnerungsregel")
        verbose_name_plural = _("Erinnerungsregeln")
        constraints = [models.UniqueConstraint(fields=["key"], name="reminderrule_once_per_key")]

    def __str__(self):
        return self.key

    @property
    def offsets(self) -> Offsets:
        return tuple((key, day) for key, day in self.steps or [])


class ReminderLog(models.Model):
    """A sent reminder: which step of which rule, about what, to whom, and in which mail.

    Written in the transaction of its mail and unique, so that nobody is reminded of a step twice,
    even if the rule changes later. When the date changes, its steps start again.
    """

    kind = models.CharField(_("Regel"), max_length=60)
    # A text instead of a foreign key, because the subjects belong to apps above this one.
    subject_key = models.CharField(_("Gegenstand"), max_length=80)
    recipient = models.EmailField(_("Adresse"), max_length=254)
    date = models.DateField(_("Bezugstag"))
    step = models.CharField(_("Schritt"), max_length=40)
    at = models.DateTimeField(_("Zeitpunkt"))
    # The entry outlives its mail: without it, the step would be sent again.
    mail = models.ForeignKey(
        Mail,
        on_delete=models.SET_NULL,
        null=True,
        related_name="reminders",
        verbose_name=_("E-Mail"),
    )

    class Meta:
        verbose_name = _("Erinnerung")
        verbose_name_plural = _("Erinnerungen")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_key", "kind", "recipient", "date", "step"],
                name="reminderlog_each_step_once",
            )
        ]
        # The forecast looks up the mails of a day by this column.
        indexes = [models.Index(fields=["at"], name="reminderlog_at")]

    def __str__(self):
        return f"{self.kind} {self.subject_key} {self.date} {self.step}"


class ReminderPauseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office sees all pauses, everybody else none."""
        return self if is_office(user) else self.none()

    def valid_on(self, day: dt.date):
        """Pauses still in force on `day`: not ended by anybody and not expired before it."""
        return self.filter(Q(until_on__isnull=True) | Q(until_on__gte=day), ended_at__isnull=True)


class ReminderPause(models.Model):
    """Stops the reminders of a rule, about a matter (`dialogue:5`), or to an address."""

    rule = models.CharField(_("Regel"), max_length=60, blank=True)
    about = models.CharField(_("Vorgang"), max_length=80, blank=True)
    recipient = models.EmailField(_("Person"), max_length=254, blank=True)
    # A copy: the list of pauses stays readable when the subject is renamed or deleted.
    title = models.CharField(_("Bezeichnung"), max_length=300)
    until_on = models.DateField(_("bis einschließlich"), null=True, blank=True)
    reason = models.CharField(_("Grund"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("pausiert am"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("pausiert von"),
    )
    ended_at = models.DateTimeField(_("aufgehoben am"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("aufgehoben von"),
    )

    objects = ReminderPauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("Pause")
        verbose_name_plural = _("Pausen")
        constraints = [
            models.CheckConstraint(
                condition=(
                    ~Q(rule="") & Q(about="", recipient="")
                    | ~Q(about="") & Q(rule="", recipient="")
                    | ~Q(recipient="") & Q(rule="", about="")
                ),
                name="reminderpause_has_one_target",
            ),
            models.UniqueConstraint(
                # Open pauses only: ended ones are kept as a record of who paused what.
                fields=["rule", "about", "recipient"],
                condition=Q(ended_at__isnull=True),
                name="reminderpause_one_open_per_target",
            ),
        ]

    def __str__(self):
        return self.title

    def applies_on(self, day: dt.date) -> bool:
        return self.ended_at is None and (self.until_on is None or day <= self.until_on)
