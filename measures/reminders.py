"""Reports that a lead owes: by default reminded 10 and 3 working days before the deadline, on it,
and weekly after.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import describe_due, local_date
from core.history import state_since
from measures.enums import RoundState
from measures.models import Measure, ReportingRound
from measures.queries.reports import measures_awaiting_report, reporters_of
from outbox.texts import escape_markdown
from partners.models import Person
from partners.queries import recipient_of
from reminders.registry import Reminder, ReminderStep, Rule
from reminders.schedules import Schedules

RULE = Rule(
    key="report_due",
    title=gettext_lazy("Statusbericht der Federführung"),
    counts_from=gettext_lazy("der Tag, bis zu dem die Berichte erbeten sind"),
    before=(10, 3, 0),
    weekly=True,
)


def reminders_due(days: Sequence[dt.date], schedules: Schedules) -> list[tuple[dt.date, Reminder]]:
    """Return what the leads may be reminded of on each of `days`: one reminder for each person and
    measure.

    A step up to the day on which the round was opened does not count: that day every lead was
    asked.
    """
    rounds = ReportingRound.objects.filter(state=RoundState.OPEN).annotate(
        state_since=state_since(ReportingRound)
    )
    reminders = []
    for row in rounds.order_by("due_on", "pk"):
        since = local_date(row.state_since) if row.state_since else None
        due = [
            (day, step)
            for day in days
            if (step := schedules[RULE.key].step_on(row.due_on, day, since=since))
        ]
        owed = list(_owed_in(row)) if due else []
        reminders += [
            (day, _reminder(row, measure, person, step, day))
            for day, step in due
            for person, measure in owed
        ]
    return reminders


def _owed_in(reporting_round: ReportingRound) -> Iterator[tuple[Person, Measure]]:
    """Yield who owes a report on which measure."""
    by_lead: dict[int, list[Measure]] = defaultdict(list)
    for measure in measures_awaiting_report(reporting_round):
        by_lead[measure.lead_id].append(measure)
    for lead_id, people in reporters_of(by_lead).items():
        for person in people:
            for measure in by_lead[lead_id]:
                yield person, measure


def _reminder(
    reporting_round: ReportingRound, measure: Measure, person: Person, step: ReminderStep, day
) -> Reminder:
    line = _("Statusbericht zu **%(measure)s** (%(round)s), %(due)s") % {
        "measure": escape_markdown(measure.title),
        "round": escape_markdown(reporting_round.title),
        "due": describe_due(reporting_round.due_on, day),
    }
    return Reminder(
        kind=RULE.key,
        subject_key=f"round:{reporting_round.pk}:measure:{measure.pk}",
        date=reporting_round.due_on,
        step=step,
        to=recipient_of(person),
        line=line,
        about=f"measure:{measure.pk}",
        about_title=measure.title,
        path=reverse("measures:write_report", args=[measure.pk]),
    )
