import datetime as dt

import pytest

from core.typed_dates import Unreadable, parse_day, parse_moment, parse_time

DAY = dt.date(2019, 6, 18)


@pytest.mark.parametrize(
    "text",
    [
        "18.6.2019",
        "18.06.2019",
        "18.06.19",
        "18. 6. 2019",
        "18-06-2019",
        "18/6/2019",
        "18062019",
        "180619",
        "2019-06-18",
        "18. Juni 2019",
        "18.Juni 2019",
        "18 juni 19",
        "18. Jun. 2019",
        "Di, 18.06.2019",
        "Di. 18.6.2019",
        "Dienstag, 18. Juni 2019",
        "\u200b18.06.2019\u00a0",
    ],
)
def test_day_is_understood(text):
    assert parse_day(text) == DAY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("22. März 2019", dt.date(2019, 3, 22)),
        ("22. Maerz 2019", dt.date(2019, 3, 22)),
        ("22. Mrz 2019", dt.date(2019, 3, 22)),
        ("Sonnabend, 22.6.2019", dt.date(2019, 6, 22)),
        ("So 23.6.2019", dt.date(2019, 6, 23)),
        ("1.1.68", dt.date(2068, 1, 1)),
        ("1.1.69", dt.date(1969, 1, 1)),
        ("29.2.2020", dt.date(2020, 2, 29)),
    ],
)
def test_names_and_short_years_are_understood(text, day):
    assert parse_day(text) == day


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "so ein: 18.06.2019"),
        ("morgen", "so ein: 18.06.2019"),
        ("18.6.", "so ein: 18.06.2019"),
        ("18.6.201", "so ein: 18.06.2019"),
        ("18.06/2019", "so ein: 18.06.2019"),
        ("18.06.2019 bis 20.06.2019", "so ein: 18.06.2019"),
        ("31.02.2026", "gibt es im Kalender nicht"),
        ("29.2.2019", "gibt es im Kalender nicht"),
        ("6/18/2019", "gibt es im Kalender nicht"),
        ("20190618", "gibt es im Kalender nicht"),
        ("١٨.٠٦.٢٠١٩", "so ein: 18.06.2019"),
        ("18. Junk 2019", "prüfen Sie den Monat"),
        ("Mo, 18.06.2019", "Der 18.06.2019 ist ein Dienstag"),
    ],
)
def test_day_is_refused_rather_than_guessed(text, sentence):
    with pytest.raises(Unreadable, match=sentence):
        parse_day(text)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("14", dt.time(14)),
        ("9", dt.time(9)),
        ("14 Uhr", dt.time(14)),
        ("9h", dt.time(9)),
        ("9 H", dt.time(9)),
        ("14:30", dt.time(14, 30)),
        ("14.30", dt.time(14, 30)),
        ("14,30", dt.time(14, 30)),
        ("14 30", dt.time(14, 30)),
        ("14h30", dt.time(14, 30)),
        ("1430", dt.time(14, 30)),
        ("930", dt.time(9, 30)),
        ("14:30 Uhr", dt.time(14, 30)),
        ("14.30 Uhr", dt.time(14, 30)),
        ("14 Uhr 30", dt.time(14, 30)),
        ("14:30:00", dt.time(14, 30)),
        ("0", dt.time(0)),
        ("23:59", dt.time(23, 59)),
    ],
)
def test_time_is_understood(text, time):
    assert parse_time(text) == time


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "so ein: 14:30"),
        ("mittags", "so ein: 14:30"),
        ("2 pm", "so ein: 14:30"),
        ("14:3", "so ein: 14:30"),
        ("14:30–16:00", "so ein: 14:30"),
        ("-1", "so ein: 14:30"),
        ("14:30:99", "so ein: 14:30"),
        ("١٤:٣٠", "so ein: 14:30"),
        ("24:00", "von 00:00 bis 23:59"),
        ("14:60", "von 00:00 bis 23:59"),
        ("2460", "von 00:00 bis 23:59"),
    ],
)
def test_time_is_refused_rather_than_guessed(text, sentence):
    with pytest.raises(Unreadable, match=sentence):
        parse_time(text)


@pytest.mark.parametrize(
    "text",
    [
        "18.06.2019, 14:30",
        "18.06.2019 14:30",
        "18.6.19 14.30",
        "Di, 18.06.2019, 14:30 Uhr",
        "18. Juni 2019 um 14:30 Uhr",
        "18. 6. 2019 14 30",
        "18062019 1430",
        "2019-06-18T14:30",
        "2019-06-18 14:30:00",
    ],
)
def test_moment_is_understood(text):
    assert parse_moment(text) == (DAY, dt.time(14, 30))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("18.06.2019", "auch die Uhrzeit ein, zum Beispiel 18.06.2019, 14:30"),
        ("18. Juni 2019", "auch die Uhrzeit ein"),
        ("31.02.2019", "gibt es im Kalender nicht"),
        ("31.02.2019 14:30", "gibt es im Kalender nicht"),
        ("18.06.2019 25:00", "von 00:00 bis 23:59"),
        ("Mo, 18.06.2019, 14:30", "ist ein Dienstag"),
        ("14:30", "Datum und Uhrzeit so ein: 18.06.2019, 14:30"),
        ("bald", "Datum und Uhrzeit so ein"),
        ("18.06.2019 14:30:60", "Datum und Uhrzeit so ein"),
    ],
)
def test_moment_is_refused_rather_than_guessed(text, sentence):
    with pytest.raises(Unreadable, match=sentence):
        parse_moment(text)
