"""Buttons and origin on the page of a status report."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core.dates import format_moment
from core.progress import Button
from core.states import allowed_actions
from measures.enums import REPORT_MOVES
from measures.models import StatusReport
from measures.permissions import can_decide_reports, can_submit_report


def report_buttons(report: StatusReport, user) -> list[Button]:
    """The office decides on a submitted report; the lead continues an unsubmitted one."""
    actions = allowed_actions(REPORT_MOVES, report)
    if "accept" in actions and can_decide_reports(user):
        accept_url = reverse("measures:report_accept", args=[report.pk])
        return_url = reverse("measures:report_return", args=[report.pk])
        return [
            Button(str(REPORT_MOVES["accept"].label), accept_url, "primary", is_post=True),
            # A link, not a POST, because the next page asks for a comment.
            Button(_("Zurückgeben"), return_url),
        ]
    if "submit" in actions and can_submit_report(user, report.measure):
        write_url = reverse("measures:write_report", args=[report.measure_id])
        return [Button(_("Weiterschreiben"), write_url, "primary")]
    return []


def report_origin(report: StatusReport) -> str:
    """Return author, time and round of the report, as far as known."""
    who = ""
    if report.reported_by:
        who = _("Berichtet von %(who)s") % {"who": report.reported_by}
        if report.reported_at:
            who = f"{who}, {format_moment(report.reported_at)}"
    return " · ".join(filter(None, (who, str(report.round or ""))))
