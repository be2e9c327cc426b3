"""Reminders of status reports: by default 10 and 3 working days before the deadline, on the day,
and weekly afterwards; and whom the office may remind manually.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import F
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.dates import describe_due, is_working_day, local_date
from core.history import state_since
from measures.enums import LEAD_REMINDED, REPORT_DUE, ROUND_MAILS, RoundState
from measures.models import ReportingRound, ReportRequest
from measures.queries import (
    AwaitedLead,
    OwingReporter,
    owing_reporters,
    round_values,
)
from outbox.enums import MailState
from outbox.models import Mail
from outbox.texts import escape_markdown
from partners.models import Person
from partners.queries import recipient_of
from reminders.models import ReminderLog
from reminders.planning import DayPlan, mailable, next_run_on, plan_gathered
from reminders.queries import current_schedule, pause_for, valid_pauses
from reminders.registry import Reminder, ReminderStep, Rule
from reminders.schedules import Schedules

RULE = Rule(
    key=REPORT_DUE,
    title=gettext_lazy("Statusbericht der Federführung"),
    counts_from=gettext_lazy("dem Tag, bis zu dem die Berichte erbeten sind"),
    before=(10, 3, 0),
    weekly=True,
)


DAYS_AHEAD = 2  # shown on the page of a round


class Contact(NamedTuple):
    """The latest mail to somebody about the reports they owe: when it was sent, or else written,
    whether it was a reminder, and its state, "" if the mail is gone.
    """

    at: dt.datetime
    is_reminder: bool
    state: str


class OwingLead(NamedTuple):
    """An organisation that owes reports, when somebody there was last written to about them, and
    whom the office may remind today.
    """

    awaited: AwaitedLead
    contact: Contact | None
    to_remind: list[Person]


def owing_leads(
    reporting_round: ReportingRound, leads: list[AwaitedLead], today: dt.date
) -> list[OwingLead]:
    """Return of `leads`, who owe reports, when they were written to and whom to remind, in three
    queries. A round that is not open reminds nobody.

    People who were written to today, whose reminders are paused or who have no address are not to
    be reminded.
    """
    if not reporting_round.is_open:
        return []
    contacts = _contacts(reporting_round, leads)
    # As for guests, only a person's own pause counts: other pauses stop what is sent automatically.
    pauses = valid_pauses(today)

    def may_be_reminded(email: str) -> bool:
        contact = contacts.get(email)
        is_new = contact is None or local_date(contact.at) < today
        return bool(email) and is_new and not pause_for(pauses, today, recipient=email)

    owing = []
    for awaited in leads:
        people = {person: recipient_of(person).email for person in awaited.reporters}
        written = [contacts[email] for email in people.values() if email in contacts]
        to_remind = [person for person, email in people.items() if may_be_reminded(email)]
        latest = max(written, key=lambda contact: contact.at, default=None)
        owing.append(OwingLead(awaited, latest, to_remind))
    return owing


def _contacts(reporting_round: ReportingRound, leads: Iterable[AwaitedLead]) -> dict[str, Contact]:
    """Return by address the latest mail of the round, or digest that named its reports.

    Mails that expired unsent reached nobody.
    """
    keys = [_subject_key(reporting_round)]
    keys += [request.mail_key for awaited in leads for request in awaited.requests.values()]
    mails = Mail.objects.filter(kind__in=ROUND_MAILS, subject_key=reporting_round.mail_key)
    mails = mails.exclude(state=MailState.EXPIRED).annotate(at=Coalesce("sent_at", "created_at"))
    found = [
        (address, Contact(at, kind == LEAD_REMINDED, state))
        for address, at, kind, state in mails.values_list("recipient", "at", "kind", "state")
    ]
    # Manual reminders are in the log too, but there only with the moment of writing.
    log = ReminderLog.objects.filter(kind=RULE.key, subject_key__in=keys)
    log = log.exclude(mail__state=MailState.EXPIRED).exclude(mail__kind=LEAD_REMINDED)
    moments = log.annotate(moment=Coalesce("mail__sent_at", F("at")))
    found += [
        (address, Contact(at, True, state or ""))
        for address, at, state in moments.values_list("recipient", "moment", "mail__state")
    ]
    return dict(sorted(found, key=lambda entry: entry[1].at))


def _subject_key(reporting_round: ReportingRound) -> str:
    """One key for all reports of a round, so that a lead of a thousand measures gets one line."""
    return f"{reporting_round.mail_key}:reports"


def reminders_due(days: Sequence[dt.date], schedules: Schedules) -> list[tuple[dt.date, Reminder]]:
    """Return for each of `days` the reminders due on it: one for each person and round.

    Costs one query for the rounds and two more for each round with a reminder on one of `days`,
    three if it asks people without an account.
    """
    rounds = ReportingRound.objects.filter(state=RoundState.OPEN).annotate(
        state_since=state_since(ReportingRound)
    )
    reminders = []
    for reporting_round in rounds.order_by("due_on", "pk"):
        # Leave out steps up to the day the round was opened: the leads got a mail then.
        since = _opened_on(reporting_round)
        steps = [
            (day, step)
            for day in days
            if (step := schedules[RULE.key].step_on(reporting_round.due_on, day, since=since))
        ]
        # One lookup for all days, because the forecast plans many days at a time.
        reporters = owing_reporters(reporting_round) if steps else []
        reminders += [
            (day, reminder_of(reporting_round, owing, step, day))
            for day, step in steps
            for owing in reporters
        ]
    return reminders


def _opened_on(reporting_round: Any) -> dt.date | None:
    """Return the day since which a round annotated with `state_since` is open."""
    opened_at = reporting_round.state_since
    return local_date(opened_at) if opened_at else None


def next_reminders(reporting_round: ReportingRound, now: dt.datetime) -> list[DayPlan]:
    """Return the next days, at most `DAYS_AHEAD`, on which people are reminded of their reports in
    an open round, provided that nobody reports until then. The same number of queries for any.
    """
    schedule, first = current_schedule(RULE.key), next_run_on(now)
    annotated = ReportingRound.objects.annotate(state_since=state_since(ReportingRound))
    since = _opened_on(annotated.get(pk=reporting_round.pk))
    reporters = owing_reporters(reporting_round)
    found: dict[dt.date, list[Reminder]] = {}
    day: dt.date | None = first
    # One day more: on the first, what is due may be sent already.
    while day and len(found) <= DAYS_AHEAD:
        step = schedule.step_on(reporting_round.due_on, day, since=since)
        # Steps are working days; only the day of the next run may not be one.
        if step and is_working_day(day):
            reminders = (reminder_of(reporting_round, owing, step, day) for owing in reporters)
            found[day] = [sendable for one in reminders if (sendable := mailable(one))]
        day = schedule.next_on(reporting_round.due_on, day)
    days = [plan for plan in plan_gathered(found) if plan.mails or plan.paused] if found else []
    return days[:DAYS_AHEAD]


def reminder_of(
    reporting_round: ReportingRound, owing: OwingReporter, step: ReminderStep, day: dt.date
) -> Reminder:
    """Return the reminder on `day` of all reports that are owed and that one person may write."""
    reminder = Reminder(
        kind=RULE.key,
        subject_key=_subject_key(reporting_round),
        date=reporting_round.due_on,
        step=step,
        to=recipient_of(owing.person),
        line=_line(reporting_round, owing, day),
        about=reporting_round.mail_key,
        about_title=reporting_round.title,
        path=reverse("measures:answer", args=[reporting_round.pk]),
    )
    return _by_link(reminder, owing.request, owing) if owing.request else reminder


def _by_link(reminder: Reminder, request: ReportRequest, owing: OwingReporter) -> Reminder:
    # The office may not answer by the link, so its forecast leads to the round.
    return reminder._replace(
        subject_key=request.mail_key,
        path=request.round.get_absolute_url(),
        link=request.personal_link,
        has_personal_link=True,
        values=round_values(request.round, owing.measures),
    )


def _line(reporting_round: ReportingRound, owing: OwingReporter, day: dt.date) -> str:
    values = {
        "measure": escape_markdown(owing.title),
        "round": escape_markdown(reporting_round.title),
        "due": describe_due(reporting_round.due_on, day),
        "more": owing.count - 1,
    }
    if owing.request:
        # The same for all of a round, because the forecast shows their mails as one.
        return _("Statusberichte (%(round)s), %(due)s") % values
    if owing.count == 1:
        return _("Statusbericht zu **%(measure)s** (%(round)s), %(due)s") % values
    text = ngettext(
        "Statusberichte zu **%(measure)s** und %(more)d weiteren Maßnahme (%(round)s), %(due)s",
        "Statusberichte zu **%(measure)s** und %(more)d weiteren Maßnahmen (%(round)s), %(due)s",
        owing.count - 1,
    )
    return text % values
