"""Clippings: added, changed, removed."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.conflicts import require_unchanged
from core.dates import local_date
from core.errors import Refused
from core.history import save_as
from core.models import Precision
from media_visits.models import Coverage
from media_visits.services.visits import require_office

EDITABLE = (
    "visit",
    "medium",
    "publisher",
    "kind",
    "title",
    "about",
    "url",
    "starts_on",
    "precision",
    "tone",
    "sectors",
)


@transaction.atomic
def save_coverage(
    *, coverage: Coverage, sectors=(), version: str = "", by, now: dt.datetime
) -> Coverage:
    """Save a new or changed clipping with the sector focus it carried.

    Raises Refused when nothing says what it is, its day lies ahead, or its link is recorded
    already; Outpaced when it is no longer what the form with the fingerprint `version` showed.
    """
    require_office(by)
    if coverage.pk:
        require_unchanged(
            Coverage.objects.select_for_update(of=("self",)).get(pk=coverage.pk), version, EDITABLE
        )
    if not (coverage.title or coverage.about or coverage.url):
        raise Refused(_("Bitte nennen Sie Überschrift, Inhalt oder Link des Berichts."))
    if coverage.starts_on and coverage.starts_on > local_date(now):
        raise Refused(_("Der Tag des Berichts liegt in der Zukunft."))
    if coverage.starts_on is None:
        coverage.precision = Precision.UNKNOWN
    elif coverage.precision == Precision.UNKNOWN:
        coverage.precision = Precision.DAY
    reason = _("Geändert") if coverage.pk else _("Erfasst")
    try:
        with transaction.atomic():
            save_as(coverage, by=by, now=now, reason=reason)
    except IntegrityError as error:
        raise Refused(_("Ein Bericht mit diesem Link ist schon erfasst.")) from error
    coverage.sectors.set(sectors)
    return coverage


@transaction.atomic
def remove_coverage(*, coverage: Coverage, by, now: dt.datetime) -> None:
    """Delete a clipping; the change log keeps it."""
    require_office(by)
    coverage = Coverage.objects.select_for_update(of=("self",)).get(pk=coverage.pk)
    coverage._history_user = by
    coverage._change_reason = _("Entfernt")
    coverage.delete()
