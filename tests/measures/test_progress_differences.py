import datetime as dt

from measures.progress import difference_groups, difference_sheet
from measures.queries import DayEntry, Snapshot
from measures.queries.snapshots import Milestones, MilestoneThen

JUNE, AUGUST = dt.date(2026, 6, 30), dt.date(2026, 8, 31)


def entry(measure_id=1, **fields) -> DayEntry:
    values = {
        "title": f"Maßnahme {measure_id}",
        "code": "",
        "lead_label": "IHK",
        "phase": "running",
        "traffic_light": "green",
        "traffic_light_reason": "",
        "help_wanted": "",
        "financing": "",
        "is_taken_over": False,
        "is_deleted": False,
    }
    milestones = Milestones(fields.pop("milestones", ()))
    return DayEntry(measure_id=measure_id, milestones=milestones, **values | fields)


def milestone(key: int, title: str, **fields) -> MilestoneThen:
    values = {"due_on": JUNE, "forecast_on": None, "forecast_reason": "", "done_on": None}
    return MilestoneThen(milestone_id=key, title=title, **values | fields)


def found(before: list[DayEntry], after: list[DayEntry]) -> list[tuple]:
    """Return (kind, measure, milestone, old, new, reason) of each difference."""
    groups = difference_groups(Snapshot("früher", before), Snapshot("später", after))
    return [
        (group.kind.value, line.label, line.milestone, line.old, line.new, line.reason)
        for group in groups
        for line in group.differences
    ]


def test_changes_are_told_by_kind_with_old_and_new_value_and_reason():
    red = {
        "traffic_light": "red",
        "traffic_light_reason": "Geld fehlt.",
        "help_wanted": "Beschluss",
    }
    unknown = {"phase": "", "traffic_light": ""}
    before = [
        entry(1),
        entry(2, traffic_light="red"),
        entry(3),
        entry(4, traffic_light=""),
        entry(5, traffic_light="yellow"),
        entry(6, phase="completed"),
        entry(7),
        entry(8, code="C 1"),
    ]
    after = [
        entry(1, **red),
        entry(2, traffic_light="yellow", traffic_light_reason="Läuft an."),
        entry(3, traffic_light="yellow", traffic_light_reason="Personal fehlt."),
        entry(4),
        entry(5, traffic_light=""),
        entry(6, lead_label="VDMA Ost"),
        entry(7, phase="discontinued", lead_label=""),
        entry(9, is_taken_over=True, **unknown),
        entry(10, **red),
    ]

    assert found(before, after) == [
        ("red", "Maßnahme 1", "", "grün", "rot", "Geld fehlt.\nGewünscht: Beschluss"),
        ("yellow", "Maßnahme 3", "", "grün", "gelb", "Personal fehlt."),
        ("improved", "Maßnahme 2", "", "rot", "gelb", "Läuft an."),
        ("light", "Maßnahme 4", "", "nicht belegt", "grün", ""),
        ("light", "Maßnahme 5", "", "gelb", "nicht belegt", ""),
        (
            "added",
            "Maßnahme 9",
            "",
            "–",
            "nicht belegt, Ampel nicht belegt (aus früheren Unterlagen übernommen)",
            "",
        ),
        (
            "added",
            "Maßnahme 10",
            "",
            "–",
            "in Umsetzung, Ampel rot",
            "Geld fehlt.\nGewünscht: Beschluss",
        ),
        ("finished", "Maßnahme 7", "", "in Umsetzung", "eingestellt", ""),
        ("phase", "Maßnahme 6", "", "abgeschlossen", "in Umsetzung", ""),
        ("lead", "Maßnahme 6", "", "IHK", "VDMA Ost", ""),
        ("lead", "Maßnahme 7", "", "IHK", "nicht belegt", ""),
        ("removed", "C 1 Maßnahme 8", "", "in Umsetzung, Ampel grün", "–", ""),
    ]
    assert found(before, before) == []


def test_milestones_are_told_with_old_and_new_day():
    late = {"forecast_on": AUGUST, "forecast_reason": "Vergabe"}
    before = [
        entry(
            milestones=[
                milestone(1, "Später"),
                milestone(2, "Fertig", **late),
                milestone(3, "Gestrichen"),
                milestone(4, "Wieder offen", done_on=AUGUST),
                milestone(5, "Alter Name"),
            ]
        )
    ]
    after = [
        entry(
            milestones=[
                milestone(1, "Später", **late),
                milestone(2, "Fertig", done_on=JUNE, **late),
                milestone(4, "Wieder offen"),
                milestone(5, "Neuer Name"),
                milestone(6, "Zusätzlich", due_on=AUGUST),
                milestone(7, "Gleich erreicht", done_on=JUNE),
            ]
        )
    ]

    assert found(before, after) == [
        ("moved", "Maßnahme 1", "Später", "30.06.2026", "31.08.2026", "Vergabe"),
        ("moved", "Maßnahme 1", "Wieder offen", "31.08.2026", "30.06.2026", ""),
        ("reached", "Maßnahme 1", "Fertig", "offen", "erreicht am 30.06.2026", ""),
        ("reached", "Maßnahme 1", "Gleich erreicht", "–", "erreicht am 30.06.2026", ""),
        ("milestones", "Maßnahme 1", "Zusätzlich", "–", "31.08.2026", ""),
        ("milestones", "Maßnahme 1", "Gestrichen", "30.06.2026", "–", ""),
    ]


def test_long_group_is_cut_and_counted_and_the_file_has_all():
    after = Snapshot("später", [entry(key, is_deleted=key == 1) for key in range(1, 53)])

    (group,) = difference_groups(Snapshot("früher", []), after)

    assert (group.heading, len(group.shown), group.more_count) == ("Neu im Plan (52)", 50, 2)
    assert [line.url for line in group.shown[:2]] == ["", "/massnahmen/2/"]
    sheet = difference_sheet([group], "früher", "später")
    assert list(sheet.header) == [
        "Was",
        "Maßnahme",
        "Meilenstein",
        "früher",
        "später",
        "Grund",
    ]
    assert len(list(sheet.rows)) == 52
