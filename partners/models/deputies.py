"""Deputyships."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.dates import format_date
from core.roles import OFFICE, SENATOR_OFFICE, has_role
from partners.models.people import Person
from partners.registry import kind_limit_text


class DeputyQuerySet(models.QuerySet):
    # Unlike elsewhere, no role is needed: an account without one may still act as a deputy.
    def visible_to(self, user):
        """Office and senator's office: all. Others: deputyships in which they are involved."""
        if has_role(user, OFFICE, SENATOR_OFFICE):
            return self
        if not (user.is_authenticated and user.is_active):
            return self.none()
        return self.filter(Q(principal_id=user.person_id) | Q(deputy_id=user.person_id))

    # Evaluated by date, so that rights end with the last day without a background job.
    def valid_on(self, day: dt.date):
        return self.filter(Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day)))

    def absences(self, today: dt.date):
        """Return the deputyships that tell of an absence: with a last day, and not over `today`.

        One until further notice is a standing arrangement of people who are there.
        """
        return self.filter(ends_on__gte=today).order_by("starts_on", "pk")


class Deputy(models.Model):
    """*Vertretung*: `deputy` acts for `principal` from `starts_on` to `ends_on`, both included.

    Without `ends_on` it is valid until further notice. `kinds` limits it to some kinds of approval;
    an empty list means no limit.
    """

    principal = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="deputies",
        verbose_name=_("vertretene Person"),
    )
    deputy = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="deputyships", verbose_name=_("Vertretung")
    )
    starts_on = models.DateField(_("von"))
    ends_on = models.DateField(
        _("bis"), null=True, blank=True, help_text=_("Leer: bis auf Weiteres.")
    )
    # No choices: the kinds belong to `approvals`, which registers them (partners.registry).
    kinds = models.JSONField(_("Arten von Freigaben"), default=list, blank=True)

    history = HistoricalRecords()
    objects = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name = _("Vertretung")
        verbose_name_plural = _("Vertretungen")
        constraints = [
            models.CheckConstraint(
                condition=~Q(principal=F("deputy")), name="deputy_is_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="deputy_ends_after_start",
            ),
        ]

    def __str__(self):
        return f"{self.deputy} – {self.principal}"

    def holds_on(self, day: dt.date) -> bool:
        return self.starts_on <= day and not self.is_over(day)

    def is_over(self, today: dt.date) -> bool:
        return self.ends_on is not None and self.ends_on < today

    def covers(self, kind: str) -> bool:
        """Return whether the deputy may decide on approvals of `kind`."""
        return not self.kinds or kind in self.kinds

    @property
    def scope(self) -> str:
        """`nur Freigaben: Thema, Besuch`; empty without a limit."""
        return kind_limit_text(self.kinds)

    @property
    def period(self) -> str:
        """`vom 01.07.2019 bis 14.07.2019` or `ab 01.07.2019 bis auf Weiteres`, then the scope."""
        values = {"start": format_date(self.starts_on), "end": format_date(self.ends_on)}
        if self.ends_on:
            dates = gettext("vom %(start)s bis %(end)s") % values
        else:
            dates = gettext("ab %(start)s bis auf Weiteres") % values
        return ", ".join(filter(None, [dates, self.scope]))
