"""Imports of measures: a file is uploaded, looked at, applied as a whole, and perhaps undone.

Applying compares the file once more with the portal, under locks: what was shown is what is done.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import IO, Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from core.dates import format_date
from core.errors import ChangedMeanwhile, Refused
from core.history import create_all_as, delete_all_as, save_as, save_values_as
from core.queries import in_batches
from core.states import target_of
from core.uploads import clean_name
from measures.enums import IMPORT_MOVES
from measures.models import (
    Indicator,
    Measure,
    MeasureImport,
)
from measures.permissions import can_change_measures, require_permission
from measures.queries.imports import (
    CREATED,
    LINKS,
    FieldChange,
    ImportPreview,
    MeasureChange,
    attached_reason,
    imported_version,
    last_applied_import,
    link_names,
    preview_of,
    read_content,
    records_of,
    touched_reason,
)
from partners.queries import default_responsible

FROM_FILE = "file"  # of the choices in a conflict


@transaction.atomic
def create_import(*, file: IO[bytes], name: str, by, now: dt.datetime) -> MeasureImport:
    """Keep what `file` says, for the preview. Raises `NotAllowed`; `Refused` when it is no table of
    measures.
    """
    require_permission(can_change_measures(by))
    return MeasureImport.objects.create(
        file_name=clean_name(name),
        content=read_content(file),
        uploaded_at=now,
        uploaded_by=by,
    )


@transaction.atomic
def apply_import(
    *,
    measure_import: MeasureImport,
    version: str,
    choices: Mapping[str, str],
    by,
    now: dt.datetime,
) -> MeasureImport:
    """Do everything that the preview with the fingerprint `version` showed.

    `choices` says for each conflict, by `choice_key`, whether the file or the portal is right.

    Raises `NotAllowed`; `ChangedMeanwhile` when the preview would differ now; `Refused` when rows
    are refused or a conflict is undecided.
    """
    require_permission(can_change_measures(by))
    measure_import = MeasureImport.objects.select_for_update().get(pk=measure_import.pk)
    state = target_of(IMPORT_MOVES, "apply", measure_import)
    # Compared twice: the first preview says which measures to lock, the second holds under the
    # locks.
    first = preview_of(measure_import.content)
    _lock(Measure, [change.measure.pk for change in first.changed])
    # Services refuse overlapping periods under this lock, so the import must hold it, too.
    _lock(Indicator, {key for new in first.values if (key := new.value.indicator.pk)})
    preview = preview_of(measure_import.content)
    if preview.version != version:
        raise ChangedMeanwhile(
            _(
                "Inzwischen hat jemand etwas geändert, das der Import betrifft. Bitte sehen Sie "
                "sich die Vorschau noch einmal an."
            )
        )
    if not preview.can_be_applied:
        raise Refused(_("Solange Zeilen zurückgewiesen sind, wird nichts übernommen."))
    # Without the name of the file, which partners must not read in *Verlauf*.
    reason = _("Import vom %(day)s") % {"day": format_date(now)}
    writing = _Writing(reason, by, now)
    writing.create(preview)
    for change in preview.changed:
        writing.change(change, _decided(change, choices))
    measure_import.state, measure_import.applied_at = state, now
    measure_import.effects, measure_import.counts = writing.effects, preview.counts
    # Nothing more is done with it, and it may contain internal notes.
    measure_import.content = {}
    measure_import.save()
    return measure_import


@transaction.atomic
def discard_import(*, measure_import: MeasureImport, by, now: dt.datetime) -> MeasureImport:
    """Forget a file that was not applied. Raises `NotAllowed`, `Refused`."""
    require_permission(can_change_measures(by))
    measure_import = MeasureImport.objects.select_for_update().get(pk=measure_import.pk)
    measure_import.state = target_of(IMPORT_MOVES, "discard", measure_import)
    measure_import.content = {}
    measure_import.save()
    return measure_import


@transaction.atomic
def undo_import(*, measure_import: MeasureImport, by, now: dt.datetime) -> MeasureImport:
    """Restore what applying it changed, and delete what it created.

    Raises `NotAllowed`; `Refused` when it is not the last one, or when something that it touched
    was changed or used since.
    """
    require_permission(can_change_measures(by))
    measure_import = MeasureImport.objects.select_for_update().get(pk=measure_import.pk)
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
    for measure in changed:
        # Effects are JSON, so keys and days were kept as numbers and text.
        values = _restored(before[measure.pk])
        save_values_as(measure, values, by=by, now=now, reason=reason)
    # The parts first: nothing may still refer to what is deleted.
    for name in reversed(CREATED):
        _delete_created(name, rows[name], by=by, now=now, reason=reason)
    measure_import.state, measure_import.undone_at = state, now
    # Undone once and for all; the former values may contain internal notes.
    measure_import.effects = {}
    measure_import.save()
    return measure_import


def choice_key(change: MeasureChange, field: FieldChange) -> str:
    return f"{change.measure.pk}-{field.name}"


class _Writing:
    """Saves what a preview shows and notes what undoing it needs."""

    def __init__(self, reason: str, by, now: dt.datetime) -> None:
        self.reason, self.by, self.now = reason, by, now
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
        if rows:
            create_all_as(rows, by=self.by, now=self.now, reason=self.reason, many=many)
        self.note(name, rows)

    def note(self, name: str, rows: Sequence[models.Model]) -> None:
        links = link_names(name)
        models.prefetch_related_objects(rows, *links)
        self.effects[name] = [[row.pk, imported_version(row, links)] for row in rows]

    def change(self, change: MeasureChange, decided: Sequence[FieldChange]) -> None:
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


def _delete_created(
    name: str, rows: Sequence[models.Model], *, by, now: dt.datetime, reason: str
) -> None:
    attached = Refused(attached_reason())
    if rows and name == "sections":
        # They refer to each other, the children to their parents.
        for row in sorted(rows, key=lambda section: -section.pk):
            delete_all_as([row], by=by, now=now, reason=reason, attached=attached)
    elif rows:
        delete_all_as(rows, by=by, now=now, reason=reason, attached=attached)
