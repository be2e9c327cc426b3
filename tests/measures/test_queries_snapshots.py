import datetime as dt
from decimal import Decimal

import pytest

from core.history import delete_as, save_changes_as
from core.periods import parse_period
from core.roles import OBSERVER, OFFICE
from measures.progress import difference_groups
from measures.queries import (
    recorded_since,
    snapshot_of_day,
    snapshot_of_round,
)
from measures.services import (
    close_round,
    create_indicator,
    create_measure,
    create_milestone,
    create_target,
    create_value,
    delete_indicator,
    delete_value,
    move_milestone,
    record_report,
)
from tests.measures.builders import make_plan, make_round, report_values
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db

MAY = dt.date(2026, 5, 13)
JUNE = dt.date(2026, 6, 3)
RED = {"traffic_light": "red", "traffic_light_reason": "Geld fehlt.", "help_wanted": "Beschluss"}


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), dt.UTC)


@pytest.fixture
def office():
    return make_user(OFFICE)


def values_of(plan, title: str, **fields) -> dict:
    return {"plan": plan, "title": title, "is_published": True, **fields}


def change(measure, values: dict, *, by) -> None:
    measure.refresh_from_db()
    save_changes_as(measure, values, by=by, now=at(JUNE, 9))


def lines(before, after) -> list[tuple[str, str, str, str]]:
    return [
        (group.kind.value, line.label, line.old, line.new)
        for group in difference_groups(before, after)
        for line in group.differences
    ]


def test_snapshot_shows_the_end_of_its_day_in_berlin(office):
    plan, other = make_plan(), make_plan()
    ihk, vdma = make_organisation("IHK"), make_organisation("VDMA Ost")
    morning = at(MAY, 8)
    measure = create_measure(values=values_of(plan, "Ankauf", lead=ihk), by=office, now=morning)
    gone = create_measure(values=values_of(plan, "Irrtum"), by=office, now=morning)
    moved = create_measure(values=values_of(plan, "Zieht um"), by=office, now=morning)
    # 21:59 UTC is the last minute of the day in Berlin, 22:00 the first of the next.
    record_report(measure=measure, values=report_values(), by=office, now=at(MAY, 21, 59))
    record_report(measure=measure, values=report_values(**RED), by=office, now=at(MAY, 22))
    change(measure, {"lead": vdma}, by=office)
    change(moved, {"plan": other}, by=office)
    delete_as(gone, by=office, now=at(JUNE, 9), reason="Import rückgängig gemacht")
    create_measure(values=values_of(plan, "Neu"), by=office, now=at(JUNE, 9))

    before, after = (snapshot_of_day(plan, day, office) for day in (MAY, JUNE))

    assert before.label == "Mi, 13.05.2026"
    assert [(found.title, found.is_deleted) for found in before.entries] == [
        ("Ankauf", False),
        ("Irrtum", True),
        ("Zieht um", False),
    ]
    assert lines(before, after) == [
        ("red", "Ankauf", "grün", "rot"),
        ("added", "Neu", "–", "nicht begonnen, Ampel nicht belegt"),
        ("lead", "Ankauf", "IHK", "VDMA Ost"),
        ("removed", "Irrtum", "nicht begonnen, Ampel nicht belegt", "–"),
        ("removed", "Zieht um", "nicht begonnen, Ampel nicht belegt", "–"),
    ]
    assert recorded_since(plan) == MAY
    assert not snapshot_of_day(plan, MAY - dt.timedelta(days=1), office).entries


def standing(snapshot) -> dict[str, list[tuple]]:
    return {
        found.title: [
            (one.title, str(one.value), str(one.target_value), str(one.expected), one.path_state)
            for one in found.indicators.all()
        ]
        for found in snapshot.entries
    }


def counted(period: str, value: str) -> dict:
    starts_on, ends_on = parse_period(period)
    return {"starts_on": starts_on, "ends_on": ends_on, "value": Decimal(value)}


def test_indicators_stand_with_the_values_and_targets_of_their_day_or_round(office):
    plan = make_plan()
    measure = create_measure(values=values_of(plan, "Ankauf"), by=office, now=at(MAY, 8))
    names = {"unit": "ha", "direction": "rising", "decimals": 0}
    area, gone = (
        create_indicator(
            measure=measure, values={"title": title, **names}, by=office, now=at(MAY, 8)
        )
        for title in ("Fläche", "Irrtum")
    )
    for value in (counted("2024", "10"), counted("2025-Q1", "12")):
        create_value(indicator=area, values=value, by=office, now=at(MAY, 9))
    before = make_round(plan)
    close_round(reporting_round=before, by=office, now=at(MAY, 10))
    for day, value in (("2025-12-31", "20"), ("2026-12-31", "30")):
        target = {"due_on": dt.date.fromisoformat(day), "value": Decimal(value)}
        create_target(indicator=area, values=target, by=office, now=at(JUNE, 8))
    later = create_value(
        indicator=area, values=counted("2026-Q1", "15"), by=office, now=at(JUNE, 9)
    )
    delete_indicator(indicator=gone, by=office, now=at(JUNE, 9))
    after = make_round(plan)
    close_round(reporting_round=after, by=office, now=at(JUNE, 10))
    july = dt.date(2026, 7, 1)
    delete_value(indicator_value=later, by=office, now=at(july, 9))

    then = {
        "Ankauf": [
            ("Fläche", "12.0000", "None", "None", "no_target"),
            ("Irrtum", "None", "None", "None", "no_target"),
        ]
    }
    now = {"Ankauf": [("Fläche", "15.0000", "30.0000", "22", "off_path")]}
    assert standing(snapshot_of_day(plan, MAY, office)) == then
    assert standing(snapshot_of_day(plan, JUNE, office)) == now
    assert standing(snapshot_of_day(plan, july, office)) == {
        "Ankauf": [("Fläche", "12.0000", "20.0000", "None", "before_path")]
    }
    assert standing(snapshot_of_round(before, office)) == then
    kept = standing(snapshot_of_round(after, office))
    assert kept == {"Ankauf": [("Fläche", "15.0000", "30.0000", "22.0000", "off_path")]}
    by_days = lines(*(snapshot_of_day(plan, day, office) for day in (MAY, JUNE)))
    assert by_days == lines(*(snapshot_of_round(found, office) for found in (before, after)))
    assert by_days == [
        (
            "indicators",
            "Ankauf",
            "1. Quartal 2025: 12 ha",
            "1. Quartal 2026: 15 ha, unter dem Zielpfad",
        ),
        ("indicators", "Ankauf", "noch kein Wert", "–"),
    ]


def test_snapshot_has_the_rights_of_today(office):
    plan = make_plan()
    shown = create_measure(values=values_of(plan, "Offen"), by=office, now=at(MAY, 8))
    create_measure(values=values_of(plan, "Intern", is_published=False), by=office, now=at(MAY, 8))
    withdrawn = create_measure(values=values_of(plan, "Zurück"), by=office, now=at(MAY, 8))
    gone = create_measure(values=values_of(plan, "Irrtum"), by=office, now=at(MAY, 8))
    change(withdrawn, {"is_published": False}, by=office)
    delete_as(gone, by=office, now=at(JUNE, 9), reason="Import rückgängig gemacht")

    snapshot = snapshot_of_day(plan, MAY, make_user(OBSERVER))

    assert [found.measure_id for found in snapshot.entries] == [shown.pk]


def test_rounds_are_compared_as_they_were_closed(office, django_assert_num_queries):
    plan = make_plan()
    measure = create_measure(values=values_of(plan, "Ankauf"), by=office, now=at(MAY, 8))
    milestone = create_milestone(
        measure=measure,
        values={"title": "Konzept", "due_on": dt.date(2026, 6, 30)},
        by=office,
        now=at(MAY, 8),
    )
    rounds = []
    for day, forecast_on in ((MAY, None), (JUNE, dt.date(2026, 8, 31))):
        if forecast_on:
            move_milestone(
                milestone=milestone,
                forecast_on=forecast_on,
                reason="Vergabe",
                by=office,
                now=at(day, 9),
            )
        rounds.append(make_round(plan))
        close_round(reporting_round=rounds[-1], by=office, now=at(day, 9))
    # What comes after the closing is no part of the round.
    record_report(measure=measure, values=report_values(**RED), by=office, now=at(JUNE, 10))

    with django_assert_num_queries(6):
        before, after = (snapshot_of_round(found, office) for found in rounds)

    assert after.label == rounds[1].title
    assert lines(before, after) == [
        (
            "moved",
            "Ankauf",
            "30.06.2026",
            "31.08.2026",
        )
    ]
