"""Schedules and pauses in force, and the reminders that people already got."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import format_date, format_moment, local_date
from core.queries import in_batches
from outbox.enums import MailState
from outbox.models import Mail
from partners.models import Person
from partners.registry import Section
from reminders.models import ReminderLog, ReminderPause, ReminderRule
from reminders.registry import DIGEST, Reminder, Rule, all_rules, get_rule
from reminders.schedules import Schedule, Schedules, default_schedule

LogKey = tuple[str, str, str, dt.date]  # rule, subject, address, date


def schedule_for(rule: Rule, change: ReminderRule | None) -> Schedule:
    """Return the schedule of `rule` with the office's change applied."""
    default = default_schedule(rule)
    if change is None or rule.fixed:
        return default
    offsets = default.offsets if change.steps is None else change.offsets
    weekly = default.weekly if change.weekly is None else change.weekly
    changed = change.options or {}
    # Options added to the rule since the change get their default, removed ones are ignored.
    options = tuple((key, changed.get(key, setting)) for key, setting in default.options)
    return Schedule(rule, offsets, weekly, change.is_active, options)


def current_schedules() -> Schedules:
    """Return rule key → schedule for all rules, in one query."""
    changes = {change.key: change for change in ReminderRule.objects.all()}
    return {rule.key: schedule_for(rule, changes.get(rule.key)) for rule in all_rules()}


def current_schedule(key: str) -> Schedule:
    """Return the schedule of one rule. Raises KeyError when no app registered it."""
    return schedule_for(get_rule(key), ReminderRule.objects.filter(key=key).first())


def valid_pauses(day: dt.date) -> list[ReminderPause]:
    """Return the pauses that apply on `day` or end later, the newest first, with their authors."""
    pauses = ReminderPause.objects.valid_on(day).select_related("created_by__person")
    return list(pauses.order_by("-created_at", "-pk"))


def reminder_mails(day: dt.date) -> QuerySet[Mail]:
    """Return the reminder mails written on `day`, the newest first, with the number of reminders in
    each as `count`.
    """
    # Midnight in Berlin, because the database stores UTC.
    start = timezone.make_aware(dt.datetime.combine(day, dt.time.min))
    end = timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min))
    mails = Mail.objects.filter(reminders__at__gte=start, reminders__at__lt=end).without_bodies()
    return mails.annotate(count=Count("reminders")).order_by("-created_at", "-pk")


def pause_for(
    pauses: Iterable[ReminderPause],
    day: dt.date,
    *,
    rule: str = "",
    about: str = "",
    recipient: str = "",
) -> ReminderPause | None:
    """Return the first of `pauses` that on `day` covers the rule, the matter or the address."""
    for pause in pauses:
        is_meant = (
            (rule and pause.rule == rule)
            or (about and pause.about == about)
            or (recipient and pause.recipient == recipient)
        )
        if is_meant and pause.applies_on(day):
            return pause
    return None


class SentReminders:
    """Reminders sent according to the log, plus those a forecast expects to be sent."""

    def __init__(self, reminders: Sequence[Reminder]):
        """Load the log entries about the subjects of `reminders`."""
        self._steps: dict[LogKey, set[str]] = defaultdict(set)
        self._last: dict[LogKey, dt.date] = {}
        for entry in log_entries({reminder.subject_key for reminder in reminders}):
            key = (entry.kind, entry.subject_key, entry.recipient, entry.date)
            self._add(key, entry.step, local_date(entry.at))

    def covers(self, reminder: Reminder) -> bool:
        """Return whether `reminder` is superfluous.

        It is when its step was sent, or another step about the same date on or after its day.
        """
        key = _log_key(reminder)
        if reminder.step.key in self._steps[key]:
            return True
        # A changed rule can gain a step on a past day. People reminded since then need no other
        # reminder.
        last = self._last.get(key)
        return last is not None and reminder.step.on <= last

    def last_on(self, reminder: Reminder) -> dt.date | None:
        """Return the day on which the recipient was last reminded of the same subject and date."""
        return self._last.get(_log_key(reminder))

    def add(self, reminder: Reminder, day: dt.date) -> None:
        """Count `reminder` as sent on `day`."""
        self._add(_log_key(reminder), reminder.step.key, day)

    def _add(self, key: LogKey, step: str, day: dt.date) -> None:
        self._steps[key].add(step)
        self._last[key] = max(day, self._last.get(key, day))


def _log_key(reminder: Reminder) -> LogKey:
    return reminder.kind, reminder.subject_key, reminder.to.email, reminder.date


def log_entries(subject_keys: Iterable[str], *, expired: bool = False) -> Iterable[ReminderLog]:
    """Yield the log entries about `subject_keys`; with `expired` only those whose mail expired
    unsent.

    By default those are left out: an expired mail reached nobody, so it does not count as sent.
    """
    # In batches: SQLite limits the number of parameters of a query.
    for keys in in_batches(sorted(set(subject_keys))):
        entries = ReminderLog.objects.filter(subject_key__in=keys)
        unsent = Q(mail__state=MailState.EXPIRED)
        yield from entries.filter(unsent) if expired else entries.exclude(unsent)


def digests_written_for(days: Iterable[dt.date]) -> set[tuple[str, str]]:
    """Return (day in ISO format, address) of the digests that exist for `days`."""
    events = [day.isoformat() for day in days]
    digests = Mail.objects.filter(kind=DIGEST, event__in=events)
    return set(digests.values_list("event", "recipient"))


def export_person(person: Person, addresses: Collection[str]) -> Iterable[Section]:
    """Return the reminders sent to `person` (`partners.registry.ExportPerson`)."""
    sent = ReminderLog.objects.filter(recipient__in=addresses)
    rows = [
        [(_("Erinnert am"), format_moment(entry.at)), (_("Bezugstag"), format_date(entry.date))]
        for entry in sent.order_by("at", "pk")
    ]
    yield Section(_("Erinnerungen"), rows)
