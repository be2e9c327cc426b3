"""Asking leads for reports outside a reporting round."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import ChangedMeanwhile, Refused
from core.history import save_as
from measures.mails import report_questions_to
from measures.models import Measure
from measures.permissions import can_run_rounds, require_permission
from measures.queries import ReportQuestions, report_questions, version_of_measures
from outbox.services import enqueue_mails


@transaction.atomic
def ask_for_reports(
    *, measures: Iterable[Measure], shown: str, by, now: dt.datetime
) -> ReportQuestions:
    """Mail everybody who may report on `measures`, one mail a person, and return who was asked.

    `shown` is the `version_of_measures` that the page listed: it changes with the history, so that
    a page loaded before somebody asked does not ask again. Raises `NotAllowed`, `ChangedMeanwhile`,
    and `Refused` if nobody can be asked.
    """
    require_permission(can_run_rounds(by))
    keys = [measure.pk for measure in measures]
    # In the order of their keys, so that two requests never wait for each other.
    locked = Measure.objects.select_for_update(of=("self",)).select_related("lead")
    measures = list(locked.filter(pk__in=keys).order_by("pk"))
    if version_of_measures(measures) != shown:
        raise ChangedMeanwhile(_("Inzwischen wurde etwas geändert. Bitte sehen Sie noch einmal."))
    questions = report_questions(measures)
    if not questions.asked:
        raise Refused(_("Dazu lässt sich niemand um einen Bericht bitten."))
    # A line of its own for each measure: this is what makes a second page, loaded before, out of
    # date.
    for measure in questions.asked:
        save_as(measure, by=by, now=now, reason=_("Federführung um einen Bericht gebeten"))
    enqueue_mails(report_questions_to(questions.leads, now=now), now=now, by=by)
    return questions
