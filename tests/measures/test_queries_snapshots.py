import datetime as dt

import pytest

from core.history import delete_as, save_changes_as
from core.roles import OBSERVER, OFFICE
from measures.progress import difference_groups
from measures.queries import (
    recorded_since,
    snapshot_of_day,
    snapshot_of_round,
)
from measures.services import (
    close_round,
    create_measure,
    create_milestone,
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

    with django_assert_num_queries(4):
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
