"""Where series, topics and dialogues stand, and what the next step of a dialogue is, as their pages
show it.
"""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.models import ApprovalRequest
from approvals.permissions import can_decide
from core.dates import add_working_days, format_date, format_day, local_date
from core.progress import NextStep, ProgressStep, progress_steps
from core.roles import senator_office_name
from dialogues.enums import DATED, DialogueState, HostReply
from dialogues.models import Dialogue
from dialogues.permissions import can_manage
from dialogues.progress.approvals import (
    consent_task,
    counter_task,
    lapse_text,
    no_dates_text,
    renewal_task,
    withheld_text,
)
from dialogues.progress.situation import Task
from dialogues.queries.dialogues import Situation, missing_approval

S = DialogueState
MINUTES_DAYS = 5  # working days after a dialogue in which its outcome is written down


def steps_of(dialogue: Dialogue, *, lapsed: bool = False) -> list[ProgressStep]:
    """Return the line of steps of `dialogue`; none for what was taken over or cancelled, which
    stand outside of it.

    With `lapsed` the approval of the fixed date is the step to take once more.
    """
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
    position, label = (2, _("Freigabe erloschen")) if lapsed else _position(dialogue)
    if label:
        labels[position] = label
    return progress_steps(labels, position)


def _position(dialogue: Dialogue) -> tuple[int, str]:
    """Return the index of the present step and what it is called while it lasts."""
    if dialogue.state in (S.PLANNING, S.EXPLORING):
        if dialogue.host_reply == HostReply.ACCEPTED:
            return 2, _("Termin in Abstimmung")
        asked = dialogue.host_id and dialogue.host_reply == HostReply.OPEN
        return 1, _("Gastgeber angefragt") if asked else _("Gastgeber gesucht")
    return {
        S.SCHEDULED: (3, _("Einladung in Vorbereitung")),
        S.INVITED: (3, _("Einladung läuft")),
        S.HELD: (5, _("Ergebnis offen")),
    }.get(S(dialogue.state), (6, ""))


def minutes_due_on(dialogue: Dialogue) -> dt.date | None:
    """Return the day by which the outcome of a dated dialogue should be written down."""
    return (
        add_working_days(local_date(dialogue.starts_at), MINUTES_DAYS)
        if dialogue.starts_at
        else None
    )


def next_step_of(
    dialogue: Dialogue, user, situation: Situation, now: dt.datetime
) -> NextStep | None:
    """Return the box *Nächster Schritt* of `dialogue` for `user`, or None when nothing is left to
    do.

    Its button is there only for who must act.
    """
    if dialogue.is_taken_over or dialogue.state in (S.CLOSED, S.CANCELLED):
        return None
    if awaits_decision(dialogue, situation, now):
        return _decision_step(dialogue, user, situation.approval)
    task = task_of(dialogue, situation, now)
    url = ""
    if can_manage(user):
        url = task.url or (
            reverse(f"dialogues:{task.route}", args=[dialogue.pk]) if task.route else ""
        )
    return NextStep(
        task.text, _("Geschäftsstelle"), task.due_on, task.action if url else "", url, task.post
    )


def awaits_decision(dialogue: Dialogue, situation: Situation, now: dt.datetime) -> bool:
    """Say whether the next step is a decision on dates: not once the fixed date has come, then
    there is more to do.
    """
    if situation.approval is None or not situation.approval.is_open:
        return False
    return dialogue.state not in DATED or dialogue.starts_at > now


def _decision_step(dialogue: Dialogue, user, approval: ApprovalRequest) -> NextStep:
    url = approval.get_absolute_url() if can_decide(user, approval) else ""
    text = ngettext(
        "%(count)d Termin liegt zur Freigabe vor.",
        "%(count)d Termine liegen zur Freigabe vor.",
        len(approval.options),
    ) % {"count": len(approval.options)}
    text += withheld_text(dialogue)
    return NextStep(
        text, senator_office_name(), approval.due_on, _("Entscheiden") if url else "", url
    )


def task_of(dialogue: Dialogue, situation: Situation, now: dt.datetime) -> Task:
    """Return what the office does next with a dialogue that is under way and waits for no decision."""
    if dialogue.state in (S.PLANNING, S.EXPLORING):
        return _exploring_task(dialogue, situation, now)
    if dialogue.state == S.SCHEDULED:
        return _scheduled_task(dialogue, situation, now)
    if dialogue.state == S.INVITED:
        return _invited_task(dialogue, situation, now)
    if dialogue.state == S.HELD:
        text = _("Das Gespräch hat stattgefunden. Halten Sie das Ergebnis in wenigen Sätzen fest.")
        return Task(text, _("Ergebnis festhalten"), "document", minutes_due_on(dialogue))
    text = _(
        "Das Ergebnis ist festgehalten. Wenn nichts mehr offen ist, schließen Sie das Gespräch ab."
    )
    return Task(text, _("Abschließen"), "close", post=True)


def _exploring_task(dialogue: Dialogue, situation: Situation, now: dt.datetime) -> Task:
    if dialogue.host_id is None:
        return Task(
            _("Es fehlt noch ein Betrieb, der das Gespräch ausrichtet."),
            _("Gastgeber eintragen"),
            "edit",
        )
    if dialogue.host_reply == HostReply.OPEN:
        text = _("%(host)s ist als Gastgeber angefragt.") % {"host": dialogue.host}
        return Task(text, _("Antwort des Gastgebers vermerken"), "host_reply")
    if dialogue.host_reply == HostReply.DECLINED:
        text = _("%(host)s hat abgesagt. Fragen Sie einen anderen Betrieb.") % {
            "host": dialogue.host
        }
        return Task(text, _("Anderen Gastgeber eintragen"), "edit")
    if missing := missing_approval(dialogue):
        return consent_task(missing)
    if situation.possible:
        text = ngettext(
            "%(count)d Termin ist freigegeben. Legen Sie ihn fest.",
            "%(count)d Termine sind freigegeben. Legen Sie einen davon fest.",
            situation.possible,
        )
        return Task(text % {"count": situation.possible}, _("Termin festlegen"), "date_fix")
    if situation.proposed:
        text = ngettext(
            "%(count)d Termin ist vorgeschlagen. Legen Sie ihn zur Freigabe vor.",
            "%(count)d Termine sind vorgeschlagen. Legen Sie sie zur Freigabe vor.",
            situation.proposed,
        )
        text = lapse_text(situation.approval) + text % {"count": situation.proposed}
        return Task(text, _("Termine zur Freigabe vorlegen"), "dates_submit")
    if situation.approval and (dates := situation.approval.counter_dates_ahead(now)):
        return counter_task(situation.approval, dates)
    return Task(no_dates_text(situation), _("Termine vorschlagen"), "dates")


def _scheduled_task(dialogue: Dialogue, situation: Situation, now: dt.datetime) -> Task:
    if dialogue.starts_at <= now:
        text = _("Der Termin ist verstrichen, ohne dass eingeladen wurde.")
        return Task(text, _("Gespräch verschieben"), "postpone")
    if missing := missing_approval(dialogue):
        return consent_task(missing)
    if situation.lapsed:
        return renewal_task(dialogue, situation.approval)
    if situation.prepared:
        return _release_task(situation)
    text = _("Der Termin steht fest. Stellen Sie jetzt die Gästeliste zusammen.")
    return Task(text, _("Gästeliste zusammenstellen"), "guests_add")


def _release_task(situation: Situation) -> Task:
    count = situation.prepared
    text = ngettext(
        "%(count)d Gast steht auf der Liste und ist noch nicht eingeladen.",
        "%(count)d Gäste stehen auf der Liste und sind noch nicht eingeladen.",
        count,
    )
    return Task(text % {"count": count}, release_label(count), "release")


def release_label(count: int) -> str:
    """Return the words of the button that sends `count` invitations."""
    return ngettext("%(count)d Einladung versenden", "%(count)d Einladungen versenden", count) % {
        "count": count
    }


def _invited_task(dialogue: Dialogue, situation: Situation, now: dt.datetime) -> Task:
    if dialogue.starts_at <= now:
        text = _("Der Tag des Gesprächs ist gekommen. Hat es stattgefunden?")
        return Task(text, _("Als durchgeführt vermerken"), "hold", post=True)
    if missing := missing_approval(dialogue):
        return consent_task(missing)
    if situation.lapsed:
        return renewal_task(dialogue, situation.approval)
    if situation.prepared:
        return _release_task(situation)
    if not situation.unanswered:
        text = _("Alle Gäste haben geantwortet. Das Gespräch findet am %(day)s statt.")
        return Task(
            text % {"day": format_day(dialogue.starts_at)}, due_on=local_date(dialogue.starts_at)
        )
    return _reminding_task(dialogue, situation, local_date(now))


def _reminding_task(dialogue: Dialogue, situation: Situation, today: dt.date) -> Task:
    count = situation.unanswered
    values = {"count": count, "day": format_date(dialogue.rsvp_by)}
    if dialogue.rsvp_by < today:
        text = ngettext(
            "%(count)d Gast hat bis zum %(day)s nicht geantwortet. Fragen Sie nach, tragen Sie "
            "die Antwort ein.",
            "%(count)d Gäste haben bis zum %(day)s nicht geantwortet. Fragen Sie nach, tragen Sie "
            "die Antworten ein.",
            count,
        )
        return Task(text % values, _("Zur Gästeliste"), "guests", dialogue.rsvp_by)
    text = (
        ngettext(
            "%(count)d Gast hat noch nicht geantwortet.",
            "%(count)d Gäste haben noch nicht geantwortet.",
            count,
        )
        % values
    )
    if situation.reminder.is_paused:
        text += " " + _("Die Erinnerung ist pausiert.")
    elif situation.reminder.on:
        text += " " + _("Die Erinnerung geht am %(day)s hinaus.") % {
            "day": format_day(situation.reminder.on)
        }
    return Task(text, _("Jetzt erinnern"), "remind", dialogue.rsvp_by)
