"""Reminders of status reports: by default 10 and 3 working days before the deadline, on the day,
and weekly afterwards.
"""

import datetime as dt
from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import describe_due, local_date
from core.history import state_since
from measures.enums import RoundState
from measures.models import Measure, ReportingRound
from measures.queries import awaited_reporters
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
    """Return for each of `days` the reminders due on it: one for each person and measure.

    Costs one query for the rounds and two more for each round with a reminder on one of `days`.
    """
    rounds = ReportingRound.objects.filter(state=RoundState.OPEN).annotate(
        state_since=state_since(ReportingRound)
    )
    reminders = []
    for reporting_round in rounds.order_by("due_on", "pk"):
        # Leave out steps up to the day the round was opened: the leads got a mail then.
        opened_at = reporting_round.state_since
        since = local_date(opened_at) if opened_at else None
        steps = [
            (day, step)
            for day in days
            if (step := schedules[RULE.key].step_on(reporting_round.due_on, day, since=since))
        ]
        # One lookup for all days, because the forecast plans many days at a time.
        reporters = awaited_reporters(reporting_round) if steps else []
        reminders += [
            (day, _reminder(reporting_round, measure, person, step, day))
            for day, step in steps
            for person, measures in reporters
            for measure in measures
        ]
    return reminders


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
