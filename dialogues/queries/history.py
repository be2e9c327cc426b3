"""Entries of *Verlauf*, newest first, limited to what the reader may know."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.permissions import can_see_approvals
from approvals.queries import approval_history
from core.history import differences_in, entries_of, former_values
from core.progress import HistoryEntry
from core.roles import is_inside
from dialogues.enums import (
    APPROVAL_REASONS,
    INVITED_AGAIN,
    INVITED_ELSEWHERE,
    LINK_REPLACED,
    LINK_SHOWN,
    OFFER_LAPSED,
    OUTCOME_CORRECTED,
    SEAT_OFFERED,
)
from dialogues.models import Contribution, Dialogue, DialogueSeries, Invitation, Topic
from partners.queries import without_responsible

ENTRY_LIMIT = 60  # the page shows no older entries

# Fields whose former and new value *Verlauf* names, and never those that only the office reads.
SERIES_FACTS, SERIES_TEXTS = ("title", "period"), ("description",)
TOPIC_FACTS, TOPIC_TEXTS = ("title",), ("description", "wish")
CONTRIBUTION_TEXTS = ("kind", "title", "text", "organisation", "person")
DIALOGUE_FACTS = (
    "title",
    "host",
    "format",
    "place",
    "video_link",
    "senator_attends",
    "seats",
    "offers_seats",
    "rsvp_by",
)
DIALOGUE_TEXTS = ("programme",)
NOTHING: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def series_history(series: DialogueSeries, user) -> list[HistoryEntry]:
    compared = (SERIES_FACTS, SERIES_TEXTS) if is_inside(user) else NOTHING
    return _latest_first(_with_approvals(series, ApprovalKind.SERIES, user, *compared))


def topic_history(topic: Topic, user) -> list[HistoryEntry]:
    reads_texts = is_inside(user) or topic.organisation_id in user.organisation_ids
    compared = (TOPIC_FACTS, TOPIC_TEXTS) if reads_texts else NOTHING
    entries = _with_approvals(topic, ApprovalKind.TOPIC, user, *compared)
    # Until a topic is proposed it is its author's own business, and so is what they wrote first.
    if topic.proposed_by_id != user.pk and topic.proposed_at:
        entries = [
            entry if entry.at >= topic.proposed_at else entry._replace(note="", texts=())
            for entry in entries
        ]
    return _latest_first(entries)


def dialogue_history(dialogue: Dialogue, user) -> list[HistoryEntry]:
    # Guests must not read here what has not been announced to them.
    compared = (DIALOGUE_FACTS, DIALOGUE_TEXTS) if is_inside(user) else NOTHING
    entries = _with_approvals(dialogue, ApprovalKind.DATES, user, *compared)
    if is_inside(user):
        entries = _with_former_outcomes(dialogue, entries)
    contributed = _contributions(dialogue) if is_inside(user) else []
    return _latest_first(entries + _rsvps(dialogue) + contributed)


def _with_former_outcomes(dialogue: Dialogue, entries: list[HistoryEntry]) -> list[HistoryEntry]:
    """Return `entries`, the latest first, each correction with the outcome that it replaced."""
    if not any(entry.what == OUTCOME_CORRECTED for entry in entries):
        return entries
    former = iter(former_values(dialogue, "outcome", reason=OUTCOME_CORRECTED))
    return [
        entry._replace(note=_("bisher: %(outcome)s") % {"outcome": next(former)})
        if entry.what == OUTCOME_CORRECTED
        else entry
        for entry in entries
    ]


def _latest_first(entries: list[HistoryEntry]) -> list[HistoryEntry]:
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:ENTRY_LIMIT]


def _with_approvals(
    obj: DialogueSeries | Topic | Dialogue,
    kind: ApprovalKind,
    user,
    facts: Sequence[str],
    texts: Sequence[str],
) -> list[HistoryEntry]:
    """Return the entries of `obj`, noting how it changed in the fields `facts` and in the long ones
    `texts`, and those of its approvals.

    Requests and decisions are between the office and the senator's office. Everybody else reads
    the short entry that `obj` itself was saved with.
    """
    # Entries are matched by reason, not by time and person: one transaction saves several entries
    # with the same time and actor, and only one of them repeats the approval.
    # Whose draft of a topic it was is between its organisation and both offices.
    reader = None if is_inside(user) else user
    own = without_responsible(entries_of(obj, reader=reader, compare=facts, texts=texts), user)
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
            str(change.history_user or _actor_without_account(change)),
            change.history_change_reason or "",
            _name_of(change.person),
        )
        for change in changes.order_by("-history_date", "-history_id")[:ENTRY_LIMIT]
    ]


def _actor_without_account(change) -> str:
    if (change.history_change_reason or "").startswith((str(SEAT_OFFERED), str(OFFER_LAPSED))):
        return _("Portal")
    # A reply by link has no account: whoever holds the link is taken for the guest.
    return _("Gast über den persönlichen Link")


def _contributions(dialogue: Dialogue) -> list[HistoryEntry]:
    """Return who entered, changed and deleted what was contributed, with former values."""
    changes = Contribution.history.filter(dialogue_id=dialogue.pk).select_related(
        "history_user__person", "organisation", "person"
    )
    records = list(changes.order_by("-history_date", "-history_id")[:ENTRY_LIMIT])
    notes = differences_in(records, CONTRIBUTION_TEXTS)
    return [
        HistoryEntry(
            record.history_date,
            str(record.history_user or _("Portal")),
            record.history_change_reason or "",
            "\n".join(filter(None, [record.title, notes.get(record.history_id)])),
        )
        for record in records
    ]


def _name_of(person) -> str:
    return f"{person}, {person.organisation.label}" if person.organisation else str(person)
