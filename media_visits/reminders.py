"""Reminders for the office to announce, record and document a visit."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy

from core.dates import local_date
from core.history import state_since
from media_visits.enums import ANNOUNCE_BY, ANNOUNCE_RULE, ANNOUNCE_WORKING_DAYS, VisitState
from media_visits.models import Visit
from outbox.texts import escape_markdown
from partners.queries import people_to_remind, recipient_of
from reminders.registry import Option, Reminder, ReminderStep, Rule
from reminders.schedules import Schedules

DAY_OF_VISIT = gettext_lazy("dem Tag des Besuchs")
RULES = {
    VisitState.APPROVED: Rule(
        key=ANNOUNCE_RULE,
        title=gettext_lazy("Freigegebenen Besuch ankündigen"),
        counts_from=DAY_OF_VISIT,
        before=(10, 5, 2),
        options=(
            Option(
                ANNOUNCE_BY,
                gettext_lazy("Ankündigen bis"),
                gettext_lazy("anzukündigen bis zum %(count)d. Arbeitstag vorher"),
                ANNOUNCE_WORKING_DAYS,
                gettext_lazy(
                    "Arbeitstage vor dem Besuch, leer: bis zum letzten Arbeitstag vorher. Der Tag "
                    "steht beim nächsten Schritt."
                ),
                is_early=True,
            ),
        ),
    ),
    VisitState.ANNOUNCED: Rule(
        key="visit_record",
        title=gettext_lazy("Besuch als durchgeführt vermerken"),
        counts_from=DAY_OF_VISIT,
        after=(1, 3, 5),
    ),
    VisitState.HELD: Rule(
        key="visit_document",
        title=gettext_lazy("Ergebnis eines Besuchs festhalten"),
        counts_from=DAY_OF_VISIT,
        after=(5, 10, 15),
    ),
}
# Covers the longest time before a visit that the office can set, so that the query leaves out
# distant visits.
MAX_TIME_BEFORE = dt.timedelta(days=120)

LINES = {
    VisitState.APPROVED: gettext_lazy(
        "Besuch **%(visit)s** am %(when)s ist freigegeben, aber noch nicht angekündigt"
    ),
    VisitState.ANNOUNCED: gettext_lazy(
        "Besuch **%(visit)s** am %(when)s: bitte festhalten, ob er stattgefunden hat"
    ),
    VisitState.HELD: gettext_lazy(
        "Besuch **%(visit)s** am %(when)s: das Ergebnis ist noch nicht festgehalten"
    ),
}


def reminders_due(days: Sequence[dt.date], schedules: Schedules) -> list[tuple[dt.date, Reminder]]:
    """Return the reminders possible on each of `days`: for each visit to who is in charge, or to
    everyone in the office.
    """
    near = Q(
        starts_on__gte=min(days) - MAX_TIME_BEFORE,
        starts_on__lte=max(days) + MAX_TIME_BEFORE,
    )
    visits = Visit.objects.in_workflow().filter(near, state__in=list(RULES))
    visits = visits.select_related("company").annotate(state_since=state_since(Visit))
    due = [
        (day, visit, step)
        for visit in visits.order_by("starts_on", "pk")
        for day in days
        if (step := _step_on(visit, day, schedules))
    ]
    people = people_to_remind(visit for _day, visit, _step in due) if due else {}
    return [
        (day, _reminder(visit, step, person))
        for day, visit, step in due
        for person in people[visit.pk]
    ]


def _step_on(visit: Visit, day: dt.date, schedules: Schedules) -> ReminderStep | None:
    # Ignore steps up to the day of the current state: there was nothing to do yet.
    since = local_date(visit.state_since) if visit.state_since else None
    return schedules[RULES[VisitState(visit.state)].key].step_on(visit.starts_on, day, since=since)


def _reminder(visit: Visit, step: ReminderStep, person) -> Reminder:
    line = LINES[VisitState(visit.state)] % {
        "visit": escape_markdown(visit.company_name),
        "when": escape_markdown(visit.date_text),
    }
    return Reminder(
        kind=RULES[VisitState(visit.state)].key,
        subject_key=f"visit:{visit.pk}",
        date=visit.starts_on,
        step=step,
        to=recipient_of(person),
        line=str(line),
        about=f"visit:{visit.pk}",
        about_title=str(visit),
        path=visit.get_absolute_url(),
    )
