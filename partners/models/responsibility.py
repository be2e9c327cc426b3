"""*Zuständig*: the person of the office who is in charge of a record."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Assignable(models.Model):
    """A record that one account of the office is in charge of, or nobody.

    Only services write `responsible`. Reminders go to that account instead of the whole office;
    nothing else depends on it: everyone in the office may act.
    """

    # SET_NULL: a record whose account is deleted is unassigned, and visible as such.
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("Zuständig"),
    )

    class Meta:
        abstract = True

    @property
    def needs_somebody(self) -> bool:
        """Whether work on the record goes on, so that somebody should be in charge.

        Models say it here for one record, and in the query registered with `partners.registry`.
        """
        raise NotImplementedError
