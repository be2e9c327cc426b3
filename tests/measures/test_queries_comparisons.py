"""What differs between two closed rounds of a plan."""

import datetime as dt

import pytest

from core.roles import OFFICE
from measures.models import RoundEntry, RoundMilestone
from measures.queries import compare_entries, count_entries, round_entries
from measures.services import close_round
from tests.measures.builders import NOW, make_measure, make_milestone, make_plan, make_round
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


def entry_of(reporting_round, title: str, **fields) -> RoundEntry:
    measure = reporting_round.plan.measures.filter(title=title).first()
    measure = measure or make_measure(reporting_round.plan, title)
    return RoundEntry.objects.create(round=reporting_round, measure=measure, title=title, **fields)


def keep(entry: RoundEntry, title: str, due_on: dt.date, **fields) -> RoundMilestone:
    milestone = entry.measure.milestones.filter(title=title).first()
    milestone = milestone or make_milestone(entry.measure, title)
    return RoundMilestone.objects.create(
        entry=entry, milestone=milestone, title=title, due_on=due_on, **fields
    )


def titles(entries) -> list[str]:
    return [entry.title for entry in entries]


def test_new_finished_red_and_moved_are_told_apart():
    plan = make_plan()
    first, second = make_round(plan, state="closed"), make_round(plan, state="closed")
    may, june, july = (dt.date(2026, month, 1) for month in (5, 6, 7))
    red = {"traffic_light": "red", "traffic_light_reason": "Geld", "help_wanted": "Haushalt"}
    for title in ("Endet", "Fertig", "Rot", "Grün", "Weg", "Bleibt rot"):
        was = red if title in ("Bleibt rot", "Grün", "Fertig") else {"traffic_light": "green"}
        entry = entry_of(first, title, phase="running", **was)
        if title == "Rot":
            keep(entry, "Verschoben", may)
            keep(entry, "Erreicht", may)
            keep(entry, "Bleibt", may, forecast_on=july, forecast_reason="Personal")
            keep(entry, "Gelöscht", may, done_on=may).milestone.delete()
    entry_of(second, "Endet", phase="discontinued")
    entry_of(second, "Fertig", phase="completed", traffic_light="green")
    turned = entry_of(second, "Rot", phase="running", **red)
    keep(turned, "Verschoben", may, forecast_on=june, forecast_reason="Vergabe")
    keep(turned, "Erreicht", may, done_on=june)
    keep(turned, "Bleibt", july)
    entry_of(second, "Grün", phase="running", traffic_light="green")
    entry_of(second, "Bleibt rot", phase="running", **red)
    entry_of(second, "Neu", phase="completed", **red)

    found = compare_entries(*(one.entries.order_by("pk") for one in (first, second)))

    assert titles(found.added) == ["Neu"]
    assert titles(found.removed) == ["Weg"]
    assert titles(found.completed) == ["Fertig"]
    assert titles(found.discontinued) == ["Endet"]
    assert [(one.entry.title, one.former) for one in found.turned_red] == [("Rot", "green")]
    assert [(one.entry.title, one.former) for one in found.other_lights] == [("Grün", "red")]
    assert [move[1:] for move in found.moved] == [("Verschoben", may, june, "Vergabe")]
    assert [milestone.title for _entry, milestone in found.reached] == ["Erreicht"]
    assert compare_entries(first.entries.all(), first.entries.all()).is_empty


def test_counts_name_what_is_not_known():
    plan = make_plan()
    closed = make_round(plan, state="closed")
    entry_of(closed, "A", phase="running", traffic_light="green", financing="secured")
    entry_of(closed, "B", phase="running")

    counts = count_entries(closed.entries.all())

    assert (counts.total, counts.reported, counts.silent, counts.not_asked) == (2, 0, 2, 0)
    assert counts.phases == {"running": 2}
    assert counts.lights == {"green": 1, "": 1}
    assert counts.financing == {"secured": 1, "": 1}


def test_closing_keeps_milestones_and_what_the_report_needs():
    office, plan = make_user(OFFICE), make_plan()
    measure = make_measure(plan, is_lighthouse=True, amount="88.500 Euro")
    milestone = make_milestone(measure, forecast_on=dt.date(2026, 7, 1), forecast_reason="Vergabe")
    make_milestone(make_measure(), "Anderer Plan")
    closed = close_round(reporting_round=make_round(plan), by=office, now=NOW)

    milestone.delete()

    (entry,) = round_entries(closed, office)
    (kept,) = entry.milestones.all()
    assert (entry.is_lighthouse, entry.amount) == (True, "88.500 Euro")
    assert (kept.title, kept.due_on) == ("Konzept liegt vor", dt.date(2026, 6, 30))
    assert (kept.expected_on, kept.forecast_reason) == (dt.date(2026, 7, 1), "Vergabe")
