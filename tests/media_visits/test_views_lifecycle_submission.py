"""What the page for submitting a visit asks to complete."""

import pytest

from tests.journeys.visitor import Page
from tests.media_visits.builders import make_sector, make_visit, text_of
from tests.partners.builders import make_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def test_briefing_asks_for_what_the_senators_office_would_not_see(signed_in):
    company = make_organisation("Werk")
    company.sectors.add(make_sector("Maschinenbau"))
    bare = make_visit(company=company, address="")
    complete = make_visit(title="Anderer", company=company, address="Am Kai 1, Berlin")
    complete.sectors.add(make_sector("Energie"))

    asked = Page(signed_in.get(f"/besuche/{bare.pk}/vorlegen/").content.decode())

    assert "lässt sich nach der Freigabe ergänzen, ohne dass diese erlischt" in asked.text
    assert "Es ist keiner gewählt. Branchen des Unternehmens: Maschinenbau." in asked.text
    assert f"/besuche/{bare.pk}/bearbeiten/" in [url for _label, url in asked.links]
    page = text_of(signed_in.get(f"/besuche/{complete.pk}/vorlegen/"))
    assert "Vor dem Vorlegen ergänzen?" not in page
