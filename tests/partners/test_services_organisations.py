"""Adding organisations."""

import datetime as dt

import pytest

from core.conflicts import version_of
from core.errors import NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from partners.models import Organisation
from partners.services import change_organisation, create_organisation
from partners.services.organisations import FIELDS
from tests.partners.builders import make_organisation, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


NOW = dt.datetime(2019, 6, 3, 9, 0, tzinfo=dt.UTC)
OFFICE_ONLY = r"^Organisationen, Personen und Konten pflegt die Geschäftsstelle\.$"


def test_folded_name_of_another_organisation_is_refused():
    office, existing = make_user(OFFICE), make_organisation("Müller Präzision GmbH")

    with nothing_changes(existing), pytest.raises(Refused, match="gibt es schon"):
        create_organisation(values={"name": "MUELLER PRÄZISION GMBH"}, by=office, now=NOW)

    assert Organisation.objects.count() == 1


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
