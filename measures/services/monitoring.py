"""The Monitoring-Bericht of a round: begin it, change its texts, make its files, publish it."""

import datetime as dt
import logging
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any, Protocol

from celery import current_app
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from kombu.exceptions import KombuError, OperationalError

from core.conflicts import require_unchanged
from core.errors import ChangedMeanwhile, Refused, require_heeded, violation_as
from core.history import save_as
from core.states import target_of
from measures.enums import EDITION_MOVES, Audience, EditionState
from measures.models import (
    MonitoringChapter,
    MonitoringEdition,
    MonitoringFile,
    MonitoringReport,
    ReportingRound,
)
from measures.permissions import can_run_rounds, require_permission
from measures.queries import keeps_plan, publishing_concerns, unfinished_editions

logger = logging.getLogger(__name__)
MAKE_TASK = "measures.tasks.make_edition"


class ChapterToBegin(Protocol):
    """A chapter with the text that is proposed for it."""

    @property
    def kind(self) -> str: ...
    @property
    def heading(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def field(self) -> str: ...


@transaction.atomic
def begin_report(
    *, reporting_round: ReportingRound, chapters: Iterable[ChapterToBegin], by, now: dt.datetime
) -> MonitoringReport:
    """Return the new report of a closed round with its `chapters` in their order.

    Raises `NotAllowed`; `Refused` unless the round keeps the plan; `ChangedMeanwhile` when a
    colleague began it.
    """
    require_permission(can_run_rounds(by))
    reporting_round = ReportingRound.objects.select_for_update().get(pk=reporting_round.pk)
    require_reportable(reporting_round)
    report = MonitoringReport(round=reporting_round)
    begun = ChangedMeanwhile(_("Der Monitoring-Bericht ist schon begonnen."))
    with violation_as(begun):
        save_as(report, by=by, now=now, reason=_("Monitoring-Bericht begonnen"))
    for position, chapter in enumerate(chapters, start=1):
        begun_chapter = MonitoringChapter(
            report=report,
            position=position,
            kind=chapter.kind,
            heading=chapter.heading,
            field=chapter.field,
            text=chapter.text,
        )
        save_as(begun_chapter, by=by, now=now, reason=_("Text aus den Zahlen vorgeschlagen"))
    return report


def require_reportable(reporting_round: ReportingRound) -> None:
    """Raise `Refused` unless the round is closed and keeps the plan."""
    if not keeps_plan(reporting_round):
        raise Refused(
            _(
                "Einen Monitoring-Bericht gibt es erst nach dem Abschluss einer Berichtsrunde: Er "
                "beruht auf dem Stand, den der Abschluss festhält."
            )
        )


@transaction.atomic
def change_chapter(
    *,
    chapter: MonitoringChapter,
    values: Mapping[str, Any],
    version: str,
    by,
    now: dt.datetime,
) -> MonitoringChapter:
    """Save the text of a chapter; one saved as proposed counts as confirmed.

    Raises `NotAllowed`, `ChangedMeanwhile`.
    """
    require_permission(can_run_rounds(by))
    chapter = MonitoringChapter.objects.select_for_update().get(pk=chapter.pk)
    require_unchanged(chapter, version, values)
    # Saving a proposal as it is confirms it, so it counts as a change although no word differs.
    if chapter.text != values["text"] or chapter.is_proposed:
        is_same = chapter.text == values["text"]
        chapter.text, chapter.is_proposed = values["text"], False
        reason = _("Vorschlag bestätigt") if is_same else _("Text geändert")
        save_as(chapter, by=by, now=now, reason=reason)
    return chapter


@transaction.atomic
def publish_report(
    *,
    report: MonitoringReport,
    is_published: bool,
    heeded: Collection[str] = (),
    by,
    now: dt.datetime,
) -> MonitoringReport:
    """Publish the report for partners and observers, or withdraw it from them. Mails nobody.

    Raises `NotAllowed`; `Refused` when it has no files yet; `Warned` of files older than
    their texts, texts that nobody has confirmed, and lights that nobody knows.
    """
    require_permission(can_run_rounds(by))
    report = MonitoringReport.objects.select_for_update().get(pk=report.pk)
    if is_published and not report.editions.filter(state=EditionState.MADE).exists():
        raise Refused(_("Erstellen Sie zuerst die Dateien."))
    if is_published and not report.is_published:
        require_heeded(
            publishing_concerns(report),
            heeded,
            _("Bitte sehen Sie sich erst an, was noch offen ist."),
        )
    if report.is_published != is_published:
        report.is_published = is_published
        reason = _("Veröffentlicht") if is_published else _("Veröffentlichung zurückgenommen")
        save_as(report, by=by, now=now, reason=reason)
    return report


@transaction.atomic
def request_edition(*, report: MonitoringReport, by, now: dt.datetime) -> MonitoringEdition:
    """Have a worker make the files from the texts as they stand.

    Raises `NotAllowed`; `Refused` while others are being made. One that nobody works on any more is
    given up.
    """
    require_permission(can_run_rounds(by))
    report = MonitoringReport.objects.select_for_update().get(pk=report.pk)
    for edition in report.editions.select_for_update().filter(pk__in=unfinished_editions()):
        if not edition.is_stale(now):
            raise Refused(_("Die Dateien werden gerade erstellt."))
        edition.state = target_of(EDITION_MOVES, "fail", edition)
        edition.save()
    edition = MonitoringEdition.objects.create(
        report=report, requested_at=now, requested_by=by, touched_at=now
    )
    # After the commit, because the worker must find it. `robust`: the sweep makes up for a broker
    # that is down.
    transaction.on_commit(partial(_wake_worker, edition.pk), robust=True)
    return edition


def _wake_worker(pk: int) -> None:
    try:
        current_app.send_task(MAKE_TASK, [pk], ignore_result=True)
    except (OperationalError, KombuError, OSError) as error:
        logger.warning(
            "the broker took no hint (%s); the sweep finds the edition", type(error).__name__
        )


# What the worker calls is done by the portal itself, so nobody's permission is asked.
@transaction.atomic
def start_edition(*, pk: int, now: dt.datetime) -> MonitoringEdition | None:
    """Return the edition to make, or None if it is finished or somebody is at it.

    One whose worker died is taken up again; the files it has stay.
    """
    edition = MonitoringEdition.objects.select_for_update().filter(pk=pk).first()
    if edition is None or not edition.is_open:
        return None
    # The broker may deliver a message twice, and the sweep sends another.
    if edition.state == EditionState.MAKING and not edition.is_stale(now):
        return None
    edition.state = target_of(EDITION_MOVES, "start", edition)
    edition.touched_at = now
    edition.save()
    return edition


@transaction.atomic
def store_file(
    *,
    edition: MonitoringEdition,
    audience: Audience,
    media_type: str,
    title: str,
    content: bytes,
    now: dt.datetime,
) -> bool:
    """Add a file to the edition; return False when it is no longer being made."""
    edition = MonitoringEdition.objects.select_for_update().get(pk=edition.pk)
    if edition.state != EditionState.MAKING:
        return False
    # Another worker that was taken for dead may have stored it meanwhile.
    if edition.files.filter(audience=audience, media_type=media_type).exists():
        return True
    file = MonitoringFile(
        edition=edition,
        audience=audience,
        media_type=media_type,
        title=title,
        size=len(content),
        uploaded_at=now,
        uploaded_by_id=edition.requested_by_id,
    )
    file.file.save(title, ContentFile(content), save=False)
    try:
        file.save()
    except BaseException:
        # A rollback undoes the record, but not the file already written.
        file.file.delete(save=False)
        raise
    edition.touched_at = now
    edition.save(update_fields=["touched_at"])
    return True


@transaction.atomic
def finish_edition(*, edition: MonitoringEdition, now: dt.datetime) -> MonitoringEdition:
    """From now on, people read its files. Raises `Refused` when it was given up meanwhile."""
    edition = MonitoringEdition.objects.select_for_update().get(pk=edition.pk)
    edition.state = target_of(EDITION_MOVES, "finish", edition)
    edition.made_at = edition.touched_at = now
    edition.save()
    return edition


@transaction.atomic
def fail_edition(*, edition: MonitoringEdition, now: dt.datetime) -> None:
    """Give the edition up, unless that was done already; the one before stays."""
    edition = MonitoringEdition.objects.select_for_update().get(pk=edition.pk)
    if edition.is_open:
        edition.state = target_of(EDITION_MOVES, "fail", edition)
        edition.touched_at = now
        edition.save()
