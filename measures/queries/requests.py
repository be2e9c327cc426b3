"""Who owes reports in a round: organisations, and the people who may report for them."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db.models import (
    Count,
    DateField,
    Exists,
    IntegerField,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)

from core.roles import PARTNER
from measures.models import Measure, ReportingRound, ReportRequest
from measures.queries.rounds import measures_awaiting_report
from partners.models import Organisation, Person
from partners.queries import recipient_of

NAMED_MEASURES = 12  # pages give only the number if a lead owes more reports


def reporters_of(organisation_ids: Iterable[int]) -> dict[int, list[Person]]:
    """Return organisation id → the people who may report for it: those with an active partner
    account.
    """
    people = _people_who_report().filter(organisation_id__in=list(organisation_ids))
    reporters: dict[int, list[Person]] = defaultdict(list)
    for person in people.order_by("pk"):
        reporters[person.organisation_id].append(person)
    return dict(reporters)


def _people_who_report() -> QuerySet[Person]:
    people = Person.objects.filter(is_active=True, user__is_active=True, user__groups__name=PARTNER)
    return people.select_related("user")


class AwaitedLead(NamedTuple):
    """An organisation that owes reports in a round; `reporters` is empty if nobody there can be
    asked. Those among them who report by personal link are in `requests`, by their key. `more` is
    how many measures are not in `measures`.
    """

    lead: Organisation
    measures: list[Measure]
    reporters: list[Person]
    requests: dict[int, ReportRequest] = {}
    more: int = 0

    @property
    def count(self) -> int:
        return len(self.measures) + self.more


def awaited_leads(
    reporting_round: ReportingRound,
    *,
    lead: Organisation | None = None,
    among: Collection[int] | None = None,
) -> list[AwaitedLead]:
    """Return the organisations that owe reports in `reporting_round`, or only `lead`, by name, with
    all their measures, or those whose keys are `among` these, in three queries.
    """
    measures_by_lead: dict[Organisation, list[Measure]] = defaultdict(list)
    owed = measures_awaiting_report(reporting_round)
    if among is not None:
        owed = owed.filter(pk__in=among)
    for measure in owed.filter(lead=lead) if lead else owed:
        # Always true because of the query; the check satisfies the type checker.
        if measure.lead:
            measures_by_lead[measure.lead].append(measure)
    reporters = reporters_of(lead.pk for lead in measures_by_lead)
    requests = valid_requests(reporting_round, measures_by_lead)
    leads = [
        _awaited_lead(owing, measures, reporters.get(owing.pk, []), requests.get(owing.pk, []))
        for owing, measures in measures_by_lead.items()
    ]
    return _by_name(leads)


def count_awaited_leads(reporting_round: ReportingRound) -> list[AwaitedLead]:
    """Return the organisations that owe reports in `reporting_round`, by name, in five queries.

    Only the measures of those that owe at most `NAMED_MEASURES` are loaded: a page of a large plan
    counts the others.
    """
    owed = measures_awaiting_report(reporting_round)
    counts = dict(owed.order_by().values_list("lead").annotate(Count("pk")))
    few = [lead for lead, count in counts.items() if count <= NAMED_MEASURES]
    measures: dict[int | None, list[Measure]] = defaultdict(list)
    for measure in owed.filter(lead__in=few):
        measures[measure.lead_id].append(measure)
    leads = list(Organisation.objects.in_bulk(counts).values())
    reporters, requests = reporters_of(counts), valid_requests(reporting_round, leads)
    return _by_name(
        _awaited_lead(
            lead, measures[lead.pk], reporters.get(lead.pk, []), requests.get(lead.pk, [])
        )._replace(more=counts[lead.pk] - len(measures[lead.pk]))
        for lead in leads
    )


def _by_name(leads: Iterable[AwaitedLead]) -> list[AwaitedLead]:
    return sorted(leads, key=lambda awaited: (awaited.lead.search, awaited.lead.pk))


def _awaited_lead(
    lead: Organisation,
    measures: list[Measure],
    holders: list[Person],
    requests: list[ReportRequest],
) -> AwaitedLead:
    """Return the lead with those who have an account, unless a request replaces them, and those
    with a request.
    """
    asked = [] if any(request.is_sole for request in requests) else holders
    # Whoever has an account by now reports with it.
    requests = [request for request in requests if request.person not in asked]
    people = [*asked, *(request.person for request in requests)]
    return AwaitedLead(lead, measures, people, {request.person_id: request for request in requests})


def valid_requests(
    reporting_round: ReportingRound, leads: Iterable[Organisation] | None = None
) -> dict[int, list[ReportRequest]]:
    """Return organisation id → the requests to people without an account that are still valid and
    reach somebody, of all organisations or of `leads`.
    """
    requests = ReportRequest.objects.filter(
        round=reporting_round, revoked_at__isnull=True, person__is_active=True
    )
    if leads is not None:
        requests = requests.filter(organisation__in=[lead.pk for lead in leads])
    found: dict[int, list[ReportRequest]] = defaultdict(list)
    for request in requests.select_related("round", "person__user").order_by("pk"):
        # The address may have been removed since.
        if recipient_of(request.person).email:
            found[request.organisation_id].append(request)
    return dict(found)


class AwaitedReporter(NamedTuple):
    """A person who may report in a round, with all measures of the lead that still need a report;
    `request` if they do so by personal link.
    """

    person: Person
    measures: list[Measure]
    request: ReportRequest | None = None


def awaited_reporters(reporting_round: ReportingRound) -> list[AwaitedReporter]:
    return [
        AwaitedReporter(person, awaited.measures, awaited.requests.get(person.pk))
        for awaited in awaited_leads(reporting_round)
        for person in awaited.reporters
    ]


def count_awaited_people(reporting_round: ReportingRound) -> int:
    """Return how many people `awaited_reporters` has, without reading a measure, in three queries.

    A form says it each time it is shown, also of a plan with thousands of measures.
    """
    leads = list(leads_owing(reporting_round))
    reporters = reporters_of(lead.pk for lead in leads)
    requests = valid_requests(reporting_round, leads)
    awaited = (
        _awaited_lead(lead, [], reporters.get(lead.pk, []), requests.get(lead.pk, []))
        for lead in leads
    )
    # Somebody may be asked for two organisations.
    return len({person.pk for lead in awaited for person in lead.reporters})


class OwingReporter(NamedTuple):
    """A person to remind in a round: how many owed reports they may write, and the title of one of
    the measures. Only who reports by personal link has a `request`, with all `measures`.
    """

    person: Person
    count: int
    title: str
    request: ReportRequest | None = None
    measures: list[Measure] = []

    @classmethod
    def of(cls, awaited: AwaitedLead, person: Person) -> "OwingReporter":
        return cls(
            person,
            awaited.count,
            awaited.measures[0].title,
            awaited.requests.get(person.pk),
            awaited.measures,
        )


def owing_reporters(reporting_round: ReportingRound) -> list[OwingReporter]:
    """Return who is to be reminded in `reporting_round`, in two queries, or in three if people
    without an account are asked. Measures are counted, since a lead may have thousands.
    """
    owed, requests = measures_awaiting_report(reporting_round), valid_requests(reporting_round)
    people = _people_who_report().filter(organisation__led_measures__in=owed.order_by())
    holders = [
        OwingReporter(person, person.owed_count, person.owed_title)
        for person in people.annotate(
            owed_count=Count("organisation__led_measures"),
            owed_title=Min("organisation__led_measures__title"),
        ).order_by("organisation__search", "organisation", "pk")
        if not any(request.is_sole for request in requests.get(person.organisation_id, []))
    ]
    return holders + _owing_by_link(owed, requests, [owing.person for owing in holders])


def _owing_by_link(
    owed: QuerySet[Measure], requests: dict[int, list[ReportRequest]], holders: list[Person]
) -> list[OwingReporter]:
    if not requests:
        return []
    measures: dict[int | None, list[Measure]] = defaultdict(list)
    for measure in owed.filter(lead__in=requests):
        measures[measure.lead_id].append(measure)
    # Whoever has an account by now reports with it.
    with_account = {(person.organisation_id, person.pk) for person in holders}
    return [
        OwingReporter(request.person, len(measures[lead]), measures[lead][0].title, request, found)
        for lead, asked in requests.items()
        if (found := measures[lead])
        for request in asked
        if (lead, request.person_id) not in with_account
    ]


def round_version(reporting_round: ReportingRound) -> str:
    """Return a fingerprint of what the office confirms when it opens or closes the round: whom it
    asks for which report, and until when.
    """
    asked = [
        (
            awaited.lead.pk,
            [measure.pk for measure in awaited.measures],
            [person.pk for person in awaited.reporters],
        )
        for awaited in awaited_leads(reporting_round)
    ]
    days = reporting_round.cut_off_on, reporting_round.due_on
    return hashlib.sha256(repr((days, asked)).encode()).hexdigest()[:20]


def leads_owing(reporting_round: ReportingRound) -> QuerySet[Organisation]:
    """Return the organisations that owe reports in the round, with `due_day` and `in_charge`."""
    # The first report that is owed decides; a subquery of all leads would read every measure.
    owed = measures_awaiting_report(reporting_round).order_by().filter(lead=OuterRef("pk"))
    return Organisation.objects.filter(Exists(owed)).annotate(
        due_day=Value(reporting_round.due_on, output_field=DateField()),
        in_charge=Value(None, output_field=IntegerField()),
    )


def with_owed_count(
    reporting_round: ReportingRound, leads: QuerySet[Organisation]
) -> QuerySet[Organisation]:
    """Return `leads` with how many reports each owes in the round; None if it owes none."""
    owed = measures_awaiting_report(reporting_round).order_by().filter(lead=OuterRef("pk"))
    counted = owed.values("lead").annotate(number=Count("pk")).values("number")
    return leads.annotate(owed_count=Subquery(counted))
