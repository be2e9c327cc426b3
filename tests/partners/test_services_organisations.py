"""Adding organisations."""

import datetime as dt

import pytest

from core.conflicts import version_of
from core.errors import Concern, NotAllowed, Refused, Warned
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from partners.models import Organisation
from partners.services import change_organisation, create_organisation
from partners.services.organisations import FIELDS
from tests.partners.builders import make_organisation, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


NOW = dt.datetime(2019, 6, 3, 9, 0, tzinfo=dt.UTC)
OFFICE_ONLY = r"^Organisationen, Personen und Konten pflegt die Geschäftsstelle\.$"


@pytest.mark.parametrize(
    "values",
    (
        {"name": "MUELLER PRÄZISION GMBH"},
        {"name": " Müller  Praezision GmbH"},
        {"name": "MPG"},
        {"name": "Neu", "short_name": "mpg"},
        {"name": "Neu", "short_name": "Müller Präzision GmbH"},
    ),
)
def test_similar_organisation_is_created_only_deliberately(values):
    office = make_user(OFFICE)
    existing = make_organisation("Müller Präzision GmbH", short_name="MPG")
    make_organisation("Müller Präzision GmbH Süd", short_name="MPGS")

    with nothing_changes(existing), pytest.raises(Warned, match="vielleicht schon") as warned:
        create_organisation(values=values, by=office, now=NOW)

    assert warned.value.concerns == [
        Concern(
            f"organisation-{existing.pk}",
            "Müller Präzision GmbH",
            existing.get_absolute_url(),
            "MPG, Unternehmen",
        )
    ]
    heeded = [f"organisation-{existing.pk}"]
    created = create_organisation(values=values, by=office, now=NOW, heeded=heeded)
    assert created.name == " ".join(values["name"].split())


def test_exact_name_of_another_organisation_is_refused():
    office, existing = make_user(OFFICE), make_organisation("Müller Präzision GmbH")
    heeded = [f"organisation-{existing.pk}"]

    with nothing_changes(existing), pytest.raises(Refused, match="gibt es schon"):
        create_organisation(values={"name": existing.name}, by=office, now=NOW, heeded=heeded)

    assert Organisation.objects.count() == 1


def test_change_warns_only_of_what_it_makes_similar():
    office, existing = make_user(OFFICE), make_organisation("Müller GmbH", short_name="M")
    organisation = make_organisation("Mueller GmbH")

    def change(**values):
        change_organisation(
            organisation=organisation,
            values={"name": "Mueller GmbH"} | values,
            version=version_of(organisation, FIELDS),
            by=office,
            now=NOW,
        )

    change(city="Berlin")
    organisation.refresh_from_db()
    assert organisation.city == "Berlin"
    Organisation.objects.filter(pk=existing.pk).update(name="Andere GmbH", search="andere gmbh m")
    with nothing_changes(organisation), pytest.raises(Warned, match="vielleicht schon"):
        change(short_name="m")


@pytest.mark.parametrize("role", (SENATOR_OFFICE, PARTNER, OBSERVER))
def test_only_the_office_adds_organisations(role):
    stranger = make_user(role)

    with pytest.raises(NotAllowed, match=OFFICE_ONLY):
        create_organisation(values={"name": "Neu"}, by=stranger, now=NOW)

    assert not Organisation.objects.filter(name="Neu").exists()


@pytest.mark.parametrize("role", (SENATOR_OFFICE, PARTNER, OBSERVER))
def test_only_the_office_changes_organisations(role):
    organisation = make_organisation(kind="company")
    stranger = make_user(role, organisation=organisation)

    with nothing_changes(organisation), pytest.raises(NotAllowed, match=OFFICE_ONLY):
        change_organisation(
            organisation=organisation,
            values={"name": "Neu", "kind": "bank"},
            version=version_of(organisation, FIELDS),
            by=stranger,
            now=NOW,
        )
