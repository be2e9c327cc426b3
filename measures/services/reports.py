"""Status reports: a lead writes and submits, the office accepts or returns; the office may also
record directly.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import require_unchanged
from core.dates import format_date, local_date
from core.errors import Refused
from core.history import save_as
from core.models import Origin
from core.roles import OFFICE
from core.states import target_of
from measures.enums import (
    OPEN_REPORT_STATES,
    REPORT_MOVES,
    STATUS_ADOPTED,
    TRAFFIC_LIGHTS_WITH_REASON,
    ReportState,
)
from measures.models import Measure, StatusReport
from measures.models.measures import STATUS_FIELDS, TRAFFIC_LIGHT_MESSAGE
from measures.permissions import can_decide_reports, can_record_report, can_submit_report
from measures.queries.reports import running_round_of
from measures.services.writing import require
from outbox.services import MailDraft, enqueue_mails
from partners.queries import people_with_role, recipient_of


@transaction.atomic
def save_draft(
    *, measure: Measure, values: Mapping[str, Any], version: str = "", by, now: dt.datetime
) -> StatusReport:
    """Keep an unfinished report of the lead and return it.

    `version` is the fingerprint of the open report that was shown, empty when there was none.
    Raises `NotEntitled`, `Refused`, `Outpaced`.
    """
    report = _open_report(measure=measure, values=values, version=version, action="revise", by=by)
    save_as(report, by=by, now=now, reason=_("Entwurf gespeichert"))
    return report


@transaction.atomic
def submit_report(
    *, measure: Measure, values: Mapping[str, Any], version: str = "", by, now: dt.datetime
) -> StatusReport:
    """Hand the lead's report to the office and return it. Raises `NotEntitled`, `Refused`,
    `Outpaced`.
    """
    report = _open_report(measure=measure, values=values, version=version, action="submit", by=by)
    _require_complete(report, today=local_date(now))
    report.reported_at = now
    save_as(report, by=by, now=now, reason=_("Bericht eingereicht"))
    enqueue_mails(_mails_to_office(report, now), now=now, by=by)
    return report


@transaction.atomic
def record_report(
    *,
    measure: Measure,
    values: Mapping[str, Any],
    by,
    now: dt.datetime,
    origin: str = Origin.ENTERED,
) -> StatusReport:
    """Write down how `measure` stands, accepted at once, and return the report. Raises
    `NotEntitled`, `Refused`.

    `origin` marks an invented report on a real measure.
    """
    require(can_record_report(by, measure))
    measure = _lock_measure(measure)
    if measure.reports.filter(state=ReportState.SUBMITTED).exists():
        raise Refused(
            _("Die Federführung hat einen Bericht eingereicht. Bitte prüfen Sie zuerst diesen.")
        )
    report = StatusReport(measure=measure, round=running_round_of(measure), origin=origin, **values)
    _require_complete(report, today=local_date(now))
    report.state = ReportState.ACCEPTED
    report.reported_by = report.decided_by = by
    report.reported_at = report.decided_at = now
    save_as(report, by=by, now=now, reason=_("Bericht erfasst"))
    _adopt_status(measure, by=by, now=now)
    return report


@transaction.atomic
def accept_report(*, report: StatusReport, by, now: dt.datetime) -> StatusReport:
    """Make a submitted report the measure's status and return it. Raises `NotEntitled`, `Refused`."""
    require(can_decide_reports(by))
    measure = _lock_measure(report.measure)
    report = StatusReport.objects.select_for_update().get(pk=report.pk)
    report.state = target_of(REPORT_MOVES, "accept", report)
    report.decided_by, report.decided_at = by, now
    save_as(report, by=by, now=now, reason=_("Bericht angenommen"))
    _adopt_status(measure, by=by, now=now)
    _tell_reporter(report, "report_accepted", now=now, by=by, path=measure.get_absolute_url())
    return report


@transaction.atomic
def return_report(*, report: StatusReport, comment: str, by, now: dt.datetime) -> StatusReport:
    """Give a submitted report back to the lead with a `comment`, and return it. Raises
    `NotEntitled`, `Refused`.
    """
    require(can_decide_reports(by))
    _lock_measure(report.measure)
    report = StatusReport.objects.select_for_update().get(pk=report.pk)
    report.state = target_of(REPORT_MOVES, "return", report)
    if not comment.strip():
        raise Refused(_("Bitte schreiben Sie dazu, was fehlt."))
    report.comment = comment.strip()
    report.decided_by, report.decided_at = by, now
    save_as(report, by=by, now=now, reason=_("Bericht zurückgegeben"))
    path = report.get_absolute_url()
    _tell_reporter(report, "report_returned", now=now, by=by, path=path, comment=report.comment)
    return report


def _open_report(
    *, measure: Measure, values: Mapping[str, Any], version: str, action: str, by
) -> StatusReport:
    """Return the measure's open report with `values` in the state that `action` leads to, not yet
    saved.
    """
    require(can_submit_report(by, measure))
    measure = _lock_measure(measure)
    report = measure.reports.select_for_update().filter(state__in=OPEN_REPORT_STATES).first()
    if report is None:
        origin = Origin.DEMO if measure.is_demo else Origin.ENTERED
        report = StatusReport(measure=measure, origin=origin)
        target = target_of(REPORT_MOVES, action, report)
    else:
        target = target_of(REPORT_MOVES, action, report)
        require_unchanged(report, version, values)
    for name, value in values.items():
        setattr(report, name, value)
    report.round = running_round_of(measure) or report.round
    report.reported_by = by
    report.state = target
    return report


def _lock_measure(measure: Measure) -> Measure:
    """Return the measure under lock: whoever writes its reports or its status goes one after the
    other.
    """
    return Measure.objects.select_for_update().get(pk=measure.pk)


def _require_complete(report: StatusReport, *, today: dt.date) -> None:
    """Raise `Refused` when what a finished report must say is missing, or when it speaks of a day
    to come.

    The day of the round is allowed in advance. Any later one would outlast all reports that follow.
    """
    latest = max(today, report.round.cut_off_on) if report.round else today
    if report.as_of_on > latest:
        raise Refused(
            _("„Stand vom“ liegt in der Zukunft. Bitte geben Sie höchstens den %(day)s an.")
            % {"day": format_date(latest)}
        )
    if not report.phase:
        raise Refused(_("Bitte geben Sie die Phase an."))
    if report.traffic_light in TRAFFIC_LIGHTS_WITH_REASON and not (
        report.traffic_light_reason.strip() and report.help_wanted.strip()
    ):
        raise Refused(str(TRAFFIC_LIGHT_MESSAGE))


def _adopt_status(measure: Measure, *, by, now: dt.datetime) -> None:
    """Store on `measure` what its latest accepted report says; a report of an earlier day changes
    nothing.
    """
    accepted = measure.reports.filter(state=ReportState.ACCEPTED)
    latest = accepted.order_by("-as_of_on", "-decided_at", "-pk")[0]
    for name in STATUS_FIELDS:
        setattr(measure, name, getattr(latest, name))
    measure.status_on, measure.status_origin = latest.as_of_on, latest.origin
    save_as(measure, by=by, now=now, reason=str(STATUS_ADOPTED))


def _mails_to_office(report: StatusReport, now: dt.datetime) -> list[MailDraft]:
    measure = report.measure
    values = {
        "measure": measure.title,
        "organisation": measure.lead.label if measure.lead else measure.lead_text,
    }
    return [
        MailDraft(
            kind="report_submitted",
            subject_key=f"report:{report.pk}",
            event=f"submitted:{now.isoformat()}",
            to=recipient_of(person),
            values=values,
            path=report.get_absolute_url(),
        )
        for person in people_with_role(OFFICE)
    ]


def _tell_reporter(
    report: StatusReport, kind: str, *, now: dt.datetime, by, path: str, **values: str
) -> None:
    """Write to whoever handed the report in."""
    if report.reported_by is None or not report.reported_by.is_active:
        return
    draft = MailDraft(
        kind=kind,
        subject_key=f"report:{report.pk}",
        event=f"decided:{now.isoformat()}",
        to=recipient_of(report.reported_by.person),
        values={"measure": report.measure.title, **values},
        path=path,
    )
    enqueue_mails([draft], now=now, by=by)
