"""*Verlauf* of series, topics and dialogues."""

from django.db.models import Q
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.permissions import can_see_approvals
from approvals.queries import approval_history
from core.history import entries_of
from core.progress import HistoryEntry
from dialogues.models import Dialogue, DialogueSeries, Invitation, Topic

LIMIT = 60


def series_history(series: DialogueSeries, user) -> list[HistoryEntry]:
    """Return what happened to `series` as `user` may know it, the latest first."""
    return _merged(entries_of(series), _approvals(ApprovalKind.SERIES, series.pk, user))


def topic_history(topic: Topic, user) -> list[HistoryEntry]:
    """Return what happened to `topic` as `user` may know it, the latest first."""
    return _merged(entries_of(topic), _approvals(ApprovalKind.TOPIC, topic.pk, user))


def dialogue_history(dialogue: Dialogue, user) -> list[HistoryEntry]:
    """Return what happened to `dialogue`, its approvals and its guests' answers, the latest first."""
    return _merged(
        entries_of(dialogue), _approvals(ApprovalKind.DATES, dialogue.pk, user), _rsvps(dialogue)
    )


def _merged(
    own: list[HistoryEntry],
    approvals: list[HistoryEntry],
    rsvps: list[HistoryEntry] | None = None,
) -> list[HistoryEntry]:
    """Return all entries, the latest first. What an approval tells with its remark is not told by
    `own` again.
    """
    told = [entry for entry in own if not any(_is_same(entry, approval) for approval in approvals)]
    return sorted([*told, *approvals, *(rsvps or [])], key=lambda entry: entry.at, reverse=True)[
        :LIMIT
    ]


def _is_same(own: HistoryEntry, approval: HistoryEntry) -> bool:
    return own.at == approval.at and approval.who.startswith(own.who)


def _approvals(kind: str, pk: int, user) -> list[HistoryEntry]:
    """Requests and decisions are between the office and the senator's office."""
    return approval_history(kind, pk) if can_see_approvals(user, kind) else []


def _rsvps(dialogue: Dialogue) -> list[HistoryEntry]:
    """Return answers and withdrawals of guests; that mails went out is told once by the dialogue
    itself.
    """
    rows = Invitation.history.filter(dialogue_id=dialogue.pk).exclude(history_type="-")
    rows = rows.filter(Q(replied_at__isnull=False) | Q(withdrawn_at__isnull=False))
    rows = rows.select_related("history_user__person", "person__organisation")
    return [
        HistoryEntry(
            row.history_date,
            str(row.history_user) if row.history_user else _("Gast über den persönlichen Link"),
            row.history_change_reason or "",
            ", ".join(
                filter(
                    None,
                    [str(row.person), row.person.organisation and row.person.organisation.label],
                )
            ),
        )
        for row in rows.order_by("-history_date", "-history_id")[:LIMIT]
    ]
