"""What guests and the office read about the waiting list and the seats offered to it."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.conflicts import with_version
from core.dates import format_date, format_day, format_moment, format_span
from core.progress import NextStep, office_step
from dialogues.enums import DialogueState, RsvpState, SeatOfferState
from dialogues.mails import waiting_text
from dialogues.models import Dialogue, Invitation, SeatOffer
from dialogues.progress.invitations import full_name
from dialogues.queries import (
    GuestRow,
    Seats,
    days_to_hold_a_seat,
    offers_of,
    open_offer,
    seat_held_until,
)
from partners.queries import recipient_of

ANSWER_OFFER = gettext_lazy("Zusagen oder absagen")
S = SeatOfferState


def offered_note(offer: SeatOffer) -> str:
    text = ngettext(
        "Für Sie ist %(count)d Platz zurückgelegt, bis %(until)s. Bitte sagen Sie zu oder ab.",
        "Für Sie sind %(count)d Plätze zurückgelegt, bis %(until)s. Bitte sagen Sie zu oder ab.",
        offer.invitation.party,
    )
    return text % {"count": offer.invitation.party, "until": format_span(offer.expires_at)}


def waiting_note(invitation: Invitation) -> str:
    """Return what a guest on the waiting list can expect."""
    if offer := open_offer(invitation):
        return offered_note(offer)
    if invitation.seat_wanted_at is None:
        return _(
            "Der angebotene Platz ist nicht mehr für Sie zurückgelegt. Möchten Sie weiter "
            "nachrücken, senden Sie die Antwort noch einmal."
        )
    return waiting_text(invitation)


def change_note(invitation: Invitation) -> str:
    """Return until when the guest can change a reply."""
    if invitation.rsvp == RsvpState.WAITING:
        return _("Sie können die Warteliste bis zum Tag vor dem Gespräch hier verlassen.")
    text = _("Sie können Ihre Antwort bis %(day)s ändern.")
    return text % {"day": format_day(invitation.dialogue.rsvp_by)}


def deadline_note(invitation: Invitation, seats: Seats) -> str:
    """Return until when the guest is asked to reply, below the form."""
    if seats.offer:
        return offered_note(seats.offer)
    if invitation.rsvp == RsvpState.WAITING or not invitation.dialogue.rsvp_by:
        return ""
    text = _("Bitte antworten Sie bis %(day)s. Bis dahin können Sie Ihre Antwort ändern.")
    return text % {"day": format_day(invitation.dialogue.rsvp_by)}


def seats_note(seats: Seats) -> str:
    """Return a note that no seat is left for this guest; empty while there is one."""
    if seats.most > 0:
        return ""
    return _("Zurzeit ist kein Platz frei. Auf der Warteliste rücken Sie der Reihe nach auf.")


def offer_seat_step(dialogue: Dialogue, waiting: int, seats_left: int) -> NextStep:
    """Return the step that offers free seats, where the portal does not do so itself."""
    text = ngettext(
        "%(count)d Gast steht auf der Warteliste.",
        "%(count)d Gäste stehen auf der Warteliste.",
        waiting,
    ) % {"count": waiting}
    text = f"{text} {seats_left_note(seats_left)}"
    url = reverse("dialogues:guests", args=[dialogue.pk])
    return office_step(text, _("Platz anbieten"), url, due_on=dialogue.rsvp_by)


def seats_left_note(seats_left: int) -> str:
    if seats_left <= 0:
        return _("Alle Plätze sind belegt oder angeboten.")
    text = ngettext("%(count)d Platz ist frei.", "%(count)d Plätze sind frei.", seats_left)
    return text % {"count": seats_left}


class WaitingLine(NamedTuple):
    """A guest on the waiting list. `links` are (label, url) pairs, `moves` (label, url to post)."""

    name: str
    note: str
    place: str = ""
    links: tuple[tuple[str, str], ...] = ()
    moves: tuple[tuple[str, str], ...] = ()


class WaitingCard(NamedTuple):
    """The waiting list as the office rules it; `former` are offers that are over."""

    notes: list[str]
    offered: list[WaitingLine]
    queue: list[WaitingLine]
    lapsed: list[WaitingLine]
    former: list[tuple[str, str, str, str]]  # name, moments, state, colour


def waiting_card(
    guests: Iterable[GuestRow], dialogue: Dialogue, now: dt.datetime
) -> WaitingCard | None:
    """Return the waiting list of the present date; None if nobody is on it."""
    current = [guest.invitation for guest in guests if guest.is_released]
    current = [invitation for invitation in current if not invitation.withdrawn_at]
    waiting = [invitation for invitation in current if invitation.rsvp == RsvpState.WAITING]
    # Before the query, which most guest lists do not need. *Verlauf* has the former offers too.
    if not waiting:
        return None
    offers = list(offers_of(dialogue))
    opened = {offer.invitation_id: offer for offer in offers if offer.state == S.OFFERED}
    # The invitations of the list know their people; those of the offers are other instances.
    offered = [guest for guest in waiting if guest.pk in opened]
    held = sum(guest.party for guest in offered)
    left = dialogue.seats - held - sum(guest.seats_taken for guest in current)
    queue = [guest for guest in waiting if guest.seat_wanted_at and guest.pk not in opened]
    queue.sort(key=lambda guest: (guest.seat_wanted_at, guest.pk))
    lapsed = [guest for guest in waiting if not guest.seat_wanted_at and guest.pk not in opened]
    can_offer = _can_offer(dialogue, now)
    return WaitingCard(
        notes=_card_notes(dialogue, queue, left),
        offered=[_offered_line(guest, opened[guest.pk]) for guest in offered],
        queue=[
            _queue_line(guest, place, can_offer=can_offer and guest.party <= left)
            for place, guest in enumerate(queue, start=1)
        ],
        lapsed=[
            _queue_line(guest, 0, can_offer=can_offer and guest.party <= left) for guest in lapsed
        ],
        former=[_former_line(offer) for offer in offers if offer.state != S.OFFERED],
    )


def _can_offer(dialogue: Dialogue, now: dt.datetime) -> bool:
    if dialogue.state != DialogueState.INVITED:
        return False
    return seat_held_until(dialogue, now, days=days_to_hold_a_seat()) is not None


def _card_notes(dialogue: Dialogue, queue: list[Invitation], left: int) -> list[str]:
    notes = [seats_left_note(left)]
    if queue and 0 < left < queue[0].party:
        text = _("Wer vorn steht, braucht %(count)d Plätze; bis dahin rückt niemand nach.")
        notes.append(text % {"count": queue[0].party})
    notes.append(
        _("Freie Plätze bietet das Portal der Reihe nach an.")
        if dialogue.offers_seats
        else _("Freie Plätze bietet die Geschäftsstelle an.")
    )
    return notes


def _offered_line(guest: Invitation, offer: SeatOffer) -> WaitingLine:
    note = _("angeboten am %(offered)s, gilt bis %(until)s") % {
        "offered": format_moment(offer.offered_at),
        "until": format_span(offer.expires_at),
    }
    links = [(_("Angebot beenden"), reverse("dialogues:offer_end", args=[guest.pk]))]
    return _line(guest, [note], links=[*links, _enter_link(guest)])


def _queue_line(guest: Invitation, place: int, *, can_offer: bool) -> WaitingLine:
    notes = [_("seit %(moment)s") % {"moment": format_moment(guest.replied_at)}]
    if not place:
        notes = [_("Angebot verstrichen oder beendet, rückt nicht mehr von selbst nach")]
    links, moves = [_enter_link(guest)], []
    is_reached = guest.person.is_active and bool(recipient_of(guest.person).email)
    if not is_reached:
        notes.append(_("nicht erreichbar, bekommt kein Angebot"))
    if can_offer and is_reached:
        links.insert(0, (_("Platz anbieten"), reverse("dialogues:seat_offer", args=[guest.pk])))
    if place > 1:
        up = with_version(reverse("dialogues:waiting_up", args=[guest.pk]), guest)
        moves.append((_("Eine Stelle vor"), up))
    if place > 2:
        first = with_version(reverse("dialogues:waiting_first", args=[guest.pk]), guest)
        moves.append((_("An den Anfang"), first))
    return _line(guest, notes, place=place, links=links, moves=moves)


def _line(guest: Invitation, notes: list[str], *, place: int = 0, links, moves=()) -> WaitingLine:
    people = ngettext("%(count)d Person", "%(count)d Personen", guest.party)
    person = guest.person
    note = " · ".join(
        filter(None, [people % {"count": guest.party}, *notes, person.email, person.phone])
    )
    label = f"{place}." if place else ""
    return WaitingLine(full_name(person), note, label, tuple(links), tuple(moves))


def _enter_link(guest: Invitation) -> tuple[str, str]:
    return _("Antwort am Telefon eintragen"), reverse("dialogues:enter_rsvp", args=[guest.pk])


def _former_line(offer: SeatOffer) -> tuple[str, str, str, str]:
    moments = _("angeboten am %(offered)s, beendet am %(ended)s") % {
        "offered": format_moment(offer.offered_at),
        "ended": format_moment(offer.ended_at),
    }
    name = full_name(offer.invitation.person)
    return name, moments, offer.get_state_display(), offer.badge_colour


def places_on_list(guests: Iterable[GuestRow], dialogue: Dialogue) -> dict[int, str]:
    """Return by invitation what the export says of the waiting list: the place, or the offer."""
    waiting = [guest.invitation for guest in guests if guest.is_released]
    waiting = [
        guest for guest in waiting if guest.rsvp == RsvpState.WAITING and not guest.withdrawn_at
    ]
    offers = offers_of(dialogue).filter(state=S.OFFERED)
    opened = {offer.invitation_id: format_date(offer.expires_at) for offer in offers}
    queue = [guest for guest in waiting if guest.seat_wanted_at and guest.pk not in opened]
    queue.sort(key=lambda guest: (guest.seat_wanted_at, guest.pk))
    places = {guest.pk: str(place) for place, guest in enumerate(queue, start=1)}
    return places | {pk: _("angeboten bis %(day)s") % {"day": day} for pk, day in opened.items()}
