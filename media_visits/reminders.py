"""What the office is reminded of: to announce an approved visit, and afterwards to record and document it."""

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext_lazy

from core.dates import is_working_day, working_days_between
from core.roles import OFFICE
from media_visits.enums import VisitState
from media_visits.models import Visit
from outbox.reminders import Reminder
from outbox.texts import escape_markdown
from partners.queries import people_with_role
from partners.recipients import recipient_of

# Working days between the reminder and the day of the visit
ANNOUNCE_BEFORE = (10, 5, 2)
RECORD_AFTER = (1, 3, 5)
DOCUMENT_AFTER = (5, 10, 15)
LONGEST = dt.timedelta(days=45)  # more calendar days than any of the above

LINES = {
    "announce": gettext_lazy("Besuch **%(visit)s** am %(when)s ist freigegeben, aber noch nicht angekündigt"),
    "record": gettext_lazy("Besuch **%(visit)s** am %(when)s: bitte festhalten, ob er stattgefunden hat"),
    "document": gettext_lazy("Besuch **%(visit)s** am %(when)s: das Ergebnis ist noch nicht festgehalten"),
}


def step_on(visit: Visit, today: dt.date) -> str:
    """Return which reminder about `visit` falls on the working day `today`, `record:1`, or an empty string."""
    before, after = working_days_between(today, visit.starts_on), working_days_between(visit.starts_on, today)
    if visit.state == VisitState.APPROVED and before in ANNOUNCE_BEFORE:
        return f"announce:{before}"
    if visit.state == VisitState.ANNOUNCED and after in RECORD_AFTER:
        return f"record:{after}"
    if visit.state == VisitState.HELD and after in DOCUMENT_AFTER:
        return f"document:{after}"
    return ""


def reminders_due(today: dt.date) -> list[Reminder]:
    """Return what the office is reminded of on `today`: one reminder for each visit due and each of its people."""
    if not is_working_day(today):
        return []
    near = Q(starts_on__gte=today - LONGEST, starts_on__lte=today + LONGEST)
    waiting = [VisitState.APPROVED, VisitState.ANNOUNCED, VisitState.HELD]
    rows = Visit.objects.in_workflow().filter(near, state__in=waiting).select_related("company")
    due = [(row, step) for row in rows.order_by("starts_on", "pk") if (step := step_on(row, today))]
    people = list(people_with_role(OFFICE)) if due else []
    return [_reminder(visit, step, person) for visit, step in due for person in people]


def _reminder(visit: Visit, step: str, person) -> Reminder:
    line = LINES[step.partition(":")[0]] % {
        "visit": escape_markdown(visit.company_name),
        "when": escape_markdown(visit.date_text),
    }
    return Reminder(
        kind="visit_due", subject_key=f"visit:{visit.pk}", occasion=f"{visit.starts_on.isoformat()}:{step}",
        to=recipient_of(person), line=str(line), path=visit.get_absolute_url(), due_on=visit.starts_on,
    )  # fmt: skip
