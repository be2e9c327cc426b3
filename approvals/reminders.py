"""Who is reminded of an open approval, and on which working days (`docs/adr/0014`)."""

import datetime as dt
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind
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

HALF_TIME, DAILY, DEPUTY, OFFICE_HEAD = "half_time", "daily", "deputy", "office_head"
RULE = Rule(
    key="approval",
    title=gettext_lazy("Entscheidung über eine Freigabe"),
    counts_from=gettext_lazy("dem Tag, bis zu dem um die Entscheidung gebeten ist"),
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
                "nur bis zu einem letzten Tag vertritt, wird von Anfang an erinnert."
            ),
        ),
        Option(
            OFFICE_HEAD,
            gettext_lazy("Auch die Leitung der Geschäftsstelle erinnern ab"),
            gettext_lazy(
                "ab dem %(count)d. Arbeitstag danach auch an die Leitung der Geschäftsstelle"
            ),
            3,
            gettext_lazy(
                "Arbeitstage nach Ablauf der Frist, leer: nie. Die Leitung steht am Konto; solange "
                "dort niemand so vermerkt ist, gilt die ganze Geschäftsstelle."
            ),
        ),
    ),
)

# Prefixes of the keys under which the office pauses reminders about a subject.
SUBJECT_PREFIXES = {
    ApprovalKind.SERIES: "series",
    ApprovalKind.TOPIC: "topic",
    ApprovalKind.DATES: "dialogue",
    ApprovalKind.VISIT: "visit",
}


def subject_key(approval: ApprovalRequest) -> str:
    """Return the key of what is to be approved, such as `dialogue:5`."""
    return f"{SUBJECT_PREFIXES[ApprovalKind(approval.kind)]}:{approval.subject_id}"


def reminder_steps(
    approval: ApprovalRequest, today: dt.date, schedule: Schedule
) -> list[ReminderStep]:
    """Return the steps up to `today` in order, counted in Berlin's working days.

    The steps are half-time, the days before the deadline, the deadline itself and, once it has
    passed, the latest working day.
    """
    if not schedule.is_active:
        return []
    start = local_date(approval.submitted_at)
    steps = [*_half_time_steps(approval, schedule), *schedule.steps(approval.due_on, today)]
    steps += _overdue_steps(approval.due_on, today, schedule)
    # If two steps fall on the same day, the later one counts: it says more about the deadline.
    by_day = {step.on: step for step in steps if start < step.on <= today}
    return [by_day[day] for day in sorted(by_day)]


def _half_time_steps(approval: ApprovalRequest, schedule: Schedule) -> list[ReminderStep]:
    if not schedule.option(HALF_TIME):
        return []
    # Rounded down: a single working day has no middle. The step then falls on the day of
    # submission, on which nobody is reminded.
    start, due_on = local_date(approval.submitted_at), approval.due_on
    half = add_working_days(start, working_days_between(start, due_on) // 2)
    text = _("nach der halben Zeit bis zum %(day)s") % {"day": format_date(due_on)}
    return [ReminderStep(HALF_TIME, half, text)]


def _overdue_steps(due_on: dt.date, today: dt.date, schedule: Schedule) -> list[ReminderStep]:
    days_late = working_days_between(due_on, today)
    if not days_late:
        return []
    if schedule.option(DAILY):
        text = describe_offset(days_late, due_on)
        # The key contains the number of days, so that the log allows one reminder per working day.
        return [ReminderStep(f"overdue:{days_late}", latest_working_day(today), text)]
    # Without daily reminders only the days on which another group joins are steps.
    joining = [(key, count) for key in (DEPUTY, OFFICE_HEAD) if (count := schedule.option(key))]
    return [
        ReminderStep(key, add_working_days(due_on, count), describe_offset(count, due_on))
        for key, count in joining
    ]


def due_step(approval: ApprovalRequest, today: dt.date, schedule: Schedule) -> ReminderStep | None:
    """Return the latest step up to `today`, or None if it is too old to be sent."""
    passed = reminder_steps(approval, today, schedule)
    return passed[-1] if passed and is_recent(passed[-1], today) else None


def reminders_due(days: Sequence[dt.date], schedules: Schedules) -> list[tuple[dt.date, Reminder]]:
    """Return the reminders about open approvals as (day, reminder), one per person and approval."""
    schedule = schedules[RULE.key]
    approvals = list(
        ApprovalRequest.objects.open().exclude(origin=Origin.TAKEN_OVER).order_by("due_on", "pk")
    )
    due = [
        (day, approval, step)
        for day in days
        for approval in approvals
        if (step := due_step(approval, day, schedule))
    ]
    if not due:
        return []
    # People are loaded once for all days: the forecast page asks for weeks.
    kinds = {approval.kind for _day, approval, _step in due}
    deciders, heads = deciders_by_day_and_kind(days, kinds), office_heads()
    return [
        (day, _reminder(approval, step_of_person, person, day))
        for day, approval, step in due
        for person, step_of_person in _recipients(
            approval, step, schedule, deciders[day, approval.kind], heads
        )
    ]


def _recipients(
    approval: ApprovalRequest,
    step: ReminderStep,
    schedule: Schedule,
    deciders: Deciders,
    heads: list[Person],
) -> Iterator[tuple[Person, ReminderStep]]:
    """Yield each person to remind, once, with a step whose description says why."""
    # Counted up to the day of the step, not today: a reminder sent late keeps its recipients.
    days_late, seen = working_days_between(approval.due_on, step.on), set()
    groups = [(deciders.acting, "")]
    if _has_joined(schedule.option(DEPUTY), days_late):
        groups.append((deciders.standing_deputies, _("auch an die ständige Vertretung")))
    if _has_joined(schedule.option(OFFICE_HEAD), days_late):
        groups.append((heads, _("auch an die Leitung der Geschäftsstelle")))
    for people, reason in groups:
        for person in people:
            if person.pk in seen:
                continue
            seen.add(person.pk)
            description = f"{step.description}, {reason}" if reason else step.description
            yield person, step._replace(description=description)


def _has_joined(count: int | None, days_late: int) -> bool:
    return count is not None and days_late >= count


def _reminder(
    approval: ApprovalRequest, step: ReminderStep, person: Person, today: dt.date
) -> Reminder:
    line = _("Freigabe „%(title)s“ (%(kind)s): Entscheidung %(due)s") % {
        "title": escape_markdown(approval.title),
        "kind": approval.get_kind_display(),
        "due": describe_due(approval.due_on, today),
    }
    return Reminder(
        kind=RULE.key,
        subject_key=approval.mail_key,
        date=approval.due_on,
        step=step,
        to=recipient_of(person),
        line=line,
        about=subject_key(approval),
        about_title=approval.title,
        path=approval.get_absolute_url(),
    )
