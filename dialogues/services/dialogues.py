"""Planning a dialogue: the topic it takes up, the host and its yes, the facts, the day after."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.enums import ApprovalKind
from approvals.registry import binding_changes
from approvals.services import lapse_changed_approvals, withdraw_approval
from core.dates import format_date, local_date
from core.errors import NotAllowed, Refused
from core.history import save_as
from core.states import target_of
from dialogues import mails
from dialogues.enums import (
    BEFORE_THE_DAY,
    DATED,
    DIALOGUE_MOVES,
    SEATED,
    DialogueState,
    HostReply,
    OptionState,
    TopicState,
)
from dialogues.models import Dialogue, Topic
from dialogues.permissions import can_manage
from dialogues.queries.dialogues import missing_approval
from dialogues.registry import DATES_FACTS
from dialogues.services.editing import take_over_form

ANSWERED = (OptionState.POSSIBLE, OptionState.IMPOSSIBLE)


TOLD_FIELDS = ("title", "format", "place", "video_link", "programme")  # what `mails.MATTERS` reads


class Update(NamedTuple):
    """A dialogue whose facts were saved, how many people are told what changed, and whether
    something is held back.
    """

    dialogue: Dialogue
    told: int
    holds_back: bool = False


def lock_dialogue(pk: int) -> Dialogue:
    """Return the dialogue locked until the end of the transaction, with topic and host."""
    rows = Dialogue.objects.select_for_update(of=("self",)).select_related(
        "topic__series", "host", "host_contact"
    )
    return rows.get(pk=pk)


def require_office(by) -> None:
    """Raise NotEntitled unless `by` belongs to the office."""
    if not can_manage(by):
        raise NotAllowed(_("Das ist der Geschäftsstelle vorbehalten."))


def require_consent(dialogue: Dialogue) -> None:
    """Raise Refused while the topic or the series of a dialogue has no consent (any more)."""
    if missing := missing_approval(dialogue):
        raise Refused(
            _(
                "„%(title)s“ ist im Stand „%(state)s“. Erst muss die Freigabe wieder da sein, dann "
                "geht es weiter."
            )
            % {"title": missing, "state": missing.get_state_display()}
        )


def move_dialogue(dialogue: Dialogue, action: str, *, by, now: dt.datetime, reason: str) -> None:
    """Move a locked dialogue by its state table and save it with its reason."""
    dialogue.state = target_of(DIALOGUE_MOVES, action, dialogue)
    save_as(dialogue, by=by, now=now, reason=reason)


@transaction.atomic
def plan_dialogue(*, dialogue: Dialogue, topic: Topic, by, now: dt.datetime) -> Dialogue:
    """Begin a dialogue on an approved topic. Refused while the topic lacks the approval."""
    require_office(by)
    topic = Topic.objects.select_for_update().get(pk=topic.pk)
    if topic.state != TopicState.APPROVED:
        raise Refused(_("Ein Gespräch wird erst zu einem freigegebenen Thema geplant."))
    dialogue.topic = topic
    save_as(dialogue, by=by, now=now, reason=_("Planung begonnen"))
    return dialogue


@transaction.atomic
def update_dialogue(
    *, dialogue: Dialogue, by, now: dt.datetime, version: str = "", fields: Iterable[str] = ()
) -> Update:
    """Save changed facts of a dialogue that lies ahead; who holds a calendar entry is told of what
    matters to guests.

    What the dates were approved with (`essentials.DATES_FACTS`) lets their approval lapse when it
    changes: dates that were possible are proposed again, a fixed date stays and has to be put
    before the senator's office once more; those who come are then told with the renewed approval,
    not before. A new host has to be asked anew: possible only while no date is fixed. State, date,
    topic and the host's answer are taken from the row as it stands, never from the form. Raises
    Outpaced when somebody else saved since the form showed `version` of its `fields`.
    """
    require_office(by)
    present = lock_dialogue(dialogue.pk)
    if present.is_taken_over:
        raise Refused(
            _(
                "Dieser Eintrag wurde aus früheren Unterlagen übernommen und steht außerhalb des "
                "Ablaufs."
            )
        )
    if present.state not in BEFORE_THE_DAY:
        raise Refused(
            _("Im Stand „%(state)s“ lassen sich die Angaben nicht mehr ändern.")
            % {"state": present.get_state_display()}
        )
    take_over_form(dialogue, present, version=version, fields=fields)
    dialogue.topic_id = present.topic_id
    if present.host_id != dialogue.host_id:
        if present.state not in (DialogueState.PLANNING, DialogueState.EXPLORING):
            raise Refused(
                _(
                    "Der Gastgeber steht mit dem Termin fest. Verschieben Sie das Gespräch, um ihn "
                    "zu wechseln."
                )
            )
        dialogue.host_reply, dialogue.host_replied_on, dialogue.host_note = (
            HostReply.OPEN,
            None,
            "",
        )
    if present.state == DialogueState.INVITED:
        require_answer_day(present, dialogue.rsvp_by)
    taken = seats_taken(present)
    if dialogue.seats < taken:
        raise Refused(
            _("Es sind schon %(count)d Plätze belegt; weniger Plätze sind nicht möglich.")
            % {"count": taken}
        )
    lapses = _ask_dates_anew(present, dialogue, by=by, now=now)
    return save_and_tell(dialogue, present, lapses=lapses, by=by, now=now)


def require_answer_day(dialogue: Dialogue, rsvp_by: dt.date | None) -> None:
    """Raise Refused unless `rsvp_by` is a day no later than the dialogue and no earlier than
    guests were told.
    """
    if not (rsvp_by and dialogue.starts_at and rsvp_by <= local_date(dialogue.starts_at)):
        raise Refused(
            _("Bitte nennen Sie einen Tag für die Antworten, der nicht nach dem Gespräch liegt.")
        )
    require_no_earlier(dialogue, rsvp_by)


def require_no_earlier(dialogue: Dialogue, rsvp_by: dt.date) -> None:
    """Raise Refused when guests were told that they may answer until a later day than `rsvp_by`."""
    if dialogue.state == DialogueState.INVITED and dialogue.rsvp_by and rsvp_by < dialogue.rsvp_by:
        text = _(
            "Die Gäste haben bis zum %(day)s Zeit zu antworten. Bitte nennen Sie diesen Tag oder "
            "einen späteren."
        )
        raise Refused(text % {"day": format_date(dialogue.rsvp_by)})


def _ask_dates_anew(before: Dialogue, after: Dialogue, *, by, now: dt.datetime) -> bool:
    """Let the approval of dates lapse that were asked about with other essentials; returns whether
    any changed.

    Dates that were possible are proposed again; with another host also those that were not.
    """
    changes = binding_changes(DATES_FACTS, before, after)
    if not changes:
        return False
    lapse_changed_approvals(
        kind=ApprovalKind.DATES, subject_id=after.pk, changes=changes, by=by, now=now
    )
    answered = (OptionState.POSSIBLE,) if before.host_id == after.host_id else ANSWERED
    for option in after.date_options.select_for_update().filter(state__in=answered):
        option.state = OptionState.PROPOSED
        save_as(option, by=by, now=now, reason=_("Freigabe erloschen"))
    return True


def seats_taken(dialogue: Dialogue) -> int:
    """Return how many seats of `dialogue` are held by answers; ask under its lock before giving one
    away.
    """
    rows = dialogue.invitations.active().filter(rsvp__in=SEATED)
    return rows.aggregate(seats=Sum("party"))["seats"] or 0


@transaction.atomic
def record_host_reply(
    *, dialogue: Dialogue, reply: str, replied_on: dt.date, note: str, by, now: dt.datetime
) -> Dialogue:
    """Record what the host company said. Refused without a host, or once the date is fixed."""
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    if dialogue.host is None:
        raise Refused(_("Bitte tragen Sie zuerst den Gastgeber ein."))
    if dialogue.is_taken_over or dialogue.state not in (
        DialogueState.PLANNING,
        DialogueState.EXPLORING,
    ):
        raise Refused(
            _(
                "Im Stand „%(state)s“ lässt sich die Antwort des Gastgebers nicht mehr ändern. "
                "Verschieben Sie das "
                "Gespräch, oder sagen Sie es ab."
            )
            % {"state": dialogue.get_state_display()}
        )
    dialogue.host_reply, dialogue.host_replied_on, dialogue.host_note = (
        reply,
        replied_on,
        note.strip(),
    )
    label = HostReply(reply).label
    save_as(dialogue, by=by, now=now, reason=_("Gastgeber: %(answer)s") % {"answer": label})
    return dialogue


@transaction.atomic
def record_held(*, dialogue: Dialogue, by, now: dt.datetime) -> Dialogue:
    """Record that the dialogue took place. Refused before its beginning.

    Nobody has to decide on its date any more: an open request is withdrawn.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    if dialogue.starts_at and dialogue.starts_at > now:
        raise Refused(_("Das Gespräch hat noch nicht begonnen."))
    dialogue.unannounced = {}
    move_dialogue(dialogue, "hold", by=by, now=now, reason=_("Durchgeführt"))
    withdraw_approval(kind=ApprovalKind.DATES, subject_id=dialogue.pk, by=by, now=now)
    return dialogue


@transaction.atomic
def document_outcome(*, dialogue: Dialogue, outcome: str, by, now: dt.datetime) -> Dialogue:
    """Write the outcome of a dialogue that was held. Refused without a text."""
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    if not outcome.strip():
        raise Refused(_("Bitte halten Sie das Ergebnis in wenigen Sätzen fest."))
    dialogue.outcome = outcome.strip()
    move_dialogue(dialogue, "document", by=by, now=now, reason=_("Ergebnis festgehalten"))
    return dialogue


@transaction.atomic
def close_dialogue(*, dialogue: Dialogue, by, now: dt.datetime) -> Dialogue:
    """Close a documented dialogue."""
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    move_dialogue(dialogue, "close", by=by, now=now, reason=_("Abgeschlossen"))
    return dialogue


def is_known_to_others(dialogue: Dialogue, *, now: dt.datetime) -> bool:
    """Say whether the date of `dialogue` stands in calendars and still lies ahead, so that a change
    has to be told.
    """
    return dialogue.state in DATED and dialogue.starts_at is not None and dialogue.starts_at > now


def save_and_tell(
    dialogue: Dialogue, present: Dialogue, *, lapses: bool, by, now: dt.datetime
) -> Update:
    """Save `dialogue` over `present` and tell those who come. Answers stay as they are.

    Where the change lets the approval lapse, nothing of this save goes out: it waits in `unannounced`
    for the renewed approval (`announce_changes`), as nothing goes out without the senator's consent.
    """
    if not is_known_to_others(present, now=now):
        save_as(dialogue, by=by, now=now, reason=_("Angaben geändert"))
        return Update(dialogue, 0)
    dialogue.unannounced = _unannounced_after(present, dialogue, lapses=lapses)
    told, what = _raise_sequence(dialogue, present.as_announced, now=now)
    save_as(dialogue, by=by, now=now, reason=what or _("Angaben geändert"))
    mails.mail_changed(dialogue, present.as_announced, told, by=by, now=now)
    return Update(dialogue, len(told), lapses and bool(dialogue.unannounced))


def _unannounced_after(present: Dialogue, dialogue: Dialogue, *, lapses: bool) -> dict[str, str]:
    """Return by field what guests still know otherwise. What changes by itself meanwhile is not
    held back any more.
    """
    before = {name: getattr(present, name) for name in TOLD_FIELDS}
    changed = {name: value for name, value in before.items() if value != getattr(dialogue, name)}
    waiting = present.unannounced
    known = (
        changed | waiting
        if lapses
        else {name: waiting[name] for name in waiting if name not in changed}
    )
    return {name: value for name, value in known.items() if value != getattr(dialogue, name)}


def _raise_sequence(
    dialogue: Dialogue, before: Dialogue, *, now: dt.datetime
) -> tuple[list[mails.Told], str]:
    """Return who is told how `dialogue` differs from `before`, what guests know, and the words for
    its history.
    """
    changes = mails.changes_between(before, dialogue.as_announced)
    if not changes:
        return [], ""
    dialogue.sequence += 1
    told = mails.people_to_update(dialogue, today=local_date(now))
    what = ", ".join(change.label for change in changes)
    text = ngettext(
        "Geändert: %(what)s; %(count)d Person benachrichtigt",
        "Geändert: %(what)s; %(count)d Personen benachrichtigt",
        len(told),
    )
    return told, text % {"what": what, "count": len(told)}


def announce_changes(dialogue: Dialogue, *, reason: str, by, now: dt.datetime) -> None:
    """Save the locked `dialogue` for `reason`; tell what was held back, now that its dates are
    approved as it stands.

    Put off meanwhile, it has no date to be told of: the next invitation says how it is.
    """
    before, dialogue.unannounced = dialogue.as_announced, {}
    told, what = (
        _raise_sequence(dialogue, before, now=now)
        if is_known_to_others(dialogue, now=now)
        else ([], "")
    )
    save_as(dialogue, by=by, now=now, reason=f"{reason}. {what}" if what else reason)
    mails.mail_changed(dialogue, before, told, by=by, now=now)
