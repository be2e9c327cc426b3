"""Services for dates: the office proposes, the senator's office ticks, the office fixes one."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest
from approvals.queries import approvals_about
from approvals.registry import (
    Briefing,
    CounterDate,
    Decision,
    Subject,
    deadline_error,
    require_dates_heeded,
    snapshot_of,
)
from approvals.services import record_decision, request_approval, withdraw_approval
from core.dates import end_error, local_date
from core.errors import ChangedMeanwhile, Refused
from core.history import save_as
from core.roles import require_office
from core.states import target_of
from dialogues import mails
from dialogues.enums import (
    DATED,
    DATES_DECIDED,
    DATES_SUBMITTED,
    DATES_SUBMITTED_AGAIN,
    DIALOGUE_MOVES,
    HostPreference,
    HostReply,
    OptionState,
)
from dialogues.facts import DATES_FACTS, options_to_tick
from dialogues.models import DateOption, Dialogue
from dialogues.queries import (
    commitment_of,
    concerns_at,
    is_granted,
    moved_programme,
    programme_items,
)
from dialogues.services.announcements import announce_changes
from dialogues.services.dialogues import lock_dialogue, move_dialogue, require_consent

USUAL_LENGTH = dt.timedelta(hours=2)


def _require_exploration(dialogue: Dialogue) -> None:
    """Raise Refused unless topic and host are settled and the date is not."""
    # Called only for its check; `submit_dates` makes the move.
    target_of(DIALOGUE_MOVES, "explore", dialogue)
    require_consent(dialogue)
    require_accepted_host(dialogue)


def require_accepted_host(dialogue: Dialogue) -> None:
    # Dialogues take place at the host's works; without its yes, the senator's office would keep
    # days free on which the host cannot receive anybody.
    if dialogue.host is None or dialogue.host_reply != HostReply.ACCEPTED:
        raise Refused(_("Termine werden erst abgestimmt, wenn ein Gastgeber zugesagt hat."))


def _require_no_open_approval(dialogue: Dialogue) -> None:
    # The senator's office ticks among the dates it was shown; none may come or go meanwhile.
    if approvals_about(ApprovalKind.DATES, dialogue.pk).open().exists():
        raise Refused(_("Die Termine liegen gerade zur Freigabe vor. Warten Sie die Antwort ab."))


@transaction.atomic
def create_date_option(
    *,
    dialogue: Dialogue,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    host_preference: str,
    by,
    now: dt.datetime,
    heeded: Collection[str] = (),
) -> DateOption:
    """Propose a date. Raises Refused if it is past or a duplicate, or while a request is open;
    Warned by a holiday, an unusual time or a clash.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    _require_exploration(dialogue)
    _require_no_open_approval(dialogue)
    if starts_at <= now:
        raise Refused(_("Der Termin liegt in der Vergangenheit."))
    if error := end_error(starts_at, ends_at):
        raise Refused(error)
    # A dropped date may be proposed again.
    present = dialogue.date_options.exclude(state=OptionState.DROPPED)
    if present.filter(starts_at=starts_at).exists():
        raise Refused(_("Dieser Termin ist schon vorgeschlagen."))
    option = DateOption(
        dialogue=dialogue, starts_at=starts_at, ends_at=ends_at, host_preference=host_preference
    )
    require_dates_heeded([commitment_of(option)], heeded, by=by, now=now)
    save_as(option, by=by, now=now, reason=_("Termin vorgeschlagen"))
    return option


@transaction.atomic
def drop_date_option(*, option: DateOption, by, now: dt.datetime) -> DateOption:
    """Drop a date. Raises Refused while a request is open, or if the date is fixed."""
    require_office(by)
    dialogue = lock_dialogue(option.dialogue_id)
    _require_no_open_approval(dialogue)
    option = dialogue.date_options.select_for_update().get(pk=option.pk)
    if option.state == OptionState.FIXED:
        raise Refused(
            _("Dieser Termin steht fest. Verschieben Sie das Gespräch, um ihn zu ändern.")
        )
    # Not deleted, because a former request may refer to it.
    option.state = OptionState.DROPPED
    save_as(option, by=by, now=now, reason=_("Termin verworfen"))
    return option


@transaction.atomic
def submit_dates(
    *, dialogue: Dialogue, briefing: Briefing, due_on: dt.date, by, now: dt.datetime
) -> ApprovalRequest:
    """Submit the proposed future dates to the senator's office, which is mailed.

    Raises Refused if there is no such date, or if `due_on` is after the day of the first of them.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    _require_exploration(dialogue)
    # Dates that the senator's office has ruled out are not submitted again.
    options = dialogue.date_options.filter(state=OptionState.PROPOSED, starts_at__gt=now).order_by(
        "starts_at", "pk"
    )
    if not options:
        raise Refused(
            _("Bitte schlagen Sie mindestens einen Termin vor, der in der Zukunft liegt.")
        )
    # The earliest date counts: a later decision could no longer keep it.
    if sentence := deadline_error(due_on, options[0].starts_at, local_date(now)):
        raise Refused(sentence)
    # Saves a history entry even if the dialogue is exploring dates already.
    move_dialogue(dialogue, "explore", by=by, now=now, reason=DATES_SUBMITTED)
    subject = _subject_of(dialogue, options)
    return request_approval(subject=subject, briefing=briefing, due_on=due_on, by=by, now=now)


def _subject_of(dialogue: Dialogue, options) -> Subject:
    return Subject(
        kind=ApprovalKind.DATES,
        pk=dialogue.pk,
        title=dialogue.title,
        path=dialogue.get_absolute_url(),
        snapshot=snapshot_of(DATES_FACTS, dialogue),
        origin=dialogue.origin,
        options=options_to_tick(options),
    )


@transaction.atomic
def renew_date(
    *, dialogue: Dialogue, briefing: Briefing, due_on: dt.date, by, now: dt.datetime
) -> ApprovalRequest:
    """Submit the fixed date again after its approval lapsed; mails the senator's office.

    Raises Refused if the approval still holds, no fixed date is ahead, or `due_on` is after its
    day.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    option = require_fixed_date(dialogue)
    require_consent(dialogue)
    if is_granted(option):
        raise Refused(_("Der Termin ist freigegeben; es ist nichts erneut vorzulegen."))
    if option.starts_at <= now:
        raise Refused(_("Der Termin ist inzwischen vergangen."))
    if sentence := deadline_error(due_on, option.starts_at, local_date(now)):
        raise Refused(sentence)
    # Saved only for the history; the state and the date stay as they are.
    save_as(dialogue, by=by, now=now, reason=DATES_SUBMITTED_AGAIN)
    subject = _subject_of(dialogue, [option])
    return request_approval(subject=subject, briefing=briefing, due_on=due_on, by=by, now=now)


def require_fixed_date(dialogue: Dialogue) -> DateOption:
    """Return the fixed date, which alone can be submitted again. Raises Refused without one."""
    option = dialogue.date_options.filter(state=OptionState.FIXED).first()
    if dialogue.is_taken_over or dialogue.state not in DATED or option is None:
        raise Refused(_("Erneut vorgelegt wird nur ein Termin, der feststeht."))
    return option


@transaction.atomic
def withdraw_dates(*, dialogue: Dialogue, by, now: dt.datetime) -> Dialogue:
    """Withdraw the open request about dates; mails the senator's office.

    The dialogue keeps its state and its fixed date. Raises Refused if no request is open.
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
    """Record which dates the senator's office accepts or suggests instead; mails the office.

    A fixed date stays fixed. If it is approved again, guests are mailed the changes that waited
    for the approval; if not, the office has to postpone. Raises Refused if a ticked date has
    passed.
    """
    # Locked before the approval, in the same order as elsewhere, so that services cannot deadlock.
    dialogue = lock_dialogue(approval.subject_id)
    approval = record_decision(approval=approval, decision=decision, by=by, now=now)
    # Checked after `record_decision`, so that a missing permission or a second decision is
    # reported first. Raising here rolls the recorded decision back.
    _require_ahead(approval, now)
    asked = {option["id"] for option in approval.options}
    kept = set(approval.chosen) if decision.is_granting else set()
    # Dates dropped or fixed since the submission keep their state.
    options = dialogue.date_options.select_for_update()
    for option in options.filter(pk__in=asked, state=OptionState.PROPOSED):
        option.state = OptionState.POSSIBLE if option.pk in kept else OptionState.IMPOSSIBLE
        save_as(option, by=by, now=now, reason=option.get_state_display())
    reason = f"{DATES_DECIDED} {approval.outcome}"
    if decision.is_granting:
        announce_changes(dialogue, reason=reason, by=by, now=now)
    else:
        save_as(dialogue, by=by, now=now, reason=reason)
    return dialogue


def _require_ahead(approval: ApprovalRequest, now: dt.datetime) -> None:
    """Raise Refused if a ticked date has passed since it was submitted."""
    passed = DateOption.objects.filter(pk__in=approval.chosen, starts_at__lte=now).order_by(
        "starts_at", "pk"
    )
    if dates := "; ".join(map(str, passed)):
        raise Refused(
            _(
                "Inzwischen vergangen: %(dates)s. Bitte kreuzen Sie nur Termine an, die noch "
                "bevorstehen, oder geben Sie die Vorlage zurück."
            )
            % {"dates": dates}
        )


@transaction.atomic
def fix_date(
    *,
    option: DateOption,
    by,
    now: dt.datetime,
    moves_programme: bool = False,
    heeded: Collection[str] = (),
) -> Dialogue:
    """Make `option` the date of its dialogue; mails the senator's office and the host.

    The items of the programme move to the date; with `moves_programme`, so do the times of an older
    programme without items. Withdraws an open request about further dates. Raises ChangedMeanwhile
    if a date is fixed already, Refused if the date is not approved or has passed or the host has
    not accepted; Warned as `create_date_option`, and by items that do not fit.
    """
    require_office(by)
    dialogue = lock_dialogue(option.dialogue_id)
    require_consent(dialogue)
    option = dialogue.date_options.select_for_update().get(pk=option.pk)
    _require_fixable(dialogue, option, now)
    items = programme_items(dialogue)
    misfits = concerns_at(dialogue, items, (option.starts_at, option.ends_at))
    require_dates_heeded([commitment_of(option)], heeded, also=misfits, by=by, now=now)
    option.state = OptionState.FIXED
    save_as(option, by=by, now=now, reason=_("Termin festgelegt"))
    if items or moves_programme:
        dialogue.programme = moved_programme(dialogue, option)
    dialogue.programme_start = None
    dialogue.starts_at, dialogue.ends_at = option.starts_at, option.ends_at
    # Both may be left over from a former date, if the dialogue was postponed.
    dialogue.rsvp_by, dialogue.closing_reason = None, ""
    # Entries of a former date have the same UID, and calendars follow the higher SEQUENCE.
    dialogue.sequence += 1
    reason = _("Termin festgelegt: %(date)s") % {"date": option}
    move_dialogue(dialogue, "fix_date", by=by, now=now, reason=reason)
    # Further dates may have been submitted meanwhile; they need no decision any more.
    withdraw_approval(kind=ApprovalKind.DATES, subject_id=dialogue.pk, by=by, now=now)
    mails.mail_date_fixed(dialogue, by=by, now=now)
    return dialogue


def _require_fixable(dialogue: Dialogue, option: DateOption, now: dt.datetime) -> None:
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


@transaction.atomic
def adopt_counter_dates(
    *, dialogue: Dialogue, by, now: dt.datetime, heeded: Collection[str] = ()
) -> list[DateOption]:
    """Propose the dates that the senator's office suggested instead; return the new ones.

    Raises Refused if none of them is in the future, or all were adopted before; Warned as
    `create_date_option`.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    _require_exploration(dialogue)
    # Only the latest decision counts; it supersedes the suggestions of earlier ones.
    approval = approvals_about(ApprovalKind.DATES, dialogue.pk).first()
    dates = approval.counter_dates_ahead(now) if approval else []
    if approval is None or not dates:
        raise Refused(_("Es ist kein anderer Termin vorgeschlagen, der noch bevorsteht."))
    length = _usual_length(dialogue, approval)
    adopted = [
        option for date in dates if (option := _adopt(dialogue, date, length, by=by, now=now))
    ]
    if not adopted:
        raise Refused(_("Die vorgeschlagenen Termine sind schon übernommen."))
    require_dates_heeded(list(map(commitment_of, adopted)), heeded, by=by, now=now)
    return adopted


def _usual_length(dialogue: Dialogue, approval: ApprovalRequest) -> dt.timedelta:
    """Return the length of suggestions without an end: that of the longest submitted date."""
    submitted = dialogue.date_options.filter(pk__in=[option["id"] for option in approval.options])
    return max((option.ends_at - option.starts_at for option in submitted), default=USUAL_LENGTH)


def _adopt(
    dialogue: Dialogue, date: CounterDate, length: dt.timedelta, *, by, now: dt.datetime
) -> DateOption | None:
    """Propose `date` and return its option; None if it is proposed or fixed already."""
    # An option that starts at this time is reused: the database allows only one per start. A new
    # one is possible at most, because nobody has asked the host about it yet.
    present = dialogue.date_options.select_for_update().exclude(state=OptionState.DROPPED)
    option = present.filter(starts_at=date.starts_at).first() or DateOption(
        dialogue=dialogue, starts_at=date.starts_at, host_preference=HostPreference.POSSIBLE
    )
    if option.pk and option.state in (OptionState.PROPOSED, OptionState.FIXED):
        return None
    option.ends_at, option.state = date.ends_at or date.starts_at + length, OptionState.PROPOSED
    save_as(option, by=by, now=now, reason=_("Gegenvorschlag übernommen"))
    return option
