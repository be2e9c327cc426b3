"""Mails to guests on the waiting list: a seat is offered, and the offer is over."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_span
from dialogues.mails.invitations import enqueue_reachable, guest_draft
from dialogues.models import Dialogue, Invitation
from dialogues.queries import place_of
from outbox.services import withdraw_pending

OFFERED = "seat_offered"


def waiting_text(invitation: Invitation) -> str:
    """Return which place the guest has on the waiting list, for how many people, and what then."""
    text = ngettext(
        "Zurzeit sind alle Plätze belegt. Sie stehen auf der Warteliste an %(place)d. Stelle, mit "
        "%(count)d Person.",
        "Zurzeit sind alle Plätze belegt. Sie stehen auf der Warteliste an %(place)d. Stelle, mit "
        "%(count)d Personen.",
        invitation.party,
    )
    text %= {"place": place_of(invitation), "count": invitation.party}
    then = _("Wird ein Platz frei und sind Sie an der Reihe, bieten wir ihn Ihnen per E-Mail an.")
    return f"{text} {then}"


def mail_seat_offered(
    dialogue: Dialogue, invitation: Invitation, *, until: dt.datetime, by, now: dt.datetime
) -> None:
    """Mail a waiting guest that a seat is held for them, with their personal link."""
    seats = ngettext("%(count)d Platz", "%(count)d Plätze", invitation.party)
    draft = guest_draft(
        dialogue,
        invitation,
        OFFERED,
        # A guest can be offered a seat more than once.
        f"offered:{now.isoformat()}",
        values={"seats": seats % {"count": invitation.party}, "until": format_span(until)},
        link=invitation.personal_link,
        has_personal_link=True,
    )
    enqueue_reachable([draft], now=now, by=by)


def mail_offer_ended(
    dialogue: Dialogue, invitation: Invitation, *, has_lapsed: bool, by, now: dt.datetime
) -> None:
    """Mail a guest that the seat they were offered is no longer held, and how to wait again."""
    reason = _("Sie haben bis zum Ende der Frist nicht geantwortet.")
    if not has_lapsed:
        reason = _("Die Geschäftsstelle hat das Angebot zurückgenommen.")
    draft = guest_draft(
        dialogue,
        invitation,
        "seat_offer_ended",
        f"offer_ended:{now.isoformat()}",
        values={"reason": reason},
        link=invitation.personal_link,
        has_personal_link=True,
    )
    enqueue_reachable([draft], now=now, by=by)


def withdraw_offer_mails(invitation: Invitation, *, note: str, by, now: dt.datetime) -> None:
    """Withdraw unsent offers to `invitation`, because the seat is no longer held."""
    keys = [invitation.mail_key]
    withdraw_pending(subject_keys=keys, kinds=[OFFERED], note=note, by=by, now=now)
