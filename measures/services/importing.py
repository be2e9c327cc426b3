"""What a worker does with an import: show what a file would change, apply it, undo it.

The portal itself calls these, for somebody whose permission was asked before; applying and undoing
ask again, since it may be gone. Applying compares the file once more with the portal, under locks:
what was shown is what is done.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from core.dates import format_date
from core.errors import Refused
from core.history import create_all_as, delete_all_as, save_as, save_values_as
from core.queries import in_batches
from core.states import target_of
from measures.enums import IMPORT_MOVES, ImportState
from measures.models import Indicator, Measure, MeasureImport
from measures.permissions import can_change_measures, require_permission
from measures.queries.imports import (
    CREATED,
    LINKS,
    UNDOING,
    WRITING,
    FieldChange,
    ImportPreview,
    MeasureChange,
    Report,
    attached_reason,
    imported_version,
    last_applied_import,
    link_names,
    preview_of,
    records_of,
    report_nothing,
    touched_reason,
)
from measures.services.imports import FROM_FILE, changed_meanwhile, choice_key, forget_file
from partners.queries import default_responsible

# A file that ends three workers would end the fourth as well.
MAX_ATTEMPTS = 3
# So many records are written at once: few enough that the page shows how far it is.
BATCH_SIZE = 250


@transaction.atomic
def start_import(
    *, pk: int, seen_at: dt.datetime | None = None, now: dt.datetime
) -> MeasureImport | None:
    """Return the import to go on with, or None if it is finished, somebody is at it, or it was
    given up; `seen_at` is a sign of life of who is at it, if there is a later one elsewhere.
    """
    # Who applies it holds the lock until the end.
    found = MeasureImport.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if found is None or not found.is_worked_on:
        return None
    # The broker may deliver a message twice, and the sweep sends another.
    if found.attempts and not found.is_abandoned(now, seen_at):
        return None
    if found.attempts >= MAX_ATTEMPTS:
        give_up_import(
            measure_import=found, note=_("Es ist dreimal mittendrin abgebrochen."), now=now
        )
        return None
    found.attempts += 1
    found.touched_at = now
    found.save(update_fields=["attempts", "touched_at"])
    return found


@transaction.atomic
def show_import(
    *,
    measure_import: MeasureImport,
    content: Mapping[str, Any],
    preview: ImportPreview,
    shown: Mapping[str, Any],
    now: dt.datetime,
) -> MeasureImport:
    """Keep what the file says and what its preview shows, for the decision of the office."""
    measure_import = MeasureImport.objects.select_for_update().get(pk=measure_import.pk)
    measure_import.state = target_of(IMPORT_MOVES, "show", measure_import)
    measure_import.upload = b""
    _keep_preview(measure_import, content, preview, shown, now)
    return measure_import


@transaction.atomic
def apply_import(
    *, measure_import: MeasureImport, report: Report = report_nothing, now: dt.datetime
) -> MeasureImport:
    """Do everything that the confirmed preview showed.

    Raises `NotAllowed`; `ChangedMeanwhile` when the preview would differ now.
    """
    measure_import = MeasureImport.objects.select_for_update().get(pk=measure_import.pk)
    by = measure_import.confirmed_by
    require_permission(can_change_measures(by))
    state = target_of(IMPORT_MOVES, "apply", measure_import)
    locks = measure_import.content.get("locks", {})
    _lock(Measure, locks.get("measures", ()))
    # Services refuse overlapping periods under this lock, so the import must hold it, too.
    _lock(Indicator, locks.get("indicators", ()))
    preview = preview_of(measure_import.content, report)
    if preview.version != measure_import.version or _locks_of(preview) != locks:
        raise changed_meanwhile()
    # Without the name of the file, which partners must not read in *Verlauf*.
    reason = _("Import vom %(day)s") % {"day": format_date(now)}
    writing = _Writing(reason, by, now, _Count(report, WRITING, _record_count(preview)))
    writing.create(preview)
    for change in preview.changed:
        writing.change(change, _decided(change, measure_import.choices))
    measure_import.state, measure_import.applied_at = state, now
    measure_import.effects, measure_import.counts = writing.effects, preview.counts
    measure_import.touched_at = now
    # Nothing more is done with it, and it may contain internal notes.
    forget_file(measure_import)
    measure_import.save()
    return measure_import


@transaction.atomic
def undo_import(
    *, measure_import: MeasureImport, report: Report = report_nothing, now: dt.datetime
) -> MeasureImport:
    """Restore what applying it changed, and delete what it created.

    Raises `NotAllowed`; `Refused` when it is not the last one, or when something that it touched
    was changed or used since.
    """
    measure_import = MeasureImport.objects.select_for_update().get(pk=measure_import.pk)
    by = measure_import.undone_by
    require_permission(can_change_measures(by))
    state = target_of(IMPORT_MOVES, "undo", measure_import)
    if measure_import != last_applied_import():
        raise Refused(_("Nur der letzte Import lässt sich rückgängig machen."))
    effects = measure_import.effects
    reason = _("Import vom %(day)s rückgängig gemacht") % {
        "day": format_date(measure_import.applied_at)
    }
    rows = {name: _untouched(name, effects.get(name, ())) for name in CREATED}
    changed = _untouched("measures", [entry[:2] for entry in effects.get("changed", ())])
    before = {pk: values for pk, _version, values in effects.get("changed", ())}
    count = _Count(report, UNDOING, len(changed) + sum(map(len, rows.values())))
    for measure in changed:
        # Effects are JSON, so keys and days were kept as numbers and text.
        values = _restored(before[measure.pk])
        save_values_as(measure, values, by=by, now=now, reason=reason)
        count.add(1)
    # The parts first: nothing may still refer to what is deleted.
    for name in reversed(CREATED):
        for batch in _deletable(name, rows[name]):
            attached = Refused(attached_reason())
            delete_all_as(batch, by=by, now=now, reason=reason, attached=attached)
            count.add(len(batch))
    measure_import.state, measure_import.undone_at = state, now
    measure_import.touched_at = now
    # Undone once and for all; the former values may contain internal notes.
    measure_import.effects = {}
    measure_import.save()
    return measure_import


@transaction.atomic
def refuse_import(
    *,
    measure_import: MeasureImport,
    note: str,
    preview: ImportPreview,
    shown: Mapping[str, Any],
    now: dt.datetime,
) -> None:
    """Put a confirmed import back with what it would do now, unless that was done already."""
    measure_import = MeasureImport.objects.select_for_update().get(pk=measure_import.pk)
    if measure_import.state == ImportState.APPLYING:
        measure_import.state = target_of(IMPORT_MOVES, "refuse", measure_import)
        measure_import.note = note
        _keep_preview(measure_import, measure_import.content, preview, shown, now)


@transaction.atomic
def give_up_import(*, measure_import: MeasureImport, note: str, now: dt.datetime) -> None:
    """Leave the portal as it is: a file is not read, not applied, or stays applied."""
    measure_import = MeasureImport.objects.select_for_update().get(pk=measure_import.pk)
    actions = {
        ImportState.READING: "reject",
        ImportState.APPLYING: "refuse",
        ImportState.UNDOING: "leave",
    }
    if action := actions.get(ImportState(measure_import.state)):
        measure_import.state = target_of(IMPORT_MOVES, action, measure_import)
        if action == "reject":
            forget_file(measure_import)
        measure_import.note, measure_import.touched_at = note, now
        measure_import.save()


def _keep_preview(
    measure_import: MeasureImport,
    content: Mapping[str, Any],
    preview: ImportPreview,
    shown: Mapping[str, Any],
    now: dt.datetime,
) -> None:
    measure_import.content = {**content, "locks": _locks_of(preview)}
    measure_import.shown, measure_import.version = shown, preview.version
    measure_import.counts = preview.counts
    former = measure_import.choices
    keys = [choice_key(change, field) for change in preview.changed for field in change.conflicts]
    # What was decided already need not be decided again.
    measure_import.choices = {key: former.get(key, "") for key in keys}
    measure_import.touched_at = now
    measure_import.save()


def _locks_of(preview: ImportPreview) -> dict[str, list[int]]:
    """Return what has to be locked to do what `preview` shows, in the order of their keys."""
    return {
        "measures": sorted(change.measure.pk for change in preview.changed),
        "indicators": sorted({pk for new in preview.values if (pk := new.value.indicator.pk)}),
    }


class _Count:
    """Counts what is done and reports it."""

    def __init__(self, report: Report, stage: str, total: int) -> None:
        self.report, self.stage, self.done, self.total = report, stage, 0, total
        self.add(0)

    def add(self, number: int) -> None:
        self.done += number
        self.report(self.stage, self.done, self.total)


def _record_count(preview: ImportPreview) -> int:
    measures = len(preview.created) + len(preview.changed)
    targets = sum(len(new.targets) for new in preview.indicators)
    indicators = len(preview.indicators) + targets + len(preview.values)
    return measures + len(preview.milestones) + indicators


class _Writing:
    """Saves what a preview shows and notes what undoing it needs."""

    def __init__(self, reason: str, by, now: dt.datetime, count: _Count) -> None:
        self.reason, self.by, self.now, self.count = reason, by, now, count
        self.effects: dict[str, list] = {"changed": []}

    def create(self, preview: ImportPreview) -> None:
        if preview.plan:
            save_as(preview.plan, by=self.by, now=self.now, reason=self.reason)
            self.note("plans", [preview.plan])
        for section in preview.sections.values():
            # Parents come first, so they have their key by now.
            save_as(section, by=self.by, now=self.now, reason=self.reason)
        self.note("sections", list(preview.sections.values()))
        measures = [new.measure for new in preview.created]
        responsible = default_responsible(self.by)
        for measure in measures:
            measure.responsible = responsible
        links = {name: [new.links[name] for new in preview.created] for name in LINKS}
        self.create_all("measures", measures, **links)
        milestones = [new.milestone for new in preview.milestones]
        for milestone in milestones:
            # As in `create_milestone`: what is planned first is what later delays are measured
            # against.
            milestone.baseline_on = milestone.baseline_on or milestone.due_on
        self.create_all("milestones", milestones)
        self.create_all("indicators", [new.indicator for new in preview.indicators])
        targets = [target for new in preview.indicators for target in new.targets]
        self.create_all("targets", targets)
        self.create_all("values", [new.value for new in preview.values])

    def create_all(self, name: str, rows: Sequence[Any], **many: Sequence[Sequence[Any]]) -> None:
        for start in range(0, len(rows), BATCH_SIZE):
            part = slice(start, start + BATCH_SIZE)
            links = {field: related[part] for field, related in many.items()}
            create_all_as(rows[part], by=self.by, now=self.now, reason=self.reason, many=links)
            self.count.add(len(rows[part]))
        self.note(name, rows)

    def note(self, name: str, rows: Sequence[models.Model]) -> None:
        links = link_names(name)
        models.prefetch_related_objects(rows, *links)
        self.effects[name] = [[row.pk, imported_version(row, links)] for row in rows]

    def change(self, change: MeasureChange, decided: Sequence[FieldChange]) -> None:
        self.count.add(1)
        if not decided:
            return
        measure = change.measure
        values = {name: value for field in decided for name, value in field.values.items()}
        # Keys instead of objects, so that undoing survives as JSON until somebody asks for it.
        before = {name: measure._meta.get_field(name).value_from_object(measure) for name in values}
        before |= {name: [row.pk for row in before[name]] for name in LINKS if name in before}
        # The history cuts long lines; what partners must not read of has to stay recognisable.
        labels = sorted(decided, key=lambda field: field.name != "internal_notes")
        reason = f"{self.reason}: {', '.join(field.label for field in labels)}"
        save_values_as(measure, values, by=self.by, now=self.now, reason=reason)
        version = imported_version(measure, link_names("measures"))
        self.effects["changed"].append([measure.pk, version, before])


def _decided(change: MeasureChange, choices: Mapping[str, str]) -> list[FieldChange]:
    """Return what the file changes, with the conflicts in which it is right."""
    keys = {choice_key(change, field): field for field in change.conflicts}
    if not all(choices.get(key) for key in keys):
        raise Refused(
            _("Bitte entscheiden Sie bei „%(title)s“, welche Angabe gilt.")
            % {"title": change.measure}
        )
    won = [field for key, field in keys.items() if choices[key] == FROM_FILE]
    return [*change.changes, *won]


def _lock(model: type[models.Model], pks: Collection[int]) -> None:
    # In the order of their keys, so that two imports cannot wait for each other.
    for batch in in_batches(sorted(pks)):
        found = model._default_manager.filter(pk__in=batch).order_by("pk").select_for_update()
        list(found.values_list("pk"))


def _untouched(name: str, effects: Sequence[Sequence[Any]]) -> list[Any]:
    """Return the locked records of `effects`. Raises `Refused` unless each is as it was left."""
    found = records_of(name, effects, is_locked=True)
    if reason := touched_reason(name, effects, found):
        raise Refused(reason)
    return found


def _restored(before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that were kept as JSON, as the model takes them."""
    values: dict[str, Any] = {}
    for name, kept in before.items():
        field = Measure._meta.get_field(name)
        if field.many_to_many:
            values[name] = list(field.related_model.objects.filter(pk__in=kept))
        elif field.is_relation:
            values[field.attname] = kept
        else:
            values[name] = field.to_python(kept)
    return values


def _deletable(name: str, rows: Sequence[models.Model]) -> Iterator[Sequence[models.Model]]:
    """Yield `rows` in batches that can be deleted one after the other."""
    size = BATCH_SIZE
    if name == "sections":
        # They refer to each other, the children to their parents.
        rows, size = sorted(rows, key=lambda section: -section.pk), 1
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
