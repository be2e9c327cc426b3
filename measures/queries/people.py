"""What no work goes on with, of the records whose texts may name people, and what people are needed
for.
"""

from collections.abc import Collection, Iterable, Iterator

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date, format_moment, local_date
from core.errors import Concern
from core.roles import PARTNER
from measures.enums import FINISHED_PHASES, RoundState
from measures.models import (
    Contact,
    Continuation,
    Document,
    Indicator,
    IndicatorValue,
    Link,
    Measure,
    Milestone,
    MonitoringChapter,
    Project,
    ReportedForecast,
    ReportedValue,
    ReportingRound,
    ReportRequest,
    RoundEntry,
    RoundIndicator,
    RoundMilestone,
    StatusReport,
)
from measures.queries.measures import open_measures
from partners.models import Organisation, Person, User
from partners.registry import Dependents, Need, Section


def finished_measures() -> QuerySet[Measure]:
    return Measure.objects.filter(phase__in=FINISHED_PHASES)


def finished_indicators() -> QuerySet[Indicator]:
    return Indicator.objects.filter(measure__in=finished_measures())


def finished_indicator_values() -> QuerySet[IndicatorValue]:
    return IndicatorValue.objects.filter(indicator__measure__in=finished_measures())


def finished_milestones() -> QuerySet[Milestone]:
    return Milestone.objects.filter(measure__in=finished_measures())


def finished_documents() -> QuerySet[Document]:
    return Document.objects.filter(_of_finished_work())


def finished_links() -> QuerySet[Link]:
    return Link.objects.filter(_of_finished_work())


def _of_finished_work() -> Q:
    return Q(measure__in=finished_measures()) | Q(project__in=finished_projects())


def finished_projects() -> QuerySet[Project]:
    over = Q(ends_on__lt=timezone.localdate()) | Q(measure__in=finished_measures())
    return Project.objects.filter(over)


def finished_reports() -> QuerySet[StatusReport]:
    return StatusReport.objects.filter(measure__in=finished_measures())


def finished_forecasts() -> QuerySet[ReportedForecast]:
    return ReportedForecast.objects.filter(report__measure__in=finished_measures())


def finished_reported_values() -> QuerySet[ReportedValue]:
    return ReportedValue.objects.filter(report__measure__in=finished_measures())


def published_continuations() -> QuerySet[Continuation]:
    return Continuation.objects.filter(plan__is_published=True)


def published_chapters() -> QuerySet[MonitoringChapter]:
    return MonitoringChapter.objects.filter(report__is_published=True)


def frozen_entries() -> QuerySet[RoundEntry]:
    """Return the entries of closed rounds on measures that no work goes on with."""
    return RoundEntry.objects.filter(measure__in=finished_measures())


def frozen_milestones() -> QuerySet[RoundMilestone]:
    return RoundMilestone.objects.filter(entry__in=frozen_entries())


def frozen_indicators() -> QuerySet[RoundIndicator]:
    return RoundIndicator.objects.filter(entry__in=frozen_entries())


def person_needs(people: QuerySet[Person]) -> Iterator[Need]:
    """Return the rounds in which these people are asked to report, and the measures and projects in
    progress whose contact they are (`partners.registry.FindNeeds`).

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
    for contact in _needed_contacts().filter(person__in=people):
        yield Need(
            contact.person_id,
            _("%(role)s: „%(title)s“")
            % {"role": contact.get_role_display(), "title": contact.owner},
            advice=_("Entfernen Sie dort den Kontakt, oder tragen Sie eine andere Person ein."),
            url=contact.owner.get_absolute_url(),
        )


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
    """Return the rounds in which `person` was asked without an account, the status reports they
    wrote, and whose contact they are (`partners.registry.ExportPerson`).
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
    contacts = Contact.objects.filter(person=person).select_related("measure", "project")
    rows = [
        [
            (_("Maßnahme oder Projekt"), str(contact.owner)),
            (_("Rolle"), contact.get_role_display()),
            (_("Funktion hier"), contact.function),
        ]
        for contact in contacts.order_by("pk")
    ]
    yield Section(_("Kontakt von Maßnahmen und Projekten"), rows)


def _led_by(organisation: Organisation) -> list[Concern]:
    return [
        Concern(
            key=f"measure-{measure.pk}",
            label=measure.title,
            url=measure.get_absolute_url(),
            text=_("Federführung"),
            action=_("Andere Federführung eintragen"),
            action_url=reverse("measures:edit", args=[measure.pk]),
        )
        for measure in open_measures().filter(lead=organisation)
    ]


def _reports_of(account: User) -> list[Concern]:
    """Return a concern if nobody else reports for the organisation of `account`."""
    organisation = account.person.organisation
    if organisation is None or PARTNER not in account.own_roles:
        return []
    count = open_measures().filter(lead=organisation).count()
    others = User.objects.filter(
        person__organisation=organisation, groups__name=PARTNER, is_active=True
    )
    if not count or others.exclude(pk=account.pk).exists():
        return []
    text = ngettext(
        "niemand sonst kann für %(count)d Maßnahme berichten",
        "niemand sonst kann für %(count)d Maßnahmen berichten",
        count,
    )
    return [
        Concern(
            key=f"reports-{organisation.pk}",
            label=str(organisation),
            url=organisation.get_absolute_url(),
            text=text % {"count": count},
        )
    ]


def _expected_of(person: Person) -> list[Concern]:
    return requests_of_person(person) + [
        Concern(
            key=f"contact-{contact.pk}",
            label=str(contact.owner),
            url=contact.owner.get_absolute_url(),
            text=str(contact.get_role_display()),
            action=_("Andere Person eintragen"),
            action_url=reverse("measures:contact_edit", args=[contact.pk]),
        )
        for contact in _needed_contacts().filter(person=person).order_by("pk")
    ]


def _needed_contacts() -> QuerySet[Contact]:
    """Return the contacts of measures and projects that work goes on with."""
    measures = open_measures().order_by()
    finished = finished_projects().order_by().values("pk")
    projects = Project.objects.exclude(pk__in=finished)
    contacts = Contact.objects.filter(Q(measure__in=measures) | Q(project__in=projects))
    return contacts.select_related("measure", "project")


DEPENDENTS = Dependents(of_account=_reports_of, of_person=_expected_of, of_organisation=_led_by)
