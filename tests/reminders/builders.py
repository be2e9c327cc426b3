"""Reminders, rules and pauses for tests, based on the deadline of 15 April 2026."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

from core.roles import OFFICE
from outbox.texts import MailText, Placeholder, Recipient, register
from reminders.models import ReminderPause
from reminders.registry import Option, Reminder, ReminderMail, ReminderStep, Rule, register_rules
from reminders.services import PauseTarget, pause_reminders
from tests.partners.builders import make_user

BERLIN = ZoneInfo("Europe/Berlin")
DATE = dt.date(2026, 4, 15)  # a Wednesday
TEN_BEFORE, THREE_BEFORE = dt.date(2026, 3, 30), dt.date(2026, 4, 10)  # Easter lies in between
GUEST = Recipient("gast@example.org", "Leitung Werk")

RULE = Rule(
    key="test_rule",
    title="Antwort zum Test",
    counts_from="dem Tag des Tests",
    before=(10, 3, 0),
    after=(5,),
    weekly=False,
)
FIXED = Rule(
    key="test_fixed", title="Fest zum Test", counts_from="dem Tag des Tests", fixed="jeden Tag"
)
PERSONAL = Rule(
    key="test_personal", title="Persönlich zum Test", counts_from="dem Tag des Tests", before=(5,)
)
WITH_OPTIONS = Rule(
    key="test_options",
    title="Mit Einstellungen zum Test",
    counts_from="dem Tag des Tests",
    before=(1,),
    options=(
        Option("early", "Auch früh", "schon früh", True, is_early=True),
        Option(
            "chief",
            "Auch die Leitung ab",
            "ab dem %(count)d. Arbeitstag die Leitung",
            3,
            "Leer: nie.",
        ),
    ),
)
register_rules(RULE, FIXED, PERSONAL, WITH_OPTIONS)
register(
    MailText(
        kind=PERSONAL.key,
        title="Persönliche Erinnerung zum Test",
        subject="Bitte antworten: {topic}",
        body="zu **{topic}** fehlt Ihre Antwort.\n\n[Antworten]({link})",
        placeholders=("topic",),
    ),
    area="Test",
    placeholders={"topic": Placeholder("Thema", "Netze")},
)
_numbers = itertools.count(1)


def at(day: dt.date, hour: int = 7, minute: int = 0) -> dt.datetime:
    """Return `hour` o'clock in Berlin on `day`."""
    return dt.datetime.combine(day, dt.time(hour, minute), BERLIN)


def make_reminder(
    subject: str = "", *, to: Recipient = GUEST, on: dt.date = THREE_BEFORE, **fields
) -> Reminder:
    """Return a reminder of RULE about DATE whose step is due on `on`."""
    subject = subject or f"Vorgang {next(_numbers)}"
    values = {
        "kind": RULE.key,
        "subject_key": f"test:{subject}",
        "date": DATE,
        "step": ReminderStep("-3", on, "3 Arbeitstage vor dem 15.04.2026"),
        "line": subject,
        "about": f"test:{subject}",
        "about_title": subject,
        "path": "/",
    }
    return Reminder(to=to, **values | fields)


def make_personal(subject: str = "", **fields) -> Reminder:
    """Return a reminder of the rule PERSONAL, which carries a personal link."""
    number = next(_numbers)
    values = {
        "kind": PERSONAL.key,
        "link": f"/antwort/token-of-the-guest-{number:016}/",
        "has_personal_link": True,
        "values": {"topic": subject or "Netze"},
        "step": ReminderStep("-5", THREE_BEFORE, "5 Arbeitstage vor dem 15.04.2026"),
    }
    return make_reminder(subject, **values | fields)


def make_reminder_mail(*reminders: Reminder) -> ReminderMail:
    """Return the mail that contains `reminders`, all to one person."""
    return ReminderMail(reminders[0].to, list(reminders))


def source_of(*things: tuple[str, dt.date], to: Recipient = GUEST, rule: Rule = RULE):
    """Return a reminder source like those of the apps, for `things` given as (name, date)."""

    def reminders_due(days, schedules):
        steps = [
            (day, name, date, schedules[rule.key].step_on(date, day))
            for day in days
            for name, date in things
        ]
        return [
            (day, make_reminder(name, to=to, kind=rule.key, date=date, step=step))
            for day, name, date, step in steps
            if step
        ]

    return reminders_due


def source_with(*reminders: Reminder):
    """Return a source that yields the same `reminders` every day."""
    return lambda days, schedules: [(day, reminder) for day in days for reminder in reminders]


def make_pause(
    *, by=None, now: dt.datetime | None = None, until_on: dt.date | None = None, **target
) -> ReminderPause:
    """Return a pause of `target` (`rule=`, `about=` or `recipient=`), set ten working days before
    DATE.
    """
    return pause_reminders(
        target=PauseTarget(**target),
        title="Pause zum Test",
        until_on=until_on,
        by=by or make_user(OFFICE),
        now=now or at(TEN_BEFORE),
    )
