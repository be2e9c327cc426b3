"""Invitations that await a reply, what the reply page shows, and the list of who comes."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_moment, local_date
from core.progress import NextStep, WaitingEntry, office_step
from dialogues.enums import SENATOR_ATTENDS, DialogueState, RsvpState, SeatOfferState
from dialogues.models import Dialogue, Invitation, SeatOffer
from dialogues.progress.invitations import full_name
from dialogues.progress.waiting import ANSWER_OFFER, offered_note, waiting_note
from dialogues.queries import GuestRow, Preparation, open_offer


def guest_next_step(
    dialogue: Dialogue, user, invitation: Invitation | None, now: dt.datetime
) -> NextStep | None:
    """Return the box *Nächster Schritt* for a guest who can still reply to `invitation`."""
    if invitation is None or dialogue.state != DialogueState.INVITED:
        return None
    url = reverse("dialogues:my_rsvp", args=[invitation.pk])
    if offer := open_offer(invitation):
        text = offered_note(offer)
        return NextStep(text, str(user), local_date(offer.expires_at), ANSWER_OFFER, url)
    # From then on only the office enters replies; a button would lead to a closed page.
    if dialogue.rsvp_by < local_date(now):
        return None
    text, action = _("Sie sind eingeladen. Bitte antworten Sie."), _("Einladung beantworten")
    if invitation.rsvp != RsvpState.OPEN:
        text = _("Ihre Antwort: %(rsvp)s. Sie können sie noch ändern.")
        text %= {"rsvp": invitation.get_rsvp_display()}
        action = _("Antwort ändern")
    return NextStep(text, str(user), dialogue.rsvp_by, action, url)


def rsvp_facts(invitation: Invitation) -> list[tuple]:
    """Return what the guest should know about the dialogue before replying."""
    # As announced: a change that awaits approval must not reach guests through this page.
    dialogue, person = invitation.dialogue_as_announced, invitation.person
    organisation = person.organisation
    facts = [
        (_("Für"), f"{person}, {organisation.label}" if organisation else str(person)),
        (_("Termin"), _when(invitation, dialogue)),
        (_("Ort"), dialogue.location),
        (_("Format"), dialogue.get_format_display()),
        (SENATOR_ATTENDS, dialogue.senator_attends_text),
        (_("Worum es geht"), linebreaksbr(dialogue.topic.description if dialogue.topic else "")),
    ]
    if dialogue.video_link:
        link = format_html('<a href="{0}" rel="noopener noreferrer">{0}</a>', dialogue.video_link)
        facts.append((_("Videokonferenz"), link))
    facts.append((_("Programm"), linebreaksbr(dialogue.programme)))
    return [(label, value) for label, value in facts if value]


def _when(invitation: Invitation, dialogue: Dialogue) -> str:
    if dialogue.state == DialogueState.CANCELLED:
        return (
            _("abgesagt: %(date)s") % {"date": dialogue.when}
            if dialogue.starts_at
            else _("abgesagt")
        )
    return _("verschoben") if invitation.is_former else dialogue.when


class GivenRsvp(NamedTuple):
    """The card on the reply page that says what the guest has replied."""

    title: str
    rsvp: str
    colour: str
    text: str


def given_rsvp(invitation: Invitation) -> GivenRsvp | None:
    """Return the guest's reply, and whether it still holds; None before a reply."""
    if invitation.rsvp == RsvpState.OPEN:
        return None
    rsvp = invitation.get_rsvp_display()
    if invitation.dialogue.state == DialogueState.CANCELLED:
        title = _("Ihre Antwort vor der Absage")
        return GivenRsvp(title, rsvp, "neutral", _former_rsvp_text(invitation))
    if invitation.is_former:
        text = _("Sie gilt für den neuen Termin nicht mehr.")
        text = f"{_former_rsvp_text(invitation)} {text}"
        return GivenRsvp(_("Ihre Antwort zum früheren Termin"), rsvp, "neutral", text)
    title = _("Ihre bisherige Antwort")
    return GivenRsvp(title, rsvp, invitation.badge_colour, rsvp_text(invitation))


def _former_rsvp_text(invitation: Invitation) -> str:
    text = _("Gegeben am %(moment)s.") % {"moment": format_moment(invitation.replied_at)}
    if invitation.rsvp != RsvpState.REPRESENTED:
        return text
    named = _("Als Vertretung war genannt: %(name)s.") % {"name": invitation.substitute_name}
    return f"{text} {named}"


def rsvp_text(invitation: Invitation) -> str:
    """Return sentences that say when the guest replied and who will attend."""
    moment = format_moment(invitation.replied_at)
    sentences = [_("Gegeben am %(moment)s.") % {"moment": moment}]
    if invitation.rsvp == RsvpState.WAITING:
        sentences.append(waiting_note(invitation))
    if invitation.rsvp == RsvpState.REPRESENTED:
        sentences.append(_("Es kommt: %(name)s.") % {"name": invitation.substitute_name})
    if invitation.seats_taken > 1:
        sentences.append(_("Angemeldet sind %(party)s Personen.") % {"party": invitation.party})
    return " ".join(sentences)


def settle_substitutes_step(dialogue: Dialogue, preparation: Preparation) -> NextStep:
    """Return the step that settles who is invited in place of guests who were represented."""
    count = preparation.unsettled
    text = ngettext(
        "%(count)d Gast hatte sich zum früheren Termin vertreten lassen. Klären Sie, wer "
        "eingeladen wird.",
        "%(count)d Gäste hatten sich zum früheren Termin vertreten lassen. Klären Sie, wer "
        "eingeladen wird.",
        count,
    )
    url = reverse("dialogues:guests", args=[dialogue.pk])
    text %= {"count": count}
    due_on = preparation.invite_by or dialogue.rsvp_by
    return office_step(text, _("Vertretungen klären"), url, due_on=due_on)


class UnsettledSubstitute(NamedTuple):
    """A guest who was represented at a former date; `url` settles who is invited now."""

    guest: str
    substitute: str
    url: str


def unsettled_lines(guests: Iterable[GuestRow], dialogue: Dialogue) -> list[UnsettledSubstitute]:
    """Return who of `guests` was represented at a former date and may be replaced now."""
    former = [guest.invitation for guest in guests if not guest.is_released]
    return [
        UnsettledSubstitute(
            full_name(invitation.person),
            # With the address: the office may have to enter the substitute as a person first.
            ", ".join(filter(None, [invitation.substitute_name, invitation.substitute_email])),
            reverse("dialogues:substitute", args=[invitation.pk]),
        )
        for invitation in former
        if invitation.rsvp == RsvpState.REPRESENTED and not invitation.withdrawn_at
    ]


def invitations_awaiting_rsvp(user, now: dt.datetime) -> list[WaitingEntry]:
    """Return the invitations of `user` that are unanswered and still open, and the seats that they
    are offered.
    """
    # Only their own: colleagues in the organisation see an invitation but cannot reply to it.
    own = Invitation.objects.released().filter(
        person=user.person_id, dialogue__state=DialogueState.INVITED
    )
    unanswered = own.filter(rsvp=RsvpState.OPEN, dialogue__rsvp_by__gte=local_date(now))
    unanswered = unanswered.select_related("dialogue").order_by("dialogue__rsvp_by", "pk")
    entries = [
        _awaited(
            invitation, user, _("Einladung beantworten: %(title)s"), invitation.dialogue.rsvp_by
        )
        for invitation in unanswered
    ]
    offers = SeatOffer.objects.filter(invitation__in=own, state=SeatOfferState.OFFERED)
    offers = offers.select_related("invitation__dialogue").order_by("expires_at", "pk")
    text = _("Angebotenen Platz annehmen oder ablehnen: %(title)s")
    return [
        _awaited(offer.invitation, user, text, local_date(offer.expires_at)) for offer in offers
    ] + entries


def _awaited(invitation: Invitation, user, text: str, due_on: dt.date) -> WaitingEntry:
    url = reverse("dialogues:my_rsvp", args=[invitation.pk])
    text %= {"title": invitation.dialogue.as_announced}
    return WaitingEntry(str(user), text, url, due_on)


class Attendee(NamedTuple):
    """A line of the attendance list: one person, who signs there."""

    organisation: str
    name: str
    note: str


def attendees(invitations: Iterable[Invitation]) -> list[Attendee]:
    """Return a line for each person who may come. Companions have no name on record."""
    lines = []
    for invitation in invitations:
        guest = _attendee(invitation)
        companion = Attendee(
            guest.organisation, "", _("Begleitung von %(name)s") % {"name": guest.name}
        )
        lines += [guest, *[companion] * (invitation.party - 1)]
    return lines


def _attendee(invitation: Invitation) -> Attendee:
    person, name, note = invitation.person, invitation.person.name, ""
    if invitation.rsvp == RsvpState.REPRESENTED:
        name = invitation.substitute_name
        note = _("in Vertretung für %(name)s") % {"name": person.name}
    elif invitation.rsvp == RsvpState.TENTATIVE:
        note = _("mit Vorbehalt")
    organisation = person.organisation.label if person.organisation else "–"
    return Attendee(organisation, name, note)


def own_rsvps(guests: Iterable[GuestRow]) -> list[tuple[str, str, str, str]]:
    """Return (name, note, rsvp, colour) for users who may not see the whole guest list."""
    rsvps = []
    for guest in guests:
        invitation, note = guest.invitation, ""
        colour = invitation.badge_colour
        if has_former_rsvp(invitation):
            colour = "muted"
        elif invitation.rsvp == RsvpState.REPRESENTED:
            note = _("Es kommt: %(name)s") % {"name": invitation.substitute_name}
        rsvps.append((str(invitation.person), note, rsvp_label(invitation), colour))
    return rsvps


def has_former_rsvp(invitation: Invitation) -> bool:
    """Return whether the guest replied, but to a date that was given up since."""
    return invitation.is_former and invitation.rsvp != RsvpState.OPEN


def rsvp_label(invitation: Invitation) -> str:
    """Return the reply, marked if it was given to a date that was given up since."""
    rsvp = invitation.get_rsvp_display()
    if not has_former_rsvp(invitation):
        return rsvp
    return _("%(rsvp)s (zum früheren Termin)") % {"rsvp": rsvp}
