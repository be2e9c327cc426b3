import datetime as dt
from decimal import Decimal

from measures.progress import difference_groups, difference_sheet, differences_notes
from measures.progress.differences import counted_kinds
from measures.queries import DayEntry, IndicatorThen, Snapshot
from measures.queries.snapshots import Kept, MilestoneThen

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
        "section_id": 1,
        "place": "Rahmen",
    }
    milestones = Kept(fields.pop("milestones", ()))
    indicators = Kept(fields.pop("indicators", ()))
    return DayEntry(
        measure_id=measure_id, milestones=milestones, indicators=indicators, **values | fields
    )


def milestone(key: int, title: str, **fields) -> MilestoneThen:
    values = {"due_on": JUNE, "forecast_on": None, "forecast_reason": "", "done_on": None}
    return MilestoneThen(milestone_id=key, title=title, **values | fields)


def found(before: list[DayEntry], after: list[DayEntry]) -> list[tuple]:
    """Return (kind, measure, milestone, old, new, reason) of each difference."""
    groups = difference_groups(Snapshot("früher", before), Snapshot("später", after))
    return [
        (group.kind.value, line.label, line.part, line.old, line.new, line.reason)
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


def test_measure_that_moved_is_told_with_both_places_but_not_that_a_section_was_renamed():
    before = [entry(1), entry(2), entry(3)]
    after = [
        entry(1, section_id=7, place="Innovation\nFachkräfte"),
        entry(2, place="Rahmenbedingungen"),
        entry(3, section_id=None, place=""),
    ]

    assert found(before, after) == [
        ("place", "Maßnahme 1", "", "Rahmen", "Innovation › Fachkräfte", ""),
        ("place", "Maßnahme 3", "", "Rahmen", "nicht belegt", ""),
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
        "Meilenstein oder Indikator",
        "früher",
        "später",
        "Grund",
        "Ziel",
    ]
    assert len(list(sheet.rows)) == 52


def indicator(key: int, value: str | None, state: str, **fields) -> IndicatorThen:
    """Return the value of 2025 of an indicator that is to reach 200 by the end of 2026."""
    values = {
        "title": f"Indikator {key}",
        "unit": "Plätze",
        "decimals": 0,
        "direction": "falling",
        "starts_on": dt.date(2025, 1, 1) if value else None,
        "ends_on": dt.date(2025, 12, 31) if value else None,
        "value": Decimal(value) if value else None,
        "target_on": dt.date(2026, 12, 31),
        "target_value": Decimal(200),
        "expected": Decimal(150) if value else None,
    }
    return IndicatorThen(indicator_id=key, path_state=state, **values | fields)


def test_financing_and_indicators_are_told_with_target_and_path():
    no_target = {"target_on": None, "target_value": None, "expected": None}
    before = [
        entry(
            financing="partial",
            indicators=[
                indicator(1, "120", "on_path"),
                indicator(2, "140", "on_path"),
                indicator(3, None, "no_value"),
                indicator(4, "9", "no_target", **no_target),
                indicator(5, "7", "on_path"),
            ],
        ),
        entry(2),
    ]
    after = [
        entry(
            financing="secured",
            indicators=[
                indicator(1, "136", "off_path"),
                indicator(2, "140", "on_path", title="Umbenannt", unit="Stellen"),
                indicator(3, "180", "on_path"),
                indicator(5, "7", "on_path", target_value=Decimal(210)),
                indicator(6, "1", "on_path"),
            ],
        ),
        entry(2, financing="open"),
    ]

    (financing, indicators) = difference_groups(
        Snapshot("früher", before), Snapshot("später", after)
    )

    assert financing.heading == "Andere Finanzierung (2)"
    assert [(line.label, line.old, line.new) for line in financing.differences] == [
        ("Maßnahme 1", "teilweise", "gesichert"),
        ("Maßnahme 2", "nicht belegt", "ungeklärt"),
    ]
    target = "200 Plätze bis 31.12.2026 (Zielpfad zuletzt: 150 Plätze)"
    assert [line[2:4] + line[5:] for line in indicators.differences] == [
        (
            "2025: 120 Plätze, auf Kurs",
            "2025: 136 Plätze, über dem Zielpfad",
            "Indikator 1",
            target,
        ),
        ("noch kein Wert", "2025: 180 Plätze, auf Kurs", "Indikator 3", target),
        (
            "2025: 7 Plätze, auf Kurs",
            "2025: 7 Plätze, auf Kurs",
            "Indikator 5",
            target.replace("200", "210"),
        ),
        ("–", "2025: 1 Plätze, auf Kurs", "Indikator 6", target),
        ("2025: 9 Plätze", "–", "Indikator 4", ""),
    ]
    assert difference_groups(Snapshot("früher", after), Snapshot("später", after)) == []


def test_round_that_kept_no_indicators_is_not_compared_by_them():
    before = Snapshot("früher", [entry()], has_indicators=False)
    after = Snapshot("später", [entry(indicators=[indicator(1, "120", "on_path")])])

    assert difference_groups(before, after) == []
    assert differences_notes(before, after, None) == [
        "Indikatoren sind nicht verglichen: Nicht beide Berichtsrunden halten welche fest."
    ]


def test_every_kind_of_difference_is_counted():
    before = [entry(1), entry(2), entry(3, phase="preparing"), entry(4, lead_label="IHK")]
    after = [
        entry(1, traffic_light="yellow"),
        entry(2, traffic_light="yellow"),
        entry(3, phase="running"),
        entry(4, lead_label="VDMA"),
        entry(5),
    ]

    groups = difference_groups(Snapshot("früher", before), Snapshot("später", after))

    assert counted_kinds(groups) == (
        "Auf Gelb: 2, Neu im Plan: 1, Andere Phase: 1, Andere Federführung: 1"
    )
