"""The light that the data suggest: a hint for the office, never the official one."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.dates import format_date
from core.enums import TrafficLight
from core.html import draw_traffic_light
from measures.models import Indicator, Milestone, RoundEntry
from measures.progress.indicators import deviation_sentence, path_label
from measures.queries import Deviation, deviation_of

ROUNDS_WITHOUT_REPORT = 2  # so many in a row are a sign


class ProposedLight(NamedTuple):
    """A light and its reasons; the light is "" where nothing is known to judge by."""

    light: str
    reasons: list[str]


def proposed_light(
    milestones: Iterable[Milestone],
    entries: Sequence[RoundEntry],
    today: dt.date,
    indicators: Iterable[Indicator] = (),
) -> ProposedLight:
    """Return yellow with the reasons for it, red if several kinds of reasons come together, and
    green without any.

    `entries` are those of the last closed rounds, the latest first; load `indicators` with
    `queries.indicators_with_series`.
    """
    milestones = [milestone for milestone in milestones if not milestone.is_taken_over]
    late = [_late_text(milestone) for milestone in milestones if _is_overdue(milestone, today)]
    silent = _silence_text(entries)
    judged = [(indicator, deviation_of(indicator, today)) for indicator in indicators]
    judged = [(indicator, found) for indicator, found in judged if found.expected is not None]
    off = [_off_path_text(indicator, found) for indicator, found in judged if found.is_off]
    kinds = [kind for kind in (late, silent, off) if kind]
    reasons = [reason for kind in kinds for reason in kind]
    if len(kinds) > 1:
        return ProposedLight(TrafficLight.RED, reasons)
    if reasons:
        return ProposedLight(TrafficLight.YELLOW, reasons)
    is_reported = any(entry.report_id for entry in entries)
    is_known = bool(milestones) or bool(judged) or is_reported
    return ProposedLight(TrafficLight.GREEN if is_known else "", [])


def _is_overdue(milestone: Milestone, today: dt.date) -> bool:
    return milestone.done_on is None and milestone.expected_on < today


def _late_text(milestone: Milestone) -> str:
    return _("Meilenstein überfällig seit %(day)s: %(title)s") % {
        "day": format_date(milestone.expected_on),
        "title": milestone.title,
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
    """Return the proposed light with its reasons below."""
    light = draw_traffic_light(proposal.light)
    if not proposal.reasons:
        return light
    reasons = format_html_join("", "<li>{}</li>", ((reason,) for reason in proposal.reasons))
    return format_html('{}<ul class="plain-list">{}</ul>', light, reasons)
