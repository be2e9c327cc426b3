"""What holds of the rules now, what is paused, and what was reminded of before."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from core.dates import local_date
from core.queries import in_batches
from outbox.enums import MailState
from outbox.models import Mail
from reminders.models import ReminderLog, ReminderPause, ReminderRule
from reminders.registry import DIGEST, Reminder
from reminders.rules import Rule, Schedule, all_rules, default_schedule, rule_of

Rules = dict[str, Schedule]
Thing = tuple[str, str, str, dt.date]  # rule, subject, address, date


def schedule_of(rule: Rule, row: ReminderRule | None) -> Schedule:
    """Return what holds of `rule` when the office's change is `row`."""
    default = default_schedule(rule)
    if row is None or rule.fixed:
        return default
    offsets = default.offsets if row.steps is None else row.offsets
    weekly = default.weekly if row.weekly is None else row.weekly
    changed = row.options or {}
    options = tuple((key, changed.get(key, setting)) for key, setting in default.options)
    return Schedule(rule, offsets, weekly, row.is_active, options)


def reminder_rules() -> Rules:
    """Return what holds of every rule, by its key, in one query."""
    changed = {row.key: row for row in ReminderRule.objects.all()}
    return {rule.key: schedule_of(rule, changed.get(rule.key)) for rule in all_rules()}


def reminder_rule(key: str) -> Schedule:
    """Return what holds of the rule `key`, in one query."""
    return schedule_of(rule_of(key), ReminderRule.objects.filter(key=key).first())


def valid_pauses(day: dt.date) -> list[ReminderPause]:
    """Return the pauses that hold on `day` or longer, with who set them, the latest first."""
    rows = ReminderPause.objects.valid_on(day).select_related("created_by__person")
    return list(rows.order_by("-created_at", "-pk"))


def reminder_mails(day: dt.date) -> QuerySet[Mail]:
    """Return the reminder mails that were written on `day`, the latest first, with how many
    reminders each carries.
    """
    start = timezone.make_aware(dt.datetime.combine(day, dt.time.min))
    end = timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min))
    rows = Mail.objects.filter(reminders__at__gte=start, reminders__at__lt=end).slim()
    return rows.annotate(count=Count("reminders")).order_by("-created_at", "-pk")


def pause_for(
    pauses: Iterable[ReminderPause],
    day: dt.date,
    *,
    rule: str = "",
    about: str = "",
    recipient: str = "",
) -> ReminderPause | None:
    """Return the first of `pauses` that on `day` stops the rule, the matter or the person named, if
    any.
    """
    for pause in pauses:
        is_meant = (
            (rule and pause.rule == rule)
            or (about and pause.about == about)
            or (recipient and pause.recipient == recipient)
        )
        if is_meant and pause.holds_on(day):
            return pause
    return None


class Memory:
    """What people were reminded of, and what is paused. The forecast notes in it what earlier days
    will have sent.
    """

    def __init__(
        self,
        reminders: Sequence[Reminder],
        pauses: Iterable[ReminderPause],
        days: Iterable[dt.date],
    ):
        """Load the log about the subjects of `reminders` and the digests of `days`."""
        self.pauses = list(pauses)
        self.digests = _digests_of(days)
        self._steps: dict[Thing, set[str]] = defaultdict(set)
        self._last: dict[Thing, dt.date] = {}
        for row in notes_about({reminder.subject_key for reminder in reminders}):
            self._keep(
                (row.kind, row.subject_key, row.recipient, row.date), row.step, local_date(row.at)
            )

    def covers(self, reminder: Reminder) -> bool:
        """Say whether `reminder` went out before, or another about the same date did on the day of
        its step or later.

        The second keeps a rule that was changed from reminding anew of a day that has passed.
        """
        thing = _thing_of(reminder)
        last = self._last.get(thing)
        return reminder.step.key in self._steps[thing] or (
            last is not None and reminder.step.on <= last
        )

    def last_on(self, reminder: Reminder) -> dt.date | None:
        """Return the day on which the person was last reminded of the same thing and date."""
        return self._last.get(_thing_of(reminder))

    def note(self, reminder: Reminder, day: dt.date) -> None:
        """Remember that `reminder` goes out on `day`."""
        self._keep(_thing_of(reminder), reminder.step.key, day)

    def pause_of(self, reminder: Reminder, day: dt.date) -> ReminderPause | None:
        """Return the pause that stops `reminder` on `day`, if any."""
        return pause_for(
            self.pauses, day, rule=reminder.kind, about=reminder.about, recipient=reminder.to.email
        )

    def _keep(self, thing: Thing, step: str, day: dt.date) -> None:
        self._steps[thing].add(step)
        self._last[thing] = max(day, self._last.get(thing, day))


def _thing_of(reminder: Reminder) -> Thing:
    return reminder.kind, reminder.subject_key, reminder.to.email, reminder.date


def notes_about(subject_keys: Iterable[str], *, expired: bool = False) -> Iterable[ReminderLog]:
    """Return what was reminded of about `subject_keys`, or the notes whose mail `expired` and so
    reached nobody.
    """
    for keys in in_batches(sorted(set(subject_keys))):
        about = ReminderLog.objects.filter(subject_key__in=keys)
        lost = Q(mail__state=MailState.EXPIRED)
        yield from about.filter(lost) if expired else about.exclude(lost)


def _digests_of(days: Iterable[dt.date]) -> set[tuple[str, str]]:
    """Return (day, address) of the digests that were written for `days`."""
    events = [day.isoformat() for day in days]
    rows = Mail.objects.filter(kind=DIGEST, event__in=events)
    return set(rows.values_list("event", "recipient"))
