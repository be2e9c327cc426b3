"""What the search finds a measure or project by, field by field and role by role."""

import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import ReportState
from measures.models import Measure, Project, StatusReport
from measures.queries import search_measures, search_projects
from tests.measures.builders import (
    make_contact,
    make_document,
    make_indicator,
    make_link,
    make_measure,
    make_milestone,
    make_plan,
    make_project,
    make_report,
    make_section,
)
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db

READ_BY_ALL = {
    "titelwort",
    "k 77",
    "beschreibungswort",
    "federfuehrungswort",
    "abschnittswort",
    "meilensteinwort",
    "verzoegerungswort",
    "indikatorwort",
    "quellenwort",
    "sachstandswort",
    "ausblickswort",
    "grundwort",
    "hilfewort",
    "personal fehlt",
    "kontaktfunktion",
    "dokumentwort",
    "dateiname",
    "linkwort",
    "adresswort.de",
}
OF_THE_TWO_OFFICES = {"kontaktname", "kontakt@", "kontaktorganisation", "eingereicht"}
OF_THE_OFFICE = {"vermerkwort", "interndokument", "internlink", "entwurfswort"}
OF_NOBODY = {"anmerkungswort"}


@pytest.fixture
def measure():
    """A measure with a word of its own in each of its fields and texts; one beside it has none."""
    section = make_section(make_plan(), "Abschnittswort")
    measure = make_measure(
        section.plan,
        "Titelwort",
        code="K 77",
        section=section,
        lead=make_organisation("Federführungswort"),
        description="Beschreibungswort",
        internal_notes="Vermerkwort",
    )
    make_milestone(measure, "Meilensteinwort", forecast_reason="Verzögerungswort")
    make_indicator(measure, "Indikatorwort", source="Quellenwort")
    make_report(
        measure,
        ReportState.ACCEPTED,
        traffic_light="red",
        traffic_light_reason="Grundwort",
        help_wanted="Hilfewort",
        obstacle="staff",
        summary="Sachstandswort",
        outlook="Ausblickswort",
        comment="Anmerkungswort",
    )
    make_report(measure, summary="Eingereicht")
    make_report(make_measure(section.plan, "Anderes"), ReportState.DRAFT, summary="Entwurfswort")
    add_parts(measure)
    return measure


def add_parts(owner) -> None:
    person = make_person(
        "Kontaktname",
        email="kontakt@example.org",
        organisation=make_organisation("Kontaktorganisation"),
    )
    make_contact(owner, person, function="Kontaktfunktion")
    make_document(owner, "Dokumentwort", title="Dateiname.pdf", is_internal=False)
    make_document(owner, "Interndokument")
    make_link(owner, "Linkwort", url="https://www.adresswort.de/", is_internal=False)
    make_link(owner, "Internlink")


def words_that_find(user) -> set[str]:
    measures = Measure.objects.visible_to(user)
    every = READ_BY_ALL | OF_THE_TWO_OFFICES | OF_THE_OFFICE | OF_NOBODY
    return {words for words in every if search_measures(measures, words, user).exists()}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (OFFICE, READ_BY_ALL | OF_THE_TWO_OFFICES | OF_THE_OFFICE),
        (SENATOR_OFFICE, READ_BY_ALL | OF_THE_TWO_OFFICES),
        (OBSERVER, READ_BY_ALL),
        (PARTNER, READ_BY_ALL),
        (None, set()),
    ],
)
def test_each_role_finds_by_what_it_may_read_and_by_nothing_else(measure, role, expected):
    assert words_that_find(make_user(role) if role else make_user()) == expected


def test_lead_finds_by_its_own_report_before_it_is_accepted(measure):
    partner = make_user(PARTNER, organisation=measure.lead)

    assert words_that_find(partner) == READ_BY_ALL | {"eingereicht"}


def test_measure_that_is_hidden_is_found_by_none_of_its_texts(measure):
    Measure.objects.update(is_published=False)

    assert words_that_find(make_user(OBSERVER)) == set()


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (OFFICE, {"kontaktname", "kontaktfunktion", "dokumentwort", "interndokument", "linkwort"}),
        (SENATOR_OFFICE, {"kontaktname", "kontaktfunktion", "dokumentwort", "linkwort"}),
        (OBSERVER, {"kontaktfunktion", "dokumentwort", "linkwort"}),
        (PARTNER, {"kontaktfunktion", "dokumentwort", "linkwort"}),
    ],
)
def test_projects_are_found_by_their_contacts_documents_and_links(role, expected):
    add_parts(make_project())
    user, projects = make_user(role), Project.objects.all()

    every = {"kontaktname", "kontaktfunktion", "dokumentwort", "interndokument", "linkwort"}
    found = {words for words in every if search_projects(projects, words, user).exists()}

    assert found == expected


def test_all_words_stand_in_the_measure_or_in_one_of_its_texts(measure):
    office, measures = make_user(OFFICE), Measure.objects.all()

    def finds(words: str) -> bool:
        return search_measures(measures, words, office).exists()

    assert finds("titelwort federführungswort abschnittswort vermerkwort")
    assert finds("ausblickswort sachstandswort")
    assert not finds("meilensteinwort indikatorwort")


def test_contact_who_left_leads_nobody_outside_to_the_measure(measure):
    measure.contacts.get().person.__class__.objects.update(is_active=False)

    assert "kontaktfunktion" not in words_that_find(make_user(OBSERVER))
    assert "kontaktname" in words_that_find(make_user(OFFICE))


def test_changed_text_is_found_at_once_and_the_former_one_no_more(measure):
    report = StatusReport.objects.get(state=ReportState.SUBMITTED)
    report.summary = "Neugefasst"
    report.save()

    found = words_that_find(make_user(OFFICE))

    assert "eingereicht" not in found
    assert search_measures(Measure.objects.all(), "neugefasst", make_user(OFFICE)).exists()


@pytest.mark.parametrize("words", ["", " ", "\0", "\u0301"])
def test_no_words_leave_all_measures(measure, words):
    assert search_measures(Measure.objects.all(), words, make_user(OFFICE)).count() == 2


def test_search_is_one_query(measure, django_assert_num_queries):
    office = make_user(OFFICE)
    assert office.roles

    with django_assert_num_queries(1):
        assert len(search_measures(Measure.objects.all(), "wort", office)) == 2
