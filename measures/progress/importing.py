"""Go on with an import as its worker, and how far that is.

How far it is stands in a cache, not in the database: what a transaction writes nobody sees before
its end, and on SQLite nobody else can write meanwhile (ADR 35).
"""

import datetime as dt
import io
import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from django.core.cache import caches
from django.db import IntegrityError, OperationalError
from django.utils.translation import gettext as _
from redis import RedisError

from core.dates import format_moment
from core.errors import ChangedMeanwhile, Refused
from measures.enums import ImportState
from measures.models import MeasureImport
from measures.progress.imports import shown_of, whole_number
from measures.queries.imports import (
    COMPARING,
    UNDOING,
    WRITING,
    Report,
    preview_of,
    read_content,
    unfinished_imports,
)
from measures.services import (
    apply_import,
    give_up_import,
    refuse_import,
    show_import,
    start_import,
    undo_import,
)
from measures.services.imports import changed_meanwhile

logger = logging.getLogger(__name__)
Clock = Callable[[], dt.datetime]
# More often would only cost time, and nobody looks more often.
REPORT_SECONDS = 0.5
KEPT_SECONDS = 3600


class Step(NamedTuple):
    """The latest news of a worker: its stage, how many of how many, and when that was."""

    stage: str
    done: int
    total: int
    at: dt.datetime


class Importing(NamedTuple):
    """How far an import is: a sentence, the numbers for a bar, and what can be done about it.

    `total` is 0 while nothing can be counted. `can_resume` says that nobody seems to be at it.
    """

    stage: str
    text: str
    done: int
    total: int
    can_resume: bool


def work_on_import(pk: int, *, clock: Clock) -> None:
    """Do what is to be done with the import. Safe to run twice or at the same time."""
    found = unfinished_imports().filter(pk=pk).only("touched_at", "state", "attempts").first()
    seen_at = step.at if (step := _step_of(pk)) else None
    # Without a lock first: on SQLite it would wait for who is at it.
    if found is None or (found.attempts and not found.is_abandoned(clock(), seen_at)):
        return
    record = start_import(pk=pk, seen_at=seen_at, now=clock())
    if record is None:
        return
    work = {
        ImportState.READING: _read,
        ImportState.APPLYING: _apply,
        ImportState.UNDOING: _undo,
    }[ImportState(record.state)]
    try:
        work(record, _reporter(pk, clock), clock)
    # A lost connection or a deadlock says nothing about the file: the sweep tries again.
    except OperationalError:
        raise
    # Whatever else went wrong, the page must not wait for ever.
    except Exception:
        logger.exception("Import %d could not be worked on", pk)
        note = _("Es ist ein Fehler aufgetreten, der im Protokoll steht. Geändert wurde nichts.")
        give_up_import(measure_import=record, note=note, now=clock())
    finally:
        _forget_step(pk)


def work_on_abandoned_imports(*, clock: Clock) -> None:
    """Go on with what a lost message or a killed worker left."""
    for pk in unfinished_imports().values_list("pk", flat=True):
        work_on_import(pk, clock=clock)


def _read(record: MeasureImport, report: Report, clock: Clock) -> None:
    try:
        content = record.content or read_content(io.BytesIO(record.upload))
    except Refused as error:
        give_up_import(measure_import=record, note=str(error), now=clock())
        return
    preview = preview_of(content, report)
    shown = shown_of(preview, clock())
    show_import(measure_import=record, content=content, preview=preview, shown=shown, now=clock())


def _apply(record: MeasureImport, report: Report, clock: Clock) -> None:
    try:
        apply_import(measure_import=record, report=report, now=clock())
    # IntegrityError: somebody entered the same at the same moment.
    except (ChangedMeanwhile, IntegrityError):
        preview = preview_of(record.content, report)
        refuse_import(
            measure_import=record,
            note=str(changed_meanwhile()),
            preview=preview,
            shown=shown_of(preview, clock()),
            now=clock(),
        )
    except Refused as error:
        give_up_import(measure_import=record, note=str(error), now=clock())


def _undo(record: MeasureImport, report: Report, clock: Clock) -> None:
    try:
        undo_import(measure_import=record, report=report, now=clock())
    except Refused as error:
        give_up_import(measure_import=record, note=str(error), now=clock())


def importing_of(record: MeasureImport, now: dt.datetime) -> Importing | None:
    """Return how far `record` is; None when no worker has anything to do with it."""
    if not record.is_worked_on:
        return None
    step = _step_of(record.pk)
    if record.is_abandoned(now, step.at if step else None):
        latest = max(record.touched_at, step.at) if step else record.touched_at
        text = _(
            "Seit %(at)s hat sich nichts getan. Das Portal versucht es von selbst noch einmal."
        )
        return Importing("abandoned", text % {"at": format_moment(latest)}, 0, 0, True)
    if step and step.total:
        text = step_text(step.stage, step.done, step.total)
        return Importing(step.stage, text, step.done, step.total, False)
    texts = {
        ImportState.READING: _("Die Datei wird gelesen."),
        ImportState.APPLYING: _("Der Import wird gleich übernommen."),
        ImportState.UNDOING: _("Der Import wird gleich rückgängig gemacht."),
    }
    return Importing(record.state, texts[ImportState(record.state)], 0, 0, False)


def step_text(stage: str, done: int, total: int) -> str:
    texts = {
        COMPARING: _("%(done)s von %(total)s Zeilen sind mit dem Portal verglichen."),
        WRITING: _("%(done)s von %(total)s Einträgen sind geschrieben."),
        UNDOING: _("%(done)s von %(total)s Einträgen sind zurückgenommen."),
    }
    return texts[stage] % {"done": whole_number(done), "total": whole_number(total)}


def _reporter(pk: int, clock: Clock) -> Report:
    latest = ("", 0.0)

    def report(stage: str, done: int, total: int) -> None:
        nonlocal latest
        moment = time.monotonic()
        if stage == latest[0] and done < total and moment < latest[1] + REPORT_SECONDS:
            return
        latest = (stage, moment)
        try:
            caches["progress"].set(_key(pk), Step(stage, done, total, clock()), KEPT_SECONDS)
        # Nobody sees how far it is, which is no reason to stop.
        except (RedisError, OSError) as error:
            logger.warning("no progress of import %d is kept (%s)", pk, type(error).__name__)

    return report


def _step_of(pk: int) -> Step | None:
    try:
        return caches["progress"].get(_key(pk))
    except (RedisError, OSError):
        return None


def _forget_step(pk: int) -> None:
    try:
        caches["progress"].delete(_key(pk))
    except (RedisError, OSError) as error:
        logger.warning("the progress of import %d stays (%s)", pk, type(error).__name__)


def _key(pk: int) -> str:
    return f"import-{pk}"
