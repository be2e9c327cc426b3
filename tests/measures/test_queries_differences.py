import datetime as dt

from measures.enums import DifferenceKind
from measures.queries import Snapshot, Standing, differences_between
from measures.queries.snapshots import MilestoneThen

JUNE, AUGUST = dt.date(2026, 6, 30), dt.date(2026, 8, 31)


def standing(measure_id=1, **fields) -> Standing:
    values = {
        "title": f"Maßnahme {measure_id}",
        "code": "",
        "lead": "IHK",
        "lead_key": "5",
        "phase": "running",
        "traffic_light": "green",
        "reason": "",
        "help_wanted": "",
        "milestones": {},
    }
    return Standing(measure_id=measure_id, **values | fields)


def milestone(**fields) -> MilestoneThen:
    values = {
        "title": "Konzept",
        "due_on": JUNE,
        "forecast_on": None,
        "forecast_reason": "",
        "done_on": None,
    }
    return MilestoneThen(**values | fields)


def found(before: list[Standing], after: list[Standing]) -> list[tuple]:
    """Return (kind, title, milestone, old, new, reason) of each difference."""
    snapshots = [
        Snapshot("", {entry.measure_id: entry for entry in side}) for side in (before, after)
    ]
    return [
        (kind.value, entry.standing.title, entry.milestone, entry.old, entry.new, entry.reason)
        for kind, entries in differences_between(*snapshots).items()
        for entry in entries
    ]


def test_equal_snapshots_have_no_difference():
    entry = standing(milestones={7: milestone()})

    assert found([entry], [entry]) == []


def test_changes_are_told_by_kind_with_old_and_new_value_and_reason():
    red = {"traffic_light": "red", "reason": "Geld fehlt.", "help_wanted": "Beschluss"}
    before = [
        standing(1),
        standing(2, traffic_light="red"),
        standing(3),
        standing(4, traffic_light=""),
        standing(5, traffic_light="yellow"),
        standing(6, phase="completed"),
        standing(7),
        standing(8),
    ]
    after = [
        standing(1, **red),
        standing(2, traffic_light="yellow", reason="Läuft an."),
        standing(3, traffic_light="yellow", reason="Personal fehlt."),
        standing(4),
        standing(5, traffic_light=""),
        standing(6, phase="running", lead="VDMA Ost", lead_key="6"),
        standing(7, phase="discontinued", lead="", lead_key=""),
        # The same organisation under a new name.
        standing(8, lead="IHK zu Berlin"),
        standing(9, phase="", traffic_light="", is_taken_over=True),
    ]

    assert found(before, after) == [
        ("red", "Maßnahme 1", "", "Ampel grün", "Ampel rot", "Geld fehlt.\nGewünscht: Beschluss"),
        ("yellow", "Maßnahme 3", "", "Ampel grün", "Ampel gelb", "Personal fehlt."),
        ("improved", "Maßnahme 2", "", "Ampel rot", "Ampel gelb", "Läuft an."),
        ("light", "Maßnahme 4", "", "Ampel nicht belegt", "Ampel grün", ""),
        ("light", "Maßnahme 5", "", "Ampel gelb", "Ampel nicht belegt", ""),
        (
            "added",
            "Maßnahme 9",
            "",
            "–",
            "nicht belegt, Ampel nicht belegt (aus früheren Unterlagen übernommen)",
            "",
        ),
        ("finished", "Maßnahme 7", "", "in Umsetzung", "eingestellt", ""),
        ("phase", "Maßnahme 6", "", "abgeschlossen", "in Umsetzung", ""),
        ("lead", "Maßnahme 6", "", "IHK", "VDMA Ost", ""),
        ("lead", "Maßnahme 7", "", "IHK", "nicht belegt", ""),
    ]


def test_milestones_and_measures_that_left_are_told():
    before = [
        standing(
            1,
            milestones={
                1: milestone(title="Später"),
                2: milestone(title="Fertig", forecast_on=AUGUST, forecast_reason="Urlaub"),
                3: milestone(title="Gestrichen"),
                4: milestone(title="Wieder offen", done_on=JUNE),
                5: milestone(title="Alter Name"),
            },
        ),
        standing(2, phase="preparing"),
    ]
    after = [
        standing(
            1,
            milestones={
                1: milestone(title="Später", forecast_on=AUGUST, forecast_reason="Vergabe"),
                2: milestone(
                    title="Fertig", forecast_on=AUGUST, forecast_reason="Urlaub", done_on=JUNE
                ),
                4: milestone(title="Wieder offen"),
                5: milestone(title="Neuer Name"),
                6: milestone(title="Zusätzlich", due_on=AUGUST),
            },
        ),
    ]
    planned = "geplant bis 30.06.2026"

    assert found(before, after) == [
        (
            "moved",
            "Maßnahme 1",
            "Später",
            planned,
            f"{planned}, voraussichtlich 31.08.2026",
            "Vergabe",
        ),
        ("moved", "Maßnahme 1", "Wieder offen", "erreicht am 30.06.2026", planned, ""),
        (
            "reached",
            "Maßnahme 1",
            "Fertig",
            f"{planned}, voraussichtlich 31.08.2026",
            "erreicht am 30.06.2026",
            "",
        ),
        ("milestones", "Maßnahme 1", "Zusätzlich", "–", "geplant bis 31.08.2026", ""),
        ("milestones", "Maßnahme 1", "Gestrichen", planned, "–", ""),
        ("removed", "Maßnahme 2", "", "in Vorbereitung, Ampel grün", "–", ""),
    ]


def test_kinds_come_in_the_order_of_the_page():
    assert [kind.value for kind in DifferenceKind] == [
        "red",
        "yellow",
        "improved",
        "light",
        "added",
        "finished",
        "phase",
        "moved",
        "reached",
        "milestones",
        "lead",
        "removed",
    ]
