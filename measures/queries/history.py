"""*Verlauf*: what happened to a measure or an indicator, when, by whom, with old and new values."""

import datetime as dt

from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from core.dates import format_date
from core.history import differences_in
from core.models import Origin
from core.progress import HistoryEntry
from core.roles import OFFICE, SENATOR_OFFICE, is_inside, senator_office_name
from measures.enums import ADOPTED_STATUS_REASON, DECIDED_REPORT_STATES, ReportState
from measures.models import (
    Contact,
    Continuation,
    Indicator,
    Measure,
    Milestone,
    Plan,
    Project,
    StatusReport,
)
from measures.permissions import can_see_internal_notes, can_see_returns
from measures.queries.continuations import decisions_on
from measures.queries.indicators import grouped_changes, latest_value_changes
from measures.queries.past import related_then
from partners.queries import without_responsible

HISTORY_LIMIT = 60
# What *Verlauf* says of a measure with the former and the new value; never the internal note.
MEASURE_DIFFERENCES = (
    "title",
    "code",
    "plan",
    "section",
    "lead",
    "lead_text",
    "supporters_text",
    "runtime",
    "starts_on",
    "ends_on",
    "amount",
    "is_lighthouse",
    "is_published",
)
# Without the levels, which are a list.
PLAN_DIFFERENCES = (
    "title",
    "short_title",
    "first_year",
    "last_year",
    "adopted_on",
    "is_published",
)
STATUS_DIFFERENCES = ("phase", "traffic_light", "financing")
# What *Verlauf* says of an indicator with the former and the new value.
INDICATOR_DIFFERENCES = (
    "title",
    "unit",
    "direction",
    "decimals",
    "baseline_value",
    "baseline_on",
    "source",
)
# What *Verlauf* says of a milestone with the former and the new value.
MILESTONE_DIFFERENCES = (
    "title",
    "due_on",
    "forecast_on",
    "forecast_reason",
    "done_on",
    "weight",
    "owner",
    "owner_text",
)


def measure_history(
    measure: Measure,
    reports: QuerySet[StatusReport],
    user,
    *,
    until: dt.datetime | None = None,
) -> list[HistoryEntry]:
    """Return the *Verlauf* of `measure`, latest first: reports, milestones and master data.

    `reports` are those that `user` may see. With `until`, the *Verlauf* ends just before it.
    """
    limits = {"history_date__lt": until} if until else {}
    # Limited per source, so that a long history of changes costs no more than a short one.
    versions = list(_report_versions(measure, reports, user).filter(**limits)[:HISTORY_LIMIT])
    changed = _changed(measure.history.filter(**limits).select_related("plan", "section", "lead"))
    milestones = _changed(Milestone.history.filter(measure_id=measure.pk, **limits))
    indicators = _changed(Indicator.history.filter(measure_id=measure.pk, **limits))
    values = latest_value_changes((record.id for record in indicators), **limits)
    decisions = decisions_on(measure, user, HISTORY_LIMIT, **limits)
    contacts = _contact_changes(user, measure_id=measure.pk, **limits)
    _load_roles(versions, [*changed, *milestones, *indicators, *values, *decisions, *contacts])
    changes = _change_entries(changed, notes=_measure_notes(changed))
    if not can_see_internal_notes(user):
        changes = _without_internal_notes(changes)
    changes = without_responsible(changes, user)
    entries = _report_entries(versions, _adopted(changed)) + changes
    entries += _change_entries(
        milestones, notes=differences_in(milestones, MILESTONE_DIFFERENCES), named_by="title"
    )
    entries += _indicator_entries(indicators, values)
    entries += _decision_entries(measure, decisions, user) + _contact_entries(contacts)
    return _latest_first(entries)


def plan_history(plan: Plan, *, until: dt.datetime | None = None) -> list[HistoryEntry]:
    """Return the *Verlauf* of the master data of `plan`, latest first; with `until`, that before.

    Two queries.
    """
    limits = {"history_date__lt": until} if until else {}
    changed = _changed(plan.history.filter(**limits))
    _load_roles([], changed)
    return _change_entries(changed, notes=differences_in(changed, PLAN_DIFFERENCES))


def project_history(project: Project, user) -> list[HistoryEntry]:
    """Return the *Verlauf* of `project`, latest first: its master data and contacts."""
    changed = _changed(project.history.all())
    contacts = _contact_changes(user, project_id=project.pk)
    _load_roles([], [*changed, *contacts])
    return _latest_first(_change_entries(changed, notes={}) + _contact_entries(contacts))


def _latest_first(entries: list[HistoryEntry]) -> list[HistoryEntry]:
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:HISTORY_LIMIT]


def _contact_changes(user, **limits) -> list:
    # They name people, whom nobody but the two offices reads of here.
    if not is_inside(user):
        return []
    return _changed(Contact.history.filter(**limits).select_related("person"))


def _contact_entries(records: list) -> list[HistoryEntry]:
    notes = differences_in(records, ("role", "function"))
    return _change_entries(records, notes=notes, named_by="person")


def _measure_notes(records: list) -> dict[int, str]:
    """Return history id → what a change of the master data changed, a line each."""
    notes = differences_in(records, MEASURE_DIFFERENCES)
    for name, related in (("supporters", "organisation"), ("sectors", "sector")):
        field = Measure._meta.get_field(name)
        told = [record.history_change_reason or "" for record in records]
        # Two more queries only for those that ever changed.
        if not any(str(field.verbose_name) in reason for reason in told):
            continue
        then = related_then(
            getattr(Measure, name), related, [record.history_id for record in records]
        )
        for newer, older in zip(records, records[1:], strict=False):
            before, after = (
                ", ".join(map(str, then[record.history_id])) or "–" for record in (older, newer)
            )
            if before != after:
                line = f"{field.verbose_name}: {before} → {after}"
                notes[newer.history_id] = "\n".join(
                    filter(None, [notes.get(newer.history_id), line])
                )
    return notes


def _adopted(records: list) -> dict[dt.datetime, str]:
    """Return by time what the reports accepted then changed about the status, a line each."""
    notes = differences_in(records, STATUS_DIFFERENCES)
    return {
        record.history_date: notes[record.history_id]
        for record in records
        if record.history_change_reason == str(ADOPTED_STATUS_REASON) and record.history_id in notes
    }


def _decision_entries(measure: Measure, records: list, user) -> list[HistoryEntry]:
    """Return the entries of `decisions_on`, of which `measure` is one side."""
    then = {}
    if records:
        keys = [record.history_id for record in records]
        visible = Measure.objects.visible_to(user).order_by().values("pk")
        then = related_then(
            Continuation.successors, "measure", keys, of=Continuation, measure__in=visible
        )
    entries = []
    for record in records:
        if record.measure_id == measure.pk:
            names = ", ".join(f"„{one}“" for one in then.get(record.history_id, []))
            what = _("Verbleib: %(line)s") % {"line": record.history_change_reason}
            note = "\n".join(filter(None, [names, record.reason]))
        else:
            what = _("Hervorgegangen aus „%(measure)s“: %(line)s") % {
                "measure": record.measure,
                "line": record.history_change_reason,
            }
            note = ""
        who = _actor_label(record.history_user, record)
        entries.append(HistoryEntry(record.history_date, who, what, note))
    return entries


def indicator_history(indicator: Indicator) -> list[HistoryEntry]:
    """Return the *Verlauf* of `indicator`, latest first: itself, its targets and its values."""
    changes, values = _changed(indicator.history.all()), latest_value_changes([indicator.pk])
    _load_roles([], [*changes, *values])
    return _latest_first(_indicator_entries(changes, values))


def _indicator_entries(changes: list, values: list) -> list[HistoryEntry]:
    # The latest record of each last, so that it is the one that counts.
    indicators = {record.id: record for record in reversed(changes)}
    entries: list[HistoryEntry] = []
    for change in grouped_changes(values, indicators):
        record, lines = change.record, change.lines
        title = indicators[record.indicator_id].title
        what, note = f"{title}, {lines[0]}", ""
        if len(lines) > 1:
            what = _("%(title)s: %(count)d Werte eingetragen oder geändert") % {
                "title": title,
                "count": len(lines),
            }
            note = "\n".join(lines)
        who = _actor_label(record.history_user, record)
        entries.append(HistoryEntry(record.history_date, who, what, note))
    notes = differences_in(changes, INDICATOR_DIFFERENCES)
    return entries + _change_entries(changes, notes=notes, named_by="title")


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


def _load_roles(versions: list, changes: list) -> None:
    """Load the groups of everybody who made an entry, in one query."""
    users = [version.reported_by for version in versions]
    users += [version.decided_by for version in versions]
    users += [change.history_user for change in changes]
    prefetch_related_objects([user for user in users if user], "groups")


def _report_versions(measure: Measure, reports: QuerySet[StatusReport], user) -> QuerySet:
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


def _report_entries(versions: list, adopted: dict[dt.datetime, str]) -> list[HistoryEntry]:
    """Return the entries of reports. What one changed about the status stands where it was accepted
    (`adopted`).
    """
    # The version that decides on a report repeats when and how it was submitted.
    entries = {}
    for version in versions:
        entry = _submission_entry(version)
        # A report that the office recorded itself has no separate decision. The version submitted
        # again still has the decision on the one before.
        if version.state in DECIDED_REPORT_STATES:
            change = adopted.get(version.decided_at, "")
            if version.decided_by_id != version.reported_by_id:
                decided = _decision_entry(version, change)
                entries[version.id, "decided", version.decided_at] = decided
            else:
                entry = entry._replace(note="\n".join(filter(None, [change, entry.note])))
        entries[version.id, version.reported_at] = entry
    return list(entries.values())


def _submission_entry(version) -> HistoryEntry:
    who = _actor_label(version.reported_by, version)
    if version.reported_via:
        request = version.reported_via
        who = _("%(organisation)s (%(person)s, persönlicher Link)") % {
            "organisation": request.organisation.label,
            "person": request.person,
        }
    if version.origin == Origin.DEMO and version.reported_by:
        who = f"{who}, {Origin.DEMO.label}"
    what = _("Statusbericht zum %(day)s: %(status)s") % {
        "day": format_date(version.as_of_on),
        "status": describe_status(version),
    }
    return HistoryEntry(version.reported_at, who, what, version.summary)


def _decision_entry(version, adopted: str) -> HistoryEntry:
    who = _actor_label(version.decided_by, version)
    if version.state == ReportState.ACCEPTED:
        what, note = _("Bericht angenommen"), adopted
        if version.official_light:
            what = _("Bericht angenommen, Ampel %(official)s statt %(reported)s") % {
                "official": version.get_official_light_display(),
                "reported": version.get_traffic_light_display() or "–",
            }
            note = "\n".join(filter(None, [adopted, version.official_reason]))
        return HistoryEntry(version.decided_at, who, what, note)
    return HistoryEntry(version.decided_at, who, _("Bericht zurückgegeben"), version.comment)


def _changed(records: QuerySet) -> list:
    """Return the latest of these historical records: twice as many as *Verlauf* shows, since each
    line needs a former state of its object to compare with.
    """
    records = records.select_related("history_user__person__organisation")
    return list(records.order_by("-history_date", "-history_id")[: 2 * HISTORY_LIMIT])


def _is_told(record) -> bool:
    # The report that the status comes from has an entry of its own.
    return record.history_change_reason not in (None, "", str(ADOPTED_STATUS_REASON))


def _change_entries(
    records: list, *, notes: dict[int, str], named_by: str = ""
) -> list[HistoryEntry]:
    """Return the entries of historical `records` with their `notes`, by history id.

    With `named_by`, the value of that field follows the reason, to name the changed object.
    """
    entries = []
    for record in filter(_is_told, records[:HISTORY_LIMIT]):
        what = record.history_change_reason
        if named_by:
            # What was named is gone once two people are merged.
            what = ": ".join(str(part) for part in (what, getattr(record, named_by)) if part)
        who = _actor_label(record.history_user, record)
        note = notes.get(record.history_id, "")
        entries.append(HistoryEntry(record.history_date, who, what, note))
    return entries


def _without_internal_notes(entries: list[HistoryEntry]) -> list[HistoryEntry]:
    """Return `entries` without any mention of the internal note: even the fact that the office
    changed it is internal.
    """
    shown = [entry._replace(what=_without_internal_note(entry.what)) for entry in entries]
    return [entry for entry in shown if entry.what]


def _without_internal_note(what: str) -> str:
    """Return `Geändert: Titel` for `Geändert: Titel, interner Vermerk`, and "" when only the note
    was changed.
    """
    verb, colon, names = what.partition(": ")
    if not colon:
        return what
    note = str(Measure._meta.get_field("internal_notes").verbose_name)
    # The history cuts a reason after 100 characters, so the last name may be truncated.
    others = [name for name in names.split(", ") if not note.startswith(name)]
    return f"{verb}: {', '.join(others)}" if others else ""


def _actor_label(user, record) -> str:
    """Return who made the entry. The office and the senator's office appear by their role, since
    the log shows which side acted, not which colleague.
    """
    # Records loaded by the portal have no author: they are invented or taken over.
    if user is None:
        return _("Demodaten") if getattr(record, "origin", "") == Origin.DEMO else ""
    # `user.roles` would cost a query per entry; the groups are prefetched.
    roles = {group.name for group in user.groups.all()}
    if OFFICE in roles:
        return _("Geschäftsstelle")
    if SENATOR_OFFICE in roles:
        return senator_office_name()
    organisation = user.person.organisation
    return f"{organisation.label} ({user})" if organisation else str(user)
