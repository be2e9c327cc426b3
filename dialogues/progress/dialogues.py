"""Progress and next step of a dialogue."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.progress import decision_step
from core.dates import local_date
from core.progress import NextStep, ProgressStep, office_step, progress_steps
from dialogues.enums import DATED, DialogueState, HostReply
from dialogues.models import Dialogue
from dialogues.permissions import can_manage
from dialogues.progress.dates import (
    closing_due_on,
    counter_dates_step,
    fix_date_step,
    minutes_due_on,
    missing_approval_step,
    pending_changes_note,
    propose_dates_step,
    renewal_step,
    submit_dates_step,
)
from dialogues.progress.invitations import (
    compose_step,
    open_rsvps_point,
    release_step,
    rsvps_step,
    unsent_step,
)
from dialogues.progress.rsvps import settle_substitutes_step
from dialogues.progress.waiting import offer_seat_step
from dialogues.queries import Preparation, missing_approval, preparations_of
from dialogues.reminders import can_remind_by_hand, next_reminder

S = DialogueState


def preparation_of(dialogue: Dialogue, now: dt.datetime) -> Preparation:
    """Load the data that determines the next step of `dialogue`, in at most seven queries."""
    preparation, today = preparations_of([dialogue], now)[dialogue.pk], local_date(now)
    if not preparation.unanswered:
        return preparation
    # More queries, which the lists of the start page can do without.
    reminder = next_reminder(dialogue, today)
    if not reminder.on or reminder.is_paused:
        reminder = reminder._replace(by_hand=can_remind_by_hand(dialogue, today))
    return preparation._replace(reminder=reminder)


def dialogue_progress(dialogue: Dialogue, *, is_lapsed: bool = False) -> list[ProgressStep]:
    """Return the progress bar of `dialogue`; empty for imported and cancelled ones.

    With `is_lapsed` the approval of the fixed date has to be renewed: that step is current again.
    """
    # Records taken over never went through these steps, so a bar would be misleading.
    if dialogue.is_taken_over or dialogue.state == S.CANCELLED:
        return []
    labels = [
        _("Thema freigegeben"),
        _("Gastgeber bestätigt"),
        _("Termin freigegeben"),
        _("Eingeladen"),
        _("Durchgeführt"),
        _("Dokumentiert"),
    ]
    # A lapsed approval moves the bar back: no later step may happen before the renewal.
    position, label = (2, _("Freigabe erloschen")) if is_lapsed else _position(dialogue)
    if label:
        labels[position] = label
    return progress_steps(labels, position)


def _position(dialogue: Dialogue) -> tuple[int, str]:
    """Return the index of the current step and its label while it lasts."""
    if dialogue.state in (S.PLANNING, S.EXPLORING):
        if dialogue.host_reply == HostReply.ACCEPTED:
            return 2, _("Termin in Abstimmung")
        is_asked = dialogue.host_id and dialogue.host_reply == HostReply.OPEN
        return 1, _("Antwort des Gastgebers offen") if is_asked else _("Gastgeber gesucht")
    return {
        S.SCHEDULED: (3, _("Einladung in Vorbereitung")),
        S.INVITED: (3, _("Einladung läuft")),
        S.HELD: (5, _("Ergebnis offen")),
    }.get(S(dialogue.state), (6, ""))


def dialogue_next_step(
    dialogue: Dialogue, user, preparation: Preparation, now: dt.datetime
) -> NextStep | None:
    """Return the box *Nächster Schritt* for `user`, or None when nothing is left to do.

    Only users who can act get its button.
    """
    if dialogue.is_taken_over or dialogue.state in (S.CLOSED, S.CANCELLED):
        return None
    if awaits_decision(dialogue, preparation, now):
        count = len(preparation.approval.options)
        text = ngettext(
            "%(count)d Termin liegt zur Freigabe vor.",
            "%(count)d Termine liegen zur Freigabe vor.",
            count,
        ) % {"count": count}
        return decision_step(text + pending_changes_note(dialogue), preparation.approval, user)
    step = office_next_step(dialogue, preparation, now)
    # How guests have replied concerns nobody else.
    return step if can_manage(user) else step.without_button()._replace(points=())


def awaits_decision(dialogue: Dialogue, preparation: Preparation, now: dt.datetime) -> bool:
    """Return whether the next step is a decision on dates.

    Once the fixed date has passed, it is not: the office then has to record or postpone the
    dialogue.
    """
    if preparation.approval is None or not preparation.approval.is_open:
        return False
    return dialogue.state not in DATED or dialogue.starts_at > now


def office_next_step(dialogue: Dialogue, preparation: Preparation, now: dt.datetime) -> NextStep:
    """Return what the office does next with a dialogue in progress that awaits no decision."""
    step = _office_next_step(dialogue, preparation, now)
    if step.due_on or dialogue.state not in DATED:
        return step
    # Whatever has no day of its own: guests still have to reply, and then the day comes.
    if dialogue.state == S.INVITED and dialogue.starts_at > now:
        return step._replace(due_on=dialogue.rsvp_by)
    return step._replace(due_on=local_date(dialogue.starts_at))


def _office_next_step(dialogue: Dialogue, preparation: Preparation, now: dt.datetime) -> NextStep:
    if dialogue.state in (S.PLANNING, S.EXPLORING):
        return _host_step(dialogue) or _dates_step(dialogue, preparation, now)
    if dialogue.state in DATED:
        return _dated_step(dialogue, preparation, now)
    if dialogue.state == S.HELD:
        text = _("Das Gespräch hat stattgefunden. Halten Sie das Ergebnis in wenigen Sätzen fest.")
        url = reverse("dialogues:document", args=[dialogue.pk])
        due_on = minutes_due_on(dialogue)
        step = office_step(text, _("Ergebnis festhalten"), url, due_on=due_on)
        point = open_rsvps_point(dialogue, preparation)
        return step._replace(points=(point,)) if point else step
    text = _(
        "Das Ergebnis ist festgehalten. Wenn nichts mehr offen ist, schließen Sie das Gespräch ab."
    )
    url = reverse("dialogues:close", args=[dialogue.pk])
    due_on = closing_due_on(dialogue)
    return office_step(text, _("Abschließen"), url, post=True, due_on=due_on)


def _host_step(dialogue: Dialogue) -> NextStep | None:
    edit_url = reverse("dialogues:edit", args=[dialogue.pk])
    if dialogue.host_id is None:
        text = _("Es fehlt noch ein Betrieb, der das Gespräch ausrichtet.")
        return office_step(text, _("Gastgeber eintragen"), edit_url)
    if not dialogue.host.is_active:
        text = _("%(host)s ist nicht mehr aktiv. Fragen Sie einen anderen Betrieb.")
        text %= {"host": dialogue.host}
        return office_step(text, _("Anderen Gastgeber eintragen"), edit_url)
    if dialogue.host_reply == HostReply.OPEN:
        # The portal writes to no host before the date is fixed, so the office has to ask.
        text = _(
            "%(host)s ist als Gastgeber vorgesehen. Fragen Sie dort an; das Portal schreibt den "
            "Betrieb nicht an."
        )
        text %= {"host": dialogue.host}
        url = reverse("dialogues:host_reply", args=[dialogue.pk])
        return office_step(text, _("Antwort des Gastgebers vermerken"), url)
    if dialogue.host_reply == HostReply.DECLINED:
        text = _("%(host)s hat abgesagt. Fragen Sie einen anderen Betrieb.")
        text %= {"host": dialogue.host}
        return office_step(text, _("Anderen Gastgeber eintragen"), edit_url)
    return None


def _dates_step(dialogue: Dialogue, preparation: Preparation, now: dt.datetime) -> NextStep:
    approval = preparation.approval
    # An approval can lapse at any time, so topic and series are checked again at every stage.
    if missing := missing_approval(dialogue):
        return missing_approval_step(missing, None, now)
    # The most advanced dates first: a possible date can be fixed while others are proposed.
    if preparation.possible:
        return fix_date_step(dialogue, preparation, now)
    if preparation.proposed:
        return submit_dates_step(dialogue, preparation, now)
    if approval and (dates := approval.counter_dates_ahead(now)):
        return counter_dates_step(dialogue, approval, dates)
    return propose_dates_step(dialogue, approval)


def _dated_step(dialogue: Dialogue, preparation: Preparation, now: dt.datetime) -> NextStep:
    is_invited = dialogue.state == S.INVITED
    # Checked first: once the dialogue has begun, missing approvals or replies no longer matter.
    if dialogue.starts_at <= now:
        return _day_has_come_step(dialogue)
    if missing := missing_approval(dialogue):
        return missing_approval_step(missing, dialogue.starts_at, now)
    if preparation.is_lapsed:
        return renewal_step(dialogue, preparation.approval, now)
    if preparation.unsettled:
        return settle_substitutes_step(dialogue, preparation)
    if is_invited and _has_seat_to_offer(preparation):
        return offer_seat_step(dialogue, preparation.seat_wishes, preparation.seats_left)
    if preparation.to_invite:
        return release_step(dialogue, preparation)
    if is_invited and preparation.unsent:
        return unsent_step(dialogue, preparation)
    if is_invited:
        return rsvps_step(dialogue, preparation, local_date(now))
    return compose_step(dialogue, preparation)


def _has_seat_to_offer(preparation: Preparation) -> bool:
    return preparation.seat_wishes > 0 and preparation.seats_left > 0


def _day_has_come_step(dialogue: Dialogue) -> NextStep:
    text = _("Der Tag des Gesprächs ist gekommen. Hat es stattgefunden?")
    if dialogue.state == S.SCHEDULED:
        text = _(
            "Der Tag des Gesprächs ist gekommen, ohne dass eingeladen wurde. Hat es stattgefunden? "
            "Wenn nicht, verschieben Sie es, oder sagen Sie es ab."
        )
    url = reverse("dialogues:hold", args=[dialogue.pk])
    day = local_date(dialogue.starts_at)
    return office_step(text, _("Als durchgeführt vermerken"), url, due_on=day)
