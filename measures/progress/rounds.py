"""The buttons and lines of a reporting round, and what opening and closing it would do."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date, format_day
from core.errors import Refused
from core.html import draw_due, draw_note
from core.progress import Button, OpenPoint
from core.states import allowed_actions
from measures.enums import (
    ROUND_MOVES,
    ReportState,
    RoundState,
)
from measures.models import Measure, ReportingRound
from measures.permissions import can_run_rounds, leads_measure, represented_organisations
from measures.progress.asking import (
    asked_lines,
    contact_label,
    not_asked_lines,
    quoted,
    unreachable_lines,
)
from measures.queries import AwaitedLead, ReportInRound
from measures.reminders import OwingLead
from measures.services import require_openable
from partners.models import Organisation, Person
from reminders.planning import DayPlan


def opening_hindrance(reporting_round: ReportingRound, user, today: dt.date) -> str:
    """Tell the office why a planned round cannot start today; "" if it can."""
    if reporting_round.state != RoundState.PLANNED or not can_run_rounds(user):
        return ""
    try:
        require_openable(reporting_round, today=today)
    except Refused as error:
        return str(error)
    return ""


def reminders_note(days: Sequence[DayPlan]) -> str:
    """Say when people are reminded in an open round next, and how many on each of `days`."""
    if not days:
        return _("Nach heutigem Stand erinnert das Portal in dieser Runde niemanden mehr.")
    planned = _("; ").join(_planned_day(plan) for plan in days)
    return _("Nächste Erinnerungen nach heutigem Stand: %(days)s.") % {"days": planned}


def _planned_day(plan: DayPlan) -> str:
    count, paused = len(plan.mails), len(plan.paused)
    text = ngettext("%(day)s an %(count)d Person", "%(day)s an %(count)d Personen", count)
    text %= {"day": format_day(plan.day), "count": count}
    if not paused:
        return text
    return text + _(" (%(paused)d pausiert)") % {"paused": paused}


def round_buttons(reporting_round: ReportingRound, user, *, hindrance: str = "") -> list[Button]:
    """Return the office's buttons: moves that the state allows, and editing until the end.

    A round with an `opening_hindrance` has no button to start it.
    """
    actions = allowed_actions(ROUND_MOVES, reporting_round)
    if not actions or not can_run_rounds(user):
        return []
    buttons = []
    if "open" in actions and not hindrance:
        url = reverse("measures:round_open", args=[reporting_round.pk])
        buttons.append(Button(str(ROUND_MOVES["open"].label), url, "primary"))
    if "close" in actions:
        url = reverse("measures:round_close", args=[reporting_round.pk])
        buttons.append(Button(_("Abschließen"), url))
    url = reverse("measures:round_edit", args=[reporting_round.pk])
    return [*buttons, Button(_("Bearbeiten"), url)]


def answer_buttons(reporting_round: ReportingRound, measures, user) -> list[Button]:
    """Return the lead's button to the page on which it answers for all its measures, of which
    `measures` are those in the round.
    """
    organisations = represented_organisations(user)
    if not organisations or not reporting_round.is_open:
        return []
    if not measures.filter(is_given=False, lead__in=organisations).exists():
        return []
    url = reverse("measures:answer", args=[reporting_round.pk])
    return [Button(_("Berichten"), url, "primary")]


def round_deadline(reporting_round: ReportingRound, today: dt.date) -> SafeString | str:
    """Return until when reports are due. Only an open round can be overdue."""
    if reporting_round.is_open:
        return draw_due(reporting_round.due_on, today)
    return _("bis %(day)s") % {"day": format_date(reporting_round.due_on)}


class RoundLine(NamedTuple):
    """One line of the table of a round; `report` is a link if the reader may open or write it."""

    measure: Measure
    lead: str
    report: SafeString


def round_lines(
    reporting_round: ReportingRound, reports: Iterable[ReportInRound], *, user, today: dt.date
) -> list[RoundLine]:
    return [
        RoundLine(
            given.measure,
            given.measure.lead_label,
            _report_cell(reporting_round, given, user=user, today=today),
        )
        for given in reports
    ]


def _report_cell(
    reporting_round: ReportingRound, given: ReportInRound, *, user, today: dt.date
) -> SafeString:
    report, is_owed = given.report, reporting_round.is_open and not given.is_given
    if report:
        link = format_html(
            '<a href="{}">{}</a>', report.get_absolute_url(), report.get_state_display()
        )
    else:
        link = format_html("{}", _state_without_report(reporting_round, given))
    # The deadline stands above the table; each line repeats it only once it has passed.
    is_overdue = is_owed and reporting_round.due_on < today
    overdue = draw_note(draw_due(reporting_round.due_on, today)) if is_overdue else ""
    write = ""
    if is_owed and leads_measure(user, given.measure):
        url = reverse("measures:write_report", args=[given.measure.pk])
        write = draw_note(format_html('<a href="{}">{}</a>', url, _("Statusbericht schreiben")))
    return format_html("<span>{}{}{}</span>", link, overdue, write)


def _state_without_report(reporting_round: ReportingRound, given: ReportInRound) -> str:
    if given.is_given:
        return _("eingereicht, wird geprüft")
    return {
        RoundState.PLANNED: _("noch nicht angefragt"),
        RoundState.OPEN: _("steht aus"),
        RoundState.CLOSED: _("nicht eingegangen"),
    }[RoundState(reporting_round.state)]


class OwingLine(NamedTuple):
    """One organisation that owes reports: how many, when it was last written to, and the address of
    the page that reminds it, "" if there is nobody to remind today.
    """

    lead: Organisation
    count: int
    contact: str
    url: str


def owing_lines(reporting_round: ReportingRound, owing: Iterable[OwingLead]) -> list[OwingLine]:
    return [
        OwingLine(
            entry.awaited.lead,
            entry.awaited.count,
            contact_label(entry),
            _reminding_url(reporting_round, entry),
        )
        for entry in owing
    ]


def _reminding_url(reporting_round: ReportingRound, entry: OwingLead) -> str:
    if not entry.to_remind:
        return ""
    return reverse("measures:round_remind_lead", args=[reporting_round.pk, entry.awaited.lead.pk])


def reminding_points(reporting_round: ReportingRound | None, user) -> tuple[OpenPoint, ...]:
    """Return for the next step of a measure whose report the round awaits where the office can
    remind its lead.
    """
    if not reporting_round or not can_run_rounds(user):
        return ()
    text = _("Wann die Federführung zuletzt eine E-Mail bekam, zeigt die Berichtsrunde.")
    return (OpenPoint(text, _("Erinnern"), owing_url(reporting_round)),)


def owing_url(reporting_round: ReportingRound) -> str:
    """Return where the page of the round lists who owes reports."""
    return f"{reporting_round.get_absolute_url()}#ausstehend"


def reminding_details(owing: list[OwingLead], without_lead: list[Measure]) -> list[str]:
    """Return whom a reminder leaves out, and why."""
    skipped = [
        _("Heute schon angeschrieben oder pausiert: %(people)s") % {"people": names}
        for entry in owing
        if (names := ", ".join(str(person) for person in _left_out(entry)))
    ]
    return skipped + unreachable_lines([entry.awaited for entry in owing], without_lead)


def _left_out(entry: OwingLead) -> list[Person]:
    return [person for person in entry.awaited.reporters if person not in entry.to_remind]


def opening_details(
    reporting_round: ReportingRound,
    leads: list[AwaitedLead],
    without_lead: list[Measure],
    not_asked: Mapping[str, list[Measure]],
) -> list[str]:
    """Return what opening the round does: who is asked about what, and who is not, and why."""
    measure_count = sum(len(awaited.measures) for awaited in leads)
    waiting = ngettext(
        "%(count)d Maßnahme wartet dann auf einen Bericht.",
        "%(count)d Maßnahmen warten dann auf einen Bericht.",
        measure_count,
    )
    due = _("Berichtet wird bis zum %(day)s.") % {"day": format_date(reporting_round.due_on)}
    return [
        waiting % {"count": measure_count},
        due,
        *asked_lines(leads),
        *unreachable_lines(leads, without_lead),
        *not_asked_lines(not_asked),
    ]


def opened_message(leads: list[AwaitedLead]) -> str:
    """Return how many people the opening of a round mails, and whom it cannot reach."""
    mailed = [person.pk for awaited in leads for person in awaited.reporters]
    count = len(set(mailed))
    unreachable = [awaited.lead.label for awaited in leads if not awaited.reporters]
    # Somebody asked for two organisations gets a link for each.
    if count < len(mailed):
        text = ngettext(
            "Die Berichtsrunde läuft. %(count)d Person erhält %(mails)d E-Mails.",
            "Die Berichtsrunde läuft. %(count)d Personen erhalten %(mails)d E-Mails.",
            count,
        )
    elif count:
        text = ngettext(
            "Die Berichtsrunde läuft. %(count)d Person erhält eine E-Mail.",
            "Die Berichtsrunde läuft. %(count)d Personen erhalten eine E-Mail.",
            count,
        )
    else:
        text = _("Die Berichtsrunde läuft. Niemand erhält eine E-Mail.")
    parts = [text % {"count": count, "mails": len(mailed)}]
    if unreachable:
        parts.append(_("Nicht erreichbar: %(leads)s.") % {"leads": ", ".join(unreachable)})
    return " ".join(parts)


def change_effect(people_count: int) -> str:
    """Say before an open round is changed who hears of new days; "" if nobody does."""
    if not people_count:
        return ""
    text = ngettext(
        "Ändern Sie Stichtag oder Frist, erhält %(count)d Person, deren Bericht noch aussteht, "
        "eine E-Mail mit den neuen Terminen.",
        "Ändern Sie Stichtag oder Frist, erhalten %(count)d Personen, deren Bericht noch aussteht, "
        "eine E-Mail mit den neuen Terminen.",
        people_count,
    )
    return text % {"count": people_count}


def closing_details(
    awaiting: list[Measure], in_review: list[Measure], reports: Iterable[ReportInRound]
) -> list[str]:
    """Return what closing the round leaves undone; `in_review` are the `measures_in_review`."""
    by_state: dict[str, list[Measure]] = defaultdict(list)
    for given in reports:
        if given.report:
            by_state[given.report.state].append(given.measure)
    # Named, because closing makes them count as no report, although the leads were in time.
    unchecked = [one for one in by_state[ReportState.SUBMITTED] if one not in in_review]
    # A correction may be returned although the round has an accepted report on the measure.
    returned = [measure for measure in awaiting if measure in by_state[ReportState.RETURNED]]
    missing = [measure for measure in awaiting if measure not in returned]
    details = [] if awaiting or in_review else [_("Alle Berichte sind eingegangen.")]
    if missing:
        text = _("Noch nicht eingegangen, und daran wird nicht mehr erinnert: %(measures)s.")
        details.append(text % {"measures": quoted(missing)})
    if returned:
        # Their leads keep the mail that asks for it, and nobody tells them that the round is over.
        text = _(
            "Zurückgegeben und noch nicht überarbeitet: %(measures)s. Eine Überarbeitung lässt "
            "sich auch danach einreichen; in dieser Runde gilt sie als „keine Meldung“."
        )
        details.append(text % {"measures": quoted(returned)})
    if unchecked:
        text = _(
            "Eingereicht, aber noch nicht geprüft: %(measures)s. Prüfen Sie sie vorher: Was zum "
            "Abschluss nicht angenommen ist, gilt in dieser Runde für immer als „keine Meldung“."
        )
        details.append(text % {"measures": quoted(unchecked)})
    if in_review:
        # Accepting these does not answer the round, but lets their leads do it.
        text = _(
            "Außerhalb dieser Runde eingereicht, aber noch nicht geprüft: %(measures)s. Prüfen Sie "
            "sie vorher, damit die Federführungen noch für diese Runde berichten können; sonst "
            "gilt in ihr für immer „keine Meldung“."
        )
        details.append(text % {"measures": quoted(in_review)})
    return [
        *details,
        _("Niemand erhält eine E-Mail."),
        _("Eine abgeschlossene Berichtsrunde lässt sich nicht wieder öffnen."),
    ]
