"""Services that offer free seats to the waiting list: of themselves, or by the office."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import format_span
from core.errors import Refused
from core.history import save_as
from core.roles import require_office
from dialogues import mails
from dialogues.enums import OFFER_LAPSED, SEAT_OFFERED, DialogueState, RsvpState, SeatOfferState
from dialogues.models import Dialogue, Invitation, SeatOffer
from dialogues.queries import (
    count_seats_taken,
    days_to_hold_a_seat,
    dialogues_with_waiting_guests,
    is_offer_time,
    open_offer,
    seat_held_until,
    waiting_list,
)
from dialogues.services.dialogues import lock_dialogue
from dialogues.services.invitations import lock_invitation
from dialogues.services.waiting import end_offer_of
from partners.queries import recipient_of

NOT_WAITING = gettext_lazy("Dieser Gast wartet nicht mehr auf einen Platz.")


def tend_waiting_lists(*, now: dt.datetime) -> int:
    """Let expired offers lapse and offer free seats in order; return how many were offered.

    Each dialogue in a transaction of its own, so that a killed run loses nothing and the next one
    goes on. Concurrent runs wait for each other and find nothing left to do. Does nothing outside
    office hours, because each of these acts mails somebody.
    """
    if not is_offer_time(now):
        return 0
    keys = dialogues_with_waiting_guests(now).values_list("pk", flat=True)
    return sum(_tend(pk, now) for pk in list(keys))


@transaction.atomic
def _tend(pk: int, now: dt.datetime) -> int:
    dialogue = lock_dialogue(pk)
    # Read before the lock: meanwhile it may have been postponed, cancelled or held.
    if dialogue.state != DialogueState.INVITED or dialogue.starts_at <= now:
        return 0
    expired = SeatOffer.objects.filter(
        invitation__dialogue=dialogue, state=SeatOfferState.OFFERED, expires_at__lte=now
    )
    for offer in expired.order_by("expires_at", "pk"):
        _lapse(lock_invitation(offer.invitation_id, dialogue), dialogue, now)
    return _offer_in_order(dialogue, now) if dialogue.offers_seats else 0


def _lapse(invitation: Invitation, dialogue: Dialogue, now: dt.datetime) -> None:
    end_offer_of(invitation, "lapse", by=None, now=now)
    # Otherwise the same seat would be offered to them again at once.
    invitation.seat_wanted_at = None
    save_as(invitation, by=None, now=now, reason=OFFER_LAPSED)
    mails.mail_offer_ended(dialogue, invitation, has_lapsed=True, by=None, now=now)


def _offer_in_order(dialogue: Dialogue, now: dt.datetime) -> int:
    """Offer the free seats in strict order: who needs two waits for two, and nobody overtakes."""
    free, offered = dialogue.seats - count_seats_taken(dialogue), 0
    until = seat_held_until(dialogue, now, days=days_to_hold_a_seat())
    # Nobody could answer an offer on the day itself; the office asks by telephone.
    if until is None:
        return 0
    for waiting in waiting_list(dialogue):
        # Nobody would learn of the offer. The office sees who has no address.
        if not recipient_of(waiting.person).email:
            continue
        if waiting.party > free:
            break
        invitation = lock_invitation(waiting.pk, dialogue)
        _offer(invitation, dialogue, until, by=None, now=now)
        free, offered = free - invitation.party, offered + 1
    return offered


def _offer(
    invitation: Invitation, dialogue: Dialogue, until: dt.datetime, *, by, now: dt.datetime
) -> SeatOffer:
    offer = SeatOffer(invitation=invitation, offered_at=now, expires_at=until)
    save_as(offer, by=by, now=now, reason=SEAT_OFFERED)
    # A guest whose former offer lapsed is on the list again.
    invitation.seat_wanted_at = invitation.seat_wanted_at or now
    reason = _("%(offered)s bis %(until)s") % {
        "offered": SEAT_OFFERED,
        "until": format_span(until),
    }
    save_as(invitation, by=by, now=now, reason=reason)
    mails.mail_seat_offered(dialogue, invitation, until=until, by=by, now=now)
    return offer


@transaction.atomic
def offer_seat(*, invitation: Invitation, by, now: dt.datetime) -> SeatOffer:
    """Offer a seat to a waiting guest at once, whatever their place and the hour.

    Raises Refused unless enough seats are free and the guest can still answer.
    """
    require_office(by)
    dialogue = lock_dialogue(invitation.dialogue_id)
    invitation = lock_invitation(invitation.pk, dialogue)
    until = require_seat_to_offer(invitation, now=now)
    return _offer(invitation, dialogue, until, by=by, now=now)


def require_seat_to_offer(invitation: Invitation, *, now: dt.datetime) -> dt.datetime:
    """Return until when a seat would be held. Raises Refused if none can be offered."""
    dialogue: Dialogue = invitation.dialogue
    _require_waiting(invitation)
    if open_offer(invitation):
        raise Refused(_("Diesem Gast ist schon ein Platz angeboten."))
    if not invitation.person.is_active or not recipient_of(invitation.person).email:
        raise Refused(
            _(
                "%(guest)s ist nicht mehr aktiv oder hat keine E-Mail-Adresse. Fragen Sie nach, "
                "und tragen Sie die Antwort selbst ein."
            )
            % {"guest": invitation.person}
        )
    if dialogue.seats - count_seats_taken(dialogue) < invitation.party:
        raise Refused(_("Für diesen Gast sind nicht genug Plätze frei."))
    until = seat_held_until(dialogue, now, days=days_to_hold_a_seat())
    if until is None:
        raise Refused(
            _(
                "Für ein Angebot ist es zu spät: Es gilt höchstens bis zum Arbeitstag vor dem "
                "Gespräch. Fragen Sie den Gast, und tragen Sie die Antwort selbst ein."
            )
        )
    return until


def _require_waiting(invitation: Invitation) -> None:
    dialogue: Dialogue = invitation.dialogue
    is_valid = not invitation.withdrawn_at and invitation.released_round == dialogue.round
    if not is_valid or invitation.rsvp != RsvpState.WAITING:
        raise Refused(str(NOT_WAITING))
    if dialogue.state != DialogueState.INVITED:
        raise Refused(_("Die Warteliste gilt nur, solange zu diesem Termin eingeladen ist."))


@transaction.atomic
def end_offer(*, invitation: Invitation, by, now: dt.datetime) -> Invitation:
    """End the open offer to a guest and tell them; the seat is free for the next.

    The guest leaves the queue: otherwise the same seat would be offered to them again.
    """
    require_office(by)
    dialogue = lock_dialogue(invitation.dialogue_id)
    invitation = lock_invitation(invitation.pk, dialogue)
    if end_offer_of(invitation, "withdraw", by=by, now=now) is None:
        raise Refused(_("Diesem Gast ist kein Platz mehr angeboten."))
    invitation.seat_wanted_at = None
    save_as(invitation, by=by, now=now, reason=_("Angebotenen Platz zurückgenommen"))
    mails.mail_offer_ended(dialogue, invitation, has_lapsed=False, by=by, now=now)
    return invitation


@transaction.atomic
def advance_guest(
    *, invitation: Invitation, to_front: bool = False, by, now: dt.datetime
) -> Invitation:
    """Move a waiting guest one place up, or to the front of the waiting list; mails nobody."""
    require_office(by)
    dialogue = lock_dialogue(invitation.dialogue_id)
    invitation = lock_invitation(invitation.pk, dialogue)
    _require_waiting(invitation)
    waiting = list(waiting_list(dialogue))
    keys = [guest.pk for guest in waiting]
    place = keys.index(invitation.pk) if invitation.pk in keys else 0
    if place == 0:
        raise Refused(_("Dieser Gast steht schon vorn oder nicht auf der Warteliste."))
    moved = waiting[0 if to_front else place - 1 : place + 1]
    times = [guest.seat_wanted_at for guest in moved]
    # The guest takes the first place of those passed, and each of these the place behind.
    reason = _("Auf der Warteliste vorgezogen")
    for guest, time in zip([moved[-1], *moved[:-1]], times, strict=True):
        guest.seat_wanted_at = time
        is_moved = guest.pk == invitation.pk
        text = reason if is_moved else _("Auf der Warteliste zurückgestellt")
        save_as(guest, by=by, now=now, reason=text)
    return moved[-1]
