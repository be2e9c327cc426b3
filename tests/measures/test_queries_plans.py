import datetime as dt

import pytest

from core.models import Origin
from core.progress import Segment
from core.roles import OBSERVER, OFFICE, PARTNER
from measures.queries import (
    current_plan,
    plan_tree,
    progress_figures,
    tree_branch,
)
from tests.measures.builders import (
    TODAY,
    make_measure,
    make_milestone,
    make_plan,
    make_section,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def tree():
    plan = make_plan(levels=["Handlungsfeld", "Themencluster"])
    field = make_section(plan, "Rahmenbedingungen", position=1)
    other = make_section(plan, "Marketing", position=2)
    cluster = make_section(plan, "Flächen", field, position=1)
    return {"plan": plan, "field": field, "other": other, "cluster": cluster}


def test_tree_counts_the_measures_below_each_section(office, tree):
    plan = tree["plan"]
    deep = make_measure(plan, "Ankauf", section=tree["cluster"])
    make_measure(plan, "Rahmen", section=tree["field"])
    loose = make_measure(plan, "Ohne Platz")

    root = plan_tree(plan, office)

    assert (root.count, root.own_count, root.measures) == (3, 1, [loose])
    assert [(node.section.title, node.count, node.is_open) for node in root.children] == [
        ("Rahmenbedingungen", 2, True),
        ("Marketing", 0, True),
    ]
    assert root.children[0].children[0].measures == [deep]


def test_tree_of_a_large_plan_loads_only_opened_branches(office, tree, monkeypatch):
    monkeypatch.setattr("measures.queries.plans.BRANCH_SIZE", 2)
    plan = tree["plan"]
    deep = [make_measure(plan, f"Ankauf {n}", section=tree["cluster"]) for n in range(3)]
    make_measure(plan, "Werben", section=tree["other"])

    closed = plan_tree(plan, office)
    opened = plan_tree(plan, office, opened=[tree["cluster"].pk])

    field, other = closed.children
    assert (field.is_open, field.children[0].measures, field.children[0].own_count) == (
        True,
        None,
        3,
    )
    assert (other.is_open, other.measures, other.more_count) == (False, None, 1)
    cluster = opened.children[0].children[0]
    assert (cluster.is_open, cluster.measures, cluster.more_count) == (True, deep[:2], 1)
    assert tree_branch(plan, tree["cluster"], office)[2:] == (3, 3, deep[:2])


def test_tree_has_only_measures_the_reader_may_see(tree):
    make_measure(tree["plan"], section=tree["cluster"], is_published=False)
    observer = make_user(OBSERVER)

    assert plan_tree(tree["plan"], observer).count == 0
    assert tree_branch(tree["plan"], tree["cluster"], observer).count == 0


def test_current_plan_is_the_newest_that_is_published(office):
    coming = make_plan(position=2, is_published=False, first_year=2026)
    assert current_plan(office, TODAY) == coming

    published = make_plan(position=1)

    assert current_plan(office, TODAY) == published
    assert current_plan(make_user(PARTNER), TODAY) == published
    assert current_plan(make_user(), TODAY) is None


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        # The first and the last year of each plan, the newest plan first; TODAY is in 2026.
        ([(2027, 2030), (2022, 2026), (2018, 2021)], 1),
        ([(2026, 2030), (2022, 2026)], 0),
        ([(None, None), (2022, None)], 1),
        ([(2018, 2021), (2010, 2020)], 0),
        ([(None, None), (2018, 2021)], 0),
        ([(2027, None), (2018, 2021)], 0),
    ],
)
def test_plan_whose_period_includes_today_comes_before_the_newest(office, periods, expected):
    plans = [
        make_plan(first_year=first, last_year=last, position=10 - number)
        for number, (first, last) in enumerate(periods)
    ]

    assert current_plan(office, TODAY) == plans[expected]


def test_figures_by_field_and_as_a_whole(office, tree):
    plan = tree["plan"]
    explained = {"traffic_light_reason": "Geld fehlt.", "help_wanted": "Beschluss"}
    first = make_measure(plan, section=tree["cluster"], phase="running", traffic_light="green")
    make_measure(plan, section=tree["field"], phase="completed", traffic_light="red", **explained)
    make_measure(plan)
    make_milestone(first, done_on=dt.date(2026, 1, 5))
    make_milestone(first)
    make_measure(section=None, phase="running")

    figures = progress_figures(office, plan, TODAY)

    assert (figures.whole.total, figures.whole.milestones_done, figures.whole.milestones_total) == (
        3,
        1,
        2,
    )
    assert [field.label for field in figures.fields] == [
        "Rahmenbedingungen",
        "Marketing",
        "Keinem Feld zugeordnet",
    ]
    frame, marketing, nowhere = figures.fields
    assert frame.phase_segments == [
        Segment("abgeschlossen", 1, "strong"),
        Segment("in Umsetzung", 1, "medium"),
    ]
    assert frame.traffic_light_counts == [("green", 1), ("yellow", 0), ("red", 1), ("", 0)]
    assert (frame.milestones_done, frame.milestones_total) == (1, 2)
    assert (marketing.total, marketing.phase_segments) == (0, [])
    assert nowhere.phase_segments == [Segment("nicht belegt", 1, "neutral")]


def test_figures_count_what_is_overdue_in_running_measures(office, tree):
    yesterday = TODAY - dt.timedelta(days=1)
    running = make_measure(tree["plan"], phase="running")
    make_milestone(running, due_on=yesterday)
    make_milestone(running, due_on=TODAY)
    make_milestone(running, due_on=yesterday, done_on=TODAY)
    make_milestone(running, due_on=yesterday, origin=Origin.TAKEN_OVER)
    make_milestone(make_measure(tree["plan"], phase="discontinued"), due_on=yesterday)

    whole = progress_figures(office, tree["plan"], TODAY).whole

    assert (whole.milestones_overdue, whole.milestones_total) == (1, 5)


def test_figures_leave_out_what_the_reader_may_not_see(tree):
    hidden = make_measure(tree["plan"], section=tree["field"], is_published=False)
    make_milestone(hidden)

    figures = progress_figures(make_user(PARTNER), tree["plan"], TODAY)

    assert (figures.whole.total, figures.whole.milestones_total) == (0, 0)


def test_figures_need_one_query_until_something_changes(office, tree, django_assert_num_queries):
    office.rights  # noqa: B018  cached once per request
    for number in range(30):
        make_milestone(make_measure(tree["plan"], section=tree["field"]), f"Schritt {number}")
    with django_assert_num_queries(3):
        before = progress_figures(office, tree["plan"], TODAY)
    with django_assert_num_queries(1):
        assert progress_figures(office, tree["plan"], TODAY) == before

    make_measure(tree["plan"], section=tree["cluster"])

    with django_assert_num_queries(3):
        assert progress_figures(office, tree["plan"], TODAY).whole.total == 31
