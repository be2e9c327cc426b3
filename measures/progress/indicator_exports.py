"""The sheets of indicators and of their values in the workbook of measures."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exports import Sheet
from measures.models import Indicator, IndicatorValue, Measure
from measures.progress.indicators import path_label
from measures.queries import deviation_of, target_path_of
from measures.queries.imports import fingerprint, indicator_texts, targets_text, value_texts
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


def indicator_sheets(measures: Iterable[Measure], *, is_editable: bool = False) -> list[Sheet]:
    """Return the sheets of the indicators of `measures`, prefetched with their series; those that
    are `is_editable` have what importing them again needs.
    """
    pairs = [(measure, indicator) for measure in measures for indicator in measure.indicators.all()]
    indicators = [_indicator_row(*pair) for pair in pairs]
    of_values = [(*pair, value) for pair in pairs for value in pair[1].series.all()]
    values = [_value_row(*found) for found in of_values]
    if not is_editable:
        return [
            Sheet(_("Indikatoren"), [str(title) for title in INDICATOR_HEADER], indicators),
            Sheet(_("Werte"), [str(title) for title in VALUE_HEADER], values),
        ]
    for line, (_measure, indicator) in zip(indicators, pairs, strict=True):
        line += [indicator.decimals, fingerprint(indicator_texts(indicator))]
    for line, (_measure, indicator, value) in zip(values, of_values, strict=True):
        line.append(fingerprint(value_texts(value, indicator)))
    more = [_("Nachkommastellen"), _("Fassung")]
    return [
        Sheet(
            _("Indikatoren"),
            [*map(str, INDICATOR_HEADER), *more],
            indicators,
            hidden=1,
        ),
        Sheet(_("Werte"), [*map(str, VALUE_HEADER), more[1]], values, hidden=1),
    ]


def _indicator_row(measure: Measure, indicator: Indicator) -> list:
    deviation = deviation_of(indicator)
    return [
        str(measure.plan),
        measure.code,
        measure.title,
        indicator.title,
        indicator.unit,
        indicator.get_direction_display(),
        indicator.baseline_value,
        indicator.baseline_on,
        targets_text(indicator.targets.all(), indicator),
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
