"""The timeline chart: which years it labels, and what it does with bars beyond its edges."""

import datetime as dt
import re

import pytest

from measures.enums import Phase
from measures.models import Measure, Milestone
from measures.progress.timeline import draw_milestones, draw_timeline
from measures.progress.timeline_picture import CARD, PAGE
from measures.queries import TimelineBar

TODAY = dt.date(2026, 3, 18)


def make_bar(
    first: int, last: int, *milestones: dt.date, title: str = "Ankauf", phase: str = ""
) -> TimelineBar:
    milestones_shown = [
        Milestone(title="Konzept", baseline_on=day, due_on=day) for day in milestones
    ]
    return TimelineBar(
        Measure(pk=7, title=title, phase=phase),
        dt.date(first, 1, 1),
        dt.date(last, 12, 31),
        milestones_shown,
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
    assert places[-1] <= CARD.width - 36


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
    assert '<rect class="fill--neutral" x="190.0" y="64" width="450.0"' in svg
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


def test_name_and_bar_link_to_the_measure():
    (link,) = re.findall(
        r'<a href="([^"]+)"><text.*?</text><rect [^>]+/></a>', draw(make_bar(2020, 2026))
    )

    assert link == "/massnahmen/7/"


@pytest.mark.parametrize(("layout", "lines"), [(CARD, 4), (PAGE, 2)])
def test_long_names_are_wrapped_and_never_cut(layout, lines):
    title = "Medial begleitete Unternehmensbesuche mit Branchenschwerpunkt (Prüfauftrag)"
    bars = [make_bar(2020, 2026, title=title), make_bar(2020, 2026)]
    svg = draw_timeline(bars, years=(2015, 2029), today=TODAY, layout=layout).svg

    name, _other = re.findall(r"timeline__name\">(.*?)</text>", svg)
    assert " ".join(re.findall(r">([^<]+)</tspan>", name)) == title
    assert name.count("<tspan") == lines
    tops = [int(y) for y in re.findall(r'fill--neutral" x="[\d.]+" y="(\d+)"', svg)]
    assert tops == [64, 64 + 28 + 15 * (lines - 1)]


@pytest.mark.parametrize(("years", "anchor"), [((2015, 2029), "middle"), ((2015, 2026), "end")])
def test_line_of_today_is_labelled_within_the_picture(years, anchor):
    day = dt.date(2026, 12, 20)
    svg = draw_timeline([make_bar(2015, 2040)], years=years, today=day).svg

    assert re.findall(r'timeline__now"[^>]*text-anchor="(\w+)">(\w+)<', svg) == [(anchor, "heute")]


def test_legend_names_the_phases_that_occur_and_the_arrows():
    bars = [make_bar(2020, 2026), make_bar(2020, 2026, phase=Phase.RUNNING)]
    timeline = draw_timeline(bars, years=(2015, 2029), today=TODAY)
    cut = draw_timeline(bars, years=(2021, 2029), today=TODAY)

    assert timeline.phases == [("in Umsetzung", "medium"), ("nicht belegt", "neutral")]
    assert (timeline.has_cuts, cut.has_cuts) == (False, True)


def test_overdue_milestone_is_marked_in_picture_legend_and_table():
    late, coming = dt.date(2026, 3, 12), dt.date(2026, 6, 1)

    timeline = draw_timeline([make_bar(2024, 2027, late, coming)], years=(2015, 2029), today=TODAY)

    assert re.findall(r"timeline__mark([^\"]*)\".*?<title>(.*?)</title>", timeline.svg) == [
        (" timeline__mark--overdue", "Konzept, 12.03.2026, überfällig"),
        ("", "Konzept, 01.06.2026"),
    ]
    assert timeline.svg.count('class="timeline__sign"') == 1
    assert timeline.has_overdue
    assert milestones_of(timeline) == (
        "Konzept (12.03.2026) – seit 6 Tagen überfällig; Konzept (01.06.2026)"
    )


def test_finished_measure_has_no_overdue_milestone():
    bar = make_bar(2024, 2027, dt.date(2026, 3, 12), phase=Phase.COMPLETED)

    timeline = draw_timeline([bar], years=(2015, 2029), today=TODAY)

    assert not timeline.has_overdue
    assert "timeline__sign" not in timeline.svg
    assert milestones_of(timeline) == "Konzept (12.03.2026)"


def test_long_timeline_is_cut_into_pictures_with_the_same_years():
    bars = [make_bar(2020, 2021)] * 25 + [make_bar(2024, 2026)]

    first, second = draw_timeline(bars, years=(2015, 2029), today=TODAY).pictures

    assert (first.count("<rect"), second.count("<rect")) == (25, 1)
    assert labels(first) == labels(second)


@pytest.mark.parametrize(
    ("years", "lines", "names"),
    [
        ((2026, 2026), 11, ["Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov"]),
        ((2024, 2026), 33, ["Apr", "Jul", "Okt"]),
        ((2018, 2026), 27, []),
        ((1990, 2026), 0, []),
    ],
)
def test_months_and_quarters_are_drawn_where_there_is_room(years, lines, names):
    svg = draw(make_bar(*years), years=years)

    assert svg.count("timeline__month") == lines
    assert re.findall(r'y="30">(\w+)<', svg)[: len(names)] == names


def test_milestone_is_drawn_with_its_shift_since_the_first_agreement():
    moved = Milestone(
        title="Konzept",
        baseline_on=dt.date(2026, 1, 1),
        due_on=dt.date(2026, 4, 1),
        forecast_on=dt.date(2026, 12, 31),
    )
    kept = Milestone(title="Beschluss", baseline_on=dt.date(2026, 2, 1), due_on=dt.date(2026, 2, 1))

    shown = draw_milestones(Measure(pk=7), [moved, kept], TODAY)

    assert re.findall(r'timeline__shift" d="([^"]+)"', shown.svg) == ["M190.0 64v8m0-4H638.8"]
    assert re.findall(r"<title>(.*?)</title>", shown.svg) == [
        "Konzept, 01.04.2026, voraussichtlich 31.12.2026",
        "Beschluss, 01.02.2026, überfällig",
    ]
    assert (shown.has_shifts, shown.has_overdue) == (True, True)
    assert not draw_milestones(Measure(pk=7), [kept], TODAY).has_shifts
    assert draw_milestones(Measure(pk=7), [], TODAY).svg == ""


def make_shifted(*, baseline: dt.date, due: dt.date, **days: dt.date) -> Milestone:
    return Milestone(title="Konzept", baseline_on=baseline, due_on=due, **days)


def milestones_of(timeline) -> str:
    """Return the last cell of the table, of one measure, without its elements."""
    return re.sub("<[^>]+>", "", timeline.table.rpartition("<td")[2].partition(">")[2])


def shown_on(svg: str) -> list[tuple[str, str]]:
    """Return (position, tooltip) of each milestone."""
    return re.findall(r'timeline__mark[^"]*" d="M([\d.]+) .*?<title>(.*?)</title>', svg)


def test_milestone_beside_a_bar_stands_on_the_day_it_is_expected():
    moved = make_shifted(
        baseline=dt.date(2026, 1, 1), due=dt.date(2026, 4, 1), forecast_on=dt.date(2026, 12, 31)
    )
    bar = make_bar(2026, 2026)._replace(milestones=[moved])

    timeline = draw_timeline([bar], years=(2015, 2029), today=TODAY)

    assert shown_on(timeline.svg) == [("638.8", "Konzept, 01.04.2026, voraussichtlich 31.12.2026")]
    assert re.findall(r'timeline__shift" d="([^"]+)"', timeline.svg) == ["M190.0 72v8m0-4H638.8"]
    assert timeline.has_shifts
    assert milestones_of(timeline) == (
        "Konzept (01.04.2026) – voraussichtlich 31.12.2026 – ursprünglich vereinbart: 01.01.2026"
    )


def test_reached_milestone_beside_a_bar_stands_on_the_day_it_was_reached():
    first, spring = dt.date(2026, 1, 1), dt.date(2026, 3, 1)
    reached = make_shifted(baseline=first, due=first, done_on=spring)
    kept = make_shifted(baseline=spring, due=spring, done_on=spring)
    bar = make_bar(2026, 2026)._replace(milestones=[reached, kept])

    timeline = draw_timeline([bar], years=(2015, 2029), today=TODAY)

    assert shown_on(timeline.svg) == [
        ("262.7", "Konzept, 01.01.2026, erreicht am 01.03.2026"),
        ("262.7", "Konzept, 01.03.2026, erreicht"),
    ]
    assert milestones_of(timeline) == (
        "Konzept (01.01.2026) – erreicht am 01.03.2026; Konzept (01.03.2026) – erreicht"
    )


def test_milestone_expected_after_its_measure_ends_is_drawn():
    late = make_shifted(
        baseline=dt.date(2025, 7, 1), due=dt.date(2025, 7, 1), forecast_on=dt.date(2026, 7, 1)
    )
    bar = make_bar(2025, 2025)._replace(milestones=[late])

    timeline = draw_timeline([bar], years=(2015, 2029), today=TODAY)

    assert [year for _x, year in labels(timeline.svg)] == ["2025", "2026"]
    assert [tooltip for _x, tooltip in shown_on(timeline.svg)] == [
        "Konzept, 01.07.2025, überfällig, voraussichtlich 01.07.2026"
    ]


def test_shift_beyond_the_years_leads_to_the_edge():
    late = make_shifted(
        baseline=dt.date(2025, 7, 1), due=dt.date(2025, 7, 1), forecast_on=dt.date(2026, 7, 1)
    )
    bar = make_bar(2025, 2025)._replace(milestones=[late])

    svg = draw_timeline([bar], years=(2025, 2025), today=TODAY).svg

    assert shown_on(svg) == []
    assert re.findall(r'timeline__shift" d="([^"]+)"', svg) == ["M413.2 72v8m0-4H640.0"]


def test_kept_milestone_has_no_shift():
    timeline = draw_timeline(
        [make_bar(2026, 2026, dt.date(2026, 6, 1))], years=(2015, 2029), today=TODAY
    )

    assert not timeline.has_shifts
    assert "timeline__shift" not in timeline.svg
