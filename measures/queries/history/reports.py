"""*Verlauf* of the reports on a measure: submitted, returned, accepted."""

import datetime as dt
from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.dates import format_date
from core.models import Origin
from core.progress import HistoryEntry, TextChange
from core.roles import name_or_function
from measures.enums import DECIDED_REPORT_STATES, ReportState
from measures.models import (
    Measure,
    StatusReport,
)
from measures.permissions import can_see_returns
from measures.queries.completions import Completion
from measures.queries.history.changes import author_label


def describe_status(status) -> str:
    """Return the known parts of a status in one line: `in Umsetzung, Ampel grün`.

    `status` is a measure or a report.
    """
    parts = [status.get_phase_display()]
    if status.traffic_light:
        parts.append(_("Ampel %(colour)s") % {"colour": status.get_traffic_light_display()})
    if status.financing:
        parts.append(
            _("Finanzierung %(financing)s") % {"financing": status.get_financing_display()}
        )
    return ", ".join(part for part in parts if part)


def report_versions(measure: Measure, reports: QuerySet[StatusReport], user) -> QuerySet:
    """Return the versions of the reports that tell what was submitted, returned and accepted: a
    report that is revised after it was returned no longer tells why.
    """
    versions = StatusReport.history.filter(measure_id=measure.pk)
    if can_see_returns(user, measure):
        # A draft has not been reported yet, so it has no time at which to list it.
        versions = versions.exclude(state=ReportState.DRAFT)
    else:
        accepted = reports.filter(state=ReportState.ACCEPTED).order_by().values("pk")
        versions = versions.filter(id__in=accepted, state=ReportState.ACCEPTED)
    return (
        versions.select_related("reported_by__person__organisation")
        .select_related("reported_via__person", "reported_via__organisation")
        .select_related("decided_by__person__organisation")
        .order_by("-history_date", "-history_id")
    )


def report_entries(
    versions: list,
    adopted: Mapping[dt.datetime, str],
    completed: Mapping[int, list[Completion]],
    reader,
) -> list[HistoryEntry]:
    """Return the entries of reports. What one changed about the status stands where it was accepted
    (`adopted`), with what the office changed about the report itself (`completed`, by report).
    """
    # The version that decides on a report repeats when and how it was submitted.
    entries = {}
    for version in versions:
        entry = _submission_entry(version, reader)
        # A report that the office recorded itself has no separate decision. The version submitted
        # again still has the decision on the one before.
        if version.state in DECIDED_REPORT_STATES:
            change = adopted.get(version.decided_at, "")
            if version.decided_by_id != version.reported_by_id:
                completions = completed.get(version.id, [])
                decided = _decision_entry(version, change, completions, reader)
                entries[version.id, "decided", version.decided_at] = decided
            else:
                entry = entry._replace(note="\n".join(filter(None, [change, entry.note])))
        entries[version.id, version.reported_at] = entry
    return list(entries.values())


def reporter_label(report, reader) -> str:
    """Return who wrote `report`, or a version of it, as `reader` may know it; "" if nobody did."""
    if not (request := report.reported_via):
        return author_label(report.reported_by, report, reader)
    name = name_or_function(request.person, request.organisation_id, reader)
    return f"{request.organisation.label} ({', '.join(filter(None, [name, str(request.acts_by)]))})"


def _submission_entry(version, reader) -> HistoryEntry:
    who = reporter_label(version, reader)
    if version.origin == Origin.DEMO and version.reported_by:
        who = f"{who}, {Origin.DEMO.label}"
    what = _("Statusbericht zum %(day)s: %(status)s") % {
        "day": format_date(version.as_of_on),
        "status": describe_status(version),
    }
    return HistoryEntry(version.reported_at, who, what, version.summary)


def _decision_entry(version, adopted: str, completions: list[Completion], reader) -> HistoryEntry:
    who = author_label(version.decided_by, version, reader)
    if version.state == ReportState.ACCEPTED:
        what, note = _("Bericht angenommen"), adopted
        if version.is_completed:
            what = _("Bericht ergänzt und angenommen")
            # What was submitted has an entry of its own. Who may not know what the office changed
            # reads what holds.
            note = "\n".join(filter(None, [adopted, "" if completions else version.summary]))
        if version.official_light:
            what = _("Bericht angenommen, Ampel %(official)s statt %(reported)s") % {
                "official": version.get_official_light_display(),
                "reported": version.get_traffic_light_display() or "–",
            }
            note = "\n".join(filter(None, [adopted, version.official_reason]))
        return HistoryEntry(version.decided_at, who, what, note, tuple(map(_told, completions)))
    return HistoryEntry(version.decided_at, who, _("Bericht zurückgegeben"), version.comment)


def _told(completion: Completion) -> TextChange:
    label = _("Ergänzung bei „%(subject)s“") % {"subject": completion.subject}
    return TextChange(label, completion.before, completion.after)
