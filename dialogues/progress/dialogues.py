"""Progress and next step of a dialogue, and what its page shows around every tab."""

import datetime as dt

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.progress import decision_step
from core.dates import format_date, local_date
from core.models import Origin
from core.progress import (
    Button,
    NextStep,
    ProgressStep,
    TextCard,
    WaitingEntry,
    office_step,
    progress_steps,
)
from core.roles import is_inside
from core.states import allowed_actions
from dialogues.enums import DATED, DIALOGUE_MOVES, DialogueCategory, DialogueState, HostReply
from dialogues.models import Dialogue
from dialogues.permissions import can_manage
from dialogues.progress.dates import (
    approval_status,
    counter_dates_step,
    fix_date_step,
    minutes_due_on,
    missing_approval_step,
    pending_changes_note,
    propose_dates_step,
    renewal_step,
    submit_dates_step,
)
from dialogues.progress.invitations import compose_step, release_step, rsvps_step
from dialogues.progress.topics import about_card
from dialogues.queries import Preparation, missing_approval, preparations_of
from dialogues.reminders import next_reminder
from partners.progress import responsible_facts

S = DialogueState
OFFICE_ACTS = (S.PLANNING, S.EXPLORING, S.SCHEDULED, S.INVITED, S.HELD)


def preparation_of(dialogue: Dialogue, now: dt.datetime) -> Preparation:
    """Load the data that determines the next step of `dialogue`, in at most four queries."""
    preparation = preparations_of([dialogue], now)[dialogue.pk]
    if not preparation.unanswered:
        return preparation
    # Two more queries, which the lists of the start page can do without.
    return preparation._replace(reminder=next_reminder(dialogue, local_date(now)))


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
        return 1, _("Gastgeber angefragt") if is_asked else _("Gastgeber gesucht")
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
    return step if can_manage(user) else step.without_button()


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
    if dialogue.state in (S.PLANNING, S.EXPLORING):
        return _host_step(dialogue) or _dates_step(dialogue, preparation, now)
    if dialogue.state in DATED:
        return _dated_step(dialogue, preparation, now)
    if dialogue.state == S.HELD:
        text = _("Das Gespräch hat stattgefunden. Halten Sie das Ergebnis in wenigen Sätzen fest.")
        url = reverse("dialogues:document", args=[dialogue.pk])
        due_on = minutes_due_on(dialogue)
        return office_step(text, _("Ergebnis festhalten"), url, due_on=due_on)
    text = _(
        "Das Ergebnis ist festgehalten. Wenn nichts mehr offen ist, schließen Sie das Gespräch ab."
    )
    url = reverse("dialogues:close", args=[dialogue.pk])
    return office_step(text, _("Abschließen"), url, post=True)


def _host_step(dialogue: Dialogue) -> NextStep | None:
    edit_url = reverse("dialogues:edit", args=[dialogue.pk])
    if dialogue.host_id is None:
        text = _("Es fehlt noch ein Betrieb, der das Gespräch ausrichtet.")
        return office_step(text, _("Gastgeber eintragen"), edit_url)
    if dialogue.host_reply == HostReply.OPEN:
        text = _("%(host)s ist als Gastgeber angefragt.") % {"host": dialogue.host}
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
        return missing_approval_step(missing)
    # The most advanced dates first: a possible date can be fixed while others are proposed.
    if preparation.possible:
        return fix_date_step(dialogue, preparation.possible)
    if preparation.proposed:
        return submit_dates_step(dialogue, approval, preparation.proposed)
    if approval and (dates := approval.counter_dates_ahead(now)):
        return counter_dates_step(dialogue, approval, dates)
    return propose_dates_step(dialogue, approval)


def _dated_step(dialogue: Dialogue, preparation: Preparation, now: dt.datetime) -> NextStep:
    is_invited = dialogue.state == S.INVITED
    # Checked first: once the dialogue has begun, missing approvals or replies no longer matter.
    if dialogue.starts_at <= now:
        return _day_has_come_step(dialogue)
    if missing := missing_approval(dialogue):
        return missing_approval_step(missing)
    if preparation.is_lapsed:
        return renewal_step(dialogue, preparation.approval)
    if preparation.to_invite:
        return release_step(dialogue, preparation.to_invite)
    if is_invited:
        return rsvps_step(dialogue, preparation.unanswered, preparation.reminder, local_date(now))
    return compose_step(dialogue)


def _day_has_come_step(dialogue: Dialogue) -> NextStep:
    if dialogue.state == S.INVITED:
        text = _("Der Tag des Gesprächs ist gekommen. Hat es stattgefunden?")
        url = reverse("dialogues:hold", args=[dialogue.pk])
        return office_step(text, _("Als durchgeführt vermerken"), url, post=True)
    text = _("Der Termin ist verstrichen, ohne dass eingeladen wurde.")
    url = reverse("dialogues:postpone", args=[dialogue.pk])
    return office_step(text, _("Gespräch verschieben"), url)


def list_tabs(current: str) -> list[tuple[str, str, bool]]:
    """Return (label, url, is_current) of the lists of dialogues, topics, series and events."""
    names = (
        ("list", _("Gespräche")),
        ("topics", _("Themen")),
        ("series_list", _("Reihen")),
        ("events", _("Veranstaltungen")),
    )
    return [(label, reverse(f"dialogues:{name}"), name == current) for name, label in names]


def dialogue_tabs(
    dialogue: Dialogue, user, preparation: Preparation, current: str
) -> list[tuple[str, str, bool]]:
    """Return (label, url, is_current); empty where there is only one tab."""
    if dialogue.is_taken_over:
        return []
    names = [("detail", _("Überblick"))]
    # A postponed dialogue has no date, but keeps its guest list.
    if dialogue.starts_at or preparation.invited or preparation.to_invite:
        names.append(("guests", _("Gäste")))
    if dialogue.programme:
        names.append(("programme", _("Programm")))
    if is_inside(user):
        names.append(("history", _("Verlauf")))
    if len(names) == 1:
        return []
    return [
        (label, reverse(f"dialogues:{name}", args=[dialogue.pk]), name == current)
        for name, label in names
    ]


def dialogue_subtitle(dialogue: Dialogue) -> str:
    parts = [dialogue.event_kind or str(dialogue.get_category_display())]
    if dialogue.topic_id:
        parts.append(", ".join(map(str, dialogue.topic.themes.all())))
        parts.append(", ".join(map(str, dialogue.topic.sectors.all())))
    return " · ".join(part for part in parts if part)


def dialogue_parents(dialogue: Dialogue) -> list[tuple[str, str]]:
    """Return (label, url) of the page between the list of dialogues and this one, if any."""
    if dialogue.category == DialogueCategory.EVENT:
        return [(_("Veranstaltungen"), reverse("dialogues:events"))]
    series = dialogue.topic.series if dialogue.topic else None
    return [(series.title, series.get_absolute_url())] if series else []


def dialogue_facts(dialogue: Dialogue, user, preparation: Preparation) -> list[tuple]:
    facts = [
        (_("Termin"), dialogue.when),
        (_("Gastgeber"), dialogue.host or dialogue.host_text or _("noch offen")),
    ]
    # The address of a digital dialogue is its video link, which is added as a link below.
    if dialogue.address and dialogue.address != dialogue.video_link:
        facts.append((_("Ort"), dialogue.address))
    if dialogue.is_taken_over:
        return facts
    facts.append((_("Format"), dialogue.get_format_display()))
    if dialogue.video_link:
        link = '<a href="{}" rel="noopener noreferrer">{}</a>'
        facts.append((_("Zugang"), format_html(link, dialogue.video_link, _("Videokonferenz"))))
    # Outsiders do not see the topic and the approval of a dialogue.
    if not is_inside(user):
        return [*facts, (_("Plätze"), dialogue.seats)]
    topic = dialogue.topic
    if topic:
        link = format_html('<a href="{}">{}</a>', topic.get_absolute_url(), topic)
        facts.append((_("Thema"), link))
    facts.append((_("Plätze"), dialogue.seats))
    if approval := approval_status(preparation):
        facts.append((_("Freigabe"), approval))
    if dialogue.host_contact:
        facts.append((_("Ansprechperson"), dialogue.host_contact))
    return facts + responsible_facts(dialogue, "gespraech", user)


def dialogue_actions(
    dialogue: Dialogue, user, preparation: Preparation, box: NextStep | None, now: dt.datetime
) -> list[Button]:
    """Return what the office can do besides the next step."""
    if not can_manage(user):
        return []
    allowed = allowed_actions(DIALOGUE_MOVES, dialogue)
    is_asked = preparation.approval is not None and preparation.approval.is_open
    actions = []
    # Not while a request is open: it has to be decided or withdrawn first.
    if preparation.is_lapsed and not is_asked and dialogue.starts_at > now:
        actions.append((_("Termin erneut vorlegen"), "date_renew", "secondary"))
    if is_asked and "withdraw_dates" in allowed:
        actions.append((_("Vorlage zurückziehen"), "dates_withdraw", "danger"))
    if dialogue.host_id and "explore" in allowed and dialogue.host_reply != HostReply.OPEN:
        actions.append((_("Antwort des Gastgebers"), "host_reply", "secondary"))
    if "postpone" in allowed:
        actions.append((_("Verschieben"), "postpone", "danger"))
    if "cancel" in allowed:
        actions.append((_("Absagen"), "cancel", "danger"))
    # The next step has its button on the page already, so it is not offered twice.
    found = [
        Button(label, reverse(f"dialogues:{name}", args=[dialogue.pk]), variant)
        for label, name, variant in actions
    ]
    return [action for action in found if box is None or action.url != box.url]


def closing_cards(dialogue: Dialogue) -> list[TextCard]:
    """Return the reason for cancelling or postponing the dialogue; empty if it was neither."""
    if not dialogue.closing_reason:
        return []
    if dialogue.state == S.CANCELLED:
        css_class = "card card--danger"
        return [TextCard(_("Warum abgesagt"), dialogue.closing_reason, css_class=css_class)]
    return [TextCard(_("Warum verschoben"), dialogue.closing_reason)]


def host_note(dialogue: Dialogue) -> str:
    """Return the day of the host's reply and the note about it; empty without a reply."""
    if not dialogue.host_replied_on:
        return ""
    text = _("Antwort vom %(day)s") % {"day": format_date(dialogue.host_replied_on)}
    return f"{text}: {dialogue.host_note}" if dialogue.host_note else text


def outcome_cards(dialogue: Dialogue) -> list[TextCard]:
    """Return the outcome of the dialogue, if recorded, and the description of its topic."""
    outcome = [TextCard(_("Ergebnis"), dialogue.outcome)] if dialogue.outcome else []
    return [*outcome, about_card(dialogue.topic)] if dialogue.topic else outcome


def imported_cards(dialogue: Dialogue) -> list[TextCard]:
    """Return what the sources of a record taken over say about participants and press."""
    cards = [
        TextCard(_("Teilnehmende"), dialogue.participants_text),
        TextCard(_("Presse"), dialogue.press_text),
    ]
    return [card for card in cards if card.text]


def dialogues_awaiting_office(now: dt.datetime) -> list[WaitingEntry]:
    found = Dialogue.objects.exclude(origin=Origin.TAKEN_OVER).filter(state__in=OFFICE_ACTS)
    dialogues = list(found.select_related("host", "topic__series").order_by("pk"))
    preparations = preparations_of(dialogues, now)
    return [
        _waiting(dialogue, preparations[dialogue.pk], now)
        for dialogue in dialogues
        if _awaits_office(dialogue, preparations[dialogue.pk], now)
    ]


def _awaits_office(dialogue: Dialogue, preparation: Preparation, now: dt.datetime) -> bool:
    if awaits_decision(dialogue, preparation, now):
        return False
    # The office only waits while guests have time to reply, unless an approval lapsed meanwhile.
    guests_reply = (
        dialogue.state == S.INVITED and not preparation.to_invite and dialogue.starts_at > now
    )
    if not guests_reply or preparation.is_lapsed or missing_approval(dialogue):
        return True
    return bool(preparation.unanswered and dialogue.rsvp_by < local_date(now))


def _waiting(dialogue: Dialogue, preparation: Preparation, now: dt.datetime) -> WaitingEntry:
    step = office_next_step(dialogue, preparation, now)
    # A step without its own deadline is due by the day of the dialogue.
    due_on = step.due_on or (local_date(dialogue.starts_at) if dialogue.starts_at else None)
    return WaitingEntry(
        step.who, f"{step.action}: {dialogue.title}", dialogue.get_absolute_url(), due_on
    )
