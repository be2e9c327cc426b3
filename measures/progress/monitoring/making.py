"""Make the files of an edition, one after the other, and how far that is."""

import datetime as dt
import logging
from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.dates import format_moment
from core.enums import PDF, WORD, XLSX
from core.uploads import LABELS
from measures.enums import Audience, EditionState
from measures.models import MonitoringEdition
from measures.progress.monitoring.files import file_title, make_file
from measures.queries import monitoring_state
from measures.services import fail_edition, finish_edition, start_edition, store_file

logger = logging.getLogger(__name__)
# The shortest first, so that something is there soon.
PARTS = tuple((audience, kind) for audience in Audience for kind in (PDF, WORD, XLSX))


def make_edition(pk: int, *, clock: Callable[[], dt.datetime]) -> None:
    """Make what is missing of the edition. Safe to run twice or at the same time."""
    edition = start_edition(pk=pk, now=clock())
    if edition is None:
        return
    try:
        if _make_files(edition, clock):
            finish_edition(edition=edition, now=clock())
    # Whatever went wrong, the page must not wait for ever.
    except Exception:
        logger.exception("Edition %d of a Monitoring-Bericht could not be made", pk)
        fail_edition(edition=edition, now=clock())


def _make_files(edition: MonitoringEdition, clock: Callable[[], dt.datetime]) -> bool:
    """Return False when the edition was given up meanwhile."""
    report = edition.report
    chapters = list(report.chapters.all())
    # What a killed worker finished stays, so that taking the edition up again costs only the rest.
    made = set(edition.files.values_list("audience", "media_type"))
    state, read_for = None, ""
    for audience, media_type in PARTS:
        if (audience, media_type) in made:
            continue
        if state is None or read_for != audience:
            # Read once an audience: the three files of one must not differ, and reading takes
            # longest.
            state, read_for = monitoring_state(report.round, audience), audience
        # All files of an edition carry the day on which it was asked for.
        day = edition.requested_at
        content = make_file(media_type, state, chapters, audience=audience, now=day)
        title = file_title(state, audience, media_type)
        stored = store_file(
            edition=edition,
            audience=audience,
            media_type=media_type,
            title=title,
            content=content,
            now=clock(),
        )
        if not stored:
            return False
    return True


class Making(NamedTuple):
    """How far the making of an edition is: a sentence, files done, and what can be done about it.

    `is_under_way` says that the page asks again by itself; `can_restart` that nobody is at it.
    """

    text: str
    done: int
    total: int
    is_under_way: bool
    can_restart: bool


def making_of(edition: MonitoringEdition | None, now: dt.datetime) -> Making | None:
    """Return how far the edition asked for last is; None when there is nothing to say."""
    if edition is None or edition.state == EditionState.MADE:
        return None
    done, total = len(edition.files.all()), len(PARTS)
    if edition.state == EditionState.FAILED:
        text = _("Die Dateien vom %(at)s wurden nicht fertig. Bitte erstellen Sie sie noch einmal.")
        return Making(text % {"at": format_moment(edition.requested_at)}, done, total, False, True)
    if edition.is_stale(now):
        text = _("Seit %(at)s hat sich nichts getan. Sie können die Dateien noch einmal erstellen.")
        return Making(text % {"at": format_moment(edition.touched_at)}, done, total, False, True)
    if edition.state == EditionState.WAITING:
        return Making(_("Die Dateien werden gleich erstellt."), done, total, True, False)
    text = _("Datei %(number)d von %(total)d wird erstellt: %(what)s.")
    audience, media_type = PARTS[min(done, total - 1)]
    what = f"{LABELS[media_type]}, {Audience(audience).label}"
    values = {"number": min(done + 1, total), "total": total, "what": what}
    return Making(text % values, done, total, True, False)
