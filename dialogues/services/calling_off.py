"""Services that give up the date of a dialogue: postponing and cancelling."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.services import lapse_approvals
from core.dates import local_date
from core.errors import Refused
from core.history import save_as
from core.roles import require_office
from dialogues import mails
from dialogues.enums import OptionState
from dialogues.models import Dialogue
from dialogues.queries import programme_start
from dialogues.services.dialogues import lock_dialogue, move_dialogue
from dialogues.services.substitutes import settle_known_substitutes
from dialogues.services.waiting import end_offers_of


@transaction.atomic
def postpone_dialogue(*, dialogue: Dialogue, reason: str, by, now: dt.datetime) -> Dialogue:
    """Give up the fixed date and explore dates again; mails everyone informed, with the reason.

    Substitutes with a contact of their own become guests at the new date.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    reason = _required_reason(reason)
    # Read before `_release_date` clears the date: who holds a calendar entry, and when it is.
    addressees = mails.addressees_of_cancellation(dialogue, today=local_date(now))
    span = dialogue.starts_at, dialogue.ends_at
    end_offers_of(dialogue.invitations.all(), by=by, now=now)
    # CANCEL needs a higher SEQUENCE than the entry it ends (RFC 5546, 2.1.4).
    dialogue.sequence += 1
    _release_date(dialogue, reason=_("Gespräch verschoben"), by=by, now=now)
    # The events of invitation mails contain the round, so the next ones are not duplicates.
    dialogue.round += 1
    dialogue.closing_reason = reason
    history = _("Verschoben: %(reason)s") % {"reason": reason}
    move_dialogue(dialogue, "postpone", by=by, now=now, reason=history)
    settled = settle_known_substitutes(dialogue, by=by, now=now)
    mails.mail_postponed(dialogue, addressees, settled, span=span, by=by, now=now)
    return dialogue


def _release_date(dialogue: Dialogue, *, reason: str, by, now: dt.datetime) -> None:
    """Drop all dates of the locked `dialogue`, also the fixed one; their approval lapses."""
    dates = dialogue.date_options.select_for_update().exclude(state=OptionState.DROPPED)
    for option in dates:
        option.state = OptionState.DROPPED
        save_as(option, by=by, now=now, reason=reason)
    lapse_approvals(kind=ApprovalKind.DATES, subject_id=dialogue.pk, reason=reason, by=by, now=now)
    # Its items stay at their times until there is a new date.
    dialogue.programme_start = programme_start(dialogue)
    dialogue.starts_at = dialogue.ends_at = dialogue.rsvp_by = None
    # The next invitation says everything.
    dialogue.announced_changes = []


@transaction.atomic
def cancel_dialogue(*, dialogue: Dialogue, reason: str, by, now: dt.datetime) -> Dialogue:
    """Cancel a dialogue for good; mails everyone informed, with the reason."""
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    reason = _required_reason(reason)
    addressees = mails.addressees_of_cancellation(dialogue, today=local_date(now))
    # The date stays on record: the calendar file needs it to cancel the entry.
    span = dialogue.starts_at, dialogue.ends_at
    end_offers_of(dialogue.invitations.all(), by=by, now=now)
    # CANCEL needs a higher SEQUENCE than the entry it ends (RFC 5546, 2.1.4).
    dialogue.sequence += 1
    lapsed = _("Gespräch abgesagt")
    lapse_approvals(kind=ApprovalKind.DATES, subject_id=dialogue.pk, reason=lapsed, by=by, now=now)
    dialogue.closing_reason = reason
    history = _("Abgesagt: %(reason)s") % {"reason": reason}
    move_dialogue(dialogue, "cancel", by=by, now=now, reason=history)
    mails.mail_cancelled(dialogue, addressees, span=span, by=by, now=now)
    return dialogue


def _required_reason(reason: str) -> str:
    if not reason.strip():
        raise Refused(
            _("Bitte nennen Sie den Grund; er steht in der Nachricht an alle Beteiligten.")
        )
    return reason.strip()
