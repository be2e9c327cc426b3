"""The waiting list of a locked dialogue: who joins it, what an answer takes, how an offer ends."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.errors import Refused
from core.history import save_as
from core.states import target_of
from dialogues import mails
from dialogues.enums import SEAT_OFFER_MOVES, SEATED, RsvpState, SeatOfferState
from dialogues.models import Invitation, Rsvp, SeatOffer
from dialogues.queries import Seats, open_offer, seats_for

END_REASONS = {
    "take": gettext_lazy("Angebotenen Platz angenommen"),
    "decline": gettext_lazy("Angebotenen Platz abgelehnt"),
    "lapse": gettext_lazy("Angebotener Platz verstrichen"),
    "withdraw": gettext_lazy("Angebot beendet"),
}


def seated_or_waiting(invitation: Invitation, after: Rsvp, *, by_office: bool) -> Rsvp:
    """Return the reply `after`, or *Warteliste* in place of an acceptance if no seat is left.

    A guest who accepts in the second in which the last seat goes wants one, and each further click
    would cost them their place. The office is refused instead: it has the guest on the phone.
    Raises Refused if `after` needs more seats than there are for this guest, or waits for one that
    is free. The dialogue must be locked.
    """
    needed = after.party if after.rsvp in SEATED else 0
    # Giving seats back is always possible, even where the office has overbooked.
    if needed <= invitation.seats_taken and after.rsvp != RsvpState.WAITING:
        if invitation.rsvp == RsvpState.WAITING and after.rsvp == RsvpState.TENTATIVE:
            _require_no_offer(seats_for(invitation), by_office=by_office)
        return after
    seats = seats_for(invitation, minds_queue=not by_office)
    if after.rsvp == RsvpState.WAITING:
        _require_no_offer(seats, by_office=by_office)
        _require_reason_to_wait(invitation, after, by_office=by_office)
        return after
    if needed <= seats.most:
        return after
    if seats.most:
        raise Refused(_too_many(seats))
    if by_office:
        raise Refused(
            _("Es sind keine Plätze mehr frei. Wählen Sie „Warteliste“, wenn der Gast nachrückt.")
        )
    if after.rsvp == RsvpState.REPRESENTED:
        raise Refused(
            _(
                "Es sind keine Plätze mehr frei. Wählen Sie „Warteliste“; wer Sie vertritt, nennen "
                "Sie, sobald Ihnen ein Platz angeboten wird."
            )
        )
    return after._replace(rsvp=RsvpState.WAITING)


def _require_no_offer(seats: Seats, *, by_office: bool) -> None:
    if seats.offer:
        text = _("Ihnen ist ein Platz angeboten. Bitte sagen Sie zu oder ab.")
        if by_office:
            text = _("Dem Gast ist ein Platz angeboten. Tragen Sie eine Zusage oder Absage ein.")
        raise Refused(text)


def _require_reason_to_wait(invitation: Invitation, after: Rsvp, *, by_office: bool) -> None:
    if after.party > invitation.dialogue.seats:
        raise Refused(_("So viele Plätze gibt es nicht. Bitte geben Sie weniger Personen an."))
    # Whoever stands there already stays, whatever is free: the next offer is theirs in turn.
    if invitation.rsvp == RsvpState.WAITING:
        return
    if invitation.seats_taken:
        text = _("Sie haben schon einen Platz und müssen auf keinen warten.")
        if by_office:
            text = _("Der Gast hat schon einen Platz und muss auf keinen warten.")
        raise Refused(text)
    if after.party <= seats_for(invitation).free:
        text = _("Es sind noch Plätze frei. Bitte sagen Sie zu.")
        if by_office:
            text = _("Es sind noch Plätze frei. Tragen Sie eine Zusage ein.")
        raise Refused(text)


def _too_many(seats: Seats) -> str:
    if seats.own:
        # Who has a seat does not wait for one, however few are free beside it.
        text = ngettext(
            "Möglich ist höchstens %(most)d Platz, der bisherige mitgezählt. Bitte geben Sie "
            "weniger Personen an.",
            "Möglich sind höchstens %(most)d Plätze, die bisherigen mitgezählt. Bitte geben Sie "
            "weniger Personen an.",
            seats.most,
        )
        return text % {"most": seats.most}
    text = ngettext(
        "Es ist nur noch %(left)d Platz frei. Bitte geben Sie weniger Personen an, oder wählen Sie "
        "„Warteliste“.",
        "Es sind nur noch %(left)d Plätze frei. Bitte geben Sie weniger Personen an, oder wählen "
        "Sie „Warteliste“.",
        seats.free,
    )
    return text % {"left": seats.free}


def queued_at(invitation: Invitation, now: dt.datetime) -> dt.datetime | None:
    """Return the place on the waiting list of a guest with a new reply; None for any other."""
    if invitation.rsvp != RsvpState.WAITING:
        return None
    # A place survives a larger party, and a postponement.
    if invitation.seat_wanted_at:
        return invitation.seat_wanted_at
    waiting = invitation.dialogue.invitations.filter(rsvp=RsvpState.WAITING)
    last = waiting.aggregate(last=Max("seat_wanted_at"))["last"]
    # Requests reach the lock in another order than they began. Whoever was told a place keeps it.
    return max(now, last + dt.timedelta(microseconds=1)) if last else now


def end_offer_of(invitation: Invitation, action: str, *, by, now: dt.datetime) -> SeatOffer | None:
    """End the open offer to the locked `invitation`, if there is one; its mail goes out no more."""
    offer = open_offer(invitation)
    if offer is None:
        return None
    offer.state = target_of(SEAT_OFFER_MOVES, action, offer)
    offer.ended_at = now
    reason = str(END_REASONS[action])
    save_as(offer, by=by, now=now, reason=reason)
    mails.withdraw_offer_mails(invitation, note=reason, by=by, now=now)
    return offer


def answer_offer(invitation: Invitation, after: Rsvp, *, by, now: dt.datetime) -> None:
    """End the offer that the reply `after` answers."""
    action = "take" if after.rsvp in SEATED else "decline"
    end_offer_of(invitation, action, by=by, now=now)


def end_offers_of(invitations: Iterable[Invitation], *, by, now: dt.datetime) -> None:
    """End all open offers of a locked dialogue whose date is given up, or has come."""
    open_offers = SeatOffer.objects.filter(state=SeatOfferState.OFFERED, invitation__in=invitations)
    for offer in open_offers.select_related("invitation").order_by("pk"):
        end_offer_of(offer.invitation, "withdraw", by=by, now=now)
