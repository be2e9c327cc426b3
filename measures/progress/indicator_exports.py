"""The sheets of indicators and of their values in the workbook of measures."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import format_date
from core.exports import Sheet
from measures.models import Indicator, IndicatorValue, Measure
from measures.progress.indicators import path_label
from measures.queries import deviation_of, target_path_of
from measures.queries.target_paths import expected_on

INDICATOR_HEADER = (
    gettext_lazy("Plan"),
    gettext_lazy("Kennung"),
    gettext_lazy("Maßnahme"),
    gettext_lazy("Indikator"),
    gettext_lazy("Einheit"),
    gettext_lazy("Richtung"),
    gettext_lazy("Ausgangswert"),
    gettext_lazy("Ausgangswert vom"),
    gettext_lazy("Ziele"),
    gettext_lazy("Letzter Wert"),
    gettext_lazy("Letzter Wert vom"),
    gettext_lazy("Zielpfad an diesem Tag"),
    gettext_lazy("Stand"),
    gettext_lazy("Quelle"),
    gettext_lazy("Herkunft"),
)
VALUE_HEADER = (
    gettext_lazy("Plan"),
    gettext_lazy("Kennung"),
    gettext_lazy("Maßnahme"),
    gettext_lazy("Indikator"),
    gettext_lazy("Einheit"),
    gettext_lazy("Zeitraum"),
    gettext_lazy("von"),
    gettext_lazy("bis"),
    gettext_lazy("Wert"),
    gettext_lazy("Zielpfad"),
    gettext_lazy("Bemerkung"),
    gettext_lazy("Quelle"),
    gettext_lazy("Herkunft"),
)


def indicator_sheets(measures: Iterable[Measure]) -> list[Sheet]:
    """Return the sheets of the indicators of `measures`, prefetched with their series."""
    indicators = [
        (measure, indicator) for measure in measures for indicator in measure.indicators.all()
    ]
    return [
        Sheet(
            _("Indikatoren"),
            [str(title) for title in INDICATOR_HEADER],
            [_indicator_row(measure, indicator) for measure, indicator in indicators],
        ),
        Sheet(
            _("Werte"),
            [str(title) for title in VALUE_HEADER],
            [
                _value_row(measure, indicator, value)
                for measure, indicator in indicators
                for value in indicator.series.all()
            ],
        ),
    ]


def _indicator_row(measure: Measure, indicator: Indicator) -> list:
    deviation = deviation_of(indicator)
    targets = [
        f"{format_date(target.due_on)}: {indicator.format(target.value)}"
        for target in indicator.targets.all()
    ]
    return [
        str(measure.plan),
        measure.code,
        measure.title,
        indicator.title,
        indicator.unit,
        indicator.get_direction_display(),
        indicator.baseline_value,
        indicator.baseline_on,
        "\n".join(targets),
        deviation.latest.value if deviation.latest else None,
        deviation.latest.on if deviation.latest else None,
        deviation.expected,
        path_label(deviation, indicator.direction),
        indicator.source,
        indicator.get_origin_display(),
    ]


def _value_row(measure: Measure, indicator: Indicator, value: IndicatorValue) -> list:
    expected = expected_on(target_path_of(indicator), value.ends_on)
    return [
        str(measure.plan),
        measure.code,
        measure.title,
        indicator.title,
        indicator.unit,
        str(value.period),
        value.starts_on,
        value.ends_on,
        value.value,
        None if expected is None else round(expected, indicator.decimals),
        value.note,
        value.source or indicator.source,
        value.get_origin_display(),
    ]
