"""Compare the forms of all apps with the list of measures, asked in turn.

Runs on the measures that `scripts.bench.pages` has made, or makes as many.
"""

from django.test import Client, override_settings
from django.urls import reverse

from dialogues.enums import SeriesState, TopicState
from measures.enums import RoundState
from measures.models import Measure, PlanSection, ReportingRound
from media_visits.enums import VisitState
from partners.models import DistributionList, Organisation, Person, User
from scripts.bench.pages import BACKEND, make_stock, tell_ratio
from scripts.bench.sink import CountingSink
from tests.dialogues.builders import make_dialogue, make_series, make_topic
from tests.measures.builders import (
    make_contact,
    make_document,
    make_indicator,
    make_link,
    make_milestone,
    make_project,
    make_target,
    make_value,
)
from tests.media_visits.builders import make_coverage, make_slot, make_visit
from tests.partners.builders import make_organisation, make_person

# What a portal has after some years; the forms of all apps let one choose from them.
ORGANISATIONS, PEOPLE = 300, 600


def measure(sink: CountingSink) -> dict[str, float]:
    """Return for each form the ratio to the list; print it with the queries."""
    make_stock()
    _make_partners()
    client, listing = Client(), reverse("measures:list")
    client.force_login(User.objects.order_by("pk").first(), backend=BACKEND)
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        return {name: tell_ratio(client, name, url, listing) for name, url in _form_pages().items()}


def _make_partners() -> None:
    """Create organisations and people that lead nothing."""
    organisations = Organisation.objects.bulk_create(
        Organisation(name=f"Betrieb {number}") for number in range(ORGANISATIONS)
    )
    Person.objects.bulk_create(
        Person(
            family_name=f"Leitung {number}",
            email=f"leitung{number}@example.org",
            organisation=organisations[number % ORGANISATIONS],
        )
        for number in range(PEOPLE)
    )


def _form_pages() -> dict[str, str]:
    """Return the addresses of all forms by route, each about a record made for it."""
    routes = {
        route: []
        for route in (
            *("measures:create", "measures:round_create", "measures:project_add_outside"),
            *("dialogues:topic_create", "dialogues:series_create"),
            *("media_visits:create", "media_visits:coverage_create"),
            *("partners:organisation_add", "partners:person_add", "partners:list_add"),
        )
    }
    routes |= {route: [record.pk] for route, record in _records().items()}
    return {route: reverse(route, args=args) for route, args in routes.items()}


def _records() -> dict:
    measure = Measure.objects.order_by("pk").first()
    indicator, user = make_indicator(measure), User.objects.order_by("pk").first()
    visit = make_visit(VisitState.ANNOUNCED)
    topic = make_topic(TopicState.PROPOSED)
    return {
        **dict.fromkeys(
            ("measures:edit", "measures:milestone_add", "measures:project_add"), measure
        ),
        **dict.fromkeys(("measures:indicator_add", "measures:contact_add"), measure),
        **dict.fromkeys(("measures:document_add", "measures:link_add"), measure),
        "measures:milestone_edit": make_milestone(measure),
        "measures:project_edit": make_project(),
        **dict.fromkeys(("measures:indicator_edit", "measures:value_add"), indicator),
        "measures:target_add": indicator,
        "measures:target_edit": make_target(indicator, "2030-12-31", "20"),
        "measures:value_edit": make_value(indicator, "2025", "10"),
        "measures:contact_edit": make_contact(measure, make_person()),
        "measures:document_edit": make_document(measure),
        "measures:link_edit": make_link(measure),
        **dict.fromkeys(("measures:plan_edit", "measures:section_add"), measure.plan),
        "measures:section_edit": PlanSection.objects.order_by("pk").first(),
        "measures:round_edit": ReportingRound.objects.get(state=RoundState.OPEN),
        "dialogues:topic_edit": topic,
        "dialogues:series_edit": make_series(SeriesState.PROPOSED),
        "dialogues:edit": make_dialogue(),
        **dict.fromkeys(("media_visits:edit", "media_visits:press_create"), visit),
        "media_visits:press_edit": make_slot(visit),
        "media_visits:coverage_edit": make_coverage(),
        "partners:organisation_edit": make_organisation(),
        **dict.fromkeys(("partners:account_edit", "partners:deputy_add"), user.person),
        "partners:person_edit": make_person(),
        "partners:list_edit": DistributionList.objects.create(name="Verteiler"),
    }
