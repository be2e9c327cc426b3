"""Dates proposed for dialogues."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.dates import format_span
from dialogues.enums import (
    OPTION_BADGE_COLOURS,
    HostPreference,
    OptionState,
)
from dialogues.models.dialogues import Dialogue


class DateOption(models.Model):
    """A date that the office proposes and the senator's office accepts or rules out."""

    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="date_options")
    starts_at = models.DateTimeField(_("Beginn"))
    ends_at = models.DateTimeField(_("Ende"))
    host_preference = models.CharField(
        _("Gastgeber"), max_length=10, choices=HostPreference, default=HostPreference.POSSIBLE
    )
    state = models.CharField(
        _("Stand"), max_length=10, choices=OptionState, default=OptionState.PROPOSED, editable=False
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Terminvorschlag")
        verbose_name_plural = _("Terminvorschläge")
        constraints = [
            models.UniqueConstraint(
                fields=["dialogue", "starts_at"],
                # A dropped date may be proposed again.
                condition=~Q(state="dropped"),
                name="date_option_once_per_start",
            ),
            # The last resort if two services ever fix dates of one dialogue concurrently.
            models.UniqueConstraint(
                fields=["dialogue"], condition=Q(state="fixed"), name="date_option_one_fixed"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="date_option_ends_after_start"
            ),
        ]

    def __str__(self):
        return format_span(self.starts_at, self.ends_at)

    @property
    def badge_colour(self) -> str:
        return OPTION_BADGE_COLOURS[OptionState(self.state)]
