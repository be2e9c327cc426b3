"""Entries of *Verlauf*, newest first, limited to what the reader may know."""

from django.db.models import Q
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.permissions import can_see_approvals
from approvals.queries import approval_history
from core.history import entries_of
from core.progress import HistoryEntry
from core.roles import is_inside
from dialogues.enums import (
    APPROVAL_REASONS,
    INVITED_AGAIN,
    INVITED_ELSEWHERE,
    LINK_REPLACED,
    LINK_SHOWN,
)
from dialogues.models import Dialogue, DialogueSeries, Invitation, Topic
from partners.queries import without_responsible

ENTRY_LIMIT = 60  # the page shows no older entries


def series_history(series: DialogueSeries, user) -> list[HistoryEntry]:
    return _latest_first(_with_approvals(series, ApprovalKind.SERIES, user))


def topic_history(topic: Topic, user) -> list[HistoryEntry]:
    return _latest_first(_with_approvals(topic, ApprovalKind.TOPIC, user))


def dialogue_history(dialogue: Dialogue, user) -> list[HistoryEntry]:
    entries = _with_approvals(dialogue, ApprovalKind.DATES, user)
    return _latest_first(entries + _rsvps(dialogue))


def _latest_first(entries: list[HistoryEntry]) -> list[HistoryEntry]:
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:ENTRY_LIMIT]


def _with_approvals(
    obj: DialogueSeries | Topic | Dialogue, kind: ApprovalKind, user
) -> list[HistoryEntry]:
    """Return the entries of `obj` and of its approvals.

    Requests and decisions are between the office and the senator's office. Everybody else reads
    the short entry that `obj` itself was saved with.
    """
    # Entries are matched by reason, not by time and person: one transaction saves several entries
    # with the same time and actor, and only one of them repeats the approval.
    # Whose draft of a topic it was is between its organisation and both offices.
    reader = None if is_inside(user) else user
    own = without_responsible(entries_of(obj, reader=reader), user)
    if not can_see_approvals(user, kind):
        return own
    repeated_reasons = tuple(map(str, APPROVAL_REASONS[kind]))
    own = [entry for entry in own if not entry.what.startswith(repeated_reasons)]
    return own + approval_history(kind, obj.pk)


def _rsvps(dialogue: Dialogue) -> list[HistoryEntry]:
    """Return guests' replies and withdrawals, and what the office did with single links. A release
    is an entry of the dialogue itself.
    """
    reasons = (INVITED_AGAIN, INVITED_ELSEWHERE, LINK_SHOWN, LINK_REPLACED)
    by_office = [str(reason) for reason in reasons]
    changes = Invitation.history.filter(dialogue_id=dialogue.pk).exclude(history_type="-")
    changes = changes.filter(
        Q(replied_at__isnull=False)
        | Q(withdrawn_at__isnull=False)
        | Q(history_change_reason__in=by_office)
    )
    changes = changes.select_related("history_user__person", "person__organisation")
    return [
        HistoryEntry(
            change.history_date,
            # A reply by link has no account: whoever holds the link is taken for the guest.
            str(change.history_user or _("Gast über den persönlichen Link")),
            change.history_change_reason or "",
            _name_of(change.person),
        )
        for change in changes.order_by("-history_date", "-history_id")[:ENTRY_LIMIT]
    ]


def _name_of(person) -> str:
    return f"{person}, {person.organisation.label}" if person.organisation else str(person)
