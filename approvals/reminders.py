"""Who must be reminded of an open approval, and on which working days."""

import datetime as dt
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind
from approvals.mails import subject_key
from approvals.models import ApprovalRequest
from approvals.queries import Deciders, deciders_by_day_and_kind
from core.dates import (
    add_working_days,
    describe_due,
    format_date,
    latest_working_day,
    local_date,
    working_days_between,
)
from core.models import Origin
from outbox.texts import escape_markdown
from partners.models import Person
from partners.queries import office_heads, recipient_of
from reminders.registry import Option, Reminder, ReminderStep, Rule
from reminders.schedules import Schedule, Schedules, describe_offset, is_recent

HALF_TIME, DAILY, DEPUTY, LEAD = "half_time", "daily", "deputy", "lead"
RULE = Rule(
    key="approval",
    title=gettext_lazy("Entscheidung über eine Freigabe"),
    counts_from=gettext_lazy("der Tag, bis zu dem um die Entscheidung gebeten ist"),
    before=(1, 0),
    options=(
        Option(
            HALF_TIME,
            gettext_lazy("Nach der halben Zeit erinnern"),
            gettext_lazy("nach der halben Zeit"),
            True,
            gettext_lazy("Am Arbeitstag in der Mitte zwischen Vorlage und Frist."),
            is_early=True,
        ),
        Option(
            DAILY,
            gettext_lazy("Nach Ablauf jeden Arbeitstag erinnern"),
            gettext_lazy("danach jeden Arbeitstag"),
            True,
            gettext_lazy(
                "In der täglichen E-Mail. Ohne Haken nur an den Tagen der beiden nächsten Felder."
            ),
        ),
        Option(
            DEPUTY,
            gettext_lazy("Auch die ständige Vertretung erinnern ab"),
            gettext_lazy("ab dem %(count)d. Arbeitstag danach auch an die ständige Vertretung"),
            2,
            gettext_lazy(
                "Arbeitstage nach Ablauf der Frist, leer: nie. Ständig heißt bis auf Weiteres; wer "
                "nur bis zu einem "
                "letzten Tag vertritt, wird von Anfang an erinnert."
            ),
        ),
        Option(
            LEAD,
            gettext_lazy("Auch die Leitung der Geschäftsstelle erinnern ab"),
            gettext_lazy(
                "ab dem %(count)d. Arbeitstag danach auch an die Leitung der Geschäftsstelle"
            ),
            3,
            gettext_lazy(
                "Arbeitstage nach Ablauf der Frist, leer: nie. Die Leitung steht am Konto; solange "
                "dort niemand so "
                "vermerkt ist, gilt die ganze Geschäftsstelle."
            ),
        ),
    ),
)

SUBJECT_PREFIXES = {
    ApprovalKind.SERIES: "series",
    ApprovalKind.TOPIC: "topic",
    ApprovalKind.DATES: "dialogue",
    ApprovalKind.VISIT: "visit",
}


def reminder_steps(
    approval: ApprovalRequest, today: dt.date, schedule: Schedule
) -> list[ReminderStep]:
    """Return the steps of `approval` up to `today`, in working days of Berlin, in their order.

    Half of the time, the days before, the day itself, and once it is late each working day, of
    which only the last is given. `docs/adr/0014` gives the reasons.
    """
    if not schedule.is_active:
        return []
    start = local_date(approval.submitted_at)
    steps = [*_half_time(approval, schedule), *schedule.steps(approval.due_on, today)]
    steps += _late_steps(approval.due_on, today, schedule)
    by_day = {
        step.on: step for step in steps if start < step.on <= today
    }  # of two on one day the later one counts
    return [by_day[day] for day in sorted(by_day)]


def _half_time(approval: ApprovalRequest, schedule: Schedule) -> list[ReminderStep]:
    if not schedule.option(HALF_TIME):
        return []
    start, due_on = local_date(approval.submitted_at), approval.due_on
    half = add_working_days(start, working_days_between(start, due_on) // 2)
    return [
        ReminderStep(
            HALF_TIME,
            half,
            _("nach der halben Zeit bis zum %(day)s") % {"day": format_date(due_on)},
        )
    ]


def _late_steps(due_on: dt.date, today: dt.date, schedule: Schedule) -> list[ReminderStep]:
    """Return the steps after the deadline: the latest of the daily ones, or else those that
    somebody joins at.
    """
    late = working_days_between(due_on, today)
    if not late:
        return []
    if schedule.option(DAILY):
        return [
            ReminderStep(
                f"overdue:{late}", latest_working_day(today), describe_offset(late, due_on)
            )
        ]
    joining = [(key, count) for key in (DEPUTY, LEAD) if (count := schedule.option(key))]
    return [
        ReminderStep(key, add_working_days(due_on, count), describe_offset(count, due_on))
        for key, count in joining
    ]


def due_step(approval: ApprovalRequest, today: dt.date, schedule: Schedule) -> ReminderStep | None:
    """Return the one step of `approval` that may go out on `today`: the latest passed one, if it is
    recent enough.
    """
    passed = reminder_steps(approval, today, schedule)
    return passed[-1] if passed and is_recent(passed[-1], today) else None


def reminders_due(days: Sequence[dt.date], schedules: Schedules) -> list[tuple[dt.date, Reminder]]:
    """Return what may go out on each of `days` about open approvals, to whom each step has come."""
    schedule = schedules[RULE.key]
    rows = list(
        ApprovalRequest.objects.open().exclude(origin=Origin.TAKEN_OVER).order_by("due_on", "pk")
    )
    due = [
        (day, row, step) for day in days for row in rows if (step := due_step(row, day, schedule))
    ]
    if not due:
        return []
    circles, leads = (
        deciders_by_day_and_kind(days, {row.kind for _day, row, _step in due}),
        office_heads(),
    )
    return [
        (day, _reminder(row, told, person, day))
        for day, row, step in due
        for person, told in _people_for(row, step, schedule, circles[day, row.kind], leads)
    ]


def _people_for(
    row: ApprovalRequest,
    step: ReminderStep,
    schedule: Schedule,
    circle: Deciders,
    leads: list[Person],
) -> Iterator[tuple[Person, ReminderStep]]:
    """Yield each person that `step` reminds once, with a step that describes why this person."""
    late, told = working_days_between(row.due_on, step.on), set()
    groups = [(circle.first, "")]
    if _has_come(schedule.option(DEPUTY), late):
        groups.append((circle.standing, _("auch an die ständige Vertretung")))
    if _has_come(schedule.option(LEAD), late):
        groups.append((leads, _("auch an die Leitung der Geschäftsstelle")))
    for people, words in groups:
        for person in people:
            if person.pk not in told:
                told.add(person.pk)
                description = f"{step.description}, {words}" if words else step.description
                yield person, step._replace(description=description)


def _has_come(count: int | None, late: int) -> bool:
    return count is not None and late >= count


def _reminder(row, step, person, today) -> Reminder:
    line = _("Freigabe „%(title)s“ (%(kind)s): Entscheidung %(due)s") % {
        "title": escape_markdown(row.title),
        "kind": row.get_kind_display(),
        "due": describe_due(row.due_on, today),
    }
    return Reminder(
        kind=RULE.key,
        subject_key=subject_key(row),
        date=row.due_on,
        step=step,
        to=recipient_of(person),
        line=line,
        about=f"{SUBJECT_PREFIXES[ApprovalKind(row.kind)]}:{row.subject_id}",
        about_title=row.title,
        path=row.get_absolute_url(),
    )
