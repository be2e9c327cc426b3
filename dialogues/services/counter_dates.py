"""Dates that the senator's office proposed instead: taken over as new options in one step."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest
from approvals.queries import approvals_about
from approvals.registry import CounterDate
from core.errors import Refused
from core.history import save_as
from dialogues.enums import HostPreference, OptionState
from dialogues.models import DateOption, Dialogue
from dialogues.services.dates import require_exploration
from dialogues.services.planning import lock_dialogue, require_office

USUAL_LENGTH = dt.timedelta(hours=2)


@transaction.atomic
def adopt_counter_dates(*, dialogue: Dialogue, by, now: dt.datetime) -> list[DateOption]:
    """Make the dates proposed in the last answer options of the dialogue; returns those that are
    new.

    One without an end lasts as long as the dates that were asked about. Refused when none of them
    lies ahead or all were taken over before. The host is still to be asked.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    require_exploration(dialogue)
    approval = approvals_about(ApprovalKind.DATES, dialogue.pk).first()
    dates = approval.counter_dates_ahead(now) if approval else []
    if approval is None or not dates:
        raise Refused(_("Es ist kein anderer Termin vorgeschlagen, der noch bevorsteht."))
    length = _length_of(dialogue, approval)
    taken = [
        option for date in dates if (option := _take_over(dialogue, date, length, by=by, now=now))
    ]
    if not taken:
        raise Refused(_("Die vorgeschlagenen Termine sind schon übernommen."))
    return taken


def _length_of(dialogue: Dialogue, approval: ApprovalRequest) -> dt.timedelta:
    asked = dialogue.date_options.filter(pk__in=[option["id"] for option in approval.options])
    return max((option.ends_at - option.starts_at for option in asked), default=USUAL_LENGTH)


def _take_over(
    dialogue: Dialogue, date: CounterDate, length: dt.timedelta, *, by, now: dt.datetime
) -> DateOption | None:
    """Return the option made of `date`, or None when it stands there already."""
    present = dialogue.date_options.select_for_update().exclude(state=OptionState.DROPPED)
    option = present.filter(starts_at=date.starts_at).first() or DateOption(
        dialogue=dialogue, starts_at=date.starts_at, host_preference=HostPreference.POSSIBLE
    )
    if option.pk and option.state in (OptionState.PROPOSED, OptionState.FIXED):
        return None
    option.ends_at, option.state = date.ends_at or date.starts_at + length, OptionState.PROPOSED
    save_as(option, by=by, now=now, reason=_("Gegenvorschlag übernommen"))
    return option
