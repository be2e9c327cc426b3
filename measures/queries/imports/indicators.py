"""Compare the rows of indicators and of their values with those of the portal.

An indicator is known by its measure and title, a value by its indicator and period; both are only
added here. What the portal has already is changed on its pages, where somebody sees the series.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import format_date, local_date
from core.errors import Unreadable
from core.folding import fold
from core.periods import Period, parse_period
from core.queries import in_batches
from measures.enums import Direction
from measures.models import Indicator, IndicatorTarget, IndicatorValue, Measure
from measures.models.indicators import DECIMAL_PLACES
from measures.queries.imports.drafts import ImportPreview, NewIndicator, NewValue
from measures.queries.imports.subjects import NamedMeasures
from measures.queries.imports.tables import ImportRow, ImportSheet
from measures.queries.imports.values import Unfit, fingerprint, parse_plain, tidy
from measures.queries.indicators import end_error, indicators_with_series

SEPARATORS = re.compile(r"[\n;]")
EXACT = Decimal(1).scaleb(-DECIMAL_PLACES)
# An indicator of the file, or of the portal, by the identity of its measure and its title.
Known = dict[tuple[int, str], Indicator]


def number_text(value: Decimal | None) -> str:
    """Return `value` as a cell with it is read."""
    return "" if value is None else f"{value.normalize():f}".replace(".", ",")


def indicator_texts(indicator: Indicator) -> dict[str, str]:
    """Return what the columns say of `indicator`. Needs its targets."""
    return {
        "title": indicator.title,
        "unit": indicator.unit,
        "direction": indicator.get_direction_display(),
        "decimals": str(indicator.decimals),
        "baseline_value": number_text(indicator.baseline_value),
        "baseline_on": format_date(indicator.baseline_on),
        "targets": targets_text(indicator.targets.all(), indicator),
        "ended_on": format_date(indicator.ended_on),
        "ended_reason": indicator.ended_reason,
        "source": indicator.source,
    }


def targets_text(targets: Iterable[IndicatorTarget], indicator: Indicator) -> str:
    return "\n".join(
        f"{format_date(target.due_on)}: {indicator.format(target.value)}" for target in targets
    )


def value_texts(value: IndicatorValue, indicator: Indicator) -> dict[str, str]:
    """Return what the columns say of a `value` of `indicator`."""
    return {
        "indicator": indicator.title,
        "period": str(value.period),
        "starts_on": format_date(value.starts_on),
        "ends_on": format_date(value.ends_on),
        "value": number_text(value.value),
        "note": value.note,
        "source": value.source or indicator.source,
    }


def compare_indicators(
    sheet: ImportSheet | None, values: ImportSheet | None, preview: ImportPreview
) -> None:
    """Add the new indicators and values of these sheets to `preview`."""
    rows = [row for part in (sheet, values) if part for row in part.rows]
    measures = NamedMeasures(preview, rows)
    known = _known_indicators(measures.saved_keys)
    if sheet:
        indicators = _Indicators(sheet, preview, measures, known)
        for row in sheet.rows:
            indicators.compare(row)
            preview.count_row()
    if values:
        series = _Values(values, preview, measures, known)
        for row in values.rows:
            series.compare(row)
            preview.count_row()


class _Rows:
    """What both sheets have in common."""

    def __init__(
        self, sheet: ImportSheet, preview: ImportPreview, measures: NamedMeasures, known: Known
    ) -> None:
        self.sheet, self.preview, self.measures, self.known = sheet, preview, measures, known

    def refuse(self, row: ImportRow, name: str, reason: str) -> None:
        self.preview.problems.append(self.sheet.problem(row.number, name, reason))

    def parsed(self, row: ImportRow, model: type, name: str, column: str = "") -> Any:
        try:
            return parse_plain(model, name, row.texts.get(column or name, ""))
        except Unfit as error:
            self.refuse(row, column or name, str(error))
            return None

    def is_unedited(self, row: ImportRow, names: Iterable[str]) -> bool:
        """Whether `row` is as it was exported, whatever has become of it in the portal."""
        # A file exported before the portal knew a column lacks it, and is still as exported.
        present = {name: row.texts[name] for name in names if name in row.texts}
        return bool(row.texts.get("version")) and fingerprint(present) == row.texts["version"]

    def require_same(self, row: ImportRow, now: dict[str, str], reason: str) -> bool:
        # Who writes a row by hand leaves out what is known; an export leaves out nothing.
        said = [name for name in now if row.texts.get("version") or row.texts.get(name)]
        changed = [name for name in said if tidy(row.texts.get(name, "")) != tidy(now[name])]
        for name in changed:
            self.refuse(row, name, reason)
        return not changed


class _Indicators(_Rows):
    NAMES = (
        "title",
        "unit",
        "direction",
        "decimals",
        "baseline_value",
        "baseline_on",
        "targets",
        "ended_on",
        "ended_reason",
        "source",
    )

    def compare(self, row: ImportRow) -> None:
        if self.is_unedited(row, self.NAMES):
            self.preview.unchanged_indicators += 1
            return
        measure = self.measures.find(row, self.refuse)
        if measure is None:
            return
        title = row.texts.get("title", "")
        stored = self.known.get((id_of(measure), fold(title)))
        if stored is None:
            self.add(row, measure)
        elif stored.pk is None:
            self.refuse(row, "title", _("Diesen Indikator nennt die Datei schon weiter oben."))
        elif self.require_same(
            row,
            indicator_texts(stored),
            _("Diesen Indikator gibt es schon. Sie ändern ihn auf seiner Seite."),
        ):
            self.preview.unchanged_indicators += 1

    def add(self, row: ImportRow, measure: Measure) -> None:
        indicator = Indicator(measure=measure)
        for name in ("title", "unit", "baseline_on", "ended_on", "ended_reason", "source"):
            setattr(indicator, name, self.parsed(row, Indicator, name) or None)
        indicator.source = indicator.source or ""
        self.require_end(row, indicator)
        indicator.direction = self.direction(row)
        indicator.baseline_value = _exact(self.parsed(row, Indicator, "baseline_value"))
        if (indicator.baseline_value is None) != (indicator.baseline_on is None):
            reason = _("Zum Ausgangswert gehört sein Tag, und zum Tag der Ausgangswert.")
            self.refuse(row, "baseline_on", reason)
        targets = self.targets(row, indicator)
        numbers = [indicator.baseline_value, *(target.value for target in targets)]
        indicator.decimals = max((_places(number) for number in numbers), default=0)
        if row.texts.get("decimals"):
            indicator.decimals = self.parsed(row, Indicator, "decimals") or 0
        self.known[id_of(measure), fold(row.texts.get("title", ""))] = indicator
        self.preview.indicators.append(NewIndicator(indicator, targets, row.number))

    def require_end(self, row: ImportRow, indicator: Indicator) -> None:
        """Refuse an end without its reason, a reason without its day, and a day to come."""
        indicator.ended_reason = indicator.ended_reason or ""
        if bool(indicator.ended_on) != bool(indicator.ended_reason):
            reason = _("Zum Ende gehört sein Grund, und zum Grund der Tag.")
            self.refuse(row, "ended_reason" if indicator.ended_on else "ended_on", reason)
        elif indicator.ended_on and indicator.ended_on > local_date(timezone.now()):
            self.refuse(row, "ended_on", _("Dieser Tag liegt in der Zukunft."))

    def direction(self, row: ImportRow) -> str:
        text = fold(row.texts.get("direction", ""))
        found = [way for way in Direction if not text or text in (fold(str(way.label)), way.value)]
        if not found:
            self.refuse(row, "direction", _("Bitte schreiben Sie „steigend“ oder „fallend“."))
        # Rising comes first, as on the page of an indicator.
        return found[0] if found else Direction.RISING

    def targets(self, row: ImportRow, indicator: Indicator) -> list[IndicatorTarget]:
        targets: dict[Any, IndicatorTarget] = {}
        for line in filter(None, map(str.strip, SEPARATORS.split(row.texts.get("targets", "")))):
            day, colon, number = line.partition(":")
            try:
                if not colon:
                    raise Unfit(_("Bitte schreiben Sie Ziele so: 31.12.2030: 150."))
                due_on = parse_plain(IndicatorTarget, "due_on", day)
                text = number.strip().removesuffix(indicator.unit or "").strip()
                value = _exact(parse_plain(IndicatorTarget, "value", text))
                if due_on in targets:
                    raise Unfit(_("Für diesen Tag gibt es schon ein Ziel."))
            except Unfit as error:
                self.refuse(row, "targets", f"{line}: {error}")
                continue
            targets[due_on] = IndicatorTarget(indicator=indicator, due_on=due_on, value=value)
        return list(targets.values())


class _Values(_Rows):
    NAMES = ("indicator", "period", "starts_on", "ends_on", "value", "note", "source")

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.today = local_date(timezone.now())
        self.added: dict[int, list[IndicatorValue]] = {}

    def compare(self, row: ImportRow) -> None:
        if self.is_unedited(row, self.NAMES):
            self.preview.unchanged_values += 1
            return
        indicator, period = self.indicator(row), self.period(row)
        if indicator is None or period is None:
            return
        series = self.added.setdefault(id(indicator), [])
        stored = list(indicator.series.all()) if indicator.pk else []
        same = next((value for value in stored if value.period == period), None)
        if same:
            now = value_texts(same, indicator)
            # Days are read as the period, which is the same.
            now = {name: now[name] for name in ("value", "note", "source")}
            reason = _("Diesen Wert gibt es schon. Sie ändern ihn auf der Seite des Indikators.")
            self.preview.unchanged_values += self.require_same(row, now, reason)
            return
        if period.starts_on > self.today:
            self.refuse(row, "period", _("Dieser Zeitraum hat noch nicht begonnen."))
        if ended := end_error(indicator, period):
            self.refuse(row, "period", ended)
        if other := next((v for v in (*stored, *series) if v.period.overlaps(period)), None):
            reason = _("Der Zeitraum überschneidet sich mit dem Wert für %(period)s.")
            self.refuse(row, "period", reason % {"period": other.period})
        value = IndicatorValue(
            indicator=indicator, starts_on=period.starts_on, ends_on=period.ends_on
        )
        value.value = _exact(self.parsed(row, IndicatorValue, "value"))
        value.note = self.parsed(row, IndicatorValue, "note") or ""
        source = self.parsed(row, IndicatorValue, "source") or ""
        value.source = "" if source == indicator.source else source
        series.append(value)
        self.preview.values.append(NewValue(value, row.number))

    def indicator(self, row: ImportRow) -> Indicator | None:
        measure = self.measures.find(row, self.refuse)
        if measure is None:
            return None
        title = row.texts.get("indicator", "")
        found = self.known.get((id_of(measure), fold(title)))
        if found is None:
            reason = _("Einen Indikator „%(title)s“ hat diese Maßnahme nicht.")
            self.refuse(row, "indicator", reason % {"title": title})
        return found

    def period(self, row: ImportRow) -> Period | None:
        """Return the period by its name, its days, or both if they agree."""
        named, start, end = (row.texts.get(name, "") for name in ("period", "starts_on", "ends_on"))
        days = f"{start} – {end}" if start and end else ""
        try:
            periods = [parse_period(text) for text in (named, days) if text]
        except Unreadable as error:
            self.refuse(row, "period", str(error))
            return None
        if not periods:
            self.refuse(row, "period", _("Es fehlt der Zeitraum."))
            return None
        if periods[0] != periods[-1]:
            self.refuse(row, "period", _("Zeitraum und „von“, „bis“ nennen verschiedene Tage."))
            return None
        return periods[0]


def id_of(measure: Measure) -> int:
    """Return what tells one measure from another: new ones have no key yet."""
    return measure.pk or -id(measure)


def _exact(value: Decimal | None) -> Decimal | None:
    # As the database returns it, so that undoing the import finds the record as it was left.
    return None if value is None else value.quantize(EXACT)


def _places(value: Decimal | None) -> int:
    exponent = 0 if value is None else value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _known_indicators(measure_keys: list[int]) -> Known:
    return {
        (indicator.measure_id, fold(indicator.title)): indicator
        for batch in in_batches(sorted(set(measure_keys)))
        for indicator in indicators_with_series().filter(measure__in=batch)
    }
