"""The sheets of indicators and of their values in the workbook of measures."""

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exports import Sheet
from measures.models import Indicator, IndicatorValue, Measure
from measures.progress.indicators import expected_then, standing_label
from measures.queries import ListedMeasures, StoredMeasures, deviation_of
from measures.queries.imports import (
    Directory,
    fingerprint,
    indicator_texts,
    targets_text,
    value_texts,
)

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
    gettext_lazy("beendet am"),
    gettext_lazy("Grund des Endes"),
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


def indicator_sheets(
    measures: StoredMeasures | ListedMeasures,
    directory: Directory,
    today: dt.date,
    *,
    is_editable: bool = False,
) -> list[Sheet]:
    """Return the sheets of the indicators of `measures` as of `today`; those that are `is_editable`
    have what importing them again needs.
    """
    indicator_header, value_header = list(map(str, INDICATOR_HEADER)), list(map(str, VALUE_HEADER))
    if is_editable:
        indicator_header += [_("Nachkommastellen"), _("Fassung")]
        value_header.append(_("Fassung"))
    hidden = int(is_editable)
    indicators = _indicator_rows(measures, directory, today, is_editable)
    values = _value_rows(measures, directory, today, is_editable)
    return [
        Sheet(_("Indikatoren"), indicator_header, indicators, hidden),
        Sheet(_("Werte"), value_header, values, hidden),
    ]


def _indicator_rows(
    measures: StoredMeasures | ListedMeasures,
    directory: Directory,
    today: dt.date,
    is_editable: bool,
) -> Iterator[list]:
    for measure, indicator in measures.indicators():
        cells = _indicator_row(measure, indicator, directory, today)
        if is_editable:
            cells += [indicator.decimals, fingerprint(indicator_texts(indicator))]
        yield cells


def _value_rows(
    measures: StoredMeasures | ListedMeasures,
    directory: Directory,
    today: dt.date,
    is_editable: bool,
) -> Iterator[list]:
    for measure, indicator in measures.indicators():
        for value in indicator.series.all():
            cells = _value_row(measure, indicator, value, directory, today)
            if is_editable:
                cells.append(fingerprint(value_texts(value, indicator)))
            yield cells


def _indicator_row(
    measure: Measure, indicator: Indicator, directory: Directory, today: dt.date
) -> list:
    deviation = deviation_of(indicator, today)
    return [
        str(directory.plans[measure.plan_id]),
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
        standing_label(indicator, deviation),
        indicator.ended_on,
        indicator.ended_reason,
        indicator.source,
        indicator.get_origin_display(),
    ]


def _value_row(
    measure: Measure,
    indicator: Indicator,
    value: IndicatorValue,
    directory: Directory,
    today: dt.date,
) -> list:
    expected = expected_then(indicator, value, today)
    return [
        str(directory.plans[measure.plan_id]),
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
