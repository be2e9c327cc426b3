"""Reporting rounds: open ones, and the reports they still await."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from core.dates import format_date
from core.models import Origin
from core.roles import OBSERVER, OFFICE, SENATOR_OFFICE, has_role
from measures.enums import (
    FINISHED_PHASES,
    GIVEN_REPORT_STATES,
    SUBMITTED_ALREADY,
    TAKEN_OVER,
    ReportState,
    RoundState,
)
from measures.models import Measure, ReportingRound, RoundEntry, StatusReport
from measures.models.measures import START_OF_TITLE
from measures.permissions import represented_organisations
from outbox.texts import Markdown, escape_markdown

SAMPLE_SIZE = 50  # a page of a plan with hundreds of such measures names the first


class ReportInRound(NamedTuple):
    """A measure with a due or existing report in a round.

    `report` is None unless the reader may open it; `is_given` also tells of a submitted report that
    they may not open yet.
    """

    measure: Measure
    report: StatusReport | None
    is_given: bool


def open_rounds() -> list[ReportingRound]:
    """Return the open rounds of all plans, the earliest deadline first."""
    return list(ReportingRound.objects.filter(state=RoundState.OPEN).order_by("due_on", "pk"))


def open_round_of(measure: Measure) -> ReportingRound | None:
    """Return the open round of the measure's plan. A database constraint allows one at a time."""
    return ReportingRound.objects.filter(plan=measure.plan_id, state=RoundState.OPEN).first()


def measures_awaiting_report(reporting_round: ReportingRound) -> QuerySet[Measure]:
    """Return the measures whose lead still owes a report in `reporting_round`, with their leads, by
    title.

    No report is due on measures that are finished, have no organisation as lead, or were taken over
    from earlier documents.
    """
    given = StatusReport.objects.filter(_answers(reporting_round), measure=OuterRef("pk"))
    unfinished = _unfinished_measures(reporting_round).filter(lead__isnull=False)
    return unfinished.exclude(Exists(given)).select_related("lead")


def _answers(reporting_round: ReportingRound) -> Q:
    """Return which reports answer the round: the one rule by which pages, mails and reminders
    count.
    """
    of_round = Q(round=reporting_round, state__in=GIVEN_REPORT_STATES)
    if reporting_round.state == RoundState.CLOSED:
        return of_round
    # A late report of a former round counts while the office checks it: until it decides, the lead
    # cannot write another.
    return of_round | Q(state=ReportState.SUBMITTED)


def measures_in_review(reporting_round: ReportingRound) -> QuerySet[Measure]:
    """Return the measures whose leads owe nothing in an unfinished round for now, because the
    office still checks a report of another round or of none, by title.
    """
    late = StatusReport.objects.filter(state=ReportState.SUBMITTED, measure=OuterRef("pk"))
    # Not `exclude`, which would leave out reports without a round.
    late = late.filter(Q(round__isnull=True) | ~Q(round=reporting_round))
    return _unfinished_measures(reporting_round).filter(Exists(late), lead__isnull=False)


def leads_of_round(reporting_round: ReportingRound) -> QuerySet:
    """Return the keys of the organisations that lead unfinished measures of the plan."""
    led = _unfinished_measures(reporting_round).filter(lead__isnull=False)
    return led.order_by().values_list("lead", flat=True).distinct()


def measures_without_lead(reporting_round: ReportingRound) -> QuerySet[Measure]:
    """Return the measures on which nobody is asked to report in `reporting_round`, because their
    lead is unknown or no organisation of the portal, by title.
    """
    return _unfinished_measures(reporting_round).filter(lead__isnull=True)


def _unfinished_measures(reporting_round: ReportingRound) -> QuerySet[Measure]:
    measures = Measure.objects.in_workflow().filter(plan_id=reporting_round.plan_id)
    return measures.exclude(phase__in=FINISHED_PHASES).order_by("search", "pk")


def measures_not_asked(reporting_round: ReportingRound) -> dict[str, list[Measure]]:
    """Return the measures of the plan about which the round does not ask, by reason: `taken_over`,
    the finished phase, or `submitted_already`.

    `measures_without_lead` has those that only lack somebody to ask.
    """
    found: dict[str, list[Measure]] = defaultdict(list)
    for measure in _not_asked(reporting_round):
        found[measure.reason].append(measure)
    return dict(found)


def _not_asked(reporting_round: ReportingRound) -> QuerySet[Measure]:
    """Return the measures that `measures_not_asked` tells of, by title, each with its `reason`."""
    taken_over, finished = Q(origin=Origin.TAKEN_OVER), Q(phase__in=FINISHED_PHASES)
    in_review = Q(pk__in=measures_in_review(reporting_round).order_by().values("pk"))
    measures = Measure.objects.filter(plan_id=reporting_round.plan_id).filter(
        taken_over | finished | in_review
    )
    reason = Case(
        When(taken_over, then=Value(TAKEN_OVER)),
        When(finished, then=F("phase")),
        default=Value(SUBMITTED_ALREADY),
        output_field=CharField(),
    )
    return measures.only("title").annotate(reason=reason).order_by("search", "pk")


class Sample(NamedTuple):
    """The first of many measures, and how many there are."""

    count: int
    measures: list[Measure]

    @property
    def is_cut(self) -> bool:
        return self.count > len(self.measures)


def sample_not_asked(reporting_round: ReportingRound) -> dict[str, Sample]:
    """Return what `measures_not_asked` does, of each reason the first `SAMPLE_SIZE`, in one query:
    each would read the plan.
    """
    measures, of_reason = _not_asked(reporting_round), {"partition_by": F("reason")}
    sample = measures.annotate(
        place=Window(RowNumber(), order_by=("search", "pk"), **of_reason),
        total=Window(Count("pk"), **of_reason),
    ).filter(place__lte=SAMPLE_SIZE)
    found: dict[str, list[Measure]] = defaultdict(list)
    for measure in sample:
        found[measure.reason].append(measure)
    return {reason: Sample(some[0].total, some) for reason, some in found.items()}


def sample_without_lead(reporting_round: ReportingRound) -> Sample:
    """Return the first of `measures_without_lead`, in two queries if they are many."""
    measures = measures_without_lead(reporting_round)
    first = list(measures[: SAMPLE_SIZE + 1])
    count = measures.count() if len(first) > SAMPLE_SIZE else len(first)
    return Sample(count, first[:SAMPLE_SIZE])


def accepted_in_round(reporting_round: ReportingRound) -> dict[int, StatusReport]:
    """Return measure id → its latest report that was accepted in the round."""
    accepted = StatusReport.objects.filter(round=reporting_round, state=ReportState.ACCEPTED)
    # The latest comes last, so it stays.
    ordered = accepted.order_by("as_of_on", "decided_at", "pk")
    return {report.measure_id: report for report in ordered}


def round_entries(reporting_round: ReportingRound, user) -> QuerySet[RoundEntry]:
    """Return the plan as the closed round keeps it, as far as `user` may see it, by title.

    Empty for rounds closed before the portal kept it.
    """
    entries = RoundEntry.objects.visible_to(user).filter(round=reporting_round)
    return entries.select_related("report", "measure").order_by("pk")


def rounds_with_entries(user) -> QuerySet[ReportingRound]:
    """Return the closed rounds that keep the plan, with their plans, the latest first."""
    kept = RoundEntry.objects.filter(round=OuterRef("pk"))
    rounds = ReportingRound.objects.visible_to(user).filter(Exists(kept), state=RoundState.CLOSED)
    return rounds.select_related("plan").order_by("-cut_off_on", "-pk")


def round_before(reporting_round: ReportingRound, user) -> ReportingRound | None:
    """Return the round of the same plan that was closed before this one and keeps the plan."""
    others = rounds_with_entries(user).filter(plan=reporting_round.plan_id)
    day, key = reporting_round.cut_off_on, reporting_round.pk
    return others.filter(Q(cut_off_on__lt=day) | Q(cut_off_on=day, pk__lt=key)).first()


def last_entries(measure: Measure) -> list[RoundEntry]:
    """Return what the last two closed rounds kept of `measure`, the latest first."""
    return list(measure.round_entries.order_by("-round__cut_off_on", "-pk")[:2])


def round_awaiting_report(measure: Measure) -> ReportingRound | None:
    """Return the open round in which the lead of `measure` still owes a report, if any."""
    reporting_round = open_round_of(measure)
    if reporting_round and measures_awaiting_report(reporting_round).filter(pk=measure.pk).exists():
        return reporting_round
    return None


def reports_in_round(reporting_round: ReportingRound, user) -> list[ReportInRound]:
    """Return each measure with a due or existing report in the round, with the latest report that
    `user` may see.
    """
    return as_reports(measures_in_round(reporting_round, user))


def as_reports(measures: Iterable[Measure]) -> list[ReportInRound]:
    """Return `measures_in_round`, or a page of them, with their reports."""
    return [
        ReportInRound(measure, next(iter(measure.reports_given), None), measure.is_given)
        for measure in measures
    ]


def measures_in_round(reporting_round: ReportingRound, user) -> QuerySet[Measure]:
    """Return the measures with a due or existing report in the round, by title, with `is_given` and
    the reports that `user` may see.

    Partners see the measures their organisation leads. A measure that was moved to another plan
    since has left the round.
    """
    answers, in_round = _answers(reporting_round), Q(round=reporting_round)
    reports = StatusReport.objects.visible_to(user).filter(answers | in_round)
    reports = reports.order_by("-as_of_on", "-pk")
    given = StatusReport.objects.filter(answers, measure=OuterRef("pk"))
    # Also measures with a report, since those no longer await one. That a report was submitted may
    # be known to people who may not read it before it is accepted.
    asked = Q(lead__isnull=False) & ~Q(origin=Origin.TAKEN_OVER) & ~Q(phase__in=FINISHED_PHASES)
    reported = Exists(reports.order_by().filter(in_round, measure=OuterRef("pk")))
    given_here = Exists(given.filter(in_round))
    measures = (
        # The plan by itself, so that the index `measure_of_plan_by_title` finds the first page.
        Measure.objects.visible_to(user)
        .filter(plan=reporting_round.plan_id)
        .annotate(is_given=Exists(given))
        .filter(asked | given_here | reported)
    )
    if not has_role(user, OFFICE, SENATOR_OFFICE, OBSERVER):
        measures = measures.filter(lead_id__in=represented_organisations(user))
    measures = measures.select_related("lead").prefetch_related(
        Prefetch("reports", reports, to_attr="reports_given")
    )
    return measures.order_by(START_OF_TITLE, "search", "pk")


def round_values(reporting_round: ReportingRound, measures: Iterable[Measure]) -> dict[str, str]:
    """Return the placeholders of all mails that ask for reports in a round."""
    return {
        "round": reporting_round.title,
        "cut_off": format_date(reporting_round.cut_off_on),
        "due": format_date(reporting_round.due_on),
        "measures": titles_as_list(measures),
    }


def titles_as_list(measures: Iterable[Measure]) -> Markdown:
    return Markdown("\n".join(f"- {escape_markdown(measure.title)}" for measure in measures))
