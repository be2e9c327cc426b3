import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from core.dates import (
    add_months,
    add_working_days,
    concerns_about_notice,
    concerns_about_time,
    describe_due,
    end_error,
    format_date,
    format_day,
    format_moment,
    format_span,
    is_working_day,
    latest_working_day,
    local_date,
    working_days_between,
)

UTC = dt.UTC
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (dt.date(2019, 6, 18), True),
        (dt.date(2019, 6, 15), False),  # Saturday
        (dt.date(2019, 3, 8), False),  # Frauentag, in Berlin since 2019
        (dt.date(2018, 3, 8), True),
        (dt.date(2019, 6, 20), True),  # Fronleichnam is no holiday in Berlin
        (
            dt.date(2020, 5, 8),
            False,
        ),  # a holiday in Berlin in 2020 only, 75 years after the liberation
        (dt.date(2019, 10, 3), False),
    ],
)
def test_working_days_follow_berlins_holidays(day, expected):
    assert is_working_day(day) is expected


@pytest.mark.parametrize(
    ("start", "is_short"),
    [
        ("2026-04-22T09:00", False),
        ("2026-04-22T09:01", True),
        ("2026-04-22T20:00", True),
        ("2026-04-23T08:59", True),
        ("2026-04-23T09:00", False),
    ],
)
def test_date_within_a_day_is_short_notice(start, is_short):
    begin = dt.datetime.fromisoformat(start).replace(tzinfo=BERLIN)
    now = dt.datetime(2026, 4, 22, 7, tzinfo=UTC)

    found = concerns_about_notice(begin, begin + dt.timedelta(minutes=30), now)

    assert [concern.key for concern in found] == [f"soon-{start}"] * is_short
    assert all("beginnt in weniger als 24 Stunden." in concern.text for concern in found)


@pytest.mark.parametrize(
    ("start", "end", "concerns"),
    [
        ("2026-04-22T14:00", "2026-04-22T16:30", []),
        ("2026-04-22T07:00", "2026-04-22T22:00", []),
        (
            "2030-01-01T14:00",
            "2030-01-01T16:00",
            ["Feiertag: Di, 01.01.2030 ist in Berlin ein gesetzlicher Feiertag (Neujahr)."],
        ),
        (
            "2026-04-18T14:00",
            "2026-04-18T16:00",
            ["Wochenende: Der 18.04.2026 ist ein Samstag."],
        ),
        (
            "2026-03-08T14:00",
            "2026-03-08T16:00",
            [
                "Feiertag: So, 08.03.2026 ist in Berlin ein gesetzlicher Feiertag (Frauentag).",
                "Wochenende: Der 08.03.2026 ist ein Sonntag.",
            ],
        ),
        (
            "2026-04-22T06:59",
            "2026-04-22T08:00",
            ["Uhrzeit: Mi, 22.04.2026, 06:59–08:00 Uhr liegt nicht zwischen 07:00 und 22:00 Uhr."],
        ),
        (
            "2026-04-22T20:00",
            "2026-04-22T22:01",
            ["Uhrzeit: Mi, 22.04.2026, 20:00–22:01 Uhr liegt nicht zwischen 07:00 und 22:00 Uhr."],
        ),
        (
            "2026-04-17T14:00",
            "2026-04-18T10:00",
            [
                "Wochenende: Der 18.04.2026 ist ein Samstag.",
                "Uhrzeit: Fr, 17.04.2026, 14:00 – Sa, 18.04.2026, 10:00 Uhr liegt nicht zwischen "
                "07:00 und 22:00 Uhr.",
            ],
        ),
    ],
)
def test_holidays_weekends_and_odd_hours_are_worth_a_look(start, end, concerns):
    moments = (dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN) for text in (start, end))

    found = concerns_about_time(*(moment.astimezone(UTC) for moment in moments))

    assert [str(concern) for concern in found] == concerns


def test_part_without_an_end_is_named_and_gets_none():
    start = dt.datetime(2026, 4, 22, 21, 30, tzinfo=BERLIN)
    now = dt.datetime(2026, 4, 22, 7, tzinfo=UTC)

    found = concerns_about_time(start, None, "Termin") + concerns_about_notice(
        start, None, now, "Termin"
    )

    assert [str(concern) for concern in found] == [
        "Kurzfristig (Termin): Mi, 22.04.2026, 21:30 Uhr beginnt in weniger als 24 Stunden."
    ]
    late = concerns_about_time(start.replace(hour=23), None, "Termin")
    assert [str(concern) for concern in late] == [
        "Uhrzeit (Termin): Mi, 22.04.2026, 23:30 Uhr liegt nicht zwischen 07:00 und 22:00 Uhr."
    ]


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (dt.date(2019, 6, 14), 1, dt.date(2019, 6, 17)),
        (dt.date(2019, 4, 18), 1, dt.date(2019, 4, 23)),  # over Easter
        (dt.date(2019, 4, 23), -1, dt.date(2019, 4, 18)),
        (dt.date(2019, 6, 15), 0, dt.date(2019, 6, 17)),
        (dt.date(2019, 6, 17), 0, dt.date(2019, 6, 17)),
        (dt.date(2019, 12, 23), 3, dt.date(2019, 12, 30)),
    ],
)
def test_working_days_are_added(day, count, expected):
    assert add_working_days(day, count) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (dt.date(2026, 4, 10), dt.date(2026, 4, 10)),
        (dt.date(2026, 4, 12), dt.date(2026, 4, 10)),
        (dt.date(2026, 4, 6), dt.date(2026, 4, 2)),  # Easter Monday
        (dt.date(2026, 12, 26), dt.date(2026, 12, 24)),
        (dt.date(2027, 3, 8), dt.date(2027, 3, 5)),
        (dt.date.max, dt.date.max),
    ],
)
def test_latest_working_day_is_the_day_itself_or_one_before(day, expected):
    assert latest_working_day(day) == expected


def test_working_days_between_counts_the_end_and_not_the_start():
    assert working_days_between(dt.date(2019, 4, 18), dt.date(2019, 4, 24)) == 2
    assert working_days_between(dt.date(2019, 4, 24), dt.date(2019, 4, 18)) == 0


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        # Half past midnight in Berlin.
        (
            dt.datetime(2019, 6, 17, 22, 30, tzinfo=UTC),
            dt.date(2019, 6, 18),
        ),
        (dt.datetime(2019, 10, 27, 0, 59, tzinfo=UTC), dt.date(2019, 10, 27)),
        (dt.datetime(2019, 12, 31, 23, 0, tzinfo=UTC), dt.date(2020, 1, 1)),
    ],
)
def test_local_date_is_the_date_in_berlin(moment, expected):
    assert local_date(moment) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (dt.time(10), dt.time(10, 1), ""),
        (dt.time(10), dt.time(10), "Das Ende muss nach dem Beginn liegen."),
        (dt.datetime(2019, 6, 18, 12), dt.datetime(2019, 6, 18, 14), ""),
        (
            dt.datetime(2019, 6, 18, 12),
            dt.datetime(2019, 6, 17, 14),
            "Das Ende muss nach dem Beginn liegen.",
        ),
        (dt.time(10), None, ""),
        (None, None, ""),
        (None, dt.time(10), "Das Ende muss nach dem Beginn liegen."),
    ],
)
def test_end_has_to_be_after_the_start(start, end, expected):
    assert end_error(start, end) == expected


def test_dates_are_formatted_in_german():
    assert format_date(dt.date(2019, 3, 27)) == "27.03.2019"
    assert format_date(dt.datetime(2019, 3, 26, 23, 30, tzinfo=UTC)) == "27.03.2019"
    assert format_date(None) == ""
    assert format_day(dt.date(2019, 6, 18)) == "Di, 18.06.2019"
    assert format_moment(dt.datetime(2019, 6, 18, 12, 0, tzinfo=UTC)) == "18.06.2019, 14:00 Uhr"
    assert format_moment(None) == ""


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (dt.datetime(2019, 6, 18, 12, tzinfo=UTC), None, "Di, 18.06.2019, 14:00 Uhr"),
        (
            dt.datetime(2019, 6, 18, 12, tzinfo=UTC),
            dt.datetime(2019, 6, 18, 14, 30, tzinfo=UTC),
            "Di, 18.06.2019, 14:00–16:30 Uhr",
        ),
        (
            dt.datetime(2019, 6, 18, 20, tzinfo=UTC),
            dt.datetime(2019, 6, 18, 22, tzinfo=UTC),
            "Di, 18.06.2019, 22:00 – Mi, 19.06.2019, 00:00 Uhr",
        ),
        # The clocks go back in between: three hours have elapsed, the wall clock shows two.
        (
            dt.datetime(2019, 10, 26, 23, tzinfo=UTC),
            dt.datetime(2019, 10, 27, 2, tzinfo=UTC),
            "So, 27.10.2019, 01:00–03:00 Uhr",
        ),
    ],
)
def test_spans_are_written_in_berlin_time(start, end, expected):
    assert format_span(start, end) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-6, "seit 6 Tagen überfällig"),
        (-1, "seit gestern überfällig"),
        (0, "bis heute"),
        (1, "bis morgen"),
        (18, "bis 28.06.2019"),
    ],
)
def test_deadline_is_described_from_today(days, expected):
    today = dt.date(2019, 6, 10)

    assert describe_due(today + dt.timedelta(days=days), today) == expected


def test_end_of_the_calendar_raises_no_error():
    assert add_working_days(dt.date(9999, 12, 30), 5) == dt.date.max
    assert add_working_days(dt.date(1, 1, 2), -5) == dt.date.min


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2026, 12, 1), 1, dt.date(2027, 1, 1)),
        (dt.date(2024, 2, 29), 12, dt.date(2025, 2, 28)),
        (dt.date(2026, 3, 31), -13, dt.date(2025, 2, 28)),
    ],
)
def test_months_never_reach_beyond_the_month_meant(day, count, expected):
    assert add_months(day, count) == expected
