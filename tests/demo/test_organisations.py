"""The real organisations as the demo loads them."""

import pytest
from django.utils import timezone

from core.models import Origin
from demo.loading import read_records
from demo.organisations import load_organisations
from partners.models import Organisation
from tests.keeping import kept_for_a_while

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with kept_for_a_while(django_db_blocker):
        load_organisations(read_records("organisations"), now=timezone.now())
        yield {record.name: record for record in Organisation.objects.all()}


def test_every_record_is_loaded_with_its_sources(loaded):
    assert len(loaded) == 117
    assert all(record.origin == Origin.TAKEN_OVER and record.sources for record in loaded.values())


def test_no_remark_is_left_in_a_name(loaded):
    assert [name for name in loaded if "(" in name] == []


def test_abbreviation_becomes_the_short_name(loaded):
    assert loaded["Berliner Verkehrsbetriebe"].short_name == "BVG"


def test_place_becomes_the_city(loaded):
    assert loaded["prima events GmbH"].city == "Hamburg"


def test_remark_becomes_a_doubt(loaded):
    assert (
        loaded["Senatsverwaltung für Arbeit"].doubts
        == "Zum Namen: jeweiliges Ressort. Ressortbezeichnung wechselt."
    )


def test_inferred_name_is_marked(loaded):
    record = loaded["Verband Druck und Medien"]

    assert record.basis == {"name": "inferred"}
    assert record.doubts == "Die Quelle nennt den Verband ohne Zusatz der Region."
