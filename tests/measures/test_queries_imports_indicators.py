"""Indicators and values in an uploaded file: what is added, counted or refused."""

import datetime as dt

import pytest

from core.roles import OFFICE
from measures.progress.indicators import end_text
from measures.queries.imports import fingerprint, indicator_texts, preview_of
from measures.queries.imports.tables import SHEETS
from tests.measures.builders import make_indicator, make_measure, make_plan, make_value
from tests.measures.workbooks import apply, make_workbook, undo, upload
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


INDICATOR = ["Ankauf", "Fläche", "ha", "fallend", 10, dt.date(2024, 12, 31), "31.12.2030: 4,5 ha"]
INDICATORS = [
    [
        "Maßnahme",
        "Indikator",
        "Einheit",
        "Richtung",
        "Ausgangswert",
        "Ausgangswert vom",
        "Ziele",
        "beendet am",
        "Grund des Endes",
    ],
    INDICATOR,
]
ENDED = [*INDICATOR, dt.date(2025, 12, 31)]
VALUES = [["Maßnahme", "Indikator", "Zeitraum", "von", "bis", "Wert"]]


def with_indicators(*values: list, indicators: list[list] = INDICATORS):
    measures = [["Maßnahme", "Plan"], ["Neu", "MPI"]]
    return make_workbook(Maßnahmen=measures, Indikatoren=indicators, Werte=[*VALUES, *values])


def test_indicators_and_values_are_added_and_taken_back(office):
    measure = make_measure(make_plan("MPI"), "Ankauf")
    file = with_indicators(
        ["Ankauf", "Fläche", 2025, None, None, 8.5],
        ["Ankauf", "Fläche", None, dt.date(2026, 1, 1), dt.date(2026, 3, 31), "7"],
    )

    record = apply(upload(file, office), office)

    (indicator,) = measure.indicators.all()
    assert (indicator.direction, indicator.decimals) == ("falling", 1)
    assert [str(target) for target in indicator.targets.all()] == ["4,5 ha (31.12.2030)"]
    assert [str(value) for value in indicator.series.all()] == [
        "2025: 8,5 ha",
        "1. Quartal 2026: 7,0 ha",
    ]
    assert (record.counts["indicators"], record.counts["values"]) == (1, 2)
    undo(record, office)
    assert not measure.indicators.exists()


def test_ended_indicator_is_added_with_its_end(office):
    measure = make_measure(make_plan("MPI"), "Ankauf")
    file = with_indicators(indicators=[INDICATORS[0], [*ENDED, "Erhebung eingestellt"]])

    apply(upload(file, office), office)

    assert end_text(measure.indicators.get()) == "beendet am 31.12.2025 (Erhebung eingestellt)"


@pytest.mark.parametrize("known", [(), ("ended_on", "ended_reason")])
def test_exported_row_is_unchanged_even_if_its_file_lacks_later_columns(office, known):
    measure = make_measure(make_plan("MPI"), "Ankauf")
    old = make_indicator(
        measure, "Alt", ended_on=dt.date(2025, 12, 31), ended_reason="Erhebung eingestellt"
    )
    texts = indicator_texts(old)
    texts = {name: text for name, text in texts.items() if name in known or "ended" not in name}
    columns = {name: SHEETS["indicators"].titled(name) for name in texts}
    rows = [
        ["Maßnahme", *columns.values(), "Fassung"],
        ["Ankauf", *texts.values(), fingerprint(texts)],
    ]

    preview = preview_of(upload(with_indicators(indicators=rows), office).content)

    assert (preview.unchanged_indicators, preview.problems) == (1, [])


@pytest.mark.parametrize(
    ("indicators", "value", "column", "reason"),
    [
        ([INDICATOR], ["Ankauf", "Wald", 2025, None, None, 1], "B (Indikator)", "hat diese Maß"),
        ([INDICATOR], ["Ankauf", "Alt", 2025, None, None, 9], "F (Wert)", "gibt es schon"),
        ([INDICATOR], ["Ankauf", "Alt", "2025-Q1", None, None, 9], "C (Zeitraum)", "überschneidet"),
        (
            [INDICATOR],
            ["Ankauf", "Alt", 2099, None, None, 9],
            "C (Zeitraum)",
            "noch nicht begonnen",
        ),
        ([INDICATOR], ["Ankauf", "Alt", None, None, None, 9], "C (Zeitraum)", "fehlt der Zeitraum"),
        ([INDICATOR, INDICATOR], None, "B (Indikator)", "schon weiter oben"),
        ([["Ankauf", "Alt", "kg"]], None, "C (Einheit)", "Diesen Indikator gibt es schon."),
        ([[*INDICATOR[:6], "2030: viel"]], None, "G (Ziele)", "2030: viel: "),
        ([["Ankauf", "X", "ha", "seitwärts"]], None, "D (Richtung)", "„steigend“ oder „fallend“"),
        ([[*ENDED, None]], None, "I (Grund des Endes)", "Zum Ende gehört sein Grund"),
        ([[*INDICATOR, None, "teuer"]], None, "H (beendet am)", "Zum Ende gehört sein Grund"),
        ([[*INDICATOR, dt.date(2099, 1, 1), "x"]], None, "H (beendet am)", "in der Zukunft"),
        (
            [[*ENDED, "teuer"]],
            ["Ankauf", "Fläche", "2026-Q1", None, None, 1],
            "C (Zeitraum)",
            "beendet",
        ),
    ],
)
def test_indicator_that_does_not_fit_is_named(office, indicators, value, column, reason):
    old = make_indicator(make_measure(make_plan("MPI"), "Ankauf"), "Alt")
    make_value(old, "2025", "8")
    file = with_indicators(*([value] if value else []), indicators=[INDICATORS[0], *indicators])

    preview = preview_of(upload(file, office).content)

    (problem,) = preview.problems
    assert (problem.column, reason in problem.reason) == (column, True), problem
