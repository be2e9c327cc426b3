"""The log of what was deleted or anonymised."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.roles import is_office


class TidyRunQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if is_office(user) else self.none()


class TidyRun(models.Model):
    """One run of `services.tidy_people`, or one person anonymised by hand.

    `counts` says how many of what by key; nothing here tells who it was.
    """

    at = models.DateTimeField(_("Zeitpunkt"))
    # Null for the nightly run.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("ausgelöst von"),
    )
    months = models.PositiveSmallIntegerField(_("Frist in Monaten"))
    counts = models.JSONField(_("Anzahl"), default=dict)

    objects = TidyRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("Löschlauf")
        verbose_name_plural = _("Löschläufe")

    def __str__(self):
        return f"{self.at:%d.%m.%Y}"
