"""Buttons, origin and comparison on the page of a status report, and who hears of a decision."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import urlencode

from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.conflicts import version_of_all
from core.dates import format_date, format_moment
from core.html import draw_traffic_light
from core.periods import Period
from core.progress import Button, TextCard
from core.states import allowed_actions
from measures.enums import REPORT_BADGE_COLOURS, REPORT_MOVES, UNKNOWN_LABEL, ReportState
from measures.models import Indicator, Measure, ReportedForecast, ReportedValue, StatusReport
from measures.permissions import can_decide_reports, can_see_returns, can_submit_report
from measures.progress.indicator_charts import period_label
from measures.progress.measures import status_facts
from measures.queries import (
    completions_of,
    forecast_conflict,
    people_told_of_decision,
    reporter_label,
    series_beside,
    value_conflict,
    value_remarks,
)
from partners.models import Person


def report_buttons(report: StatusReport, user) -> list[Button]:
    """The office decides on a submitted report; the lead continues an unsubmitted one."""
    actions = allowed_actions(REPORT_MOVES, report)
    if "accept" in actions and can_decide_reports(user):
        # The decision is on what this page shows, not on a version submitted later.
        query = urlencode({"eingereicht": report.submission})
        # Accepting has no form in between: its button says all that the page showed.
        seen = urlencode({"version": version_of_all(report.measure, report)})
        accept_url = reverse("measures:report_accept", args=[report.pk])
        return_url = reverse("measures:report_return", args=[report.pk])
        light_url = reverse("measures:report_accept_light", args=[report.pk])
        complete_url = reverse("measures:report_complete", args=[report.pk])
        accept = str(REPORT_MOVES["accept"].label)
        return [
            Button(accept, f"{accept_url}?{query}&{seen}", "primary", is_post=True),
            # A link, not a POST, because the next page asks for a comment.
            Button(_("Zurückgeben"), f"{return_url}?{query}"),
            Button(_("Mit anderer Ampel annehmen"), f"{light_url}?{query}"),
            Button(_("Ergänzen und annehmen"), complete_url),
        ]
    if "submit" in actions and can_submit_report(user, report.measure):
        write_url = reverse("measures:write_report", args=[report.measure_id])
        return [Button(_("Weiterschreiben"), write_url, "primary")]
    return []


def decision_effect(report: StatusReport, user) -> str:
    """Say beside the buttons of a submitted report who hears of the decision."""
    if report.state != ReportState.SUBMITTED or not can_decide_reports(user):
        return ""
    people = people_told_of_decision(report)
    if not people:
        return _("Niemand erhält eine E-Mail: Bei der Federführung hat niemand ein Konto.")
    return _("Wie Sie entscheiden, erfährt per E-Mail: %(people)s.") % {"people": names_of(people)}


def lost_by_acceptance(report: StatusReport) -> str:
    """Return what is known of the measure, but would not be any more once `report` is accepted as
    it is, such as `Finanzierung (gesichert)`; "" if nothing.
    """
    measure = report.measure
    # An earlier report leaves the status as it is.
    if measure.status_on and report.as_of_on < measure.status_on:
        return ""
    known = {
        _("Ampel"): (measure.get_traffic_light_display(), report.traffic_light),
        _("Finanzierung"): (measure.get_financing_display(), report.financing),
    }
    return ", ".join(f"{label} ({old})" for label, (old, new) in known.items() if old and not new)


def acceptance_warning(report: StatusReport, user) -> str:
    """Say to the office what accepting a submitted report as it is makes unknown."""
    if report.state != ReportState.SUBMITTED or not can_decide_reports(user):
        return ""
    if not (lost := lost_by_acceptance(report)):
        return ""
    text = _(
        "Im Bericht ohne Angabe, bisher aber bekannt: %(fields)s. Nehmen Sie ihn so an, gilt das "
        "als nicht belegt; mit „Ergänzen und annehmen“ tragen Sie es nach."
    )
    return text % {"fields": lost}


def completion_intro(report: StatusReport) -> str:
    """Say above the form by which the office completes a report what becomes of it."""
    text = _(
        "Der Bericht gilt dann als von der Geschäftsstelle ergänzt. Was Sie ändern, steht darin "
        "neben dem, was gemeldet war."
    )
    if lost := lost_by_acceptance(report):
        missing = _("Ohne Angabe, bisher aber bekannt: %(fields)s.") % {"fields": lost}
        return f"{text} {missing}"
    return text


def names_of(people: Iterable[Person]) -> str:
    return ", ".join(str(person) for person in people)


def report_remark(report: StatusReport, user) -> TextCard | None:
    """Return why the office returned the report, as far as `user` may know."""
    if not report.comment or not can_see_returns(user, report.measure):
        return None
    if report.state == ReportState.RETURNED:
        title = _("Zurückgegeben am %(moment)s") % {"moment": format_moment(report.decided_at)}
    else:
        title = _("Anmerkung bei der letzten Rückgabe")
    return TextCard(title, report.comment)


class ReportLine(NamedTuple):
    """One line of the reports on the page of a measure; `remark` says why it was returned."""

    title: str
    url: str
    state: str
    colour: str
    round: str
    remark: TextCard | None


def report_lines(reports: Iterable[StatusReport], user) -> list[ReportLine]:
    return [
        ReportLine(
            _("Stand vom %(day)s") % {"day": format_date(report.as_of_on)},
            report.get_absolute_url(),
            report.get_state_display(),
            REPORT_BADGE_COLOURS[report.state],
            str(report.round or ""),
            report_remark(report, user),
        )
        for report in reports
    ]


def report_origin(report: StatusReport, reader) -> str:
    """Return author, time and round of the report, as far as known."""
    who = ""
    if report.reporter:
        who = _("Berichtet von %(who)s") % {"who": reporter_label(report, reader)}
        if report.reported_at:
            who = f"{who}, {format_moment(report.reported_at)}"
    completed = _("von der Geschäftsstelle ergänzt") if report.is_completed else ""
    return " · ".join(filter(None, (who, str(report.round or ""), completed)))


class ComparedValue(NamedTuple):
    """One line of the comparison of two reports; `mark` says whether the value differs."""

    label: str
    before: str | SafeString
    now: str | SafeString
    mark: str


def compare_reports(before: StatusReport, now: StatusReport) -> list[ComparedValue]:
    """Return the values of two reports side by side; texts that both leave empty are left out."""
    # Against what holds: a light that the office corrected has to show as changed back.
    rows = zip(_compared_values(before.as_official()), _compared_values(now), strict=True)
    return [
        ComparedValue(label, old or "–", new or "–", _("geändert") if old != new else "")
        for (label, old), (_label, new) in rows
        if old or new
    ]


def _compared_values(report: StatusReport) -> list[tuple[str, str | SafeString]]:
    return [
        (_("Stand vom"), format_date(report.as_of_on)),
        (_("Phase"), report.get_phase_display() or str(UNKNOWN_LABEL)),
        (_("Ampel"), draw_traffic_light(report.traffic_light)),
        (_("Grund"), linebreaksbr(report.traffic_light_reason)),
        (_("Gewünschte Entscheidung oder Hilfe"), linebreaksbr(report.help_wanted)),
        (_("Finanzierung"), report.get_financing_display() or str(UNKNOWN_LABEL)),
        (_("Hemmnis"), report.get_obstacle_display()),
        (_("Sachstand"), linebreaksbr(report.summary)),
        (_("Nächste Schritte"), linebreaksbr(report.outlook)),
    ]


class ReportedLine(NamedTuple):
    """What the report says of a milestone or an indicator, as cells with their headings."""

    subject: str
    cells: list[tuple[str, str]]


class ReportedTable(NamedTuple):
    heading: str
    titles: list[str]
    lines: list[ReportedLine]


def completion_tables(report: StatusReport, user) -> list[ReportedTable]:
    """Return what the office changed beside what was reported, for those two and the senator's
    office.
    """
    if not can_see_returns(user, report.measure):
        return []
    lines = [
        ReportedLine(change.subject, [(_("gemeldet"), change.before), (_("ergänzt"), change.after)])
        for change in completions_of(report)
    ]
    titles = [_("Angabe"), _("gemeldet"), _("von der Geschäftsstelle ergänzt")]
    return [ReportedTable(_("Änderungen beim Annehmen"), titles, lines)] if lines else []


def reported_tables(report: StatusReport, today: dt.date) -> list[ReportedTable]:
    """Return what the report says of milestones and indicators besides what held before."""
    forecasts = report.forecasts.select_related("milestone").order_by("milestone__due_on", "pk")
    series = series_beside(report)
    values = [
        _value_line(reported, series.get(reported.indicator_id, []), today)
        for reported in report.reported_values.select_related("indicator").order_by("pk")
    ]
    tables = [
        (_("Gemeldete Termine"), _("Meilenstein"), list(map(_forecast_line, forecasts))),
        (_("Gemeldete Werte"), _("Indikator"), values),
    ]
    return [
        ReportedTable(heading, [first, *(title for title, _text in lines[0].cells)], lines)
        for heading, first, lines in tables
        if lines
    ]


def _forecast_line(forecast: ReportedForecast) -> ReportedLine:
    milestone = forecast.milestone
    cells = [
        (_("geplant bis"), format_date(milestone.due_on)),
        (_("bisher voraussichtlich"), format_date(forecast.known_on)),
        (_("gemeldet"), format_date(forecast.forecast_on) or _("wie geplant")),
        (_("Grund"), forecast.forecast_reason),
        (_("Hinweis"), _adoption(forecast.is_adopted, forecast_conflict(forecast))),
    ]
    return ReportedLine(str(milestone), cells)


def _value_line(reported: ReportedValue, series: list, today: dt.date) -> ReportedLine:
    """Return the line of `reported`; `series` as `queries.series_beside` returns it."""
    indicator, is_accepted = reported.indicator, reported.report.accepted_at is not None
    period = str(reported.period) if is_accepted else period_label(reported, today)
    before, of_period = _value_before(reported, series)
    difference = _difference(indicator, before, reported.value)
    if of_period:
        difference = _("%(difference)s gegenüber %(period)s") % {
            "difference": difference,
            "period": of_period,
        }
    conflict = "" if is_accepted else value_conflict(reported, series)
    cells = [
        (_("Zeitraum"), period),
        (_("bisher"), f"{indicator.format(before)}{of_period and f' ({of_period})'}"),
        (_("gemeldet"), indicator.format(reported.value)),
        (_("Unterschied"), difference),
        (_("Bemerkung, Quelle"), value_remarks(reported)),
        (_("Hinweis"), _adoption(reported.is_adopted, conflict)),
    ]
    return ReportedLine(str(indicator), cells)


def _value_before(reported: ReportedValue, series: list) -> tuple[Decimal | None, str]:
    """Return the value for the same period, or else the last one before it with its period."""
    if reported.known_value is not None:
        return reported.known_value, ""
    for value in reversed(series):
        period = Period(value.starts_on, value.ends_on)
        if period == reported.period:
            return value.value, ""
        if value.ends_on < reported.starts_on:
            return value.value, str(period)
    return None, ""


def _difference(indicator: Indicator, before: Decimal | None, now: Decimal) -> str:
    if before is None:
        return ""
    sign = "+" if now > before else "\N{MINUS SIGN}" if now < before else "\N{PLUS-MINUS SIGN}"
    return f"{sign}{indicator.format(abs(now - before))}"


def _adoption(is_adopted: bool | None, conflict: str) -> str:
    """Say whether the report counts here, before it is accepted only if it will not."""
    if is_adopted is None:
        keeps = _("Das Annehmen ändert daran nichts.")
        return f"{conflict} {keeps}" if conflict else ""
    return _("übernommen") if is_adopted else _("nicht übernommen")


class PreviousStatus(NamedTuple):
    """What was last known of a measure, for whoever writes its next report."""

    title: str
    facts: list[tuple]
    texts: list[tuple[str, str]]


def previous_status(measure: Measure, report: StatusReport | None) -> PreviousStatus | None:
    """Return the last accepted `report`, or the status of a measure without one."""
    if report is None and not measure.status_on:
        return None
    day = report.as_of_on if report else measure.status_on
    texts = (
        [(_("Sachstand"), report.summary), (_("Nächste Schritte"), report.outlook)]
        if report
        else []
    )
    return PreviousStatus(
        _("Bisheriger Stand vom %(day)s") % {"day": format_date(day)},
        status_facts(report.as_official() if report else measure),
        [(heading, text) for heading, text in texts if text],
    )
