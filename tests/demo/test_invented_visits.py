"""The invented visits, loaded on an ordinary day, before Christmas and on 29 February."""

import datetime as dt

import pytest

from approvals.models import ApprovalRequest
from approvals.queries import differences_of
from core.models import Origin
from core.roles import OFFICE, SENATOR_OFFICE
from demo.invented.visits import load_invented_visits
from demo.scenario import Scenario
from media_visits.enums import VisitState
from media_visits.models import PressSlot, Visit
from tests.approvals.builders import NOW, TODAY
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("today", [TODAY, dt.date(2026, 12, 23), dt.date(2028, 2, 29)])
def test_invented_visits_lie_ahead_on_any_day(today):
    for name in ("BAE Batterien GmbH", "Berliner Seilfabrik", "Stadler Pankow"):
        make_organisation(name)
    users = {
        "geschaeftsstelle": make_user(OFFICE),
        "referat": None,
        "senatorin": make_user(SENATOR_OFFICE),
        "vdma-ost": None,
        "ihk": None,
    }
    now = NOW.replace(year=today.year, month=today.month, day=today.day)

    load_invented_visits(Scenario(users, today, now))

    states = list(Visit.objects.order_by("pk").values_list("state", "origin"))
    assert states == [
        (VisitState.APPROVED, Origin.DEMO),
        (VisitState.SUBMITTED, Origin.DEMO),
        (VisitState.SUBMITTED, Origin.DEMO),
    ]
    lapsed = ApprovalRequest.objects.get(state="lapsed")
    again = ApprovalRequest.objects.get(former=lapsed)
    assert (lapsed.origin, lapsed.lapse_reason, again.state) == (
        Origin.DEMO,
        "geändert: Termin",
        "open",
    )
    assert [change.label for change in differences_of(again)] == ["Termin"]
    votes = ApprovalRequest.objects.order_by("pk").values_list("vote", flat=True)
    assert list(votes) == ["Zustimmung zum Besuch mit Presse"] * 2 + ["Zustimmung zum Besuch"] * 2
    assert all(day > today for day in Visit.objects.values_list("starts_on", flat=True))
    assert PressSlot.objects.filter(origin=Origin.DEMO).count() == 2
