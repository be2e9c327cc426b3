import datetime as dt

import pytest

from measures.models import Measure, Plan
from tests.measures.builders import make_plan

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("runtime", "starts_on", "ends_on", "is_outside"),
    [
        ("2018–2021", None, None, True),
        ("bis 31.12.2021", None, None, True),
        ("2019 bis 2022", None, None, False),
        ("ab 2019", None, None, False),
        ("laufend", None, None, False),
        ("", None, None, False),
        ("", dt.date(2018, 1, 1), dt.date(2021, 12, 31), True),
        ("", dt.date(2018, 1, 1), None, False),
        ("bis 2021", dt.date(2018, 1, 1), None, True),
        ("", dt.date(2027, 1, 1), None, True),
        ("", dt.date(2021, 1, 1), dt.date(2022, 1, 1), False),
    ],
)
def test_runtime_outside_a_plan_is_told_from_one_that_reaches_into_it(
    runtime, starts_on, ends_on, is_outside
):
    plan = make_plan(first_year=2022, last_year=2026)
    measure = Measure(runtime=runtime, starts_on=starts_on, ends_on=ends_on)

    assert measure.has_runtime_outside(plan) is is_outside
    assert not measure.has_runtime_outside(Plan())
