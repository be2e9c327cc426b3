"""Press coverage: added, changed, removed."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import require_seen, require_unchanged
from core.dates import local_date
from core.errors import Concern, Refused, require_heeded
from core.history import delete_as, save_as
from core.models import Precision
from core.roles import require_office
from media_visits.models import Coverage
from media_visits.models.press import (
    LINK_IS_RECORDED,
    SAYS_NOTHING,
)

# In the order of the form.
COVERAGE_FIELDS = (
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
LINK_MAY_BE_RECORDED = gettext_lazy("Diesen Bericht gibt es vielleicht schon, mit demselben Link.")


@transaction.atomic
def create_coverage(
    *, values: Mapping[str, Any], by, now: dt.datetime, heeded: Collection[str] = ()
) -> Coverage:
    """Save a press report. `values` has entries of COVERAGE_FIELDS.

    Raises Refused when nothing says what it is about, its day lies ahead, or its link is recorded
    already; Warned when a link to the same page is.
    """
    require_office(by)
    _require_new_link(Coverage(), values.get("url", ""), heeded)
    return _save_coverage(Coverage(), values, by=by, now=now, reason=_("Erfasst"))


@transaction.atomic
def change_coverage(
    *,
    coverage: Coverage,
    values: Mapping[str, Any],
    version: str,
    by,
    now: dt.datetime,
    heeded: Collection[str] = (),
) -> Coverage:
    """Write `values`, entries of COVERAGE_FIELDS; `version` is the fingerprint the form showed.

    Raises ChangedMeanwhile when somebody else saved first; Refused and Warned as `create_coverage`.
    """
    require_office(by)
    coverage = Coverage.objects.select_for_update(of=("self",)).get(pk=coverage.pk)
    require_unchanged(coverage, version, COVERAGE_FIELDS)
    _require_new_link(coverage, values.get("url", coverage.url), heeded)
    return _save_coverage(coverage, values, by=by, now=now, reason=_("Geändert"))


def _require_new_link(coverage: Coverage, url: str, heeded: Collection[str]) -> None:
    """Raise Refused when another report has the same `url`, Warned when it has one to that page.

    Only for a new link: who changes something else has seen the warning before.
    """
    if url == coverage.url:
        return
    others = Coverage.objects.same_page(url).exclude(pk=coverage.pk).order_by("pk")
    if any(other.url == url for other in others):
        raise Refused(str(LINK_IS_RECORDED))
    concerns = [
        Concern(
            key=f"coverage-{other.pk}",
            label=str(other),
            url=reverse("media_visits:coverage_edit", args=[other.pk]),
            text=", ".join([other.known_date, other.url]),
        )
        for other in others
    ]
    require_heeded(concerns, heeded, str(LINK_MAY_BE_RECORDED))


def _save_coverage(
    coverage: Coverage, values: Mapping[str, Any], *, by, now: dt.datetime, reason: str
) -> Coverage:
    for name in values:
        if name != "sectors":
            setattr(coverage, name, values[name])
    if not (coverage.title or coverage.about or coverage.url):
        raise Refused(str(SAYS_NOTHING))
    if coverage.starts_on and coverage.starts_on > local_date(now):
        raise Refused(_("Der Tag des Berichts liegt in der Zukunft."))
    # `known_date` hides a day of unknown precision, so both fields must agree.
    if coverage.starts_on is None:
        coverage.precision = Precision.UNKNOWN
    elif coverage.precision == Precision.UNKNOWN:
        coverage.precision = Precision.DAY
    try:
        # A savepoint keeps the outer transaction usable on PostgreSQL after the violation.
        with transaction.atomic():
            save_as(coverage, by=by, now=now, reason=reason)
    except IntegrityError as error:
        raise Refused(str(LINK_IS_RECORDED)) from error
    if "sectors" in values:
        coverage.sectors.set(values["sectors"])
    return coverage


@transaction.atomic
def delete_coverage(*, coverage: Coverage, seen: str | None = None, by, now: dt.datetime) -> None:
    """Delete a press report; its history stays.

    `seen` is the fingerprint of COVERAGE_FIELDS that the page showed.
    """
    require_office(by)
    coverage = Coverage.objects.select_for_update(of=("self",)).get(pk=coverage.pk)
    require_seen(coverage, seen, COVERAGE_FIELDS)
    delete_as(coverage, by=by, now=now, reason=_("Entfernt"))
