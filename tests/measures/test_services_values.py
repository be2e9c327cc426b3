import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.periods import parse_period
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures import services
from measures.models import Indicator, IndicatorTarget, IndicatorValue
from measures.queries import indicator_history, measure_history, series_version
from measures.services import ValueEntry
from tests.measures.builders import NOW, make_indicator, make_measure, make_target, make_value
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def office():
    return make_user(OFFICE)


def values_of(period: str, value: str) -> dict:
    starts_on, ends_on = parse_period(period)
    return {"starts_on": starts_on, "ends_on": ends_on, "value": Decimal(value)}


def entry(period: str, value: str, **texts) -> ValueEntry:
    return ValueEntry(parse_period(period), Decimal(value), **texts)


def series(indicator) -> list[tuple[str, Decimal]]:
    return [(str(value.period), value.value) for value in indicator.series.order_by("starts_on")]


def test_value_is_kept_exactly(office):
    indicator = make_indicator()
    given = {"indicator": indicator, "by": office, "now": NOW}

    services.create_value(values=values_of("2024", "99999999999.9999"), **given)
    services.create_value(values=values_of("2025", "0.1"), **given)

    assert series(indicator) == [("2024", Decimal("99999999999.9999")), ("2025", Decimal("0.1"))]


@pytest.mark.parametrize(
    ("period", "sentence"),
    [
        ("2024", "Der Zeitraum überschneidet sich mit dem Wert für 2024 (120 Plätze)."),
        ("2024-Q4", "Der Zeitraum überschneidet sich mit dem Wert für 2024 (120 Plätze)."),
        ("31.12.2024", "Der Zeitraum überschneidet sich mit dem Wert für 2024 (120 Plätze)."),
        ("2027", "Dieser Zeitraum beginnt erst am 01.01.2027."),
    ],
)
def test_period_must_be_free_and_have_begun(office, period, sentence):
    indicator = make_indicator()
    make_value(indicator, "2024", "120")

    with nothing_changes(indicator), pytest.raises(Refused) as refused:
        services.create_value(
            indicator=indicator, values=values_of(period, "1"), by=office, now=NOW
        )

    assert str(refused.value) == sentence
    assert series(indicator) == [("2024", Decimal(120))]


def test_value_may_move_to_a_period_that_overlaps_only_its_own(office):
    indicator = make_indicator()
    make_value(indicator, "2024", "120")
    value, values = indicator.series.get(), values_of("2024-H2", "120")

    services.change_value(
        indicator_value=value,
        values=values,
        version=version_of(value, values),
        by=office,
        now=NOW,
    )

    assert series(indicator) == [("2. Halbjahr 2024", Decimal(120))]


def test_table_adds_and_changes_all_or_nothing(office):
    indicator = make_indicator()
    make_value(indicator, "2023", "110", note="geschätzt")
    shown = series_version(indicator)
    entries = [entry("2023", "112"), entry("2024", "120", source="Statistik")]

    recorded = services.record_values(
        indicator=indicator, entries=entries, shown=shown, by=office, now=NOW
    )
    with pytest.raises(ChangedMeanwhile, match="prüfen Sie die Vorschau noch einmal"):
        services.record_values(
            indicator=indicator, entries=entries, shown=shown, by=office, now=NOW
        )
    with pytest.raises(Refused, match="überschneidet sich"):
        services.record_values(
            indicator=indicator,
            entries=[entry("2025", "1"), entry("2024-Q1", "1")],
            shown=series_version(indicator),
            by=office,
            now=NOW,
        )

    assert (recorded.added, recorded.changed) == (1, 1)
    assert series(indicator) == [("2023", Decimal(112)), ("2024", Decimal(120))]
    assert list(indicator.series.values_list("note", "source")) == [
        ("geschätzt", ""),
        ("", "Statistik"),
    ]


def test_history_has_old_and_new_values_and_one_line_for_a_table(office):
    measure = make_measure()
    values = {"title": "Ausbildungsplätze", "unit": "Plätze", "decimals": 0}
    given = {"by": office, "now": NOW}
    indicator = services.create_indicator(measure=measure, values=values, **given)
    entries = [entry("2023", "1110"), entry("2024", "1120")]
    services.record_values(
        indicator=indicator, entries=entries, shown=series_version(indicator), **given
    )
    given["now"] = LATER
    value, change = indicator.series.first(), values_of("2023", "1115")
    version = version_of(value, change)
    services.change_value(indicator_value=value, values=change, version=version, **given)
    target_values = {"due_on": dt.date(2026, 12, 31), "value": Decimal(1300)}
    target = services.create_target(indicator=indicator, values=target_values, **given)
    services.delete_target(target=target, **given)
    services.delete_value(indicator_value=indicator.series.last(), **given)

    expected = {
        ("Indikator angelegt: Ausbildungsplätze", ""),
        (
            "Ausbildungsplätze: 2 Werte eingetragen oder geändert",
            "2023: 1.110 Plätze\n2024: 1.120 Plätze",
        ),
        (
            "Ausbildungsplätze: 2 Werte eingetragen oder geändert",
            "2023: 1.110 Plätze → 1.115 Plätze\n2024: gelöscht (1.120 Plätze)",
        ),
        ("Ziel zum 31.12.2026: 1.300 Plätze: Ausbildungsplätze", ""),
        ("Ziel zum 31.12.2026 gelöscht (1.300 Plätze): Ausbildungsplätze", ""),
    }
    for entries in (
        indicator_history(indicator, office),
        measure_history(measure, measure.reports.none(), office),
    ):
        assert {(line.what, line.note) for line in entries} == expected
        assert {line.who for line in entries} == {"Geschäftsstelle"}


def test_second_target_of_a_day_is_refused(office):
    indicator = make_indicator()
    make_target(indicator, "2026-12-31", "150")
    values = {"due_on": dt.date(2026, 12, 31), "value": Decimal(160)}

    with (
        nothing_changes(indicator),
        pytest.raises(Refused, match=r"Zum 31.12.2026 gibt es schon ein Ziel: 150 Plätze\."),
    ):
        services.create_target(indicator=indicator, values=values, by=office, now=NOW)


def test_indicator_goes_with_its_targets_and_values_but_stays_in_the_history(office):
    indicator = make_indicator()
    make_value(indicator, "2024", "1")
    make_target(indicator, "2026-12-31", "5")

    services.delete_indicator(indicator=indicator, by=office, now=NOW)

    assert not IndicatorValue.objects.exists()
    assert not IndicatorTarget.objects.exists()
    assert Indicator.history.filter(history_change_reason="Indikator gelöscht").count() == 1
    with pytest.raises(ChangedMeanwhile, match="inzwischen gelöscht"):
        services.create_value(
            indicator=Indicator(pk=987_654), values=values_of("2024", "1"), by=office, now=NOW
        )


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_changes_indicators(role):
    indicator = make_indicator()
    value, target = make_value(indicator, "2024", "1"), make_target(indicator, "2026-12-31", "5")
    given = {"by": make_user(role), "now": NOW}
    new, day = values_of("2025", "2"), {"due_on": dt.date(2027, 1, 1), "value": Decimal(1)}
    calls = (
        lambda: services.create_indicator(measure=indicator.measure, values={}, **given),
        lambda: services.change_indicator(indicator=indicator, values={}, version="", **given),
        lambda: services.delete_indicator(indicator=indicator, **given),
        lambda: services.create_target(indicator=indicator, values=day, **given),
        lambda: services.change_target(target=target, values=day, version="", **given),
        lambda: services.delete_target(target=target, **given),
        lambda: services.create_value(indicator=indicator, values=new, **given),
        lambda: services.change_value(indicator_value=value, values=new, version="", **given),
        lambda: services.delete_value(indicator_value=value, **given),
        lambda: services.record_values(indicator=indicator, entries=[], shown="", **given),
    )

    with nothing_changes(indicator), nothing_changes(value), nothing_changes(target):
        for call in calls:
            with pytest.raises(NotAllowed, match="nicht berechtigt"):
                call()

    assert (Indicator.objects.count(), IndicatorValue.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda i: make_value(i, "2024", "2"), "indicatorvalue_once_a_period|unique"),
        (lambda i: make_target(i, "2026-12-31", "2"), "indicatortarget_once_a_day|unique"),
        (
            lambda i: make_indicator(i.measure, baseline_value=Decimal(1)),
            "indicator_baseline_is_dated",
        ),
        (lambda i: make_indicator(i.measure, decimals=5), "indicator_decimals_are_stored"),
        (
            lambda i: IndicatorValue.objects.create(
                indicator=i,
                starts_on=dt.date(2023, 2, 1),
                ends_on=dt.date(2023, 1, 1),
                value=1,
            ),
            "indicatorvalue_ends_after_start",
        ),
    ],
)
def test_database_refuses_what_cannot_be(build, constraint):
    indicator = make_indicator()
    make_value(indicator, "2024", "1")
    make_target(indicator, "2026-12-31", "5")

    with pytest.raises(IntegrityError, match=f"(?i){constraint}"):
        build(indicator)
