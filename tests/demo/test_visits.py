"""The real visits and coverage keep the precision of their sources."""

import pytest
from django.utils import timezone

from core.models import Origin, Precision
from demo import visits as demo
from demo.loading import read_records
from media_visits.enums import CoverageKind, PressKind, VisitState
from media_visits.models import Coverage, PressSlot, Visit
from partners.enums import OrganisationKind
from tests.keeping import kept_for_a_while
from tests.partners.builders import make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with kept_for_a_while(django_db_blocker):
        for record in read_records("organisations"):
            kind = OrganisationKind.PRESS if record["kind"] == "press" else OrganisationKind.COMPANY
            make_organisation(record["name"], short_name=record["short_name"] or "", kind=kind)
        demo.load_visits(read_records("visits"), now=timezone.now())
        demo.load_coverage(read_records("coverage"), now=timezone.now())
        yield


def visit_to(company: str) -> Visit:
    return Visit.objects.get(company_text=company)


def test_every_record_is_loaded_as_taken_over(loaded):
    assert Visit.objects.filter(origin=Origin.TAKEN_OVER).count() == len(read_records("visits"))
    assert Coverage.objects.filter(origin=Origin.TAKEN_OVER).count() == len(
        read_records("coverage")
    )


def test_sources_and_doubts_are_kept(loaded):
    for record in read_records("visits"):
        visit = Visit.objects.get(company_text=record["company"], title=record["occasion"])
        assert visit.sources == record["source"]
        assert visit.doubts == (record["notes"] or "")
        assert visit.basis["starts_on"] == record["date_basis"]
        assert visit.sectors_text == ", ".join(record["sectors"])


@pytest.mark.parametrize(
    ("company", "text"),
    [
        ("Scansonic Holding SE", "25.07.2017 – 09.08.2017"),
        ("Blue Biolabs", "Juli 2017 – August 2017"),
        ("Lilienthal Berlin", "Juli 2020"),
        ("Swissbit Germany AG", "31.07.2018"),
        ("Carl Zeiss Meditec AG", "Mi, 18.07.2018, 17:00 Uhr"),
        ("Charlottenburger Innovations-Centrum (CHIC)", "Di, 25.08.2020, 15:00–15:40 Uhr"),
        ("Kryolan GmbH", "Datum nicht belegt"),
    ],
)
def test_date_is_as_exact_as_its_source(loaded, company, text):
    assert visit_to(company).date_text == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("First Sensor", "First Sensor AG"),
        ("Siemens AG, Schaltwerk", "Siemens AG"),
        ("Siemens, Gasturbinenwerk Berlin-Moabit", "Siemens AG"),
        ("Flughafen Tegel / Tegel Projekt GmbH", "Tegel Projekt GmbH"),
        ("HTW Berlin, Motion Capture Lab", "Hochschule für Technik und Wirtschaft Berlin"),
    ],
)
def test_company_is_found_by_its_name(loaded, text, name):
    assert visit_to(text).company.name == name


@pytest.mark.parametrize("text", ["Motorola", "Berlin.Industrial.Group. und Swissbit AG"])
def test_unknown_company_stays_text(loaded, text):
    assert visit_to(text).company is None


def test_states_come_from_the_source(loaded):
    cancelled = visit_to("Bombardier Transportation, Hennigsdorf")

    assert cancelled.state == VisitState.CANCELLED
    assert cancelled.reason == "Absage am selben Vormittag wegen der Gespräche über Karstadt"
    assert Visit.objects.filter(state=VisitState.HELD).count() == 32
    assert Visit.objects.filter(state=VisitState.ANNOUNCED).count() == 15


def test_press_slots_are_those_the_source_names(loaded):
    kinds = dict.fromkeys(PressKind, 0)
    for slot in PressSlot.objects.all():
        kinds[PressKind(slot.kind)] += 1

    assert kinds[PressKind.NOT_PUBLIC] == 1
    assert kinds[PressKind.PICTURE] == 1
    assert kinds[PressKind.WORD_PICTURE] == 14
    assert visit_to("Carl Zeiss Meditec AG").press_slots.get().kind == PressKind.NOT_PUBLIC
    assert visit_to("Bosch Software Innovations GmbH").basis["press_text"] == "inferred"


def test_only_sectors_of_industry_become_sectors(loaded):
    assert [s.name for s in visit_to("Scansonic Holding SE").sectors.order_by("name")] == [
        "Maschinenbau",
        "Optik/Photonik",
    ]
    assert not visit_to("GOERZWERK").sectors.exists()
    assert visit_to("GOERZWERK").sectors_text == "Gewerbehof"


def test_coverage_is_linked_to_the_only_visit_it_is_a_source_of(loaded):
    assert visit_to("Collonil (Salzenbrodt)").coverage.count() == 4
    assert visit_to("First Sensor AG").coverage.count() == 1
    assert visit_to("Bombardier Transportation, Hennigsdorf").coverage.count() == 0
    assert Coverage.objects.filter(visit__isnull=False).count() == 11
    assert (
        Coverage.objects.get(title="Wirtschaftssenatorin besuchte Technologiepark Adlershof").visit
        is None
    )


def test_coverage_keeps_how_sure_its_facts_are(loaded):
    monthly = Coverage.objects.get(title="Sauber und sicher durch die Corona-Krise")
    radio = Coverage.objects.get(kind=CoverageKind.RADIO)

    assert (monthly.known_date, monthly.precision) == ("Juni 2020", Precision.MONTH)
    assert monthly.basis == {"title": "slug", "starts_on": "month"}
    assert radio.medium == "rbb Inforadio"
    assert Coverage.objects.filter(precision=Precision.UNKNOWN).count() == 4
