"""What waits for whom, as lines of the start page. They say what *Nächster Schritt* says."""

import datetime as dt
from collections.abc import Collection

from django.db.models import OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.enums import ApprovalKind
from approvals.queries import latest_approvals
from core.dates import local_date
from core.progress import WaitingEntry
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role
from dialogues.models import Dialogue, DialogueSeries, Topic
from dialogues.progress.dialogues import office_next_step
from dialogues.progress.rsvps import invitations_awaiting_rsvp
from dialogues.progress.series import office_next_step as series_office_step
from dialogues.progress.topics import drafts_of
from dialogues.progress.topics import office_next_step as topic_office_step
from dialogues.queries import first_start_of, preparations_of

Entries = dict[int, WaitingEntry]


def waiting_for(user, now: dt.datetime) -> list[WaitingEntry]:
    """Return what waits for `user` in person: invitations and drafts of topics."""
    # Roles add up: somebody can be a partner and a deputy in the senator's office.
    waiting = []
    if has_role(user, SENATOR_OFFICE, PARTNER, OBSERVER):
        waiting += invitations_awaiting_rsvp(user, now)
    if has_role(user, PARTNER, OFFICE):
        waiting += drafts_of(user)
    return waiting


def series_tasks(pks: Collection[int], now: dt.datetime) -> Entries:
    """Return the office's tasks about the series `pks`, by primary key. Two queries."""
    latest = latest_approvals(ApprovalKind.SERIES, pks)
    first = first_start_of(local_date(now), topic__series=OuterRef("pk"))
    found = DialogueSeries.objects.filter(pk__in=pks).annotate(first_start=first)
    return {
        series.pk: series_office_step(series, latest.get(series.pk), series.first_start).as_entry(
            series, _("Reihe „%(title)s“") % {"title": series}
        )
        for series in found
    }


def affirmation_tasks(pks: Collection[int], now: dt.datetime) -> Entries:
    """Return who has to affirm the series `pks`, by primary key. One query."""
    return {
        series.pk: WaitingEntry(
            # They affirm outside the portal, and no account stands for both; the office only notes
            # it.
            _("Verwaltung und Partner"),
            _("Reihe „%(title)s“ bekräftigen") % {"title": series},
            series.get_absolute_url(),
        )
        for series in DialogueSeries.objects.filter(pk__in=pks)
    }


def topic_tasks(pks: Collection[int], now: dt.datetime) -> Entries:
    """Return the office's tasks about the topics `pks`, by primary key. Two queries."""
    latest = latest_approvals(ApprovalKind.TOPIC, pks)
    first = first_start_of(local_date(now), topic=OuterRef("pk"))
    topics = Topic.objects.filter(pk__in=pks).select_related("series").annotate(first_start=first)
    return {
        topic.pk: topic_office_step(topic, latest.get(topic.pk), topic.first_start).as_entry(
            topic, _("Thema „%(title)s“") % {"title": topic}
        )
        for topic in topics
    }


def dialogue_tasks(pks: Collection[int], now: dt.datetime) -> Entries:
    """Return the office's tasks about the dialogues `pks`, by primary key. Four queries."""
    dialogues = list(Dialogue.objects.filter(pk__in=pks).select_related("host", "topic__series"))
    preparations = preparations_of(dialogues, now)
    return {
        dialogue.pk: office_next_step(dialogue, preparations[dialogue.pk], now).as_entry(dialogue)
        for dialogue in dialogues
    }


def guest_tasks(pks: Collection[int], now: dt.datetime) -> Entries:
    """Return who still has to reply to the dialogues `pks`, by primary key. Three queries."""
    dialogues = list(Dialogue.objects.filter(pk__in=pks))
    preparations = preparations_of(dialogues, now)
    return {
        dialogue.pk: WaitingEntry(
            _guests(preparations[dialogue.pk].unanswered),
            _("Einladung beantworten: %(title)s") % {"title": dialogue},
            dialogue.get_absolute_url(),
            dialogue.rsvp_by,
        )
        for dialogue in dialogues
    }


def _guests(count: int) -> str:
    return ngettext("%(count)d Gast", "%(count)d Gäste", count) % {"count": count}
