"""The members of distribution lists."""

import datetime as dt

import pytest

from core.errors import NotAllowed, Refused
from core.roles import OFFICE, SENATOR_OFFICE
from partners.models import DistributionList
from partners.services import add_members, create_list, remove_members
from tests.partners.builders import make_person, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


NOW = dt.datetime(2019, 6, 3, 9, 0, tzinfo=dt.UTC)
OFFICE_ONLY = r"^Organisationen, Personen und Konten pflegt die Geschäftsstelle\.$"


def test_only_the_office_adds_lists():
    stranger = make_user(SENATOR_OFFICE)

    with pytest.raises(NotAllowed, match=OFFICE_ONLY):
        create_list(values={"name": "Metall"}, by=stranger, now=NOW)

    assert not DistributionList.objects.exists()


def test_name_of_another_list_is_refused():
    office, metal = make_user(OFFICE), DistributionList.objects.create(name="Metall")
    sentence = r"^Einen Verteiler mit diesem Namen gibt es schon\.$"

    with nothing_changes(metal), pytest.raises(Refused, match=sentence):
        create_list(values={"name": "Metall"}, by=office, now=NOW)

    assert DistributionList.objects.count() == 1


def test_who_left_is_not_added():
    office, metal = make_user(OFFICE), DistributionList.objects.create(name="Metall")
    people = [make_person(is_active=False)]

    with nothing_changes(metal):
        assert add_members(distribution_list=metal, people=people, by=office, now=NOW) == 0

    assert not metal.members.exists()


@pytest.mark.parametrize("service", [add_members, remove_members])
def test_only_the_office_changes_members(service):
    member, candidate, stranger = make_person(), make_person(), make_user(SENATOR_OFFICE)
    metal = DistributionList.objects.create(name="Metall")
    metal.members.add(member)
    people = [member, candidate]

    with nothing_changes(metal), pytest.raises(NotAllowed, match=OFFICE_ONLY):
        service(distribution_list=metal, people=people, by=stranger, now=NOW)

    assert list(metal.members.all()) == [member]
