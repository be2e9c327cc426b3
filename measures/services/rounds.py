"""Reporting rounds: planned, started with a mail to every lead, closed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.conflicts import require_unchanged
from core.dates import format_date
from core.errors import ChangedMeanwhile, Refused
from core.history import save_as
from core.states import target_of
from measures.enums import ROUND_MOVES, RoundState
from measures.models import Measure, ReportingRound
from measures.permissions import can_run_rounds
from measures.queries.reports import measures_awaiting_report, reporters_of
from measures.services.writing import changes_in_words, require, write
from outbox.services import MailDraft, enqueue_mails
from outbox.texts import Markdown, escape_markdown
from partners.queries import recipient_of


@transaction.atomic
def create_round(*, values: Mapping[str, Any], by, now: dt.datetime) -> ReportingRound:
    """Return a new, planned round. Raises `NotEntitled`."""
    require(can_run_rounds(by))
    reporting_round = ReportingRound()
    write(reporting_round, values, by=by, now=now, reason=_("Berichtsrunde angelegt"))
    return reporting_round


@transaction.atomic
def change_round(
    *,
    reporting_round: ReportingRound,
    values: Mapping[str, Any],
    version: str,
    by,
    now: dt.datetime,
) -> ReportingRound:
    """Write `values` to a round that is not closed. Raises `NotEntitled`, `Refused`, `Outpaced`."""
    require(can_run_rounds(by))
    reporting_round = ReportingRound.objects.select_for_update().get(pk=reporting_round.pk)
    if reporting_round.state == RoundState.CLOSED:
        raise Refused(_("Diese Berichtsrunde ist abgeschlossen und bleibt, wie sie war."))
    require_unchanged(reporting_round, version, values)
    if changed := changes_in_words(reporting_round, values):
        write(
            reporting_round,
            values,
            by=by,
            now=now,
            reason=_("Geändert: %(fields)s") % {"fields": changed},
        )
    return reporting_round


@transaction.atomic
def open_round(*, reporting_round: ReportingRound, by, now: dt.datetime) -> ReportingRound:
    """Start a round and ask every lead for reports. Raises `NotEntitled`, `Refused`, `Outpaced`."""
    require(can_run_rounds(by))
    reporting_round = ReportingRound.objects.select_for_update().get(pk=reporting_round.pk)
    target = target_of(ROUND_MOVES, "open", reporting_round)
    if ReportingRound.objects.filter(
        plan_id=reporting_round.plan_id, state=RoundState.OPEN
    ).exists():
        raise Refused(_other_runs())
    reporting_round.state = target
    try:
        with transaction.atomic():
            save_as(reporting_round, by=by, now=now, reason=_("Berichtsrunde gestartet"))
    except IntegrityError as error:  # another round of the plan was started since we looked
        raise ChangedMeanwhile(_other_runs()) from error
    enqueue_mails(_approvals(reporting_round), now=now, by=by)
    return reporting_round


@transaction.atomic
def close_round(*, reporting_round: ReportingRound, by, now: dt.datetime) -> ReportingRound:
    """End a round; what is missing is no longer due. Raises `NotEntitled`, `Refused`."""
    require(can_run_rounds(by))
    reporting_round = ReportingRound.objects.select_for_update().get(pk=reporting_round.pk)
    reporting_round.state = target_of(ROUND_MOVES, "close", reporting_round)
    save_as(reporting_round, by=by, now=now, reason=_("Berichtsrunde abgeschlossen"))
    return reporting_round


def _other_runs() -> str:
    return _("In diesem Plan läuft schon eine Berichtsrunde. Bitte schließen Sie diese zuerst ab.")


def _approvals(reporting_round: ReportingRound) -> list[MailDraft]:
    """Return one mail for each person who reports, naming all the measures that its organisation
    leads.
    """
    by_lead: dict[int | None, list[Measure]] = defaultdict(list)
    for measure in measures_awaiting_report(reporting_round):
        by_lead[measure.lead_id].append(measure)
    return [
        MailDraft(
            kind="report_requested",
            subject_key=f"round:{reporting_round.pk}",
            event="opened",
            to=recipient_of(person),
            values={
                "round": reporting_round.title,
                "cut_off": format_date(reporting_round.cut_off_on),
                "due": format_date(reporting_round.due_on),
                "measures": Markdown(
                    "\n".join(f"- {escape_markdown(row.title)}" for row in by_lead[lead_id])
                ),
            },
            path=reporting_round.get_absolute_url(),
        )
        for lead_id, people in reporters_of(lead for lead in by_lead if lead).items()
        for person in people
    ]
