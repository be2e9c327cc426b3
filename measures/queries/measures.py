"""Measures: sort orders of the list, and *Verlauf*."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence

from django.db.models import (
    Case,
    F,
    IntegerField,
    Max,
    QuerySet,
    Value,
    When,
    prefetch_related_objects,
)
from django.utils.translation import gettext as _

from core.dates import format_date
from core.enums import TrafficLight
from core.history import differences_in
from core.models import Origin
from core.progress import HistoryEntry
from core.roles import OFFICE, SENATOR_OFFICE, is_inside, senator_office_name
from measures.enums import (
    ADOPTED_STATUS_REASON,
    DECIDED_REPORT_STATES,
    FINISHED_PHASES,
    Financing,
    Phase,
    ReportState,
)
from measures.models import Contact, Indicator, Measure, Milestone, Project, StatusReport
from measures.models.measures import START_OF_TITLE
from measures.permissions import can_see_internal_notes, can_see_returns
from measures.queries.indicators import grouped_changes, latest_value_changes
from partners.queries import without_responsible

HISTORY_LIMIT = 60
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


def _ranked(field: str, values) -> Case:
    """Return an expression that sorts `field` in the order of `values`, other values last."""
    ranks = [When(**{field: value}, then=Value(rank)) for rank, value in enumerate(values)]
    return Case(*ranks, default=Value(len(ranks)), output_field=IntegerField())


# Ascending shows first what needs attention: red before green, open before secured financing.
SORTS = {
    "title": F("search"),
    "phase": _ranked("phase", Phase.values),
    "traffic_light": _ranked(
        "traffic_light", (TrafficLight.RED, TrafficLight.YELLOW, TrafficLight.GREEN)
    ),
    "lead": F("lead__search"),
    "financing": _ranked(
        "financing", (Financing.OPEN, Financing.PARTIAL, Financing.SECURED, Financing.NOT_NEEDED)
    ),
    "status": F("status_on"),
}


def open_measures() -> QuerySet[Measure]:
    """Return the measures that somebody in the office still has to watch, by title."""
    measures = Measure.objects.exclude(phase__in=FINISHED_PHASES)
    # One taken over from earlier documents counts once somebody was put in charge of it.
    measures = measures.exclude(origin=Origin.TAKEN_OVER, responsible=None)
    return measures.order_by("search", "pk")


def sorted_measures(
    measures: QuerySet[Measure], key: str, *, has_one_plan: bool = False
) -> QuerySet[Measure]:
    """Return `measures` in the order `key`: a key of `SORTS`, descending with a leading `-`.

    An unknown key sorts by plan, the newest first. `has_one_plan` says that they are of one plan
    already, so that an index can sort them.
    """
    expression = SORTS.get(key.removeprefix("-"))
    if expression is None:
        order = (START_OF_TITLE, "search", "pk")
        return measures.order_by(*([] if has_one_plan else ["-plan__position"]), *order)
    # Missing values come last in both directions, because people sort to see existing ones.
    order = (
        expression.desc(nulls_last=True) if key.startswith("-") else expression.asc(nulls_last=True)
    )
    return measures.order_by(order, "search", "pk")


def version_of_measures(measures: Iterable[Measure]) -> str:
    """Return a fingerprint of `measures` as they stand: which they are, and their last change."""
    keys = sorted(measure.pk for measure in measures)
    latest = Measure.history.filter(id__in=keys).aggregate(latest=Max("history_id"))["latest"]
    return hashlib.sha256(repr((keys, latest)).encode()).hexdigest()[:20]


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
    changed = _changed(measure.history.filter(**limits))
    milestones = _changed(Milestone.history.filter(measure_id=measure.pk, **limits))
    indicators = _changed(Indicator.history.filter(measure_id=measure.pk, **limits))
    values = latest_value_changes((record.id for record in indicators), **limits)
    contacts = _contact_changes(user, measure_id=measure.pk, **limits)
    _load_roles(versions, [*changed, *milestones, *indicators, *values, *contacts])
    changes = _change_entries(changed)
    if not can_see_internal_notes(user):
        changes = _without_internal_notes(changes)
    changes = without_responsible(changes, user)
    entries = _report_entries(versions) + changes
    entries += _change_entries(milestones, named_by="title", compare=MILESTONE_DIFFERENCES)
    entries += _indicator_entries(indicators, values)
    entries += _contact_entries(contacts)
    return _latest_first(entries)


def project_history(project: Project, user) -> list[HistoryEntry]:
    """Return the *Verlauf* of `project`, latest first: its master data and contacts."""
    changed = _changed(project.history.all())
    contacts = _contact_changes(user, project_id=project.pk)
    _load_roles([], [*changed, *contacts])
    return _latest_first(_change_entries(changed) + _contact_entries(contacts))


def _latest_first(entries: list[HistoryEntry]) -> list[HistoryEntry]:
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:HISTORY_LIMIT]


def _contact_changes(user, **limits) -> list:
    # They name people, whom nobody but the two offices reads of here.
    if not is_inside(user):
        return []
    return _changed(Contact.history.filter(**limits).select_related("person"))


def _contact_entries(records: list) -> list[HistoryEntry]:
    return _change_entries(records, named_by="person", compare=("role", "function"))


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
    return entries + _change_entries(changes, named_by="title", compare=INDICATOR_DIFFERENCES)


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


def _report_entries(versions: list) -> list[HistoryEntry]:
    # The version that decides on a report repeats when and how it was submitted.
    entries = {}
    for version in versions:
        entries[version.id, version.reported_at] = _submission_entry(version)
        # A report that the office recorded itself has no separate decision. The version submitted
        # again still has the decision on the one before.
        is_decided = version.state in DECIDED_REPORT_STATES
        if is_decided and version.decided_by_id != version.reported_by_id:
            entries[version.id, "decided", version.decided_at] = _decision_entry(version)
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


def _decision_entry(version) -> HistoryEntry:
    who = _actor_label(version.decided_by, version)
    if version.state == ReportState.ACCEPTED:
        return HistoryEntry(version.decided_at, who, _("Bericht angenommen"))
    return HistoryEntry(version.decided_at, who, _("Bericht zurückgegeben"), version.comment)


def _changed(records: QuerySet) -> list:
    """Return the latest of these historical records: twice as many as *Verlauf* shows, since each
    line needs a former state of its object to compare with.
    """
    records = (
        records.exclude(history_change_reason__isnull=True)
        # The report that the status comes from has an entry of its own.
        .exclude(history_change_reason=str(ADOPTED_STATUS_REASON))
        .select_related("history_user__person__organisation")
        .order_by("-history_date", "-history_id")
    )
    return list(records[: 2 * HISTORY_LIMIT])


def _change_entries(
    records: list, *, named_by: str = "", compare: Sequence[str] = ()
) -> list[HistoryEntry]:
    """Return the entries of historical `records`.

    With `named_by`, the value of that field follows the reason, to name the changed object. Of the
    fields `compare`, each entry notes the former and the new value.
    """
    notes, entries = differences_in(records, compare), []
    for record in records[:HISTORY_LIMIT]:
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
