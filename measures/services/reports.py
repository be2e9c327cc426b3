"""Status reports.

A lead writes a draft and submits it, with an account or by the personal link of a `ReportRequest`,
which then acts as `by`. The office accepts it or returns it with a comment. The office may also
record a status itself. An accepted report becomes the status of the measure.

Every service locks the measure first. Reports of one measure are therefore written one after the
other: two people of a lead cannot open two reports, and a status recorded by the office cannot
overtake the acceptance of a report. The order measure → report is the same everywhere, so two
requests never deadlock.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import NO_RECORD, nothing_shown, require_unchanged
from core.dates import format_date, format_moment, local_date
from core.errors import ChangedMeanwhile, Refused
from core.history import save_as
from core.models import Origin
from core.roles import OFFICE
from core.states import target_of
from core.texts import shorten
from measures.enums import (
    ADOPTED_STATUS_REASON,
    OPEN_REPORT_STATES,
    REPORT_MOVES,
    REQUIRED_EXPLANATIONS,
    ReportState,
)
from measures.models import Measure, StatusReport
from measures.models.measures import STATUS_FIELDS, TRAFFIC_LIGHT_MESSAGE
from measures.models.reports import PHASE_MISSING
from measures.permissions import (
    account_of,
    acts_by_link,
    can_record_report,
    can_submit_report,
    require_permission,
)
from measures.queries import (
    ReportingSituation,
    latest_accepted,
    open_round_of,
    reporting_situation,
)
from measures.services.answers import (
    Statement,
    adopt_statements,
    require_complete_statements,
    save_statements,
)
from outbox.services import enqueue_mails
from outbox.texts import MailDraft
from partners.queries import people_with_role, recipient_of

QUOTED_CHARACTERS = 300


@transaction.atomic
def save_draft(
    *,
    measure: Measure,
    values: Mapping[str, Any],
    version: str = "",
    shown: str | None = None,
    statements: Sequence[Statement] = (),
    by,
    now: dt.datetime,
) -> StatusReport:
    """Save the lead's unfinished report and return it. A draft may be incomplete and mails nobody.

    Only the lead and the office see it: a lead often needs several days and several people for
    a report. `version` is the fingerprint of the open report as the form showed it, "" if there was
    none; `shown` is the `ReportingSituation` it showed, None to compare nothing. `statements` are
    what the report says of milestones and indicators. Raises `NotAllowed`, `Refused`,
    `ChangedMeanwhile`.
    """
    report = _open_report("revise", measure, values, version=version, shown=shown, by=by)
    save_as(report, by=by, now=now, reason=_("Entwurf gespeichert"))
    save_statements(report, statements, by=by, now=now)
    return report


@transaction.atomic
def submit_report(
    *,
    measure: Measure,
    values: Mapping[str, Any],
    version: str = "",
    shown: str | None = None,
    statements: Sequence[Statement] = (),
    by,
    now: dt.datetime,
    origin: str = Origin.ENTERED,
) -> StatusReport:
    """Submit the lead's report, mail the office, and return the report.

    The measure keeps its status until the office accepts the report. `version`, `shown` and
    `statements` as in `save_draft`, `origin` as in `record_report`. Raises `NotAllowed`, `Refused`,
    `ChangedMeanwhile`.
    """
    report = _open_report(
        "submit", measure, values, version=version, shown=shown, by=by, origin=origin
    )
    require_complete(report, today=local_date(now))
    report.reported_at = now
    save_as(report, by=by, now=now, reason=_("Bericht eingereicht"))
    save_statements(report, statements, by=by, now=now)
    require_complete_statements(report)
    enqueue_mails(_mails_to_office(report, now), now=now, by=account_of(by))
    return report


@transaction.atomic
def record_report(
    *,
    measure: Measure,
    values: Mapping[str, Any],
    shown: str | None = None,
    statements: Sequence[Statement] = (),
    by,
    now: dt.datetime,
    origin: str = Origin.ENTERED,
) -> StatusReport:
    """Record the status of `measure` as an accepted report of the office, with what it says of
    milestones and indicators. Mails nobody.

    `shown` and `statements` as in `save_draft`. `origin` lets the demo data mark an invented report
    on a real measure. Raises `NotAllowed`, `Refused`, `ChangedMeanwhile`.
    """
    require_permission(can_record_report(by, measure))
    measure = lock_measure(measure)
    # The office must not overtake a report that still awaits its decision.
    if measure.reports.filter(state=ReportState.SUBMITTED).exists():
        raise Refused(
            _("Die Federführung hat einen Bericht eingereicht. Bitte prüfen Sie zuerst diesen.")
        )
    _require_shown(measure, shown)
    report = StatusReport(measure=measure, round=open_round_of(measure), origin=origin, **values)
    require_complete(report, today=local_date(now))
    report.state = ReportState.ACCEPTED
    report.reported_by = report.decided_by = by
    report.reported_at = report.decided_at = now
    reason = _("Bericht erfasst")
    save_as(report, by=by, now=now, reason=reason)
    save_statements(report, statements, by=by, now=now, reason=reason)
    require_complete_statements(report)
    adopt_status(measure, by=by, now=now)
    adopt_statements(report, by=by, now=now)
    return report


def _open_report(
    action: str,
    measure: Measure,
    values: Mapping[str, Any],
    *,
    version: str,
    shown: str | None,
    by,
    origin: str = Origin.ENTERED,
) -> StatusReport:
    """Return the measure's open report, or a new one, with `values` and in the state that `action`
    leads to; not saved yet.
    """
    require_permission(can_submit_report(by, measure))
    # Lock before looking for an open report: of two people who start one at the same moment, the
    # second finds the report of the first.
    measure = lock_measure(measure)
    report = measure.reports.select_for_update().filter(state__in=OPEN_REPORT_STATES).first()
    if report and report.state == ReportState.SUBMITTED:
        raise ChangedMeanwhile(_describe_submission(report, by), can_overwrite=False)
    _require_shown(measure, shown)
    if report is None:
        report = StatusReport(measure=measure, origin=origin)
        report.state = target_of(REPORT_MOVES, action, report)
    else:
        # Keeps colleagues from overwriting each other. It also catches the second of two first
        # drafts, whose form showed no version.
        target = target_of(REPORT_MOVES, action, report)
        require_unchanged(report, version or NO_RECORD, values)
        report.state = target
    for name, value in values.items():
        setattr(report, name, value)
    # A draft begun in an earlier round counts for the round that is open when it is finished. What
    # was once submitted keeps its round: the new one asks for a later day.
    if report.reported_at is None:
        report.round = open_round_of(measure) or report.round
    report.reported_by = account_of(by)
    report.reported_via = by if acts_by_link(by) else None
    return report


def _describe_submission(report: StatusReport, by) -> str:
    if by in (report.reported_by, report.reported_via):
        text = _("Sie haben diesen Bericht schon eingereicht (%(moment)s).")
    else:
        text = _("%(who)s hat diesen Bericht inzwischen eingereicht (%(moment)s).")
    todo = _(
        "Was hier steht, ist nicht gespeichert. Fehlt etwas im eingereichten Bericht, bitten Sie "
        "die Geschäftsstelle, ihn zurückzugeben, und senden Sie diese Seite danach noch einmal ab."
    )
    values = {"who": report.reporter, "moment": format_moment(report.reported_at)}
    return f"{text % values} {todo}"


def _require_shown(measure: Measure, shown: str | None) -> None:
    """Raise `ChangedMeanwhile` when the situation is no longer the one that a form has shown."""
    if shown is None:
        return
    # The text of a situation is never empty.
    if not shown:
        raise ChangedMeanwhile(nothing_shown())
    change = _describe_change(measure, ReportingSituation.parse(shown))
    if change:
        keep = _(
            "Ihr Text steht noch im Formular; senden Sie es noch einmal ab, wenn er gelten soll."
        )
        raise ChangedMeanwhile(f"{change} {keep}")


def _describe_change(measure: Measure, seen: ReportingSituation) -> str:
    """Return what has happened since `seen`, "" if nothing that concerns a report."""
    current = reporting_situation(measure)
    # That a returned report is a draft again concerns nobody: its fingerprint shows what changed.
    if current.returned and current.returned != seen.returned:
        comment = measure.reports.get(state=ReportState.RETURNED).comment
        text = _("Die Geschäftsstelle hat den Bericht inzwischen zurückgegeben: „%(comment)s“")
        return text % {"comment": shorten(comment, QUOTED_CHARACTERS)}
    if current.accepted != seen.accepted and (accepted := latest_accepted(measure)):
        text = _("Inzwischen ist ein Bericht zum %(day)s angenommen; dieser hier wäre ein neuer.")
        return text % {"day": format_date(accepted.as_of_on)}
    if current.round == seen.round:
        return ""
    reporting_round = open_round_of(measure)
    if reporting_round is None:
        return _("Die Berichtsrunde ist inzwischen abgeschlossen.")
    return _("Inzwischen läuft „%(round)s“ mit dem Stichtag %(day)s.") % {
        "round": reporting_round.title,
        "day": format_date(reporting_round.cut_off_on),
    }


def lock_measure(measure: Measure) -> Measure:
    return Measure.objects.select_for_update().get(pk=measure.pk)


def require_complete(report: StatusReport, *, today: dt.date) -> None:
    """Raise `Refused` unless `report` has everything that a submitted report must have."""
    # The report with the latest date wins, so one in the future would hide all others until then.
    # The cut-off day is allowed even if it lies ahead, since leads report before it.
    latest = max(today, report.round.cut_off_on) if report.round else today
    if report.as_of_on > latest:
        raise Refused(
            _("„Stand vom“ liegt in der Zukunft. Bitte geben Sie höchstens den %(day)s an.")
            % {"day": format_date(latest)}
        )
    if not report.phase:
        raise Refused(str(PHASE_MISSING))
    if missing_explanations(
        report.traffic_light, reason=report.traffic_light_reason, help_wanted=report.help_wanted
    ):
        raise Refused(str(TRAFFIC_LIGHT_MESSAGE))


def missing_explanations(traffic_light: str, *, reason: str, help_wanted: str) -> list[str]:
    """Return the names of blank fields that the colour of the traffic light requires."""
    explanations = {"traffic_light_reason": reason, "help_wanted": help_wanted}
    required = REQUIRED_EXPLANATIONS.get(traffic_light, ())
    return [name for name in required if not explanations[name].strip()]


def adopt_status(measure: Measure, *, by, now: dt.datetime) -> None:
    """Copy the latest accepted report to the status of `measure`."""
    latest = latest_accepted(measure)
    # Always true: a report was accepted just now. The check satisfies the type checker.
    if latest is None:
        return
    for name in STATUS_FIELDS:
        setattr(measure, name, getattr(latest, name))
    if latest.official_light:
        measure.traffic_light = latest.official_light
        measure.traffic_light_reason = latest.official_reason
        measure.help_wanted = latest.official_help
    measure.status_on, measure.status_origin = latest.as_of_on, latest.origin
    save_as(measure, by=by, now=now, reason=ADOPTED_STATUS_REASON)


def _mails_to_office(report: StatusReport, now: dt.datetime) -> list[MailDraft]:
    # The time is part of the event, so that resubmitting a returned report mails the office again,
    # while a repeated request does not.
    return [
        MailDraft(
            kind="report_submitted",
            subject_key=f"report:{report.pk}",
            event=f"submitted:{now.isoformat()}",
            to=recipient_of(person),
            values={"measure": report.measure.title, "organisation": report.measure.lead_label},
            path=report.get_absolute_url(),
        )
        for person in people_with_role(OFFICE)
    ]
