"""The real organisations as the demo loads them."""

import json

import pytest

from core.models import Origin
from masterplan.demo.organisations import load_organisations
from partners.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(base_dir):
    load_organisations(json.loads((base_dir / "data" / "organisations.json").read_text(encoding="utf-8")))
    return {row.name: row for row in Organisation.objects.all()}


def test_every_row_is_there_with_its_sources(loaded):
    assert len(loaded) == 117
    assert all(row.origin == Origin.TAKEN_OVER and row.sources for row in loaded.values())


def test_no_remark_is_left_in_a_name(loaded):
    assert [name for name in loaded if "(" in name] == []


def test_abbreviation_becomes_the_short_name(loaded):
    assert loaded["Berliner Verkehrsbetriebe"].short_name == "BVG"


def test_place_becomes_the_city(loaded):
    assert loaded["prima events GmbH"].city == "Hamburg"


def test_remark_becomes_a_doubt(loaded):
    assert (
        loaded["Senatsverwaltung für Arbeit"].doubts == "Zum Namen: jeweiliges Ressort. Ressortbezeichnung wechselt."
    )


def test_inferred_name_is_said_to_be_so(loaded):
    row = loaded["Verband Druck und Medien"]

    assert row.basis == {"name": "inferred"}
    assert row.doubts == "Die Quelle nennt den Verband ohne Zusatz der Region."
