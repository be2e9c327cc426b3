"""Invented for the demo and marked so: how the real measures stand, a few invented ones, two
reporting rounds.

The real measures stay what they are; only their reports and milestones are invented. Everything is
dated relative to the day of loading.
"""

import datetime as dt

from django.utils import timezone

from core.dates import add_working_days, local_date
from core.history import save_as
from core.models import Origin
from demo.accounts import find_organisation
from demo.invented_progress import EXCHANGE, INVENTED, REAL, WORKSHOPS, Invented, Progress
from measures import services
from measures.enums import Phase
from measures.models import Measure, Milestone, Plan, PlanSection, ReportingRound

PLAN = "MPI 2018–2021"


def load_invented_measures(users, *, today: dt.date, now: dt.datetime) -> None:
    """Load the invented progress of the plan 2018–2021: a round that is over and one that runs.

    `users` are the demo's accounts by the part of their address before the @. In the running round
    VDMA Ost owes one report and has another one back, IHK Berlin owes one and has handed one in.
    """
    plan = Plan.objects.get(short_title=PLAN)
    office, vdma, ihk = users["geschaeftsstelle"], users["vdma-ost"], users["ihk"]
    measures = {row.progress.title: _load_invented(plan, row, today) for row in INVENTED}
    _load_last_round(plan, office, today)
    opened_at = _at(today, -12, now)
    running = _round(
        plan, cut_off_on=add_working_days(today, -15), due_on=add_working_days(today, 8)
    )
    services.open_round(reporting_round=running, by=office, now=opened_at)
    day = running.cut_off_on
    submit = services.submit_report
    report = submit(
        measure=measures[WORKSHOPS.title],
        values=_values(WORKSHOPS, day),
        by=vdma,
        now=_at(today, -5, now),
    )
    services.return_report(
        report=report,
        comment="Bitte ergänzen Sie, bis wann die Auskunft der Unfallkasse gebraucht wird.",
        by=office,
        now=_at(today, -3, now),
    )
    submit(
        measure=measures[EXCHANGE.title],
        values=_values(EXCHANGE, day),
        by=ihk,
        now=_at(today, -2, now),
    )


def _load_last_round(plan: Plan, office, today: dt.date) -> None:
    """Load the round of half a year ago, in which every measure was reported on, and close it."""
    cut_off_on = add_working_days(today, -140)
    last = _round(plan, cut_off_on=cut_off_on, due_on=add_working_days(cut_off_on, 20))
    services.open_round(reporting_round=last, by=office, now=_at(cut_off_on, 1))
    for number, progress in enumerate((*REAL, *(row.progress for row in INVENTED))):
        measure = Measure.objects.get(plan=plan, title=progress.title)
        services.record_report(
            measure=measure,
            values=_values(progress, cut_off_on),
            by=office,
            now=_at(cut_off_on, 5 + number),
            origin=Origin.DEMO,
        )
        if measure.is_taken_over:
            _load_milestones(measure, progress, today)
    services.close_round(reporting_round=last, by=office, now=_at(cut_off_on, 25))


def _load_invented(plan: Plan, row: Invented, today: dt.date) -> Measure:
    measure = Measure(
        plan=plan,
        section=PlanSection.objects.get(plan=plan, title=row.section, level="Themencluster"),
        title=row.progress.title,
        description=row.description,
        lead=find_organisation(row.lead),
        phase=Phase.NOT_STARTED,
        starts_on=add_working_days(today, -200),
        ends_on=add_working_days(today, 200),
        is_published=True,
        origin=Origin.DEMO,
    )
    save_as(measure, by=None, now=_at(today, -200), reason="Maßnahme angelegt")
    _load_milestones(measure, row.progress, today)
    return measure


def _load_milestones(measure: Measure, progress: Progress, today: dt.date) -> None:
    for position, (title, days, is_done) in enumerate(progress.milestones, start=1):
        due_on = add_working_days(today, days)
        milestone = Milestone(
            measure=measure,
            title=title,
            due_on=due_on,
            done_on=due_on if is_done else None,
            position=position,
            origin=Origin.DEMO,
        )
        save_as(
            milestone,
            by=None,
            now=_at(due_on, 0) if is_done else _at(today, -130),
            reason="Meilenstein erreicht" if is_done else "Meilenstein angelegt",
        )


def _round(plan: Plan, *, cut_off_on: dt.date, due_on: dt.date) -> ReportingRound:
    half = 1 if cut_off_on.month <= 6 else 2
    row = ReportingRound(
        plan=plan,
        title=f"Berichtsrunde {half}/{cut_off_on.year}",
        cut_off_on=cut_off_on,
        due_on=due_on,
        origin=Origin.DEMO,
    )
    save_as(row, by=None, now=_at(cut_off_on, 0), reason="Berichtsrunde angelegt")
    return row


def _values(progress: Progress, day: dt.date) -> dict:
    """Return what a report says, as the services take it."""
    return {
        "as_of_on": day,
        "phase": progress.phase,
        "traffic_light": progress.traffic_light,
        "traffic_light_reason": progress.reason,
        "help_wanted": progress.help_wanted,
        "financing": progress.financing,
        "summary": progress.summary,
        "outlook": progress.outlook,
    }


def _at(day: dt.date, working_days: int, now: dt.datetime | None = None) -> dt.datetime:
    """Return ten o'clock `working_days` after `day`, never later than `now`."""
    moment = timezone.make_aware(
        dt.datetime.combine(add_working_days(day, working_days), dt.time(10))
    )
    return min(moment, now) if now and local_date(moment) >= local_date(now) else moment
