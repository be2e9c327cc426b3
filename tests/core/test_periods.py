import datetime as dt

import pytest

from core.errors import Unreadable
from core.periods import Period, format_period, parse_period


def period(start: str, end: str) -> Period:
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end))


@pytest.mark.parametrize(
    ("texts", "start", "end", "shown"),
    [
        (["2024"], "2024-01-01", "2024-12-31", "2024"),
        (
            [
                "2024-Q3",
                "2024/Q3",
                "2024 q3",
                "Q3 2024",
                "Q3/24",
                "3. Quartal 2024",
                "3 Quartal 24",
            ],
            "2024-07-01",
            "2024-09-30",
            "3. Quartal 2024",
        ),
        (["2024-H1", "1. Halbjahr 2024"], "2024-01-01", "2024-06-30", "1. Halbjahr 2024"),
        (
            ["Februar 2024", "Feb 24", "feb. 2024", "2024-02", "02/2024", "2.2024"],
            "2024-02-01",
            "2024-02-29",
            "Februar 2024",
        ),
        (["März 2024", "Mrz 24", "Mär 2024"], "2024-03-01", "2024-03-31", "März 2024"),
        (["18.06.2024", "18. Juni 2024", "2024-06-18"], "2024-06-18", "2024-06-18", "18.06.2024"),
        (["2022–2024", "2022-2024", "2022 bis 2024"], "2022-01-01", "2024-12-31", "2022–2024"),
        (
            ["01.02.2024 – 15.03.2024", "1.2.24 bis 15.3.24"],
            "2024-02-01",
            "2024-03-15",
            "01.02.2024 – 15.03.2024",
        ),
        (["Januar 2024 bis März 2024"], "2024-01-01", "2024-03-31", "1. Quartal 2024"),
    ],
)
def test_period_is_read_as_people_name_it_and_named_by_its_usual_name(texts, start, end, shown):
    expected = period(start, end)

    assert [parse_period(text) for text in texts] == [expected] * len(texts)
    assert format_period(expected) == shown


GENERAL = (
    "Bitte geben Sie den Zeitraum so ein: 2024, 3. Quartal 2024, 2024-Q3, März 2024 oder "
    "18.06.2024."
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", GENERAL),
        ("letztes Jahr", GENERAL),
        ("5. Quartal 2024", GENERAL),
        ("2024-13", GENERAL),
        ("0000", GENERAL),
        ("30.02.2024", "Diesen Tag gibt es im Kalender nicht. Bitte prüfen Sie das Datum."),
        ("Foo 2024", "Bitte prüfen Sie den Monat, zum Beispiel 18. Juni 2019."),
        ("0001", "Bitte prüfen Sie das Jahr."),
        ("01.01.2101", "Bitte prüfen Sie das Jahr."),
        ("2024 bis 2022", "Das Ende des Zeitraums liegt vor seinem Beginn."),
    ],
)
def test_other_text_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(Unreadable) as refused:
        parse_period(text)

    assert str(refused.value) == sentence


def test_periods_overlap_from_one_common_day_on():
    year = period("2024-01-01", "2024-12-31")

    assert year.overlaps(period("2024-12-31", "2025-03-31"))
    assert not year.overlaps(period("2025-01-01", "2025-12-31"))
