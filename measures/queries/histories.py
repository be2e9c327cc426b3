"""Verlauf of a measure: who said what when."""

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from core.dates import format_date
from core.models import Origin
from core.progress import HistoryEntry
from core.roles import OFFICE, SENATOR_OFFICE, senator_office_name
from measures.enums import STATUS_ADOPTED, ReportState
from measures.models import Measure, Milestone, StatusReport
from measures.permissions import can_see_internal_notes

LIMIT = 60


def measure_history(measure: Measure, reports: QuerySet[StatusReport], user) -> list[HistoryEntry]:
    """Return what happened to `measure`, the latest first: `reports` (those `user` may see),
    milestones, data.

    Members of the office and of the senator's office stand there by their role: the log serves
    traceability. That an internal note was changed is told to those alone who may read it.
    """
    entries = []
    for report in reports.select_related(
        *_people("reported_by"), *_people("decided_by")
    ).prefetch_related("reported_by__groups", "decided_by__groups"):
        entries += _entries_of_report(report)
    changes = _entries_of_rows(measure.history.all(), prefix="")
    entries += changes if can_see_internal_notes(user) else _without_notes(changes)
    milestones = Milestone.history.filter(measure_id=measure.pk)
    entries += _entries_of_rows(milestones, prefix="title")
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:LIMIT]


def _people(name: str) -> tuple[str, ...]:
    return (f"{name}__person__organisation",)


def _entries_of_report(report: StatusReport) -> list[HistoryEntry]:
    entries = []
    who = _voice(report.reported_by, report)
    if report.is_demo and report.reported_by:
        who = f"{who}, {Origin.DEMO.label}"
    if report.state == ReportState.DRAFT:
        return entries
    what = _("Statusbericht zum %(day)s: %(status)s") % {
        "day": format_date(report.as_of_on),
        "status": describe_status(report),
    }
    entries.append(HistoryEntry(report.reported_at, who, what, report.summary))
    if report.decided_at and report.decided_by_id != report.reported_by_id:
        verb = (
            _("Bericht angenommen")
            if report.state == ReportState.ACCEPTED
            else _("Bericht zurückgegeben")
        )
        note = report.comment if report.state == ReportState.RETURNED else ""
        entries.append(
            HistoryEntry(report.decided_at, _voice(report.decided_by, report), verb, note)
        )
    return entries


def describe_status(status) -> str:
    """Return phase, light and financing of a measure or report in one line; what is unknown is left
    out.
    """
    parts = [status.get_phase_display()]
    if status.traffic_light:
        parts.append(
            _("Ampel %(traffic_light)s") % {"traffic_light": status.get_traffic_light_display()}
        )
    if status.financing:
        parts.append(
            _("Finanzierung %(financing)s") % {"financing": status.get_financing_display()}
        )
    return ", ".join(part for part in parts if part)


def _entries_of_rows(rows, *, prefix: str) -> list[HistoryEntry]:
    """Return the changes of master data; a status taken over from a report is told by the report
    already.
    """
    rows = rows.exclude(history_change_reason__isnull=True).exclude(
        history_change_reason=str(STATUS_ADOPTED)
    )
    rows = rows.select_related("history_user__person__organisation").prefetch_related(
        Prefetch("history_user__groups")
    )
    return [
        HistoryEntry(
            row.history_date,
            _voice(row.history_user, row),
            f"{row.history_change_reason}: {getattr(row, prefix)}"
            if prefix
            else row.history_change_reason,
        )
        for row in rows.order_by("-history_date", "-history_id")[:LIMIT]
    ]


def _without_notes(entries: list[HistoryEntry]) -> list[HistoryEntry]:
    """Return `entries`, each without the internal note among the fields it names; one that names no
    other goes.
    """
    told = [entry._replace(what=_without_note(entry.what)) for entry in entries]
    return [entry for entry in told if entry.what]


def _without_note(what: str) -> str:
    """Return `Geändert: Titel` of `Geändert: Titel, interner Vermerk`, and nothing if nothing else
    is named.
    """
    verb, colon, names = what.partition(": ")
    if not colon:
        return what
    note = str(Measure._meta.get_field("internal_notes").verbose_name)
    # The history keeps 100 characters: of the last name only the beginning may be there.
    others = [name for name in names.split(", ") if not note.startswith(name)]
    return f"{verb}: {', '.join(others)}" if others else ""


def _voice(user, row) -> str:
    """Return as whom `user` spoke: the office, the senator's office, or a person of an
    organisation.
    """
    if user is None:
        return _("Demodaten") if getattr(row, "origin", "") == Origin.DEMO else ""
    roles = {group.name for group in user.groups.all()}
    if OFFICE in roles:
        return _("Geschäftsstelle")
    if SENATOR_OFFICE in roles:
        return senator_office_name()
    organisation = user.person.organisation
    return f"{organisation.label} ({user})" if organisation else str(user)
