"""Whether an applied import can still be undone: nobody has changed or used what it touched."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models
from django.db.models.deletion import get_candidate_relations_to_delete
from django.utils.translation import gettext as _

from core.conflicts import own_fields, version_of
from core.queries import in_batches
from measures.models import (
    Indicator,
    IndicatorTarget,
    IndicatorValue,
    Measure,
    MeasureImport,
    Milestone,
    Plan,
    PlanSection,
)
from measures.queries.imports.log import last_applied_import
from measures.queries.imports.values import LINKS

# What an import creates, in the order in which each refers to those before it.
CREATED: dict[str, type[models.Model]] = {
    "plans": Plan,
    "sections": PlanSection,
    "measures": Measure,
    "milestones": Milestone,
    "indicators": Indicator,
    "targets": IndicatorTarget,
    "values": IndicatorValue,
}


def undo_hindrance(record: MeasureImport) -> str:
    """Return why the applied import `record` cannot be undone, "" if it can."""
    if record != last_applied_import():
        return _("Nur der letzte Import lässt sich rückgängig machen.")
    effects = record.effects
    kept = [(name, effects.get(name, ())) for name in CREATED]
    kept.append(("measures", [entry[:2] for entry in effects.get("changed", ())]))
    for name, entries in kept:
        if reason := touched_reason(name, entries, records_of(name, entries)):
            return reason
    return attached_reason() if _has_dependents(effects) else ""


def records_of(
    name: str, effects: Sequence[Sequence[Any]], *, is_locked: bool = False
) -> list[Any]:
    """Return the records that `effects` names, as far as they still exist."""
    found: list[Any] = []
    for batch in in_batches(sorted(entry[0] for entry in effects)):
        rows = CREATED[name]._default_manager.filter(pk__in=batch).order_by("pk")
        if is_locked:
            rows = rows.select_for_update()
        found += rows.prefetch_related(*link_names(name))
    return found


def touched_reason(
    name: str, effects: Sequence[Sequence[Any]], records: Sequence[models.Model]
) -> str:
    """Return which of `records` is not as the import left it, or that one is gone; else ""."""
    versions = {entry[0]: entry[1] for entry in effects}
    links = link_names(name)
    for record in records:
        if imported_version(record, links) != versions[record.pk]:
            return _(
                "„%(title)s“ wurde seit dem Import geändert. Deshalb lässt er sich nicht mehr "
                "rückgängig machen."
            ) % {"title": record}
    if len(records) < len(versions):
        return _(
            "Etwas, das der Import angelegt hat, wurde seitdem gelöscht. Deshalb lässt er sich "
            "nicht mehr rückgängig machen."
        )
    return ""


def attached_reason() -> str:
    return _(
        "Auf etwas, das der Import angelegt hat, bauen inzwischen andere Einträge auf, etwa "
        "Berichte oder Meilensteine. Deshalb lässt er sich nicht mehr rückgängig machen."
    )


def link_names(name: str) -> tuple[str, ...]:
    return LINKS if name == "measures" else ()


def imported_version(record: models.Model, links: Iterable[str]) -> str:
    return version_of(record, [*own_fields(record), *links])


def _has_dependents(effects: Mapping[str, Sequence[Sequence[Any]]]) -> bool:
    """Return whether others refer to what the import created; `delete_all_as` asks the same, but
    only while it deletes.
    """
    created = {
        model: {entry[0] for entry in effects.get(name, ())} for name, model in CREATED.items()
    }
    for model, keys in created.items():
        links = {field.remote_field.through for field in model._meta.many_to_many}
        for relation in get_candidate_relations_to_delete(model._meta):
            other = relation.related_model
            # Lines of the history outlive what they are about.
            if other in links or relation.on_delete is models.DO_NOTHING:
                continue
            for batch in in_batches(sorted(keys)):
                found = other._base_manager.filter(**{f"{relation.field.name}__in": batch})
                if set(found.values_list("pk", flat=True)) - created.get(other, set()):
                    return True
    return False
