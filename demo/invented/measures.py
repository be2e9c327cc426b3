"""Invented progress of the plan 2018–2021: reports, milestones, four measures and three rounds.

The master data of real measures stay untouched: only their reports and milestones are invented.
"""

import datetime as dt
import io
from collections.abc import Iterable
from decimal import Decimal

from core.conflicts import version_of
from core.enums import TrafficLight
from core.exports import Sheet, write_workbook
from core.history import save_as, save_changes_as
from core.models import Origin
from demo.accounts import find_organisation
from demo.invented.indicators import load_invented_indicators
from demo.invented.loading import load_contacts, load_documents, statements_on
from demo.invented.progress import (
    ADJUSTMENTS,
    CHAPTER_TEXTS,
    CLOSED_STATEMENTS,
    CORRECTED_VALUE,
    EXCHANGE,
    INVENTED_MEASURES,
    OPEN_STATEMENTS,
    REQUIREMENTS,
    STATUS_OF_REAL_MEASURES,
    WORKSHOPS,
    Adjustment,
    InventedMeasure,
    Progress,
    Statement,
)
from demo.scenario import Scenario
from measures import services
from measures.enums import FINISHED_PHASES, Audience, ChapterKind, Phase, RoundState
from measures.models import (
    Measure,
    Milestone,
    MilestoneDependency,
    MonitoringReport,
    Plan,
    PlanSection,
    ReportedValue,
    ReportingRound,
)
from measures.progress import example_sheets, office_sheets, proposed_chapters, work_on_import
from measures.queries import StoredMeasures, fields_in_order, monitoring_state
from partners.models import Organisation, Person

PLAN = "MPI 2018–2021"
# Working days from today: the last round was closed 25 days after its cut-off day.
LAST_CUT_OFF, CLOSED_ON = -140, -115
WITHOUT_REPORT = 4  # on every fourth measure, nothing was reported in the earlier round


def load_invented_measures(scenario: Scenario) -> None:
    plan = Plan.objects.get(short_title=PLAN)
    # Before the invented measures exist, which start later.
    _load_earlier_round(scenario, plan)
    measures = {
        invented.progress.title: _load_measure(scenario, plan, invented)
        for invented in INVENTED_MEASURES
    }
    _load_closed_round(scenario, plan)
    # Only now: the closed round keeps what was known at its end.
    _load_later_steps(scenario, plan)
    _load_open_round(scenario, plan, measures)
    _load_requirements()
    load_invented_indicators(scenario, plan, until=scenario.now)
    load_contacts(scenario, plan)
    _load_monitoring_reports(scenario, plan)
    load_documents(scenario, plan)


def _load_requirements() -> None:
    milestones = {milestone.title: milestone for milestone in Milestone.objects.all()}
    for title, requirement in REQUIREMENTS.items():
        MilestoneDependency.objects.create(
            milestone=milestones[title], requirement=milestones[requirement]
        )


def _load_earlier_round(scenario: Scenario, plan: Plan) -> None:
    """Load the round of a year ago, with an earlier status of the real measures; on some of them
    nothing was reported.
    """
    # More than half a year before the next one, so that the two never have the same title.
    cut_off_on = scenario.on(-280)
    earlier = [
        _earlier(progress)
        for number, progress in enumerate(STATUS_OF_REAL_MEASURES)
        if number % WITHOUT_REPORT
    ]
    closed = _load_reports(scenario, plan, earlier, cut_off_on)
    closed_at = scenario.at(25, after=cut_off_on)
    load_invented_indicators(scenario, plan, until=closed_at)
    services.close_round(reporting_round=closed, by=scenario.office, now=closed_at)


def _earlier(progress: Progress) -> Progress:
    """Return what may have been reported half a year before `progress`."""
    phase = Phase.RUNNING if progress.phase in FINISHED_PHASES else Phase.PREPARING
    return Progress(
        progress.title,
        phase,
        TrafficLight.GREEN,
        progress.financing,
        "Die Beteiligten stimmen die nächsten Schritte ab.",
    )


def _load_closed_round(scenario: Scenario, plan: Plan) -> None:
    """Load the round of half a year ago, with a report on each measure of `progress.py`."""
    cut_off_on = scenario.on(LAST_CUT_OFF)
    status = [*STATUS_OF_REAL_MEASURES, *(invented.progress for invented in INVENTED_MEASURES)]
    closed_at = scenario.at(25, after=cut_off_on)
    load_invented_indicators(scenario, plan, until=scenario.at(0, after=cut_off_on))
    for progress in status:
        measure = Measure.objects.get(plan=plan, title=progress.title)
        # Invented measures got their milestones in `_load_measure`.
        if measure.is_taken_over:
            _load_milestones(scenario, measure, progress)
    closed = _load_reports(scenario, plan, status, cut_off_on, CLOSED_STATEMENTS)
    load_invented_indicators(scenario, plan, until=closed_at)
    services.close_round(reporting_round=closed, by=scenario.office, now=closed_at)


def _load_reports(
    scenario: Scenario,
    plan: Plan,
    status: Iterable[Progress],
    cut_off_on: dt.date,
    said: Iterable[Statement] = (),
) -> ReportingRound:
    """Open a round and record `status` in it."""
    opened = _make_round(scenario, plan, cut_off_on, due_on=scenario.on(20, after=cut_off_on))
    services.open_round(
        reporting_round=opened, by=scenario.office, now=scenario.at(1, after=cut_off_on)
    )
    for number, progress in enumerate(status):
        measure = Measure.objects.get(plan=plan, title=progress.title)
        services.record_report(
            measure=measure,
            values=_report_values(progress, cut_off_on),
            statements=statements_on(scenario, measure, said),
            by=scenario.office,
            # One report per working day, so that the history looks natural.
            now=scenario.at(5 + number, after=cut_off_on),
            origin=Origin.DEMO,
        )
    return opened


def _load_open_round(scenario: Scenario, plan: Plan, measures: dict[str, Measure]) -> None:
    """Load the open round: VDMA Ost owes one report and has to revise another, IHK Berlin owes one
    and has submitted one.
    """
    running = _make_round(scenario, plan, scenario.on(-15), due_on=scenario.on(8))
    _ask_without_account(scenario, running)
    services.open_round(reporting_round=running, by=scenario.office, now=scenario.at(-12))
    report = services.submit_report(
        measure=measures[WORKSHOPS.title],
        values=_report_values(WORKSHOPS, running.cut_off_on),
        statements=statements_on(scenario, measures[WORKSHOPS.title], OPEN_STATEMENTS),
        by=scenario.vdma,
        now=scenario.at(-5),
        origin=Origin.DEMO,
    )
    services.return_report(
        report=report,
        comment="Bitte ergänzen Sie, bis wann die Auskunft der Unfallkasse gebraucht wird.",
        by=scenario.office,
        now=scenario.at(-3),
    )
    services.submit_report(
        measure=measures[EXCHANGE.title],
        values=_report_values(EXCHANGE, running.cut_off_on),
        statements=statements_on(scenario, measures[EXCHANGE.title], OPEN_STATEMENTS),
        by=scenario.ihk,
        now=scenario.at(-2),
        origin=Origin.DEMO,
    )
    reported = ReportedValue.objects.get(indicator__measure=measures[EXCHANGE.title])
    values = {"starts_on": reported.starts_on, "ends_on": reported.ends_on}
    services.create_value(
        indicator=reported.indicator,
        values=values | {"value": Decimal(CORRECTED_VALUE)},
        by=scenario.office,
        now=scenario.at(-1),
    )


def _ask_without_account(scenario: Scenario, running: ReportingRound) -> None:
    """Ask a contact of the IHK too, who has no account and reports by personal link."""
    chamber = find_organisation("Industrie- und Handelskammer")
    contact = Person.objects.create(
        family_name="Bereich Standortpolitik",
        function="Sachbearbeitung",
        email="standortpolitik@example.org",
        organisation=chamber,
        origin=Origin.DEMO,
    )
    services.create_report_request(
        reporting_round=running,
        values={"organisation": chamber, "person": contact, "is_sole": False},
        by=scenario.office,
        now=scenario.at(-13),
    )


def _load_measure(scenario: Scenario, plan: Plan, invented: InventedMeasure) -> Measure:
    measure = Measure(
        plan=plan,
        section=PlanSection.objects.get(plan=plan, title=invented.section, level="Themencluster"),
        title=invented.progress.title,
        description=invented.description,
        lead=find_organisation(invented.lead),
        phase=Phase.NOT_STARTED,
        starts_on=scenario.on(-200),
        ends_on=scenario.on(200),
        is_published=True,
        is_lighthouse=invented.progress == EXCHANGE,
        responsible=scenario.office,
        origin=Origin.DEMO,
    )
    # Without an author, so that *Verlauf* attributes the entry to the demo data, not to the office.
    save_as(measure, by=None, now=scenario.at(-200), reason="Maßnahme angelegt")
    _load_milestones(scenario, measure, invented.progress)
    return measure


def _load_milestones(scenario: Scenario, measure: Measure, progress: Progress) -> None:
    for position, (title, days, is_done) in enumerate(progress.milestones, start=1):
        due_on, special = scenario.on(days), ADJUSTMENTS.get(title, Adjustment())
        milestone = Milestone(
            measure=measure,
            title=title,
            due_on=due_on,
            baseline_on=due_on if special.agreed is None else scenario.on(special.agreed),
            weight=special.weight,
            owner_text=special.owner,
            done_on=due_on if is_done and days < CLOSED_ON else None,
            position=position,
            origin=Origin.DEMO,
        )
        save_as(
            milestone,
            by=None,
            now=scenario.at(days) if milestone.done_on else scenario.at(-130),
            reason="Meilenstein erreicht" if milestone.done_on else "Meilenstein angelegt",
        )


def _load_later_steps(scenario: Scenario, plan: Plan) -> None:
    """Load what happened to milestones after the last round was closed."""
    status = [*STATUS_OF_REAL_MEASURES, *(invented.progress for invented in INVENTED_MEASURES)]
    steps = {(one.title, title): step for one in status for title, *step in one.milestones}
    milestones = Milestone.objects.filter(measure__plan=plan, origin=Origin.DEMO)
    for milestone in milestones.select_related("measure").order_by("pk"):
        days, is_done = steps[milestone.measure.title, milestone.title]
        special = ADJUSTMENTS.get(milestone.title, Adjustment())
        if is_done and milestone.done_on is None:
            milestone.done_on = milestone.due_on
            save_as(milestone, by=None, now=scenario.at(days), reason="Meilenstein erreicht")
        if special.forecast is not None:
            forecast = {
                "forecast_on": scenario.on(special.forecast),
                "forecast_reason": special.reason,
            }
            save_changes_as(milestone, forecast, by=None, now=scenario.at(-8))


def _make_round(
    scenario: Scenario, plan: Plan, cut_off_on: dt.date, *, due_on: dt.date
) -> ReportingRound:
    # Rounds are named after the half-year of their cut-off day.
    half = 1 if cut_off_on.month <= 6 else 2
    reporting_round = ReportingRound(
        plan=plan,
        title=f"Berichtsrunde {half}/{cut_off_on.year}",
        cut_off_on=cut_off_on,
        due_on=due_on,
        origin=Origin.DEMO,
    )
    save_as(
        reporting_round,
        by=None,
        now=scenario.at(0, after=cut_off_on),
        reason="Berichtsrunde angelegt",
    )
    return reporting_round


def _report_values(progress: Progress, day: dt.date) -> dict:
    """Return the `values` of the report services."""
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


def _load_monitoring_reports(scenario: Scenario, plan: Plan) -> None:
    """Load the report of the earlier round, published, and of the later one, whose chapters on the
    fields are still proposals.
    """
    rounds = ReportingRound.objects.filter(plan=plan, state=RoundState.CLOSED)
    earlier, later = rounds.order_by("cut_off_on")
    published = _load_report(scenario, earlier, confirmed=(*CHAPTER_TEXTS, ChapterKind.FIELD))
    published.is_published = True
    when = scenario.at(50, after=earlier.cut_off_on)
    save_as(published, by=scenario.office, now=when, reason="Veröffentlicht")
    _load_report(scenario, later, confirmed=tuple(CHAPTER_TEXTS))


def _load_report(
    scenario: Scenario, closed: ReportingRound, *, confirmed: tuple[ChapterKind, ...]
) -> MonitoringReport:
    """Begin the report, write the chapters of the kinds `confirmed`, and ask for its files."""
    state, by = monitoring_state(closed, Audience.INSIDE), scenario.office
    chapters = proposed_chapters(state, fields_in_order(closed))
    now = scenario.at(40, after=closed.cut_off_on)
    report = services.begin_report(reporting_round=closed, chapters=chapters, by=by, now=now)
    for chapter in report.chapters.filter(kind__in=confirmed):
        text = "\n\n".join(filter(None, [chapter.text, CHAPTER_TEXTS.get(chapter.kind, "")]))
        services.change_chapter(
            chapter=chapter,
            values={"text": text},
            version=version_of(chapter, ["text"]),
            by=by,
            now=scenario.at(41, after=closed.cut_off_on),
        )
    # Now, so that the worker makes them soon after the start.
    services.request_edition(report=report, by=by, now=scenario.now)
    return report


def load_imports(scenario: Scenario) -> None:
    """Leave two uploaded files to look at: a plan, and an edited export of the list."""
    plan = Plan.objects.get(short_title=PLAN)
    _upload(scenario, "Masterplan Musterstadt (Demodaten).xlsx", example_sheets())
    measures = StoredMeasures(plan.measures.order_by("pk")[:3], scenario.office)
    sheet, *_others = office_sheets(measures, now=scenario.now)
    _upload(scenario, "Maßnahmen überarbeitet (Demodaten).xlsx", [_edited(sheet)])


def _edited(sheet: Sheet) -> Sheet:
    """Return `sheet` with a change, a conflict and a new measure."""
    rows = [list(row) for row in sheet.rows]
    place = {title: index for index, title in enumerate(sheet.header)}
    changed, conflicting = rows[0], rows[1]
    changed[place["Mittel"]] = "1,2 Mio. Euro"
    conflicting[place["Laufzeit"]] = "bis 2030"
    # A version that the portal does not know: somebody else may have changed the same.
    conflicting[place["Fassung"]] = ""
    new = ["" for _title in sheet.header]
    new[place["Plan"]] = changed[place["Plan"]]
    new[place["Maßnahme"]] = "Reparaturbetriebe beraten"
    new[place["Federführung"]] = Organisation.objects.order_by("pk")[0].label
    return sheet._replace(rows=[*rows, new])


def _upload(scenario: Scenario, name: str, sheets: list[Sheet]) -> None:
    now = scenario.at(-1)
    file = io.BytesIO()
    write_workbook(file, name, sheets, now=now)
    record = services.create_import(file=file, name=name, by=scenario.office, now=now)
    # There is no worker yet while the demo is loaded.
    work_on_import(record.pk, clock=lambda: now)
