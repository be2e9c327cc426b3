"""Series: proposed, affirmed by the partners, then put before the senator for consent."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.enums import DECIDED, Answer, ApprovalKind
from approvals.models import ApprovalRequest
from approvals.services import Subject, Vorlage, record_decision, submit_request
from core.errors import NotEntitled, Refused
from core.history import save_as
from core.states import target_of
from dialogues.enums import SERIES_MOVES, SeriesState
from dialogues.models import DialogueSeries
from dialogues.permissions import can_manage
from dialogues.services.editing import take_over_form

SHOWN = (SeriesState.REQUESTED, SeriesState.CONSENTED, SeriesState.REFUSED)
CONSENTED_TO = ("title", "period", "description")


def lock_series(pk: int) -> DialogueSeries:
    """Return the series locked until the end of the transaction."""
    return DialogueSeries.objects.select_for_update().get(pk=pk)


@transaction.atomic
def save_series(*, series: DialogueSeries, by, version: str = "", fields: Iterable[str] = ()) -> DialogueSeries:
    """Write a new or changed series; the office's right alone.

    Once it was put before the senator only the internal note can change: what was consented to stays as it was.
    `version` and `fields` come from the form: Outpaced is raised when somebody else saved meanwhile.
    """
    if not can_manage(by):
        raise NotEntitled(_("Reihen legt die Geschäftsstelle an."))
    if series.pk is None:
        series.state = SeriesState.PROPOSED
        save_as(series, by=by, reason=_("Reihe vorgeschlagen"))
        return series
    present = lock_series(series.pk)
    if present.state in SHOWN and any(getattr(series, name) != getattr(present, name) for name in CONSENTED_TO):
        raise Refused(
            _("Im Stand „%(state)s“ bleibt die Reihe, wie sie der Leitung des Hauses vorgelegt wurde.")
            % {"state": present.get_state_display()}
        )
    take_over_form(series, present, version=version, fields=fields)
    save_as(series, by=by, reason=_("Angaben geändert"))
    return series


@transaction.atomic
def affirm_series(*, series: DialogueSeries, by) -> DialogueSeries:
    """Record that department and partners affirmed the wish to hold these dialogues."""
    if not can_manage(by):
        raise NotEntitled(_("Das vermerkt die Geschäftsstelle."))
    series = lock_series(series.pk)
    series.state = target_of(SERIES_MOVES, "affirm", series)
    save_as(series, by=by, reason=_("Von Verwaltung und Partnern bekräftigt"))
    return series


@transaction.atomic
def request_consent(
    *, series: DialogueSeries, vorlage: Vorlage, due_on: dt.date, by, now: dt.datetime
) -> ApprovalRequest:
    """Ask for the senator's consent to a series; without it no topic goes to approval."""
    if not can_manage(by):
        raise NotEntitled(_("Die Zustimmung beantragt die Geschäftsstelle."))
    series = lock_series(series.pk)
    series.state = target_of(SERIES_MOVES, "request", series)
    save_as(series, by=by, reason=_("Zustimmung beantragt"))
    snapshot = [[_("Reihe"), series.title], [_("Zeitraum"), series.period], [_("Worum es geht"), series.description]]
    subject = Subject(
        kind=ApprovalKind.SERIES, pk=series.pk, title=series.title, path=series.get_absolute_url(),
        snapshot=[row for row in snapshot if row[1]], origin=series.origin,
    )  # fmt: skip
    return submit_request(subject=subject, vorlage=vorlage, due_on=due_on, by=by, now=now)


@transaction.atomic
def decide_series(
    *, request: ApprovalRequest, answer: str, comment: str, by, now: dt.datetime, chosen=None
) -> DialogueSeries:
    """Record the answer to a request for consent and move the series with it."""
    series = lock_series(request.subject_id)
    record_decision(request=request, answer=answer, comment=comment, by=by, now=now)
    series.state = target_of(SERIES_MOVES, answer, series)
    save_as(series, by=by, reason=_("Zugestimmt") if answer == Answer.APPROVE else DECIDED[Answer(answer)])
    return series
