"""Reports that wait for the office or for leads, as lines of the start page."""

import datetime as dt
from collections.abc import Collection

from django.utils.translation import gettext as _

from core.dates import format_date
from core.progress import WaitingEntry
from measures.models import ReportingRound, StatusReport
from measures.progress.measures import report_check_step
from measures.progress.rounds import owing_url
from measures.queries import with_owed_count
from partners.models import Organisation


def report_tasks(pks: Collection[int], now: dt.datetime) -> dict[int, WaitingEntry]:
    """Return the office's tasks about the submitted reports `pks`, by primary key. One query."""
    reports = StatusReport.objects.filter(pk__in=pks).select_related("measure", "round")
    return {
        report.pk: report_check_step(report).as_entry(report, str(report.measure))
        for report in reports
    }


def lead_tasks(reporting_round: ReportingRound, pks: Collection[int]) -> dict[int, WaitingEntry]:
    """Return what the organisations `pks` owe in the round, by primary key. One query."""
    return {
        lead.pk: WaitingEntry(
            lead.label,
            _reports_owed(reporting_round, lead.owed_count or 0),
            owing_url(reporting_round),
            reporting_round.due_on,
        )
        for lead in with_owed_count(reporting_round, Organisation.objects.filter(pk__in=pks))
    }


def _reports_owed(reporting_round: ReportingRound, count: int) -> str:
    values = {"count": count, "day": format_date(reporting_round.cut_off_on)}
    if count == 1:
        return _("Statusbericht zum Stichtag %(day)s") % values
    return _("%(count)d Statusberichte zum Stichtag %(day)s") % values
