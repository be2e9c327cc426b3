"""What stands around every tab of a dialogue's page: steps, next step, facts, deadlines, tabs,
further acts.
"""

import datetime as dt

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind, ApprovalState
from approvals.progress import with_conditions
from core.dates import format_date, format_day, local_date
from core.progress import NextStep
from core.roles import OFFICE, SENATOR_OFFICE, has_role, senator_office_name
from core.states import allowed_actions
from dialogues.enums import (
    BEFORE_THE_DAY,
    COLOUR_OF_DIALOGUE,
    DIALOGUE_MOVES,
    DialogueState,
    HostReply,
)
from dialogues.models import Dialogue, Invitation
from dialogues.permissions import can_manage
from dialogues.progress import (
    dialogue_next_step,
    dialogue_progress,
    guest_next_step,
    minutes_due_on,
    preparation_of,
)
from dialogues.queries import Preparation

ACTS = (
    ("postpone", gettext_lazy("Verschieben"), "danger"),
    ("cancel", gettext_lazy("Absagen"), "danger"),
)


def visible_dialogue(request, pk: int) -> Dialogue:
    """Return the dialogue with topic, series, host and contact, or answer 404. Outsiders see it as
    they were told.
    """
    rows = Dialogue.objects.visible_to(request.user).select_related(
        "topic__series", "host", "host_contact"
    )
    dialogue = get_object_or_404(rows, pk=pk)
    return dialogue if has_role(request.user, OFFICE, SENATOR_OFFICE) else dialogue.as_announced


def frame_of(request, dialogue: Dialogue, tab: str) -> dict:
    """Return the context that all tabs of the page of `dialogue` share; `tab` is the URL name of
    the one shown.
    """
    now = timezone.now()
    today = local_date(now)
    manages, inside = can_manage(request.user), has_role(request.user, OFFICE, SENATOR_OFFICE)
    preparation = Preparation() if dialogue.is_taken_over else preparation_of(dialogue, now)
    own = own_invitation(request.user, dialogue)
    box = _box(request.user, dialogue, own, preparation, now)
    return {
        "dialogue": dialogue,
        "colour": COLOUR_OF_DIALOGUE[dialogue.state],
        "today": today,
        "now": now,
        "manages": manages,
        "inside": inside,
        "preparation": preparation,
        "own": own,
        "steps": dialogue_progress(dialogue, is_lapsed=preparation.is_lapsed) if inside else [],
        "box": box,
        "facts": _facts(dialogue, preparation, inside),
        "deadlines": _deadlines(dialogue, preparation, inside),
        "tabs": _tabs(request.user, dialogue, preparation, tab),
        "acts": _acts(dialogue, preparation, box, now) if manages else [],
        "lead": _lead(dialogue),
    }


def own_invitation(user, dialogue: Dialogue) -> Invitation | None:
    """Return the invitation of `user` in person, if it went out for the present date."""
    if dialogue.is_taken_over:
        return None
    return (
        dialogue.invitations.released()
        .filter(person=user.person_id, released_round=dialogue.round)
        .first()
    )


def _box(
    user, dialogue: Dialogue, own: Invitation | None, preparation, now: dt.datetime
) -> NextStep | None:
    """The house sees what is next; a guest with an account what there is to answer."""
    if has_role(user, OFFICE, SENATOR_OFFICE):
        box = dialogue_next_step(dialogue, user, preparation, now)
        return with_conditions(box, kind=ApprovalKind.DATES, subject_id=dialogue.pk, user=user)
    return guest_next_step(dialogue, user, own, now)


def _lead(dialogue: Dialogue) -> str:
    parts = [dialogue.event_kind or str(dialogue.get_category_display())]
    if dialogue.topic_id:
        parts += [
            ", ".join(map(str, rows))
            for rows in (dialogue.topic.themes.all(), dialogue.topic.sectors.all())
        ]
    return " · ".join(part for part in parts if part)


def _facts(dialogue: Dialogue, preparation: Preparation, inside: bool) -> list[tuple]:
    rows = [
        (_("Termin"), dialogue.when),
        (_("Gastgeber"), dialogue.host or dialogue.host_text or _("noch offen")),
    ]
    rows += (
        [(_("Ort"), dialogue.address)]
        if dialogue.address and dialogue.address != dialogue.video_link
        else []
    )
    if dialogue.is_taken_over:
        return rows
    rows.append((_("Format"), dialogue.get_format_display()))
    if dialogue.video_link:
        link = format_html(
            '<a href="{}" rel="noopener noreferrer">{}</a>',
            dialogue.video_link,
            _("Videokonferenz"),
        )
        rows.append((_("Zugang"), link))
    if inside and dialogue.topic:
        link = format_html('<a href="{}">{}</a>', dialogue.topic.get_absolute_url(), dialogue.topic)
        rows.append((_("Thema"), link))
    rows.append((_("Plätze"), dialogue.seats))
    if inside and (approval := _approval_text(preparation)):
        rows.append((_("Freigabe"), approval))
    if inside and dialogue.host_contact:
        rows.append((_("Ansprechperson"), dialogue.host_contact))
    return rows


def _approval_text(preparation: Preparation) -> str:
    """Return how the approval of the dates stands: by whom and when, or that it lapsed; empty while
    there is none.
    """
    if preparation.granted:
        text = f"{senator_office_name()}, {format_date(preparation.granted.decided_at)}"
        is_conditional = preparation.granted.state == ApprovalState.CONDITIONAL
        return text + ", " + _("mit Auflage") if is_conditional else text
    return _("Freigabe erloschen") if preparation.is_lapsed else ""


def _deadlines(dialogue: Dialogue, preparation: Preparation, inside: bool) -> list[tuple]:
    """Return (label, day) of what has a date, in the order of the days."""
    if dialogue.is_taken_over or dialogue.state in (DialogueState.CANCELLED, DialogueState.CLOSED):
        return []
    days = []
    if inside and preparation.approval and preparation.approval.is_open:
        days.append((preparation.approval.due_on, _("Entscheidung über die Termine")))
    if dialogue.state == DialogueState.INVITED and dialogue.rsvp_by:
        days.append((dialogue.rsvp_by, _("Antwort der Gäste")))
        if (
            inside
            and preparation.unanswered
            and preparation.reminder.on
            and not preparation.reminder.is_paused
        ):
            days.append((preparation.reminder.on, _("Erinnerung an die Gäste")))
    if dialogue.starts_at and dialogue.state in BEFORE_THE_DAY:
        days.append((local_date(dialogue.starts_at), _("Gespräch")))
    if (
        inside
        and dialogue.state in (*BEFORE_THE_DAY, DialogueState.HELD)
        and (day := minutes_due_on(dialogue))
    ):
        days.append((day, _("Ergebnis festhalten")))
    return [(label, format_day(day)) for day, label in sorted(days)]


def _tabs(user, dialogue: Dialogue, preparation: Preparation, current: str) -> list[tuple]:
    if dialogue.is_taken_over:
        return []
    names = [("detail", _("Überblick"))]
    if dialogue.starts_at or preparation.invited or preparation.to_invite:
        names.append(("guests", _("Gäste")))
    if dialogue.programme:
        names.append(("programme", _("Programm")))
    if has_role(user, OFFICE, SENATOR_OFFICE):
        names.append(("history", _("Verlauf")))
    return [
        (label, reverse(f"dialogues:{name}", args=[dialogue.pk]), name == current)
        for name, label in names
    ]


def _acts(
    dialogue: Dialogue, preparation: Preparation, box: NextStep | None, now: dt.datetime
) -> list[tuple[str, str, str]]:
    """Return (label, address, look) of what the office may do besides the next step."""
    allowed = allowed_actions(DIALOGUE_MOVES, dialogue)
    acts = [act for act in ACTS if act[0] in allowed]
    if dialogue.host_id and "explore" in allowed and dialogue.host_reply != HostReply.OPEN:
        acts.insert(0, ("host_reply", _("Antwort des Gastgebers"), "secondary"))
    is_asked = preparation.approval is not None and preparation.approval.is_open
    if is_asked and "withdraw_dates" in allowed:
        acts.insert(0, ("dates_withdraw", _("Vorlage zurückziehen"), "danger"))
    if preparation.is_lapsed and not is_asked and dialogue.starts_at > now:
        acts.insert(0, ("date_renew", _("Termin erneut vorlegen"), "secondary"))
    rows = [
        (label, reverse(f"dialogues:{name}", args=[dialogue.pk]), look)
        for name, label, look in acts
    ]
    return [row for row in rows if box is None or row[1] != box.url]
