"""Services for the host company of a dialogue."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Refused
from core.history import save_as
from core.roles import require_office
from dialogues.enums import HostReply
from dialogues.models import Dialogue
from dialogues.services.dialogues import BEFORE_DATE, lock_dialogue


@transaction.atomic
def record_host_reply(
    *, dialogue: Dialogue, reply: str, replied_on: dt.date, note: str, by, now: dt.datetime
) -> Dialogue:
    """Record the host company's reply. Raises Refused without a host, or once the date is fixed."""
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    require_host(dialogue)
    require_host_reply_open(dialogue)
    dialogue.host_reply, dialogue.host_replied_on = reply, replied_on
    # A sentence for the file, not for the host: nobody is mailed.
    dialogue.host_note = note.strip()
    label = HostReply(reply).label
    save_as(dialogue, by=by, now=now, reason=_("Gastgeber: %(reply)s") % {"reply": label})
    return dialogue


def require_host(dialogue: Dialogue) -> None:
    if dialogue.host is None:
        raise Refused(_("Bitte tragen Sie zuerst den Gastgeber ein."))


def require_host_reply_open(dialogue: Dialogue) -> None:
    """Raise Refused once the date is fixed: the host agreed to it."""
    if dialogue.is_taken_over or dialogue.state not in BEFORE_DATE:
        raise Refused(
            _(
                "Im Stand „%(state)s“ lässt sich die Antwort des Gastgebers nicht mehr ändern. "
                "Verschieben Sie das Gespräch, oder sagen Sie es ab."
            )
            % {"state": dialogue.get_state_display()}
        )
