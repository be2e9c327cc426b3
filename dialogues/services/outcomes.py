"""Services for a dialogue after its day: held, documented, closed."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.services import withdraw_approval
from core.errors import Refused
from core.roles import require_office
from dialogues.enums import OUTCOME_CORRECTED, DialogueState
from dialogues.models import Dialogue
from dialogues.services.dialogues import lock_dialogue, move_dialogue
from dialogues.services.waiting import end_offers_of


@transaction.atomic
def record_held(*, dialogue: Dialogue, by, now: dt.datetime) -> Dialogue:
    """Record that the dialogue took place. Raises Refused before it begins."""
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    require_begun(dialogue, now)
    # Everybody now sees the dialogue as it took place, even a change that was never approved.
    dialogue.unannounced = {}
    move_dialogue(dialogue, "hold", by=by, now=now, reason=_("Durchgeführt"))
    end_offers_of(dialogue.invitations.all(), by=by, now=now)
    # Nobody has to decide on the date of a dialogue that is over.
    withdraw_approval(kind=ApprovalKind.DATES, subject_id=dialogue.pk, by=by, now=now)
    return dialogue


@transaction.atomic
def reopen_dialogue(*, dialogue: Dialogue, by, now: dt.datetime) -> Dialogue:
    """Take back that the dialogue took place, so that it can be postponed or cancelled; mails
    nobody. An approval that was withdrawn meanwhile has to be asked for again.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    # Changes that waited for an approval wait again.
    former = dialogue.history.exclude(state=DialogueState.HELD)
    if latest := former.order_by("-history_date", "-history_id").first():
        dialogue.unannounced = latest.unannounced
    invited = dialogue.invitations.released().filter(released_round=dialogue.round)
    action = "reopen" if invited.exists() else "reopen_uninvited"
    move_dialogue(dialogue, action, by=by, now=now, reason=_("Doch nicht durchgeführt"))
    return dialogue


def require_begun(dialogue: Dialogue, now: dt.datetime) -> None:
    if dialogue.starts_at and dialogue.starts_at > now:
        raise Refused(_("Das Gespräch hat noch nicht begonnen."))


@transaction.atomic
def document_outcome(*, dialogue: Dialogue, outcome: str, by, now: dt.datetime) -> Dialogue:
    """Record the outcome of a dialogue that was held. Raises Refused without a text."""
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    dialogue.outcome = _required_outcome(outcome)
    move_dialogue(dialogue, "document", by=by, now=now, reason=_("Ergebnis festgehalten"))
    return dialogue


@transaction.atomic
def correct_outcome(*, dialogue: Dialogue, outcome: str, by, now: dt.datetime) -> Dialogue:
    """Replace a recorded outcome; the history keeps the former one. Mails nobody."""
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    dialogue.outcome = _required_outcome(outcome)
    move_dialogue(dialogue, "correct", by=by, now=now, reason=OUTCOME_CORRECTED)
    return dialogue


def _required_outcome(outcome: str) -> str:
    if not outcome.strip():
        raise Refused(_("Bitte halten Sie das Ergebnis in wenigen Sätzen fest."))
    return outcome.strip()


@transaction.atomic
def close_dialogue(*, dialogue: Dialogue, by, now: dt.datetime) -> Dialogue:
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    move_dialogue(dialogue, "close", by=by, now=now, reason=_("Abgeschlossen"))
    return dialogue
