"""Seats offered to guests on the waiting list."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from dialogues.enums import SEAT_OFFER_BADGE_COLOURS, SeatOfferState
from dialogues.models.invitations import Invitation


class SeatOffer(models.Model):
    """A free seat held for a guest until `expires_at`: as many as the `party` of the invitation.

    While it is open, the guest is on the waiting list, and their seats count as taken for others.
    """

    invitation = models.ForeignKey(
        Invitation,
        on_delete=models.CASCADE,
        related_name="seat_offers",
        verbose_name=_("Einladung"),
    )
    state = models.CharField(
        _("Stand"),
        max_length=10,
        choices=SeatOfferState,
        default=SeatOfferState.OFFERED,
        editable=False,
    )
    offered_at = models.DateTimeField(_("angeboten am"), editable=False)
    expires_at = models.DateTimeField(_("gilt bis"), editable=False)
    ended_at = models.DateTimeField(_("beendet am"), null=True, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Platzangebot")
        verbose_name_plural = _("Platzangebote")
        constraints = [
            models.UniqueConstraint(
                fields=["invitation"],
                condition=Q(state="offered"),
                name="seatoffer_one_open_per_invitation",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("offered_at")),
                name="seatoffer_expires_after_offer",
            ),
            models.CheckConstraint(
                condition=Q(state="offered", ended_at__isnull=True)
                | ~Q(state="offered") & Q(ended_at__isnull=False),
                name="seatoffer_ended_has_time",
            ),
        ]

    def __str__(self):
        return f"{self.invitation} ({self.get_state_display()})"

    @property
    def badge_colour(self) -> str:
        return SEAT_OFFER_BADGE_COLOURS[SeatOfferState(self.state)]
