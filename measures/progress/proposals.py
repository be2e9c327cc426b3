"""The light that the data suggest: a hint for the office, never the official one."""

import datetime as dt
from collections.abc import Iterable, Sequence
from copy import copy
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date
from core.enums import TrafficLight
from core.html import draw_traffic_light
from measures.models import (
    Indicator,
    Milestone,
    ReportedForecast,
    ReportedValue,
    RoundEntry,
    StatusReport,
)
from measures.progress.indicators import deviation_sentence, path_label
from measures.queries import Deviation, deviation_of, forecast_conflict, value_conflict

ROUNDS_WITHOUT_REPORT = 2  # so many in a row are a sign


class ProposedLight(NamedTuple):
    """A light, its reasons, and in a sentence what was looked at; the light is "" where nothing is
    known to judge by.
    """

    light: str
    reasons: list[str]
    looked_at: str


def proposed_light(
    milestones: Iterable[Milestone],
    entries: Sequence[RoundEntry],
    today: dt.date,
    indicators: Iterable[Indicator] = (),
    report: StatusReport | None = None,
) -> ProposedLight:
    """Return yellow with the reasons for it, red if several kinds of reasons come together, and
    green without any.

    `entries` are those of the last closed rounds, the latest first; load `indicators` with
    `queries.indicators_with_series`. With a `report`, the light is as if it were accepted.
    """
    forecasts = {said.milestone_id: said for said in report.forecasts.all()} if report else {}
    values = {said.indicator_id: said for said in report.reported_values.all()} if report else {}
    milestones = [
        _moved(milestone, forecasts.get(milestone.pk))
        for milestone in milestones
        if not milestone.is_taken_over
    ]
    late = [text for milestone in milestones if (text := _late_text(milestone, today))]
    # Whoever reports is silent no longer.
    silent = [] if report else _silence_text(entries)
    judged = [
        (indicator, deviation_of(indicator, today, _series(indicator, values.get(indicator.pk))))
        for indicator in indicators
    ]
    judged = [(indicator, found) for indicator, found in judged if found.expected is not None]
    off = [_off_path_text(indicator, found) for indicator, found in judged if found.is_off]
    kinds = [kind for kind in (late, silent, off) if kind]
    reasons = [reason for kind in kinds for reason in kind]
    looked_at = _looked_at(len(milestones), len(judged), len(entries))
    if len(kinds) > 1:
        return ProposedLight(TrafficLight.RED, reasons, looked_at)
    if reasons:
        return ProposedLight(TrafficLight.YELLOW, reasons, looked_at)
    is_reported = any(entry.report_id for entry in entries)
    is_known = bool(milestones) or bool(judged) or is_reported
    return ProposedLight(TrafficLight.GREEN if is_known else "", [], looked_at)


def _moved(milestone: Milestone, forecast: ReportedForecast | None) -> Milestone:
    """Return `milestone` as accepting `forecast` leaves it, not to be saved."""
    if forecast is None:
        return milestone
    forecast.milestone = milestone
    moved = copy(milestone)
    if not forecast_conflict(forecast):
        moved.forecast_on = forecast.forecast_on
    return moved


def _series(indicator: Indicator, reported: ReportedValue | None) -> list:
    """Return the values of `indicator` by day, as accepting `reported` leaves them."""
    series = list(indicator.series.all())
    if reported is None:
        return series
    reported.indicator = indicator
    if value_conflict(reported, series):
        return series
    others = [value for value in series if value.period != reported.period]
    return sorted([*others, reported], key=lambda value: (value.ends_on, value.starts_on))


def _late_text(milestone: Milestone, today: dt.date) -> str:
    """Return in which way an open milestone is late, "" if it is not."""
    if milestone.done_on is not None:
        return ""
    days = {
        "day": format_date(milestone.expected_on),
        "planned": format_date(milestone.due_on),
        "title": milestone.title,
    }
    if milestone.expected_on < today:
        return _("Meilenstein überfällig seit %(day)s: %(title)s") % days
    if milestone.expected_on > milestone.due_on:
        return _("Meilenstein erst am %(day)s statt am %(planned)s: %(title)s") % days
    return ""


def _looked_at(milestones: int, indicators: int, rounds: int) -> str:
    """Return what there was to judge by: a green light says nothing of what nobody entered."""
    counted = (
        (ngettext("%(count)d Meilenstein", "%(count)d Meilensteine", milestones), milestones),
        (
            ngettext(
                "%(count)d Indikator mit Wert und Ziel",
                "%(count)d Indikatoren mit Wert und Ziel",
                indicators,
            ),
            indicators,
        ),
        (
            ngettext(
                "%(count)d abgeschlossene Berichtsrunde",
                "%(count)d abgeschlossene Berichtsrunden",
                rounds,
            ),
            rounds,
        ),
    )
    return _("Angesehen: %(what)s.") % {
        "what": ", ".join(text % {"count": count} for text, count in counted)
    }


def _silence_text(entries: Sequence[RoundEntry]) -> list[str]:
    latest = entries[:ROUNDS_WITHOUT_REPORT]
    # Whoever was not asked owed nothing.
    is_owed = all(entry.was_asked and not entry.report_id for entry in latest)
    if len(latest) < ROUNDS_WITHOUT_REPORT or not is_owed:
        return []
    return [_("Seit %(count)d Berichtsrunden keine Meldung") % {"count": len(latest)}]


def _off_path_text(indicator: Indicator, deviation: Deviation) -> str:
    return _("Indikator „%(title)s“ %(where)s: %(numbers)s") % {
        "title": indicator.title,
        "where": path_label(deviation, indicator.direction),
        "numbers": deviation_sentence(indicator, deviation),
    }


def proposal_fact(proposal: ProposedLight) -> SafeString:
    """Return the proposed light with its reasons and what was looked at below."""
    lines = [*proposal.reasons, proposal.looked_at]
    reasons = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
    light = draw_traffic_light(proposal.light)
    return format_html('{}<ul class="plain-list">{}</ul>', light, reasons)
