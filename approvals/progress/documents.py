"""What the page, the file and the confirmation of one approval show."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.contrib.auth.models import AnonymousUser
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.enums import ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from approvals.permissions import (
    can_decide_any,
    is_deputy_for,
    is_own_submission,
)
from approvals.registry import (
    Commitment,
    CounterDate,
    Decision,
    clashes_of,
    commitments_of,
    date_concerns,
)
from approvals.reminders import subject_key
from core.dates import format_moment
from core.errors import Concern
from core.progress import TextCard
from core.roles import SENATOR_OFFICE, senator_office_name
from partners.queries import people_with_role


def briefing_texts(approval: ApprovalRequest) -> list[tuple[str, str]]:
    """Return the filled texts of the Leitungsvorlage above its vote, as (label, text)."""
    texts = [
        (_("Anlass"), approval.occasion),
        (_("Sachverhalt"), approval.facts),
        (_("Bewertung"), approval.assessment),
    ]
    return [(label, text) for label, text in texts if text]


def comment_cards(title: str, approval: ApprovalRequest | None) -> list[TextCard]:
    """Return the comment of the senator's office on `approval` as a card, if there is one."""
    if approval is None or not approval.comment:
        return []
    decided = f"{approval.decided_by} · {format_moment(approval.decided_at)}"
    return [TextCard(title, approval.comment, note=f"{approval.decided_outcome} · {decided}")]


# What to look at before deciding, by the id of a date option; under None what concerns all.
DateNotes = Mapping[int | None, list[Concern]]


NO_NOTES: DateNotes = {}


def date_notes(approval: ApprovalRequest, user, now: dt.datetime) -> DateNotes:
    """Return what to look at before deciding on the dates of `approval`; empty once it is decided.

    What `user` may not see is not named.
    """
    if not approval.is_open:
        return NO_NOTES
    notes: dict[int | None, dict[str, Concern]] = defaultdict(dict)
    for date, concerns in date_concerns(commitments_of(subject_key(approval)), user=user, now=now):
        # A visit and its press slots clash with the same; once is enough.
        notes[date.option] |= {str(concern): concern for concern in concerns}
    return {option: list(found.values()) for option, found in notes.items()}


def printed_notes(approval: ApprovalRequest, now: dt.datetime) -> list[str]:
    """Return the notes for the document of `approval`, as the senator's office may see them."""
    reader = people_with_role(SENATOR_OFFICE).first()
    notes = date_notes(approval, reader.user if reader else AnonymousUser(), now).items()
    labels = {option["id"]: f"{option['label']} – " for option in approval.options}
    return [f"{labels.get(option, '')}{note}" for option, found in notes for note in found]


def clash_notes(dates: Sequence[Commitment], user, now: dt.datetime) -> list[Concern]:
    """Return what the `dates` of one subject clash with, for its page."""
    clashes = clashes_of(dates, user=user, now=now)
    found = [concern for _date, concerns in clashes for concern in concerns]
    return list({str(concern): concern for concern in found}.values())


def option_labels(
    approval: ApprovalRequest, notes: DateNotes = NO_NOTES
) -> list[tuple[int, SafeString]]:
    """Return the dates of `approval` by id, each with its notes in lines of their own."""
    return [
        (
            option["id"],
            format_html(
                "{}{}",
                " – ".join(filter(None, (option["label"], option["hint"]))),
                format_html_join(
                    "",
                    '<span class="choice__note">{}</span>',
                    (
                        (_("Hinweis: %(note)s") % {"note": note},)
                        for note in notes.get(option["id"], [])
                    ),
                ),
            ),
        )
        for option in approval.options
    ]


def confirmation_lists(
    approval: ApprovalRequest, decision: Decision, user, now: dt.datetime
) -> list[tuple[str, Sequence]]:
    """Return what `decision` says, as (heading, lines), for the page that asks for confirmation."""
    chosen = [option for option in approval.options if option["id"] in decision.chosen]
    notes = date_notes(approval, user, now) if decision.is_granting else NO_NOTES
    noted = [note for option in chosen for note in notes.get(option["id"], [])]
    noted += notes.get(None, [])
    noted += _counter_date_notes(approval, decision.counter_dates, user, now)
    lists = [
        (_("Diese Termine sind möglich:"), [option["label"] for option in chosen]),
        (
            ngettext("Ihre Auflage:", "Ihre Auflagen:", len(decision.conditions)),
            decision.conditions,
        ),
        (_("Sie schlagen stattdessen vor:"), decision.counter_dates),
        (_("Bitte beachten Sie:"), list(dict.fromkeys(map(str, noted)))),
    ]
    return [(heading, items) for heading, items in lists if items]


def _counter_date_notes(
    approval: ApprovalRequest, dates: Sequence[CounterDate], user, now: dt.datetime
) -> list[Concern]:
    present = commitments_of(subject_key(approval)) if dates else []
    if not present:
        return []
    # Whom another date would bind does not depend on the date.
    planned: list[Commitment] = [
        replace(present[0], starts_at=date.starts_at, ends_at=date.ends_at) for date in dates
    ]
    concerns = date_concerns(planned, user=user, now=now)
    return [concern for _date, found in concerns for concern in found]


def outcome_lists(approval: ApprovalRequest) -> list[tuple[str, list[str]]]:
    """Return the granted and the alternative dates of a decision, as (heading, dates)."""
    granted = [option["label"] for option in approval.chosen_options]
    proposed = [str(date) for date in approval.counter_date_list]
    lists = [("", granted), (_("Stattdessen vorgeschlagen:"), proposed)]
    return [(heading, dates) for heading, dates in lists if dates]


def earlier_decision(approval: ApprovalRequest) -> str:
    """Return who granted an approval that lapsed afterwards; empty for all others."""
    if approval.state != ApprovalState.LAPSED or not approval.decided_at:
        return ""
    granted = _("Freigegeben war es am %(at)s von %(who)s.") % {
        "at": format_moment(approval.decided_at),
        "who": approval.decided_by,
    }
    return f"{granted} {_('(in Vertretung)')}" if approval.by_deputy else granted


def waiting_note(approval: ApprovalRequest, user) -> str:
    """Return who decides, for users who wait for it or submitted the approval themselves."""
    note = _("Die Entscheidung liegt beim %(office_name)s.") % {
        "office_name": senator_office_name()
    }
    if not can_decide_any(user) or not is_own_submission(user, approval):
        return note
    own = _("Diese Vorlage haben Sie selbst eingereicht; darüber entscheidet jemand anderes.")
    return f"{note} {own}"


def notified_notes(approval: ApprovalRequest, user) -> list[str]:
    """Return who hears of the decision, for the page that confirms it."""
    notes = [_("Die Geschäftsstelle wird benachrichtigt.")]
    if approval.kind == ApprovalKind.TOPIC:
        notes = [
            _(
                "Die Geschäftsstelle wird benachrichtigt und, falls ein Partner das Thema "
                "vorgeschlagen hat, auch dieser, solange sein Konto besteht."
            )
        ]
    # Guests know of the dates only if these were approved before.
    if approval.kind == ApprovalKind.DATES and approval.former_id:
        guests = _("Stimmen Sie einer Änderung zu, erfahren auch die eingeladenen Gäste davon.")
        notes.append(guests)
    if is_deputy_for(user, approval.kind):
        deputy = _("Sie entscheiden in Vertretung. Die vertretene Person wird benachrichtigt.")
        notes.insert(0, deputy)
    return notes
