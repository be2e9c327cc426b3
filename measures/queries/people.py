"""What no work goes on with, of the records whose texts may name people, and what people are needed
for.
"""

from collections.abc import Collection, Iterable, Iterator

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import format_date, format_moment, local_date
from core.errors import Concern
from measures.enums import FINISHED_PHASES, RoundState
from measures.models import (
    Continuation,
    Indicator,
    IndicatorValue,
    Measure,
    Milestone,
    Project,
    ReportedForecast,
    ReportingRound,
    ReportRequest,
    RoundEntry,
    RoundMilestone,
    StatusReport,
)
from partners.models import Person
from partners.registry import Need, Section


def finished_measures() -> QuerySet[Measure]:
    return Measure.objects.filter(phase__in=FINISHED_PHASES)


def finished_indicators() -> QuerySet[Indicator]:
    return Indicator.objects.filter(measure__in=finished_measures())


def finished_indicator_values() -> QuerySet[IndicatorValue]:
    return IndicatorValue.objects.filter(indicator__measure__in=finished_measures())


def finished_milestones() -> QuerySet[Milestone]:
    return Milestone.objects.filter(measure__in=finished_measures())


def finished_projects() -> QuerySet[Project]:
    over = Q(ends_on__lt=timezone.localdate()) | Q(measure__in=finished_measures())
    return Project.objects.filter(over)


def finished_reports() -> QuerySet[StatusReport]:
    return StatusReport.objects.filter(measure__in=finished_measures())


def finished_forecasts() -> QuerySet[ReportedForecast]:
    return ReportedForecast.objects.filter(report__measure__in=finished_measures())


def published_continuations() -> QuerySet[Continuation]:
    return Continuation.objects.filter(plan__is_published=True)


def frozen_entries() -> QuerySet[RoundEntry]:
    """Return the entries of closed rounds on measures that no work goes on with."""
    return RoundEntry.objects.filter(measure__in=finished_measures())


def frozen_milestones() -> QuerySet[RoundMilestone]:
    return RoundMilestone.objects.filter(entry__in=frozen_entries())


def person_needs(people: QuerySet[Person]) -> Iterator[Need]:
    """Return the rounds in which these people are asked to report (`partners.registry.FindNeeds`).

    A closed round needs them until the day it was closed, a revoked request until then.
    """
    requests = ReportRequest.objects.filter(person__in=people)
    closed_at = ReportingRound.history.filter(id=OuterRef("round"), state=RoundState.CLOSED)
    closed_at = closed_at.order_by("history_date", "history_id").values("history_date")[:1]
    requests = requests.annotate(closed_at=Subquery(closed_at))
    columns = ("person", "round", "round__title", "revoked_at", "closed_at")
    for person, key, title, revoked_at, closed_at in requests.values_list(*columns):
        why = _("Berichtsrunde „%(title)s“") % {"title": title}
        over = revoked_at or closed_at
        if over:
            yield Need(person, why, local_date(over))
        else:
            advice = _("Nehmen Sie dort die Bitte um einen Bericht zurück.")
            yield Need(person, why, advice=advice, url=reverse("measures:round", args=[key]))


def requests_of_person(person: Person) -> list[Concern]:
    """Return the unfinished rounds in which `person` is asked to report without an account."""
    requests = ReportRequest.objects.filter(person=person, revoked_at__isnull=True)
    requests = requests.exclude(round__state=RoundState.CLOSED).order_by("pk")
    text = _("berichtet ohne Konto für %(lead)s; der persönliche Link gilt dann nicht mehr")
    return [
        Concern(
            key=f"request-{request.pk}",
            label=request.round.title,
            url=f"{request.round.get_absolute_url()}#anfragen",
            text=text % {"lead": request.organisation.label},
            action=_("Andere Person fragen"),
            action_url=f"{reverse('measures:request_create', args=[request.round_id])}"
            f"?federfuehrung={request.organisation_id}",
        )
        for request in requests.select_related("round", "organisation")
    ]


def export_person(person: Person, addresses: Collection[str]) -> Iterable[Section]:
    """Return the rounds in which `person` was asked without an account, and the status reports they
    wrote (`partners.registry.ExportPerson`).
    """
    requests = ReportRequest.objects.filter(person=person).select_related("round", "organisation")
    rows = [
        [
            (_("Berichtsrunde"), request.round.title),
            (_("Federführung"), request.organisation.label),
            (_("zurückgenommen"), format_moment(request.revoked_at)),
        ]
        for request in requests.order_by("pk")
    ]
    yield Section(_("Um Berichte gebeten"), rows)
    wrote = Q(reported_by__person=person) | Q(reported_via__person=person)
    reports = StatusReport.objects.filter(wrote).select_related("measure")
    rows = [
        [
            (_("Maßnahme"), str(report.measure)),
            (_("Stichtag"), format_date(report.as_of_on)),
            (_("berichtet am"), format_moment(report.reported_at)),
            (_("Stand"), report.get_state_display()),
            (_("Bericht"), report.summary),
        ]
        for report in reports.order_by("reported_at", "pk")
    ]
    yield Section(_("Statusberichte"), rows)
