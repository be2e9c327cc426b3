"""The office reviews submitted reports: accepts them, perhaps with another light, returns them, or
completes them itself.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import require_unchanged, require_version
from core.dates import local_date
from core.enums import TrafficLight
from core.errors import Refused
from core.history import save_as
from core.states import target_of
from measures.enums import COMPLETED_REASON, REPORT_MOVES
from measures.models import StatusReport
from measures.models.reports import OfficialLight
from measures.permissions import can_decide_reports, require_permission
from measures.queries import completions_of, people_told_of_decision
from measures.services.answers import (
    Statement,
    adopt_statements,
    require_complete_statements,
    save_statements,
)
from measures.services.reports import adopt_status, lock_measure, require_complete
from outbox.services import enqueue_mails
from outbox.texts import MailDraft, Markdown, escape_markdown
from partners.queries import recipient_of


@transaction.atomic
def accept_report(
    *,
    report: StatusReport,
    shown: str | None = None,
    official: OfficialLight | None = None,
    by,
    now: dt.datetime,
    notify: bool = True,
) -> StatusReport:
    """Make a submitted report the status of its measure, move the milestones and enter the values
    of indicators as it says, and return it; with `notify` it mails the reporter.

    `shown` is the `submission` that the office has read, None to compare nothing. `official` is the
    light that holds instead of the reported one, which stays in the report. Raises `NotAllowed`,
    `Refused`, `ChangedMeanwhile`.
    """
    require_permission(can_decide_reports(by))
    measure = lock_measure(report.measure)
    report = StatusReport.objects.select_for_update().get(pk=report.pk)
    report.state = target_of(REPORT_MOVES, "accept", report)
    _require_submission(report, shown)
    reason = _("Bericht angenommen")
    if official:
        _set_official_light(report, official)
        reason = _("Bericht mit anderer Ampel angenommen")
    report.decided_by, report.decided_at = by, now
    save_as(report, by=by, now=now, reason=reason)
    adopt_status(measure, by=by, now=now)
    adopt_statements(report, by=by, now=now)
    if notify:
        kind, values = "report_accepted", {}
        if official:
            # A lead without an account cannot open the measure, and would never learn of it.
            kind = "report_accepted_otherwise"
            values = {
                "light": report.get_official_light_display(),
                "reason": report.official_reason,
            }
        path = measure.get_absolute_url()
        _mail_decision(report, kind, path=path, values=values, by=by, now=now)
    return report


@transaction.atomic
def return_report(
    *, report: StatusReport, comment: str, shown: str | None = None, by, now: dt.datetime
) -> StatusReport:
    """Return a submitted report to the lead with a `comment`, mail the reporter, and return the
    report.

    `shown` as in `accept_report`. Raises `NotAllowed`, `Refused`, `ChangedMeanwhile`.
    """
    require_permission(can_decide_reports(by))
    lock_measure(report.measure)
    report = StatusReport.objects.select_for_update().get(pk=report.pk)
    report.state = target_of(REPORT_MOVES, "return", report)
    _require_submission(report, shown)
    if not comment.strip():
        raise Refused(_("Bitte schreiben Sie dazu, was fehlt."))
    report.comment = comment.strip()
    report.decided_by, report.decided_at = by, now
    save_as(report, by=by, now=now, reason=_("Bericht zurückgegeben"))
    values = {"comment": report.comment}
    path = report.get_absolute_url()
    _mail_decision(report, "report_returned", path=path, values=values, by=by, now=now)
    return report


@transaction.atomic
def accept_reports(
    *,
    reports: Iterable[StatusReport],
    shown: Mapping[int, str],
    by,
    now: dt.datetime,
    notify: bool = True,
) -> list[StatusReport]:
    """Accept several submitted reports as they are, all or none; `shown` maps their keys to what
    the office has read. Raises as `accept_report` does.
    """
    # In the order of the measures, so that two acceptances cannot wait for each other.
    ordered = sorted(reports, key=lambda report: report.measure_id)
    return [
        accept_report(report=report, shown=shown.get(report.pk, ""), by=by, now=now, notify=notify)
        for report in ordered
    ]


@transaction.atomic
def complete_report(
    *,
    report: StatusReport,
    values: Mapping[str, Any],
    version: str,
    statements: Sequence[Statement] = (),
    by,
    now: dt.datetime,
    notify: bool = True,
) -> StatusReport:
    """Accept a submitted report with the office's own `values` and `statements`, marked as such,
    and mail the reporter; the history keeps what was submitted.

    `version` is the fingerprint of the report as the form showed it. Raises `NotAllowed`,
    `Refused`, `ChangedMeanwhile`.
    """
    require_permission(can_decide_reports(by))
    measure = lock_measure(report.measure)
    report = StatusReport.objects.select_for_update().get(pk=report.pk)
    report.state = target_of(REPORT_MOVES, "accept", report)
    require_unchanged(report, version, values)
    for name, value in values.items():
        setattr(report, name, value)
    require_complete(report, today=local_date(now))
    report.is_completed = True
    report.decided_by, report.decided_at = by, now
    reason = str(COMPLETED_REASON)
    save_as(report, by=by, now=now, reason=reason)
    save_statements(report, statements, by=by, now=now, reason=reason)
    require_complete_statements(report)
    adopt_status(measure, by=by, now=now)
    adopt_statements(report, by=by, now=now)
    if notify:
        _mail_completion(report, by=by, now=now)
    return report


def _mail_completion(report: StatusReport, *, by, now: dt.datetime) -> None:
    kind, path, values = "report_accepted", report.measure.get_absolute_url(), {}
    if changes := completions_of(report):
        # A lead without an account cannot open the report, and would never learn of it.
        kind, path = "report_completed", report.get_absolute_url()
        lines = [f"{change.subject}: {change.before} → {change.after}" for change in changes]
        values = {"changes": Markdown("\n".join(f"- {escape_markdown(line)}" for line in lines))}
    _mail_decision(report, kind, path=path, values=values, by=by, now=now)


def _set_official_light(report: StatusReport, official: OfficialLight) -> None:
    """Raises `Refused` when the light is the reported one or is not explained."""
    if official.light == report.traffic_light:
        raise Refused(_("Diese Ampel steht schon im Bericht. Nehmen Sie ihn einfach an."))
    needs_help = official.light == TrafficLight.RED and not official.help_wanted.strip()
    if not official.reason.strip() or needs_help:
        raise Refused(_("Bitte nennen Sie den Grund, bei Rot auch die gewünschte Hilfe."))
    report.official_light = official.light
    report.official_reason = official.reason.strip()
    is_red = official.light == TrafficLight.RED
    # Help belongs to red alone. Text left over from a choice of red would read as a request.
    report.official_help = official.help_wanted.strip() if is_red else ""


def _require_submission(report: StatusReport, shown: str | None) -> None:
    # The lead may have submitted a corrected version since the office opened the page. Accepting it
    # unread would make a status official that nobody has checked.
    resubmitted = _(
        "Der Bericht ist inzwischen neu eingereicht worden. Bitte lesen Sie zuerst die neue "
        "Fassung."
    )
    require_version(shown, report.submission, resubmitted)


def _mail_decision(
    report: StatusReport,
    kind: str,
    *,
    path: str,
    values: Mapping[str, str] | None = None,
    by,
    now: dt.datetime,
) -> None:
    request = report.reported_via
    by_link = request.person if request else None
    drafts = [
        MailDraft(
            kind=kind,
            subject_key=f"report:{report.pk}",
            event=f"decided:{now.isoformat()}",
            to=recipient_of(person),
            values={"measure": report.measure.title, **(values or {})},
            path=path,
            # Only who reported by link gets a link again. Colleagues with an account sign in.
            link=request.personal_link if request and person == by_link else "",
            has_personal_link=person == by_link,
        )
        for person in people_told_of_decision(report)
    ]
    enqueue_mails(drafts, now=now, by=by)
