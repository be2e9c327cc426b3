"""What the office sees while it reviews submitted reports."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_moment
from core.html import draw_note, draw_traffic_light
from measures.models import Indicator, Measure, Milestone, RoundEntry, StatusReport
from measures.progress.proposals import proposal_fact, proposed_light
from measures.progress.reports import lost_by_acceptance


class ReviewLine(NamedTuple):
    """One submitted report: the light so far, the reported and the proposed one."""

    pk: int
    title: str
    url: str
    lead: str
    submitted: str
    before: SafeString
    reported: SafeString
    proposed: SafeString


def review_lines(reports: Iterable[StatusReport], today: dt.date) -> list[ReviewLine]:
    """Return the lines of the queue; `queries.reports_in_review` loads what they need."""
    return [
        ReviewLine(
            report.pk,
            report.measure.label,
            report.get_absolute_url(),
            report.measure.lead_label,
            format_moment(report.reported_at),
            draw_traffic_light(report.measure.traffic_light),
            format_html(
                "{}{}{}",
                draw_traffic_light(report.traffic_light),
                draw_note(statements_note(report)),
                draw_note(_lost_note(report)),
            ),
            proposal_fact(
                proposed_light(
                    report.measure.all_milestones,
                    report.measure.kept_entries,
                    today,
                    report.measure.known_indicators,
                    report,
                )
            ),
        )
        for report in reports
    ]


def _lost_note(report: StatusReport) -> str:
    lost = lost_by_acceptance(report)
    return _("ohne Angabe, bisher: %(fields)s") % {"fields": lost} if lost else ""


def statements_note(report: StatusReport) -> str:
    """Return `1 Termin, 2 Werte`: what acceptance adopts besides the status, "" if nothing. Load
    the report with `queries.with_statements`.
    """
    dates = ngettext("%(count)d Termin", "%(count)d Termine", report.forecast_count)
    values = ngettext("%(count)d Wert", "%(count)d Werte", report.value_count)
    counted = ((dates, report.forecast_count), (values, report.value_count))
    return ", ".join(text % {"count": count} for text, count in counted if count)


def official_facts(report: StatusReport) -> list[tuple]:
    """Return the light that holds instead of the reported one, if the office chose another."""
    if not report.official_light:
        return []
    facts = [
        (_("Amtliche Ampel"), draw_traffic_light(report.official_light)),
        (_("Grund der Geschäftsstelle"), report.official_reason),
        (_("Gewünschte Entscheidung oder Hilfe dazu"), report.official_help),
    ]
    return [(label, value) for label, value in facts if value]


def light_facts(
    measure: Measure,
    reports: Iterable[StatusReport],
    milestones: Iterable[Milestone],
    entries: Sequence[RoundEntry] | None,
    today: dt.date,
    indicators: Iterable[Indicator] = (),
) -> list[tuple]:
    """Return what stands beside the official light of `measure`: the lead's own where they differ,
    and with `entries`, which only the office gets, the light that the data suggest if it differs.
    """
    facts = []
    accepted = next((report for report in reports if report.accepted_at), None)
    if accepted and accepted.official_light:
        facts.append((_("Ampel der Federführung"), draw_traffic_light(accepted.traffic_light)))
    if entries is None or measure.is_taken_over or measure.is_finished:
        return facts
    proposal = proposed_light(milestones, entries, today, indicators)
    if proposal.light and proposal.light != measure.traffic_light:
        facts.append((_("Vorschlag nach den Daten"), proposal_fact(proposal)))
    return facts
