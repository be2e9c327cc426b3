"""Who must be reminded of an open approval, and on which working days."""

import datetime as dt

from django.utils.translation import gettext as _

from approvals.mails import deciders, desk_path
from approvals.models import ApprovalRequest
from core.dates import add_working_days, describe_due, is_working_day, local_date, working_days_between
from core.models import Origin
from core.roles import OFFICE
from outbox.reminders import Reminder
from outbox.texts import escape_markdown
from partners.queries import people_with_role
from partners.recipients import recipient_of

ESCALATION_AFTER = 2  # working days after the deadline: from then on the office is told as well


def due_step(request: ApprovalRequest, today: dt.date) -> str:
    """Return the name of the reminder step that falls on `today`, or an empty string.

    Steps in working days of Berlin: half of the time, the day before, the day itself, then each working day.
    Convention of the office; `docs/adr` gives the reasons.
    """
    if not is_working_day(today):
        return ""
    start = local_date(request.submitted_at)
    if today > request.due_on:
        return f"overdue:{today.isoformat()}"
    last = add_working_days(request.due_on + dt.timedelta(days=1), -1)
    half = add_working_days(start, working_days_between(start, request.due_on) // 2)
    steps = {last: "last_day", add_working_days(last, -1): "day_before"}
    if half > start:
        steps.setdefault(half, "half_time")
    return steps.get(today, "") if today > start else ""


def reminders_due(today: dt.date) -> list[Reminder]:
    """Return the reminders of open approvals that fall on `today`: to the deciders, and when late to the office."""
    rows = ApprovalRequest.objects.open().exclude(origin=Origin.TAKEN_OVER).order_by("due_on", "pk")
    due = [(row, step) for row in rows if (step := due_step(row, today))]
    if not due:
        return []
    senators = {kind: deciders(today, kind) for kind in {row.kind for row, _step in due}}
    office = list(people_with_role(OFFICE))
    reminders = []
    for row, step in due:
        late = working_days_between(row.due_on, today) >= ESCALATION_AFTER
        for person in senators[row.kind] + (office if late else []):
            reminders.append(_reminder(row, step, person, today))
    return reminders


def _reminder(row, step, person, today) -> Reminder:
    line = _("Freigabe „%(title)s“ (%(kind)s): Entscheidung %(due)s") % {
        "title": escape_markdown(row.title),
        "kind": row.get_kind_display(),
        "due": describe_due(row.due_on, today),
    }
    return Reminder(
        kind="approval", subject_key=f"approval:{row.pk}", occasion=step, to=recipient_of(person), line=line,
        path=desk_path(row), due_on=row.due_on,
    )  # fmt: skip
