"""Services for seats: offer a free one to a guest who was refused one."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from core.dates import local_date
from core.errors import Refused
from core.history import save_as
from core.roles import require_office
from dialogues import mails
from dialogues.models import Dialogue, Invitation
from dialogues.queries import count_seats_taken, takes_office_rsvp
from dialogues.services.dialogues import lock_dialogue
from dialogues.services.invitations import lock_invitation
from dialogues.services.rsvps import closed_reason


@transaction.atomic
def offer_seat(*, invitation: Invitation, by, now: dt.datetime) -> Invitation:
    """Mail a guest who wants a seat that one is free. Raises Refused unless they can take it."""
    require_office(by)
    dialogue = lock_dialogue(invitation.dialogue_id)
    invitation = lock_invitation(invitation.pk, dialogue)
    require_seat_to_offer(invitation, today=local_date(now))
    # The guest has been offered a seat; if it is gone when they reply, the wish is stored again.
    invitation.seat_wanted_at = None
    save_as(invitation, by=by, now=now, reason=_("Platz angeboten"))
    mails.mail_seat_offered(dialogue, invitation, by=by, now=now)
    return invitation


def require_seat_to_offer(invitation: Invitation, *, today: dt.date) -> None:
    dialogue: Dialogue = invitation.dialogue
    if invitation.seat_wanted_at is None or not takes_office_rsvp(invitation):
        raise Refused(_("Dieser Gast wartet nicht mehr auf einen Platz."))
    if not invitation.person.is_active:
        raise Refused(
            _(
                "%(guest)s ist nicht mehr aktiv und bekommt keine E-Mails. Ziehen Sie die "
                "Einladung zurück."
            )
            % {"guest": invitation.person}
        )
    if count_seats_taken(dialogue) >= dialogue.seats:
        raise Refused(_("Es ist kein Platz frei, der sich anbieten ließe."))
    if closed_reason(invitation, today=today):
        raise Refused(
            _(
                "Die Frist für Antworten ist abgelaufen. Fragen Sie den Gast, und tragen Sie die "
                "Antwort selbst ein."
            )
        )
