"""Invented indicators over real measures: series, targets and baselines, marked as demo data."""

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from core.history import save_as
from core.models import Origin
from core.periods import parse_period
from demo.invented.progress import EXCHANGE, RETROFIT, WORKSHOPS
from demo.scenario import Scenario
from measures.enums import Direction
from measures.models import Indicator, IndicatorTarget, IndicatorValue, Measure, Plan


class InventedIndicator(NamedTuple):
    """`values` and `targets` are by the number of years from the present one, the value 0 being
    that of its first half; the baseline is of the end of the year before the first value.
    """

    measure: str
    title: str
    unit: str
    values: dict[int, str]
    targets: dict[int, str]
    baseline: str = ""
    direction: Direction = Direction.RISING
    decimals: int = 0
    source: str = ""


INDICATORS = (
    InventedIndicator(
        "Junior1stein Akademie",
        "Teilnehmende Kitas und Schulen",
        "Einrichtungen",
        {-4: "3", -3: "5", -2: "6", -1: "9", 0: "11"},
        {-2: "6", 0: "10", 2: "16"},
        baseline="2",
        source="Meldung der Akademie",
    ),
    InventedIndicator(
        "TransferHUB CleanTech Marzahn",
        "Beratungen von Betrieben",
        "Beratungen",
        {-3: "12", -2: "31", -1: "38", 0: "22"},
        {-1: "45", 1: "60"},
        baseline="0",
        source="Jahresbericht",
    ),
    InventedIndicator(
        "Ankaufsstrategie für Industrieflächen",
        "Angekaufte Fläche",
        "ha",
        {-3: "0", -2: "1.2", -1: "1.2"},
        {0: "10.5", 2: "18"},
        baseline="0",
        decimals=1,
        source="Liegenschaftskataster",
    ),
    InventedIndicator(
        "Verdichtung bestehender Flächen",
        "Ungenutzte Fläche in Gewerbegebieten",
        "ha",
        {-4: "142.5", -3: "138", -2: "131.2", -1: "127.4"},
        {1: "110"},
        baseline="145",
        direction=Direction.FALLING,
        decimals=1,
        source="Erhebung der Bezirke",
    ),
    InventedIndicator(
        "Smart Business District",
        "CO₂-Ausstoß der drei Betriebshöfe",
        "t je Jahr",
        {-3: "4180", -2: "4205", -1: "4150"},
        {-1: "3900", 2: "3000"},
        baseline="4250",
        direction=Direction.FALLING,
        source="Energieberichte",
    ),
    InventedIndicator(
        RETROFIT.title,
        "Nachgerüstete Maschinen",
        "Maschinen",
        {-2: "8"},
        {-1: "20", 1: "45"},
        baseline="0",
        source="Meldung der Werkstatt",
    ),
    InventedIndicator(
        EXCHANGE.title,
        "Gemeldete freie Flächen",
        "Flächen",
        {-2: "9"},
        {-1: "25", 1: "60"},
        baseline="0",
        source="Umfrage bei den Betrieben",
    ),
    InventedIndicator(
        WORKSHOPS.title,
        "Plätze in offenen Werkstätten",
        "Plätze",
        {-1: "0"},
        {1: "40"},
    ),
    InventedIndicator(
        "MINTgrün-Orientierungsstudium",
        "Studierende",
        "Personen",
        {-3: "320", -2: "355", -1: "371"},
        {},
        source="Hochschulstatistik",
    ),
)


def load_invented_indicators(scenario: Scenario, plan: Plan, *, until: dt.datetime) -> None:
    """Load what the plan knew of indicators at the moment `until`, beside what is there already, so
    that a round closed then keeps just that.
    """
    measures = {measure.title: measure for measure in Measure.objects.filter(plan=plan)}
    for invented in INDICATORS:
        # Invented measures join the plan later.
        if measure := measures.get(invented.measure):
            indicator = measure.indicators.filter(title=invented.title).first()
            indicator = indicator or _load_indicator(scenario, measure, invented)
            _load_values(scenario, indicator, invented, until)


def _load_indicator(scenario: Scenario, measure: Measure, invented: InventedIndicator) -> Indicator:
    year, at = scenario.today.year, _created_at(scenario, measure)
    indicator = Indicator(
        measure=measure,
        title=invented.title,
        unit=invented.unit,
        direction=invented.direction,
        decimals=invented.decimals,
        source=invented.source,
        origin=Origin.DEMO,
    )
    if invented.baseline:
        indicator.baseline_value = Decimal(invented.baseline)
        indicator.baseline_on = dt.date(year + min(invented.values) - 1, 12, 31)
    save_as(indicator, by=None, now=at, reason="Indikator angelegt")
    for years, value in invented.targets.items():
        due_on = dt.date(year + years, 12, 31)
        target = IndicatorTarget(indicator=indicator, due_on=due_on, value=Decimal(value))
        save_as(target, by=None, now=at, reason="Ziel eingetragen")
    return indicator


def _created_at(scenario: Scenario, measure: Measure) -> dt.datetime:
    return scenario.at(-199 if measure.is_demo else -290)


def _load_values(
    scenario: Scenario, indicator: Indicator, invented: InventedIndicator, until: dt.datetime
) -> None:
    year, known = scenario.today.year, {value.period for value in indicator.series.all()}
    for years, value in invented.values.items():
        period = parse_period(str(year + years) if years else f"{year}-H1")
        # Entered some weeks after the end of the period, if the portal knew the indicator then.
        counted_at = scenario.at(30, after=period.ends_on)
        at = min(max(counted_at, _created_at(scenario, indicator.measure)), scenario.at(-9))
        if at >= until or period in known:
            continue
        record = IndicatorValue(
            indicator=indicator,
            starts_on=period.starts_on,
            ends_on=period.ends_on,
            value=Decimal(value),
            origin=Origin.DEMO,
        )
        save_as(record, by=None, now=at, reason="Wert eingetragen")
