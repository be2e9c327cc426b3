import datetime as dt

import pytest

from core.roles import OFFICE
from measures.models import Measure
from measures.queries import timeline_bars, with_period
from tests.measures.builders import (
    make_measure,
    make_milestone,
    make_plan,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


def test_bars_use_own_days_or_those_of_the_milestones(office, django_assert_num_queries):
    office.roles  # noqa: B018
    plan = make_plan()
    own = make_measure(plan, starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 12, 31))
    milestones = make_measure(plan)
    first = make_milestone(milestones, due_on=dt.date(2026, 2, 1))
    last = make_milestone(milestones, due_on=dt.date(2026, 9, 1))
    make_measure(plan)

    measures = with_period(Measure.objects.visible_to(office).filter(plan=plan))
    with django_assert_num_queries(2):
        bars = timeline_bars(measures)

    assert [(bar.measure, bar.starts_on, bar.ends_on, bar.milestones) for bar in bars] == [
        (own, dt.date(2026, 1, 1), dt.date(2026, 12, 31), []),
        (milestones, dt.date(2026, 2, 1), dt.date(2026, 9, 1), [first, last]),
    ]
    assert len(timeline_bars(measures[:1])) == 1


def test_bar_without_own_days_lasts_until_its_milestones_are_expected(office):
    plan = make_plan()
    measure = make_measure(plan)
    make_milestone(measure, due_on=dt.date(2026, 2, 1), done_on=dt.date(2026, 1, 15))
    make_milestone(
        measure,
        due_on=dt.date(2026, 9, 1),
        forecast_on=dt.date(2027, 3, 1),
        forecast_reason="Der Bebauungsplan fehlt.",
    )

    (bar,) = timeline_bars(with_period(Measure.objects.visible_to(office).filter(plan=plan)))

    assert (bar.starts_on, bar.ends_on) == (dt.date(2026, 1, 15), dt.date(2027, 3, 1))
