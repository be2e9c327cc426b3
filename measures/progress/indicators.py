"""How the indicators of a measure stand, as text, chart and table."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.dates import format_date
from core.html import draw_badge
from core.numbers import format_decimal
from core.periods import Period
from measures.enums import Direction, PathState
from measures.models import Indicator, IndicatorTarget, IndicatorValue
from measures.models.indicators import format_value
from measures.progress.indicator_charts import draw_chart, period_label
from measures.queries import KeptIndicator, deviation_of, is_running, target_path_of
from measures.queries.target_paths import Deviation, expected_on

STATE_COLOURS = {
    PathState.ON_PATH: "success",
    PathState.OFF_PATH: "warning",
    PathState.ENDED: "muted",
}


class SeriesLine(NamedTuple):
    """One line of the table: a value, and what the target path asked for at its end."""

    indicator_value: IndicatorValue
    period: str
    value: str
    expected: str
    note: str


class IndicatorCard(NamedTuple):
    """An indicator on a page: `state` is a badge, `sentence` says it with numbers."""

    indicator: Indicator
    state: SafeString
    sentence: str
    chart: SafeString
    lines: list[SeriesLine]
    targets: list[tuple[IndicatorTarget, str, str]]
    has_path: bool
    has_running: bool


def indicator_cards(
    indicators: Iterable[Indicator], today: dt.date, *, day_label: str = ""
) -> list[IndicatorCard]:
    """Return the cards of `indicators`; load them with `queries.indicators_with_series`.

    `day_label` names `today` in the chart if it is a former day.
    """
    return [indicator_card(indicator, today, day_label=day_label) for indicator in indicators]


def indicator_card(indicator: Indicator, today: dt.date, *, day_label: str = "") -> IndicatorCard:
    deviation = deviation_of(indicator, today)
    label = standing_label(indicator, deviation)
    targets = [
        (target, format_date(target.due_on), indicator.format(target.value))
        for target in indicator.targets.all()
    ]
    return IndicatorCard(
        indicator,
        draw_badge(label, STATE_COLOURS.get(deviation.state, "neutral")),
        _card_sentence(indicator, deviation, today),
        draw_chart(indicator, today, day_label),
        _series_lines(indicator, today),
        targets,
        bool(targets),
        any(is_running(value, today) for value in indicator.series.all()),
    )


def standing_label(indicator: Indicator, deviation: Deviation) -> str:
    """Return how `indicator`, loaded with its series, stands to its path."""
    # The only values are of periods that have not ended, and the page shows them.
    if deviation.state == PathState.NO_VALUE and indicator.series.all():
        return _("läuft noch")
    return path_label(deviation, indicator.direction)


def end_text(indicator: Indicator | KeptIndicator) -> str:
    """Return `beendet am 30.06.2026 (Erhebung eingestellt)`, "" while it goes on."""
    if not indicator.ended_on:
        return ""
    return _("beendet am %(day)s (%(reason)s)") % {
        "day": format_date(indicator.ended_on),
        "reason": indicator.ended_reason,
    }


def path_label(deviation: Deviation, direction: str) -> str:
    """Return `auf Kurs`, `unter dem Zielpfad`, for a falling one `über dem Zielpfad` …"""
    if deviation.state == PathState.OFF_PATH:
        is_falling = direction == Direction.FALLING
        return _("über dem Zielpfad") if is_falling else _("unter dem Zielpfad")
    return str(deviation.state.label)


def value_then(indicator: KeptIndicator) -> str:
    """Return `2025: 136 Plätze, auf Kurs`, or that there was no value, and the end if there was
    one.
    """
    end = end_text(indicator)
    if indicator.value is None:
        return f"{_('kein Wert')}, {end}" if end else str(PathState.NO_VALUE.label)
    state = PathState(indicator.path_state)
    text = f"{period_then(indicator)}: {format_value(indicator, indicator.value)}"
    if state == PathState.NO_TARGET:
        return text
    return f"{text}, {end or path_label(Deviation(state), indicator.direction)}"


def period_then(indicator: KeptIndicator) -> str:
    """Return `2025` or `1. Quartal 2025`, "" without a value."""
    if not indicator.starts_on or not indicator.ends_on:
        return ""
    return str(Period(indicator.starts_on, indicator.ends_on))


def target_then(indicator: KeptIndicator) -> str:
    """Return `200 Plätze bis 31.12.2026 (Zielpfad zuletzt: 150 Plätze)`, "" without a target."""
    if indicator.target_on is None:
        return ""
    values = {
        "value": format_value(indicator, indicator.target_value),
        "day": format_date(indicator.target_on),
        "expected": format_value(indicator, indicator.expected),
    }
    if indicator.expected is None:
        return _("%(value)s bis %(day)s") % values
    return _("%(value)s bis %(day)s (Zielpfad zuletzt: %(expected)s)") % values


def deviation_sentence(indicator: Indicator, deviation: Deviation) -> str:
    """Return `135 Plätze am 31.12.2025; der Zielpfad verlangt 130 Plätze.`, or what is missing."""
    if deviation.latest is None:
        return _("Noch kein Wert eingetragen.")
    values = {
        "value": indicator.format(deviation.latest.value),
        "day": format_date(deviation.latest.on),
        "expected": indicator.format(deviation.expected),
    }
    if deviation.expected is None:
        return _("Letzter Wert: %(value)s am %(day)s.") % values
    if indicator.direction == Direction.FALLING:
        return _("%(value)s am %(day)s; nach dem Zielpfad höchstens %(expected)s.") % values
    return _("%(value)s am %(day)s; nach dem Zielpfad mindestens %(expected)s.") % values


def _card_sentence(indicator: Indicator, deviation: Deviation, today: dt.date) -> str:
    running = [value for value in indicator.series.all() if is_running(value, today)][-1:]
    texts = [
        _("%(period)s läuft noch: bisher %(value)s.")
        % {"period": value.period, "value": indicator.format(value.value)}
        for value in running
    ]
    if deviation.latest or not running:
        texts.insert(0, deviation_sentence(indicator, deviation))
    # First, because it says why the rest is no longer new.
    if indicator.ended_on:
        texts.insert(0, f"{capfirst(end_text(indicator))}.")
    return " ".join(texts)


def expected_then(indicator: Indicator, value: IndicatorValue, today: dt.date) -> Decimal | None:
    """Return what the target path asked for at the end of the period of `value`, None before."""
    if is_running(value, today):
        return None
    return expected_on(target_path_of(indicator), value.ends_on)


def _series_lines(indicator: Indicator, today: dt.date) -> list[SeriesLine]:
    return [
        SeriesLine(
            value,
            period_label(value, today),
            indicator.format(value.value),
            indicator.format(expected_then(indicator, value, today)),
            "; ".join(
                filter(None, (rounding_note(indicator, value.value), value.note, value.source))
            ),
        )
        for value in reversed(indicator.series.all())
    ]


def rounding_note(indicator: Indicator, value: Decimal) -> str:
    """Return the exact `value` if the indicator shows fewer decimals than it has, else ""."""
    # Values are kept exactly. Unsaid, readers would take 1.021 for what they had typed as 1.020,5.
    if value == round(value, indicator.decimals):
        return ""
    return _("gerundet angezeigt, genau %(exact)s") % {"exact": format_decimal(value)}


def indicator_facts(indicator: Indicator) -> list[tuple[str, str]]:
    baseline = ""
    if indicator.baseline_on:
        baseline = _("%(value)s am %(day)s") % {
            "value": indicator.format(indicator.baseline_value),
            "day": format_date(indicator.baseline_on),
        }
    facts = [
        (_("Einheit"), indicator.unit),
        (_("Richtung"), indicator.get_direction_display()),
        (_("Ausgangswert"), baseline),
        (_("Quelle"), indicator.source),
    ]
    return [(label, value) for label, value in facts if value]
