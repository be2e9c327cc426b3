import pytest
from django.utils import timezone

from core.roles import PARTNER, SENATOR_OFFICE
from measures.permissions import can_report
from partners.models import Deputy
from tests.measures.builders import (
    make_measure,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


def test_deputy_of_the_senators_office_does_not_report_for_its_organisation():
    partner, senator = (
        make_user(PARTNER),
        make_user(SENATOR_OFFICE, organisation=make_organisation()),
    )
    measure = make_measure(lead_id=senator.organisation_id)
    today = timezone.localdate()
    Deputy.objects.create(
        principal=senator.person, deputy=partner.person, starts_on=today, kinds=["topic"]
    )

    assert not can_report(partner, measure)
    assert can_report(make_user(PARTNER, organisation=senator.person.organisation), measure)
