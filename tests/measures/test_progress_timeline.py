"""The timeline chart: which years it labels, and what it does with bars beyond its edges."""

import datetime as dt
import re

import pytest

from measures.models import Measure, Milestone
from measures.progress.timeline import CHART_WIDTH_PX, draw_timeline
from measures.queries import TimelineBar

TODAY = dt.date(2026, 3, 18)


def make_bar(first: int, last: int, *milestones: dt.date) -> TimelineBar:
    milestones_shown = [Milestone(title="Konzept", due_on=day) for day in milestones]
    return TimelineBar(
        Measure(title="Ankauf"), dt.date(first, 1, 1), dt.date(last, 12, 31), milestones_shown
    )


def labels(svg: str) -> list[tuple[float, str]]:
    """Return (position, year) of each year label."""
    return [
        (float(x), year)
        for x, year in re.findall(r'class="timeline__label" x="([\d.]+)" y="14">(\d+)<', svg)
    ]


def draw(*bars: TimelineBar, years=(2015, 2029)) -> str:
    return draw_timeline(list(bars), years=years, today=TODAY).svg


def test_each_year_is_named_where_there_is_room():
    assert [year for _x, year in labels(draw(make_bar(2024, 2027)))] == [
        "2024",
        "2025",
        "2026",
        "2027",
    ]


@pytest.mark.parametrize("span", [(2018, 2021), (2010, 2030), (1990, 2099), (1900, 2100)])
def test_years_never_overlap_nor_leave_the_picture(span):
    places = [x for x, _year in labels(draw(make_bar(*span), years=(1900, 2100)))]

    assert len(places) >= 4
    assert all(after - before >= 36 for before, after in zip(places, places[1:], strict=False))
    assert places[-1] <= CHART_WIDTH_PX - 36


def test_bar_beyond_the_years_is_cut_with_an_arrow_naming_its_day():
    svg = draw(
        make_bar(1990, 2099, dt.date(1995, 1, 1), dt.date(2026, 6, 1), dt.date(2098, 1, 1)),
        make_bar(2020, 2026),
    )

    assert [year for _x, year in labels(svg)][0] == "2016"
    assert re.findall(r"timeline__cut.*?<title>(.*?)</title>", svg) == [
        "seit 01.01.1990",
        "bis 31.12.2099",
    ]
    assert '<rect class="fill--neutral" x="190.0" y="34" width="450.0"' in svg
    assert re.findall(r"timeline__mark\".*?<title>(.*?)</title>", svg) == ["Konzept, 01.06.2026"]


def test_bar_within_the_years_has_no_arrow():
    assert "timeline__cut" not in draw(make_bar(2015, 2029))


def test_bars_entirely_beyond_the_years_are_drawn_at_the_edge():
    svg = draw(make_bar(1950, 1960), make_bar(2090, 2095))

    assert re.findall(
        r'<rect class="fill--neutral" x="([\d.]+)" y="\d+" width="([\d.]+)"', svg
    ) == [
        ("190.0", "8.0"),
        ("632.0", "8.0"),
    ]
    assert re.findall(r"timeline__cut.*?<title>(.*?)</title>", svg) == [
        "seit 01.01.1950",
        "bis 31.12.2095",
    ]


def test_without_bars_there_is_no_picture():
    assert draw() == ""
