"""Who must be reminded of an open approval, and on which working days."""

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind
from approvals.mails import deciders_on, desk_path
from approvals.models import ApprovalRequest
from core.dates import (
    add_working_days,
    describe_due,
    format_date,
    latest_working_day,
    local_date,
    working_days_between,
)
from core.models import Origin
from core.roles import OFFICE
from outbox.reminder_queries import Rules
from outbox.reminders import Reminder
from outbox.rules import Rule, Step, declare, is_fresh, words_of
from outbox.texts import escape_markdown
from partners.queries import people_with_role
from partners.recipients import recipient_of

RULE = Rule(
    key="approval",
    title=gettext_lazy("Entscheidung über eine Freigabe"),
    counts_from=gettext_lazy("der Tag, bis zu dem um die Entscheidung gebeten ist"),
    fixed=gettext_lazy(
        "nach der halben Zeit, am Arbeitstag vorher, am Tag selbst, danach jeden Arbeitstag; ab dem zweiten "
        "Arbeitstag danach auch an die Geschäftsstelle"
    ),
)
declare(RULE)

ESCALATION_AFTER = 2  # working days after the deadline: from then on the office is told as well
SUBJECTS = {
    ApprovalKind.SERIES: "series",
    ApprovalKind.TOPIC: "topic",
    ApprovalKind.DATES: "dialogue",
    ApprovalKind.VISIT: "visit",
}


def steps_of(request: ApprovalRequest, today: dt.date) -> list[Step]:
    """Return the steps of `request` up to `today`, in working days of Berlin, in their order.

    Half of the time, the day before, the day itself, and once it is late each working day, of which only the last is
    given. Convention of the office; `docs/adr` gives the reasons.
    """
    start, due_on = local_date(request.submitted_at), request.due_on
    last = latest_working_day(due_on)
    half = add_working_days(start, working_days_between(start, due_on) // 2)
    values = {"day": format_date(due_on)}
    steps = [
        Step("half_time", half, _("nach der halben Zeit bis zum %(day)s") % values),
        Step("day_before", add_working_days(last, -1), _("am Arbeitstag vor dem %(day)s") % values),
        Step("last_day", last, _("am %(day)s") % values),
    ]
    if late := working_days_between(due_on, today):
        steps.append(_late_step(late, latest_working_day(today), due_on))
    by_day = {step.on: step for step in steps if start < step.on <= today}  # of two on one day the later one counts
    return [by_day[day] for day in sorted(by_day)]


def _late_step(late: int, on: dt.date, due_on: dt.date) -> Step:
    return Step(f"overdue:{late}", on, words_of(late, due_on))


def due_step(request: ApprovalRequest, today: dt.date) -> Step | None:
    """Return the one step of `request` that may go out on `today`: the latest passed one, unless it is stale."""
    passed = steps_of(request, today)
    return passed[-1] if passed and is_fresh(passed[-1], today) else None


def reminders_due(days: Sequence[dt.date], rules: Rules) -> list[tuple[dt.date, Reminder]]:
    """Return what may go out on each of `days` about open approvals: to the deciders, when late to the office too."""
    rows = list(ApprovalRequest.objects.open().exclude(origin=Origin.TAKEN_OVER).order_by("due_on", "pk"))
    due = [(day, row, step) for day in days for row in rows if (step := due_step(row, day))]
    if not due:
        return []
    senators, office = deciders_on(days, {row.kind for _day, row, _step in due}), list(people_with_role(OFFICE))
    reminders = []
    for day, row, step in due:
        late = working_days_between(row.due_on, step.on) >= ESCALATION_AFTER
        people = senators[day, row.kind] + (office if late else [])
        reminders += [(day, _reminder(row, step, person, day)) for person in people]
    return reminders


def _reminder(row, step, person, today) -> Reminder:
    line = _("Freigabe „%(title)s“ (%(kind)s): Entscheidung %(due)s") % {
        "title": escape_markdown(row.title),
        "kind": row.get_kind_display(),
        "due": describe_due(row.due_on, today),
    }
    return Reminder(
        kind=RULE.key, subject_key=f"approval:{row.pk}", date=row.due_on, step=step, to=recipient_of(person),
        line=line, about=f"{SUBJECTS[ApprovalKind(row.kind)]}:{row.subject_id}", about_title=row.title,
        path=desk_path(row),
    )  # fmt: skip
