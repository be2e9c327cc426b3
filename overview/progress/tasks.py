"""Tasks as lines of the start page and of the page that lists them all."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessibility.progress import barrier_tasks
from approvals.models import ApprovalRequest
from approvals.progress import condition_tasks, decision_tasks
from core.dates import local_date
from core.progress import WaitingEntry
from core.roles import SENATOR_OFFICE, has_role, is_office
from dialogues.progress import (
    affirmation_tasks,
    dialogue_tasks,
    guest_tasks,
    need_tasks,
    series_tasks,
    topic_tasks,
    waiting_for,
)
from measures.models import ReportingRound
from measures.progress import lead_tasks, report_tasks
from measures.queries import reports_due_for
from media_visits.progress import visit_tasks
from outbox.enums import MailState
from outbox.queries.mails import Drafts, mails_waiting
from overview.queries import (
    MINE,
    NO_DEADLINE,
    OF_COLLEAGUES,
    UNASSIGNED,
    TaskKey,
    TaskKeys,
    TaskList,
    decision_sources,
    office_sources,
    sources_of_others,
)
from partners.enums import NOBODY
from partners.models import User
from partners.queries import received_since

HANDED_OVER_DAYS = 14  # the start page names what the user received within these days


def _submitted_tasks(pks: Collection[int], now: dt.datetime) -> dict[int, WaitingEntry]:
    """Return what waits for the senator's office with links to where the office can withdraw or
    change what it submitted: on the page of an approval it can only read.
    """
    paths = dict(ApprovalRequest.objects.filter(pk__in=pks).values_list("pk", "path"))
    tasks = decision_tasks(pks, now)
    return {pk: task._replace(url=paths[pk]) for pk, task in tasks.items() if pk in paths}


LOADERS: dict[str, Callable] = {
    "series": series_tasks,
    "affirmation": affirmation_tasks,
    "topic": topic_tasks,
    "dialogue": dialogue_tasks,
    "need": need_tasks,
    "guests": guest_tasks,
    "visit": visit_tasks,
    "report": report_tasks,
    "condition": condition_tasks,
    "barrier": barrier_tasks,
    "decision": decision_tasks,
    "decision_of_others": _submitted_tasks,
}


class OfficeTasks(NamedTuple):
    """What waits for the office: the user's own with what nobody is in charge of, and the rest."""

    own: TaskList
    of_colleagues: TaskList


def office_tasks(user, now: dt.datetime, drafts: Drafts | None = None) -> OfficeTasks:
    """Return what waits for the office. The `drafts` are counted unless the caller has done so."""
    # Both from the same keys, so that one query reads and counts them.
    keys = TaskKeys(
        lambda: office_sources(user, now), key=("office", user.rights), now=now, user=user
    )
    entries = [
        *waiting_for(user, now),
        *_reports_due(user),
        *_drafts(drafts or mails_waiting(now)[1]),
    ]
    return OfficeTasks(
        TaskList(keys, (MINE, UNASSIGNED), entries), TaskList(keys, (OF_COLLEAGUES,))
    )


def own_tasks(user, now: dt.datetime) -> TaskList:
    """Return what `user` has to do; for the office also what nobody is in charge of."""
    if is_office(user):
        return office_tasks(user, now).own
    decides = has_role(user, SENATOR_OFFICE)
    keys = TaskKeys(
        lambda: decision_sources(user) if decides else [], key=("own", user.rights), now=now
    )
    return TaskList(keys, entries=[*waiting_for(user, now), *_reports_due(user)])


def tasks_of_others(user, now: dt.datetime, rounds: Sequence[ReportingRound]) -> TaskList:
    asked = tuple((found.pk, found.plan_id, found.due_on) for found in rounds)
    return TaskList(
        TaskKeys(
            lambda: sources_of_others(user, now, rounds),
            key=("others", user.rights, asked),
            now=now,
        )
    )


def _reports_due(user) -> list[WaitingEntry]:
    # For every role: somebody in the office may also speak for an organisation.
    return [
        WaitingEntry(
            _("Sie"),
            _("Statusbericht: %(measure)s") % {"measure": due.measure},
            due.url,
            due.due_on,
        )
        for due in reports_due_for(user)
    ]


def _drafts(drafts: Drafts) -> list[WaitingEntry]:
    """Return the mails that are to be read before they go out, as one task."""
    # A single release may leave hundreds of drafts, which would bury every other task.
    if not drafts.since:
        return []
    text = ngettext(
        "%(count)d E-Mail wartet auf Durchsicht",
        "%(count)d E-Mails warten auf Durchsicht",
        drafts.count,
    ) % {"count": drafts.count}
    url = f"{reverse('outbox:list')}?state={MailState.DRAFT}"
    return [WaitingEntry(_("Geschäftsstelle"), text, url, local_date(drafts.since))]


def task_lines(
    tasks: Iterable[tuple[TaskKey, WaitingEntry | None]],
    now: dt.datetime,
    rounds: Iterable[ReportingRound] = (),
) -> list[WaitingEntry]:
    """Return a slice of a `TaskList` as lines, the earliest deadline first. A fixed number of
    queries for each kind of task in it.
    """
    tasks = list(tasks)
    wanted: dict[str, list[int]] = defaultdict(list)
    for key, entry in tasks:
        if entry is None:
            wanted[key.source].append(key.pk)
    loaders = LOADERS | {f"reports:{found.pk}": partial(_lead_tasks, found) for found in rounds}
    loaded = {source: loaders[source](pks, now) for source, pks in wanted.items()}
    names = _names({key.in_charge for key, _entry in tasks if key.rank == OF_COLLEAGUES})
    lines = []
    for key, entry in tasks:
        # A record that changed since its key was read is no longer a task.
        entry = entry or loaded[key.source].get(key.pk)
        if entry:
            in_charge = str(NOBODY) if key.rank == UNASSIGNED else names.get(key.in_charge, "")
            lines.append((key.rank, entry._replace(in_charge=in_charge)))
    # The database sorts by days that are at most a holiday off.
    lines.sort(key=lambda line: (line[0], line[1].due_on or NO_DEADLINE))
    return [entry for _rank, entry in lines]


def _lead_tasks(reporting_round: ReportingRound, pks, now: dt.datetime) -> dict:
    return lead_tasks(reporting_round, pks)


def _names(pks: set[int]) -> dict[int, str]:
    if not pks:
        return {}
    accounts = User.objects.select_related("person").in_bulk(pks)
    return {pk: str(account) for pk, account in accounts.items()}


class Received(NamedTuple):
    """How many records of one kind others handed over to the user lately."""

    label: str
    count: int
    url: str


def received_lately(user, now: dt.datetime) -> list[Received]:
    """Return what was handed over to `user` within the last days, for the office only."""
    if not is_office(user):
        return []
    since = now - dt.timedelta(days=HANDED_OVER_DAYS)
    return [
        Received(str(kind.label), count, f"{reverse(kind.list_url)}?responsible=meine")
        for kind, count in received_since(user, since).items()
    ]
