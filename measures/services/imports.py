"""What the office asks of an import: read a file, apply it as a whole, discard it, undo it.

A worker does what takes long (`measures.services.importing`); here is only noted what it has to do.
"""

import datetime as dt
import logging
from collections.abc import Mapping
from functools import partial
from typing import IO

from celery import current_app
from django.db import transaction
from django.utils.translation import gettext as _
from kombu.exceptions import KombuError, OperationalError

from core.errors import ChangedMeanwhile, Refused, violation_as
from core.states import target_of
from core.uploads import clean_name
from measures.enums import IMPORT_MOVES, ImportState
from measures.models import MeasureImport
from measures.permissions import can_change_measures, require_permission
from measures.queries.imports import (
    FieldChange,
    MeasureChange,
    undo_hindrance,
    writing_import,
)

logger = logging.getLogger(__name__)
WORK_TASK = "measures.tasks.work_on_import"
FROM_FILE = "file"  # of the choices in a conflict


@transaction.atomic
def create_import(*, file: IO[bytes], name: str, by, now: dt.datetime) -> MeasureImport:
    """Keep `file` and have a worker read it. Raises `NotAllowed`."""
    require_permission(can_change_measures(by))
    file.seek(0)
    measure_import = MeasureImport.objects.create(
        file_name=clean_name(name),
        upload=file.read(),
        touched_at=now,
        uploaded_at=now,
        uploaded_by=by,
    )
    _have_done(measure_import)
    return measure_import


@transaction.atomic
def compare_import(*, measure_import: MeasureImport, by, now: dt.datetime) -> MeasureImport:
    """Have a worker compare the file with the portal once more. Raises `NotAllowed`, `Refused`."""
    require_permission(can_change_measures(by))
    return _ask(_locked(measure_import), "compare", now)


@transaction.atomic
def confirm_import(
    *,
    measure_import: MeasureImport,
    version: str,
    choices: Mapping[str, str],
    by,
    now: dt.datetime,
) -> MeasureImport:
    """Have a worker do everything that the preview with the fingerprint `version` showed.

    `choices` says for each conflict, by `choice_key`, whether the file or the portal is right.

    Raises `NotAllowed`; `ChangedMeanwhile` when the preview is another one by now; `Refused` when
    rows are refused, a conflict is undecided, or another import is being applied or undone.
    """
    require_permission(can_change_measures(by))
    measure_import = _locked(measure_import)
    target_of(IMPORT_MOVES, "confirm", measure_import)
    if measure_import.version != version:
        raise changed_meanwhile()
    if not measure_import.shown.get("can_be_applied"):
        raise Refused(_("Solange Zeilen zurückgewiesen sind, wird nichts übernommen."))
    decided = {key: choices.get(key, "") for key in measure_import.choices}
    if not all(decided.values()):
        raise Refused(_("Bitte entscheiden Sie bei jedem Konflikt, welche Angabe gilt."))
    measure_import.choices, measure_import.confirmed_by = decided, by
    return _ask_to_write(measure_import, "confirm", now)


@transaction.atomic
def request_undo(*, measure_import: MeasureImport, by, now: dt.datetime) -> MeasureImport:
    """Have a worker restore what applying it changed, and delete what it created.

    Raises `NotAllowed`; `Refused` when it is not the last one, when something that it touched was
    changed or used since, or while another import is being applied.
    """
    require_permission(can_change_measures(by))
    measure_import = _locked(measure_import)
    target_of(IMPORT_MOVES, "request_undo", measure_import)
    # The worker looks again, under locks. Whoever asks should hear of it at once.
    if hindrance := undo_hindrance(measure_import):
        raise Refused(hindrance)
    measure_import.undone_by = by
    return _ask_to_write(measure_import, "request_undo", now)


@transaction.atomic
def discard_import(*, measure_import: MeasureImport, by, now: dt.datetime) -> MeasureImport:
    """Forget a file that was not applied. Raises `NotAllowed`, `Refused`."""
    require_permission(can_change_measures(by))
    measure_import = _locked(measure_import)
    measure_import.state = target_of(IMPORT_MOVES, "discard", measure_import)
    forget_file(measure_import)
    measure_import.note = ""
    measure_import.save()
    return measure_import


def resume_import(*, measure_import: MeasureImport, by, now: dt.datetime) -> None:
    """Tell the workers once more that something is to be done. Raises `NotAllowed`; `Refused` when
    it is finished.
    """
    require_permission(can_change_measures(by))
    if not measure_import.is_worked_on:
        raise Refused(_("Dieser Import ist schon fertig."))
    _wake_worker(measure_import.pk)


def choice_key(change: MeasureChange, field: FieldChange) -> str:
    return f"{change.measure.pk}-{field.name}"


def changed_meanwhile() -> ChangedMeanwhile:
    return ChangedMeanwhile(
        _(
            "Inzwischen hat jemand etwas geändert, das der Import betrifft. Bitte sehen Sie sich "
            "die Vorschau noch einmal an."
        )
    )


def forget_file(measure_import: MeasureImport) -> None:
    """Empty what `measure_import` keeps of its file: it may contain internal notes."""
    measure_import.upload, measure_import.version = b"", ""
    measure_import.content, measure_import.shown, measure_import.choices = {}, {}, {}


def _locked(measure_import: MeasureImport) -> MeasureImport:
    return MeasureImport.objects.select_for_update().get(pk=measure_import.pk)


def _ask_to_write(measure_import: MeasureImport, action: str, now: dt.datetime) -> MeasureImport:
    """Note what is to be done unless another import is being applied or undone."""
    if (other := writing_import()) and other != measure_import:
        raise _busy(other)
    # Two people may ask at the same moment; then the constraint decides.
    with violation_as(_busy(None)):
        return _ask(measure_import, action, now)


def _busy(other: MeasureImport | None) -> Refused:
    if other is None:
        return Refused(_("Gerade wird ein anderer Import übernommen. Bitte warten Sie kurz."))
    text = _("Gerade wird der Import „%(file)s“ übernommen. Bitte warten Sie, bis er fertig ist.")
    if other.state == ImportState.UNDOING:
        text = _(
            "Gerade wird der Import „%(file)s“ rückgängig gemacht. Bitte warten Sie, bis das "
            "fertig ist."
        )
    return Refused(text % {"file": other})


def _ask(measure_import: MeasureImport, action: str, now: dt.datetime) -> MeasureImport:
    measure_import.state = target_of(IMPORT_MOVES, action, measure_import)
    measure_import.attempts, measure_import.note = 0, ""
    measure_import.touched_at = now
    measure_import.save()
    _have_done(measure_import)
    return measure_import


def _have_done(measure_import: MeasureImport) -> None:
    # After the commit, because the worker must find it. `robust`: the sweep makes up for a broker
    # that is down.
    transaction.on_commit(partial(_wake_worker, measure_import.pk), robust=True)


def _wake_worker(pk: int) -> None:
    try:
        current_app.send_task(WORK_TASK, [pk], ignore_result=True)
    except (OperationalError, KombuError, OSError) as error:
        logger.warning(
            "the broker took no hint (%s); the sweep finds the import", type(error).__name__
        )
