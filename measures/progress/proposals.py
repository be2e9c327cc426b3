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
from measures.models import Milestone, RoundEntry

ROUNDS_WITHOUT_REPORT = 2  # so many in a row are a sign


class ProposedLight(NamedTuple):
    """A light and its reasons; the light is "" where nothing is known to judge by."""

    light: str
    reasons: list[str]


def proposed_light(
    milestones: Iterable[Milestone], entries: Sequence[RoundEntry], today: dt.date
) -> ProposedLight:
    """Return yellow with the reasons for it, red if several kinds of reasons come together, and
    green without any.

    `entries` are those of the last closed rounds, the latest first.
    """
    milestones = [milestone for milestone in milestones if not milestone.is_taken_over]
    late = [_late_text(milestone) for milestone in milestones if _is_overdue(milestone, today)]
    silent = _silence_text(entries)
    reasons = [*late, *silent]
    if late and silent:
        return ProposedLight(TrafficLight.RED, reasons)
    if reasons:
        return ProposedLight(TrafficLight.YELLOW, reasons)
    is_known = bool(milestones) or any(entry.report_id for entry in entries)
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
    if len(latest) < ROUNDS_WITHOUT_REPORT or any(entry.report_id for entry in latest):
        return []
    return [_("Seit %(count)d Berichtsrunden keine Meldung") % {"count": len(latest)}]


def proposal_fact(proposal: ProposedLight) -> SafeString:
    """Return the proposed light with its reasons below."""
    light = draw_traffic_light(proposal.light)
    if not proposal.reasons:
        return light
    reasons = format_html_join("", "<li>{}</li>", ((reason,) for reason in proposal.reasons))
    return format_html('{}<ul class="plain-list">{}</ul>', light, reasons)
