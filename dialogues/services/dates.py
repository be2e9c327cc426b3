"""Dates: the office proposes some, the senator's office ticks those it can keep, the office fixes
one.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.enums import GRANTED, ApprovalKind
from approvals.models import ApprovalRequest
from approvals.queries import approvals_about
from approvals.registry import Briefing, CounterDate, Decision, Subject, snapshot_of
from approvals.services import lapse_approvals, record_decision, request_approval, withdraw_approval
from core.dates import format_day, local_date
from core.errors import ChangedMeanwhile, Refused
from core.history import save_as
from core.states import target_of
from dialogues import mails
from dialogues.enums import DATED, DIALOGUE_MOVES, HostPreference, HostReply, OptionState
from dialogues.models import DateOption, Dialogue
from dialogues.registry import DATES_FACTS
from dialogues.services.dialogues import (
    announce_changes,
    lock_dialogue,
    move_dialogue,
    require_consent,
    require_office,
)

CURRENT = (OptionState.PROPOSED, OptionState.POSSIBLE, OptionState.IMPOSSIBLE)


def require_exploration(dialogue: Dialogue) -> None:
    """Raise Refused unless dates are to be found now: consent is there, the host said yes, no date
    is fixed.
    """
    target_of(DIALOGUE_MOVES, "explore", dialogue)
    require_consent(dialogue)
    if dialogue.host is None or dialogue.host_reply != HostReply.ACCEPTED:
        raise Refused(_("Termine werden erst abgestimmt, wenn ein Gastgeber zugesagt hat."))


def _open_approval(dialogue: Dialogue) -> ApprovalRequest | None:
    return approvals_about(ApprovalKind.DATES, dialogue.pk).open().first()


@transaction.atomic
def add_date_option(
    *,
    dialogue: Dialogue,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    host_preference: str,
    by,
    now: dt.datetime,
) -> DateOption:
    """Propose a date. Refused in the past, twice, without a host's yes, or while the senator's
    office is asked.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    require_exploration(dialogue)
    if _open_approval(dialogue):
        raise Refused(_("Die Termine liegen gerade zur Freigabe vor. Warten Sie die Antwort ab."))
    if starts_at <= now:
        raise Refused(_("Der Termin liegt in der Vergangenheit."))
    if ends_at <= starts_at:
        raise Refused(_("Das Ende muss nach dem Beginn liegen."))
    if (
        dialogue.date_options.exclude(state=OptionState.DROPPED)
        .filter(starts_at=starts_at)
        .exists()
    ):
        raise Refused(_("Dieser Termin ist schon vorgeschlagen."))
    option = DateOption(
        dialogue=dialogue, starts_at=starts_at, ends_at=ends_at, host_preference=host_preference
    )
    save_as(option, by=by, now=now, reason=_("Termin vorgeschlagen"))
    return option


@transaction.atomic
def drop_date_option(*, option: DateOption, by, now: dt.datetime) -> DateOption:
    """Take a proposed date back. Refused while dates lie before the senator's office, or once it is
    the fixed one.
    """
    require_office(by)
    dialogue = lock_dialogue(option.dialogue_id)
    if _open_approval(dialogue):
        raise Refused(_("Die Termine liegen gerade zur Freigabe vor. Warten Sie die Antwort ab."))
    option = dialogue.date_options.select_for_update().get(pk=option.pk)
    if option.state == OptionState.FIXED:
        raise Refused(
            _("Dieser Termin steht fest. Verschieben Sie das Gespräch, um ihn zu ändern.")
        )
    option.state = OptionState.DROPPED
    save_as(option, by=by, now=now, reason=_("Termin verworfen"))
    return option


@transaction.atomic
def submit_dates(
    *, dialogue: Dialogue, briefing: Briefing, due_on: dt.date, by, now: dt.datetime
) -> ApprovalRequest:
    """Put the proposed dates before the senator's office, which ticks every one it can keep.

    Refused without a host's yes, without a date in the future that nobody has answered yet, or with
    a deadline that does not lie before the first of them.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    require_exploration(dialogue)
    options = dialogue.date_options.filter(state=OptionState.PROPOSED, starts_at__gt=now).order_by(
        "starts_at", "pk"
    )
    if not options:
        raise Refused(
            _("Bitte schlagen Sie mindestens einen Termin vor, der in der Zukunft liegt.")
        )
    if sentence := why_too_late(due_on, options):
        raise Refused(sentence)
    move_dialogue(dialogue, "explore", by=by, now=now, reason=_("Termine zur Freigabe vorgelegt"))
    subject = _subject_of(dialogue, options)
    return request_approval(subject=subject, briefing=briefing, due_on=due_on, by=by, now=now)


def why_too_late(due_on: dt.date, options: Iterable[DateOption]) -> str:
    """Return why the deadline `due_on` does not suit the dates asked about, as a sentence; empty
    when it does.
    """
    first = min((option.starts_at for option in options), default=None)
    if first is None or due_on < local_date(first):
        return ""
    text = _(
        "Die Entscheidung muss vor dem Tag des Gesprächs (%(day)s) fallen. Bitte wählen Sie eine "
        "frühere Frist."
    )
    return text % {"day": format_day(first)}


def _subject_of(dialogue: Dialogue, options) -> Subject:
    return Subject(
        kind=ApprovalKind.DATES,
        pk=dialogue.pk,
        title=dialogue.title,
        path=dialogue.get_absolute_url(),
        snapshot=snapshot_of(DATES_FACTS, dialogue),
        origin=dialogue.origin,
        options=rows_to_tick(options),
    )


def rows_to_tick(options: Iterable[DateOption]) -> list[dict]:
    """Return `options` as a request keeps them; a fixed date is marked, as it was approved before."""
    return [_row_to_tick(option) for option in options]


def _row_to_tick(option: DateOption) -> dict:
    row = {"id": option.pk, "label": str(option), "hint": option.get_host_preference_display()}
    if option.state != OptionState.FIXED:
        return row
    return row | {"hint": _("steht fest, %(hint)s") % {"hint": row["hint"]}, "is_fixed": True}


@transaction.atomic
def renew_date(
    *, dialogue: Dialogue, briefing: Briefing, due_on: dt.date, by, now: dt.datetime
) -> ApprovalRequest:
    """Put the fixed date before the senator's office once more, after its approval lapsed.

    Refused while the approval holds, without a fixed date that lies ahead, or with a deadline after
    it.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    option = dialogue.date_options.filter(state=OptionState.FIXED).first()
    if dialogue.is_taken_over or dialogue.state not in DATED or option is None:
        raise Refused(_("Erneut vorgelegt wird nur ein Termin, der feststeht."))
    require_consent(dialogue)
    if is_granted(option):
        raise Refused(_("Der Termin ist freigegeben; es ist nichts erneut vorzulegen."))
    if option.starts_at <= now:
        raise Refused(_("Der Termin ist inzwischen vergangen."))
    if sentence := why_too_late(due_on, [option]):
        raise Refused(sentence)
    save_as(dialogue, by=by, now=now, reason=_("Termin erneut zur Freigabe vorgelegt"))
    subject = _subject_of(dialogue, [option])
    return request_approval(subject=subject, briefing=briefing, due_on=due_on, by=by, now=now)


@transaction.atomic
def withdraw_dates(*, dialogue: Dialogue, by, now: dt.datetime) -> Dialogue:
    """Take the open request about dates back, so that they can be changed and asked about anew; who
    was asked is told.

    The dialogue stays where it is, a fixed date too. Refused when nothing is asked (any more).
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    target_of(DIALOGUE_MOVES, "withdraw_dates", dialogue)
    if withdraw_approval(kind=ApprovalKind.DATES, subject_id=dialogue.pk, by=by, now=now) is None:
        raise Refused(
            _(
                "Zu diesem Gespräch liegt kein Termin zur Freigabe vor; vielleicht ist inzwischen "
                "entschieden."
            )
        )
    move_dialogue(
        dialogue, "withdraw_dates", by=by, now=now, reason=_("Vorlage der Termine zurückgezogen")
    )
    return dialogue


@transaction.atomic
def decide_dates(
    *, approval: ApprovalRequest, decision: Decision, by, now: dt.datetime
) -> Dialogue:
    """Record which of the proposed dates the senator's office can keep, or which it proposes
    instead (`details`).

    The office is told. A date that was fixed before stays fixed: without the approval the office
    has to put it off, with it those who come are told what was held back meanwhile. Refused when a
    ticked date has passed.
    """
    dialogue = lock_dialogue(approval.subject_id)
    approval = record_decision(approval=approval, decision=decision, by=by, now=now)
    _require_ahead(approval, now)
    asked = {option["id"] for option in approval.options}
    kept = set(approval.chosen) if decision.is_granting else set()
    for option in dialogue.date_options.select_for_update().filter(
        pk__in=asked, state=OptionState.PROPOSED
    ):
        option.state = OptionState.POSSIBLE if option.pk in kept else OptionState.IMPOSSIBLE
        save_as(option, by=by, now=now, reason=option.get_state_display())
    reason = _("Termine: %(state)s") % {"state": approval.outcome}
    if decision.is_granting:
        announce_changes(dialogue, reason=reason, by=by, now=now)
    else:
        save_as(dialogue, by=by, now=now, reason=reason)
    return dialogue


def _require_ahead(approval: ApprovalRequest, now: dt.datetime) -> None:
    """Raise Refused when a date was ticked that has passed since it was asked about."""
    passed = DateOption.objects.filter(pk__in=approval.chosen, starts_at__lte=now).order_by(
        "starts_at", "pk"
    )
    if dates := "; ".join(map(str, passed)):
        raise Refused(
            _(
                "Inzwischen vergangen: %(dates)s. Bitte kreuzen Sie nur Termine an, die noch "
                "bevorstehen, oder geben "
                "Sie die Vorlage zurück."
            )
            % {"dates": dates}
        )


@transaction.atomic
def fix_date(*, option: DateOption, by, now: dt.datetime) -> Dialogue:
    """Make one of the dates that can be kept the date of the dialogue; senator's office and host
    are told.

    Refused for a date without approval, one that has passed, or without the host's yes. A request
    about further dates that is still open is withdrawn.
    """
    require_office(by)
    dialogue = lock_dialogue(option.dialogue_id)
    require_consent(dialogue)
    option = dialogue.date_options.select_for_update().get(pk=option.pk)
    if dialogue.starts_at:
        raise ChangedMeanwhile(
            _("Der Termin steht bereits fest: %(date)s.") % {"date": dialogue.when}
        )
    if option.state != OptionState.POSSIBLE or not is_granted(option):
        raise Refused(_("Dieser Termin ist nicht freigegeben."))
    if option.starts_at <= now:
        raise Refused(
            _("Dieser Termin ist inzwischen vergangen. Bitte schlagen Sie neue Termine vor.")
        )
    if dialogue.host_reply != HostReply.ACCEPTED:
        raise Refused(_("Der Gastgeber hat noch nicht zugesagt."))
    option.state = OptionState.FIXED
    save_as(option, by=by, now=now, reason=_("Termin festgelegt"))
    dialogue.starts_at, dialogue.ends_at = option.starts_at, option.ends_at
    dialogue.rsvp_by, dialogue.closing_reason = None, ""
    dialogue.sequence += 1
    move_dialogue(
        dialogue,
        "fix_date",
        by=by,
        now=now,
        reason=_("Termin festgelegt: %(date)s") % {"date": option},
    )
    withdraw_approval(kind=ApprovalKind.DATES, subject_id=dialogue.pk, by=by, now=now)
    mails.mail_date_fixed(dialogue, by=by, now=now)
    return dialogue


def is_granted(option: DateOption) -> bool:
    """Say whether an approval that holds allows the date `option`."""
    rows = approvals_about(ApprovalKind.DATES, option.dialogue_id).filter(state__in=GRANTED)
    return any(option.pk in row.chosen for row in rows)


def release_date(dialogue: Dialogue, *, reason: str, by, now: dt.datetime) -> None:
    """Give up the fixed date and all others: their approval lapses. The dialogue is locked by the
    caller.
    """
    for option in dialogue.date_options.select_for_update().filter(
        state__in=(*CURRENT, OptionState.FIXED)
    ):
        option.state = OptionState.DROPPED
        save_as(option, by=by, now=now, reason=reason)
    lapse_approvals(kind=ApprovalKind.DATES, subject_id=dialogue.pk, reason=reason, by=by, now=now)
    dialogue.starts_at = dialogue.ends_at = dialogue.rsvp_by = None


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
