"""What the page of a reported barrier shows, and its line on the start page."""

import datetime as dt
from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext as _

from accessibility.enums import BARRIER_MOVES
from accessibility.models import BarrierReport
from accessibility.permissions import open_actions
from core.dates import format_date, format_day, format_moment
from core.history import entries_of
from core.progress import Button, NextStep, TextCard, WaitingEntry, office_step


def answer_step(report: BarrierReport) -> NextStep:
    """Return the next step of an open report."""
    text = (
        _("Den Hinweis beantworten und hier festhalten, wie.")
        if report.email
        else _("Eine Antwort ist nicht möglich. Dem Hinweis nachgehen und das hier festhalten.")
    )
    return office_step(
        text,
        str(BARRIER_MOVES["answer"].label),
        reverse("barrier_answer", args=[report.pk]),
        due_on=report.due_on,
    )


def barrier_tasks(pks: Collection[int], now: dt.datetime) -> dict[int, WaitingEntry]:
    """Return the office's tasks about the reports `pks`, by primary key. One query."""
    text = _("Hinweis zur Barrierefreiheit vom %(day)s beantworten")
    return {
        report.pk: answer_step(report)
        .as_entry(report)
        ._replace(what=text % {"day": format_date(report.received_at)})
        for report in BarrierReport.objects.filter(pk__in=pks)
    }


def barrier_page(report: BarrierReport, user) -> dict:
    """Return the context of the page of a report."""
    actions = open_actions(user, report)
    reopen_url = reverse("barrier_reopen", args=[report.pk])
    return {
        "next_step": answer_step(report) if "answer" in actions else None,
        "cards": barrier_cards(report),
        "facts": barrier_facts(report),
        "further_buttons": [Button(str(BARRIER_MOVES["reopen"].label), reopen_url)]
        if "reopen" in actions
        else [],
        "history": entries_of(report, texts=("answer",)),
    }


def barrier_cards(report: BarrierReport) -> list[TextCard]:
    if report.is_removed:
        text = _("Wortlaut und Adresse sind gelöscht, weil die Frist abgelaufen ist.")
        return [TextCard(_("Hinweis"), text)]
    cards = [TextCard(_("Hinweis"), report.message)]
    # The note of an answer that was taken back belongs to the history only.
    if report.answered_at:
        cards.append(TextCard(_("Wie geantwortet wurde"), report.answer))
    return cards


def barrier_facts(report: BarrierReport) -> list[tuple[str, str]]:
    facts = [
        (_("Seite"), report.page or _("keine Angabe")),
        (_("Antwort an"), sender_text(report)),
        (_("eingegangen am"), format_moment(report.received_at)),
        (_("Antwort bis"), format_day(report.due_on)),
    ]
    if report.answered_at:
        facts.append((_("beantwortet am"), format_moment(report.answered_at)))
    return facts


def sender_text(report: BarrierReport) -> str:
    if report.is_removed:
        return _("gelöscht")
    return report.email or _("keine Antwort gewünscht")


def sender_note(report: BarrierReport) -> str:
    return _("Antwort an: %(sender)s") % {"sender": sender_text(report)}
