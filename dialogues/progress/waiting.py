"""What waits for whom, for the start page. For decisions the senator's office has its desk."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from core.dates import local_date
from core.models import Origin
from core.progress import Waiting
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role
from dialogues.enums import DialogueState, RsvpState, SeriesState, TopicState
from dialogues.models import Dialogue, DialogueSeries, Invitation, Topic
from dialogues.progress.dialogues import awaits_decision, task_of
from dialogues.queries import missing_approval, situations_of

UNDER_WAY = (
    DialogueState.PLANNING,
    DialogueState.EXPLORING,
    DialogueState.SCHEDULED,
    DialogueState.INVITED,
    DialogueState.HELD,
)


def waiting_for(user, now: dt.datetime) -> list[Waiting]:
    """Return what waits for `user` at `now`, the nearest deadline first, what has none at the end.

    The office, which keeps the guest lists: series, topics and dialogues it must move on. All other
    roles: the own invitations. A partner: own drafts besides.
    """
    waiting = []
    if has_role(user, OFFICE):
        waiting += _series() + _topics() + _dialogues(now)
    if has_role(user, SENATOR_OFFICE, PARTNER, OBSERVER):
        waiting += _invitations(user, local_date(now))
    if has_role(user, PARTNER):
        waiting += _drafts(user)
    return sorted(waiting, key=lambda row: row.due_on or dt.date.max)


def _series() -> list[Waiting]:
    rows = DialogueSeries.objects.exclude(origin=Origin.TAKEN_OVER).order_by("pk")
    rows = rows.filter(state__in=[SeriesState.AFFIRMED, SeriesState.RETURNED])
    return [_office(_("Zustimmung zur Reihe „%(title)s“ beantragen"), row) for row in rows]


def _topics() -> list[Waiting]:
    texts = {
        TopicState.PROPOSED: _("Über den Themenvorschlag „%(title)s“ entscheiden"),
        TopicState.RETURNED: _("Zurückgegebenes Thema „%(title)s“ überarbeiten"),
        TopicState.IN_PROGRESS: _("Thema „%(title)s“ zur Freigabe vorlegen"),
        TopicState.APPROVED: _("Gespräch zum Thema „%(title)s“ planen"),
    }
    rows = (
        Topic.objects.exclude(origin=Origin.TAKEN_OVER)
        .filter(state__in=texts)
        .only("title", "state")
    )
    waiting = rows.exclude(Q(state=TopicState.APPROVED) & Exists(_planned_on_topic()))
    return [_office(texts[row.state], row) for row in waiting.order_by("pk")]


def _planned_on_topic() -> QuerySet[Dialogue]:
    return Dialogue.objects.filter(topic=OuterRef("pk")).exclude(state=DialogueState.CANCELLED)


def _dialogues(now: dt.datetime) -> list[Waiting]:
    rows = Dialogue.objects.exclude(origin=Origin.TAKEN_OVER).filter(state__in=UNDER_WAY)
    rows = rows.select_related("host", "topic__series")
    rows = list(rows.order_by("pk"))
    situations = situations_of(rows, now)
    return [
        _office_task(row, situations[row.pk], now)
        for row in rows
        if _waits(row, situations[row.pk], now)
    ]


def _waits(dialogue: Dialogue, situation, now) -> bool:
    """Say whether the office must act: neither a decision nor answers are awaited, or an approval
    is gone.
    """
    if awaits_decision(dialogue, situation, now):
        return False
    is_answering = (
        dialogue.state == DialogueState.INVITED
        and not situation.prepared
        and dialogue.starts_at > now
    )
    if is_answering and (situation.lapsed or missing_approval(dialogue)):
        return True
    return not is_answering or bool(situation.unanswered and dialogue.rsvp_by < local_date(now))


def _office_task(dialogue: Dialogue, situation, now) -> Waiting:
    task = task_of(dialogue, situation, now)
    due_on = task.due_on or (local_date(dialogue.starts_at) if dialogue.starts_at else None)
    return Waiting(
        _("Geschäftsstelle"),
        f"{task.action}: {dialogue.title}",
        dialogue.get_absolute_url(),
        due_on,
    )


def _office(text: str, row) -> Waiting:
    return Waiting(_("Geschäftsstelle"), text % {"title": row}, row.get_absolute_url())


def _invitations(user, today: dt.date) -> list[Waiting]:
    rows: QuerySet[Invitation] = Invitation.objects.released().filter(
        person=user.person_id,
        rsvp=RsvpState.OPEN,
        dialogue__state=DialogueState.INVITED,
        dialogue__rsvp_by__gte=today,
    )
    return [
        Waiting(
            str(user),
            _("Einladung beantworten: %(title)s") % {"title": row.dialogue.as_announced},
            reverse("dialogues:my_answer", args=[row.pk]),
            row.dialogue.rsvp_by,
        )
        for row in rows.select_related("dialogue").order_by("dialogue__rsvp_by", "pk")
    ]


def _drafts(user) -> list[Waiting]:
    rows = Topic.objects.visible_to(user).filter(proposed_by=user, state=TopicState.DRAFT)
    return [
        Waiting(
            str(user),
            _("Themenvorschlag fertigstellen: %(title)s") % {"title": row},
            row.get_absolute_url(),
        )
        for row in rows.only("title").order_by("pk")
    ]
