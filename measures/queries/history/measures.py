"""*Verlauf* of measures, projects and plans."""

import datetime as dt

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.history import differences_in
from core.progress import HistoryEntry
from core.roles import is_inside, is_office
from measures.enums import ADOPTED_STATUS_REASON, LEVEL_RENAMED_REASON
from measures.models import (
    Contact,
    Continuation,
    Document,
    Indicator,
    Link,
    Measure,
    Milestone,
    Plan,
    PlanSection,
    Project,
    StatusReport,
)
from measures.permissions import can_see_internal_notes, can_see_returns
from measures.queries.completions import completions_in
from measures.queries.continuations import decisions_on
from measures.queries.history.changes import (
    HISTORY_LIMIT,
    author_label,
    change_entries,
    latest_changes,
    latest_first,
    load_roles,
    without_internal_notes,
)
from measures.queries.history.indicators import indicator_entries
from measures.queries.history.reports import report_entries, report_versions
from measures.queries.indicators import latest_value_changes
from measures.queries.past import related_then
from partners.queries import without_responsible

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
PROJECT_DIFFERENCES = (
    "title",
    "theme",
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
SECTION_DIFFERENCES = ("level", "code", "title", "parent", "page", "position")
STATUS_DIFFERENCES = ("phase", "traffic_light", "financing")
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
    versions = list(report_versions(measure, reports, user).filter(**limits)[:HISTORY_LIMIT])
    changed = latest_changes(
        measure.history.filter(**limits).select_related("plan", "section", "lead")
    )
    milestones = latest_changes(Milestone.history.filter(measure_id=measure.pk, **limits))
    indicators = latest_changes(Indicator.history.filter(measure_id=measure.pk, **limits))
    values = latest_value_changes((record.id for record in indicators), **limits)
    decisions = decisions_on(measure, user, HISTORY_LIMIT, **limits)
    contacts = _contact_changes(user, measure_id=measure.pk, **limits)
    load_roles(versions, [*changed, *milestones, *indicators, *values, *decisions, *contacts])
    changes = change_entries(
        changed, notes=_measure_notes(changed), texts=("description",), reader=user
    )
    if not can_see_internal_notes(user):
        changes = without_internal_notes(changes)
    changes = without_responsible(changes, user)
    completed = completions_in(versions) if can_see_returns(user, measure) else {}
    entries = report_entries(versions, _adopted(changed), completed, user) + changes
    entries += change_entries(
        milestones,
        notes=differences_in(milestones, MILESTONE_DIFFERENCES),
        reader=user,
        named_by="title",
    )
    entries += indicator_entries(indicators, values, user)
    entries += _decision_entries(measure, decisions, user) + _contact_entries(contacts, user)
    return latest_first(entries)


def plan_history(plan: Plan, user, *, until: dt.datetime | None = None) -> list[HistoryEntry]:
    """Return the *Verlauf* of the master data of `plan` and of what was changed about its tree,
    latest first; with `until`, that before. Three queries.
    """
    limits = {"history_date__lt": until} if until else {}
    changed = latest_changes(plan.history.filter(**limits))
    # Beginnings are left out: one import makes dozens of sections.
    sections = PlanSection.history.filter(plan=plan.pk, **limits).exclude(history_type="+")
    moved = latest_changes(sections.exclude(history_change_reason=str(LEVEL_RENAMED_REASON)))
    load_roles([], [*changed, *moved])
    entries = change_entries(changed, notes=differences_in(changed, PLAN_DIFFERENCES), reader=user)
    entries += change_entries(moved, notes={}, reader=user, named_by="title")
    return latest_first(entries)


def section_history(section: PlanSection, user) -> list[HistoryEntry]:
    """Return the *Verlauf* of `section`, latest first. Two queries."""
    changed = latest_changes(section.history.select_related("parent"))
    load_roles([], changed)
    return change_entries(changed, notes=differences_in(changed, SECTION_DIFFERENCES), reader=user)


def project_history(project: Project, user) -> list[HistoryEntry]:
    """Return the *Verlauf* of `project`, latest first: its master data and contacts."""
    changed = latest_changes(project.history.select_related("lead"))
    contacts = _contact_changes(user, project_id=project.pk)
    load_roles([], [*changed, *contacts])
    notes = differences_in(changed, PROJECT_DIFFERENCES)
    entries = change_entries(changed, notes=notes, texts=("description",), reader=user)
    return latest_first(entries + _contact_entries(contacts, user))


def _contact_changes(user, **limits) -> list:
    # They name people, whom nobody but the two offices reads of here.
    if not is_inside(user):
        return []
    found = latest_changes(Contact.history.filter(**limits).select_related("person"))
    # That there is or was an internal file is internal too.
    for model in (Document, Link) if is_office(user) else ():
        found += latest_changes(model.history.filter(**limits))
    return found


def _contact_entries(records: list, reader) -> list[HistoryEntry]:
    contacts = [record for record in records if record.instance_type is Contact]
    others = [record for record in records if record.instance_type is not Contact]
    notes = differences_in(contacts, ("role", "function"))
    entries = change_entries(contacts, notes=notes, reader=reader, named_by="person")
    return entries + change_entries(others, notes={}, reader=reader, named_by="heading")


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
        who = author_label(record.history_user, record, user)
        entries.append(HistoryEntry(record.history_date, who, what, note))
    return entries
