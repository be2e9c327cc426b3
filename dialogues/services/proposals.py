"""Dates that the senator's office proposed instead: taken over as new options in one step."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest
from approvals.proposals import Proposal
from approvals.queries import requests_about
from core.errors import Refused
from core.history import save_as
from dialogues.enums import HostPreference, OptionState
from dialogues.models import DateOption, Dialogue
from dialogues.services.dates import require_exploration
from dialogues.services.planning import lock_dialogue, require_office

USUAL_LENGTH = dt.timedelta(hours=2)


@transaction.atomic
def take_over_proposals(*, dialogue: Dialogue, by, now: dt.datetime) -> list[DateOption]:
    """Make the dates proposed in the last answer options of the dialogue; returns those that are
    new.

    One without an end lasts as long as the dates that were asked about. Refused when none of them
    lies ahead or all were taken over before. The host is still to be asked.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    require_exploration(dialogue)
    request = requests_about(ApprovalKind.DATES, dialogue.pk).first()
    dates = request.proposals_ahead(now) if request else []
    if request is None or not dates:
        raise Refused(_("Es ist kein anderer Termin vorgeschlagen, der noch bevorsteht."))
    length = _length_of(dialogue, request)
    taken = [option for date in dates if (option := _take_over(dialogue, date, length, by=by))]
    if not taken:
        raise Refused(_("Die vorgeschlagenen Termine sind schon übernommen."))
    return taken


def _length_of(dialogue: Dialogue, request: ApprovalRequest) -> dt.timedelta:
    asked = dialogue.date_options.filter(pk__in=[option["id"] for option in request.options])
    return max((option.ends_at - option.starts_at for option in asked), default=USUAL_LENGTH)


def _take_over(
    dialogue: Dialogue, date: Proposal, length: dt.timedelta, *, by
) -> DateOption | None:
    """Return the option made of `date`, or None when it stands there already."""
    present = dialogue.date_options.select_for_update().exclude(state=OptionState.DROPPED)
    option = present.filter(starts_at=date.starts_at).first() or DateOption(
        dialogue=dialogue, starts_at=date.starts_at, host_preference=HostPreference.POSSIBLE
    )
    if option.pk and option.state in (OptionState.PROPOSED, OptionState.FIXED):
        return None
    option.ends_at, option.state = date.ends_at or date.starts_at + length, OptionState.PROPOSED
    save_as(option, by=by, reason=_("Gegenvorschlag übernommen"))
    return option
