"""What a guest with an account has to answer."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from core.dates import local_date
from core.progress import NextStep, WaitingEntry
from dialogues.enums import DialogueState, RsvpState
from dialogues.models import Dialogue, Invitation


def guest_next_step(
    dialogue: Dialogue, user, invitation: Invitation | None, now: dt.datetime
) -> NextStep | None:
    """Return the box *Nächster Schritt* for a guest while `invitation` can be answered."""
    if invitation is None or dialogue.state != DialogueState.INVITED:
        return None
    if dialogue.rsvp_by < local_date(now):
        return None
    text, action = _("Sie sind eingeladen. Bitte antworten Sie."), _("Einladung beantworten")
    if invitation.rsvp != RsvpState.OPEN:
        text = _("Ihre Antwort: %(answer)s. Sie können sie noch ändern.")
        text %= {"answer": invitation.get_rsvp_display()}
        action = _("Antwort ändern")
    url = reverse("dialogues:my_rsvp", args=[invitation.pk])
    return NextStep(text, str(user), dialogue.rsvp_by, action, url)


def invitations_awaiting_reply(user, today: dt.date) -> list[WaitingEntry]:
    """Return what `user`, invited in person, has not answered and still can."""
    open_invitations = Invitation.objects.released().filter(
        person=user.person_id,
        rsvp=RsvpState.OPEN,
        dialogue__state=DialogueState.INVITED,
        dialogue__rsvp_by__gte=today,
    )
    return [
        WaitingEntry(
            str(user),
            _("Einladung beantworten: %(title)s") % {"title": invitation.dialogue.as_announced},
            reverse("dialogues:my_rsvp", args=[invitation.pk]),
            invitation.dialogue.rsvp_by,
        )
        for invitation in open_invitations.select_related("dialogue").order_by(
            "dialogue__rsvp_by", "pk"
        )
    ]
