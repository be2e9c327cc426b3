"""What the desk, the overview and the subjects' pages ask about approvals."""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from approvals.enums import IN_FORCE, ApprovalState, ConditionState
from approvals.models import ApprovalRequest, Attachment, Condition
from approvals.permissions import can_decide_any, kinds_of_deputy, refusal_reason_after_deputyship
from approvals.registry import Change, option_changes, snapshot_changes
from core.progress import HistoryEntry
from core.roles import SENATOR_OFFICE
from partners.models import Person
from partners.queries import deputyships_between, people_with_role


def open_approvals(user) -> QuerySet[ApprovalRequest]:
    """Return the open requests `user` may see, the oldest deadline first."""
    visible = ApprovalRequest.objects.visible_to(user).open()
    return visible.select_related("submitted_by__person").order_by("due_on", "pk")


def decidable_approvals(user) -> QuerySet[ApprovalRequest]:
    """Return the open requests that `user` may decide on (`approvals.permissions.can_decide`),
    oldest deadline first.

    Who also belongs to the office sees more than that; the own ones and other kinds are somebody
    else's to decide.
    """
    if not can_decide_any(user):
        return ApprovalRequest.objects.none()
    rows, kinds = open_approvals(user).exclude(submitted_by=user), kinds_of_deputy(user)
    return rows if kinds is None else rows.filter(kind__in=kinds)


def decided_approvals(user) -> QuerySet[ApprovalRequest]:
    """Return the requests `user` may see that are no longer open, what happened last first."""
    visible = ApprovalRequest.objects.visible_to(user).exclude(state=ApprovalState.OPEN)
    visible = visible.select_related(
        "decided_by__person", "submitted_by__person", "withdrawn_by__person"
    )
    return visible.order_by(
        Coalesce("lapsed_at", "withdrawn_at", "decided_at", "submitted_at").desc(), "-pk"
    )


def waiting_approvals(user) -> list[ApprovalRequest]:
    """Return what waits, the oldest deadline first: requests for a decision, and approvals for a
    condition to be met.

    The latter carry `condition_pk` and `condition_text`, the first condition that is still to be
    met. Read once for each user object, so once a page.
    """
    if "waiting_requests" not in user.__dict__:
        to_meet = Condition.objects.filter(
            approval=OuterRef("pk"), state=ConditionState.OPEN
        ).order_by("pk")
        waits = Q(state=ApprovalState.OPEN) | Q(Exists(to_meet), state=ApprovalState.CONDITIONAL)
        first = {name: Subquery(to_meet.values(name)[:1]) for name in ("pk", "text")}
        rows = ApprovalRequest.objects.visible_to(user).filter(waits)
        rows = rows.annotate(condition_pk=first["pk"], condition_text=first["text"])
        user.__dict__["waiting_requests"] = list(rows.order_by("due_on", "pk"))
    return user.__dict__["waiting_requests"]


def count_open_approvals(user) -> int:
    """Return how many requests wait: for the senator's office to decide, for the office to watch; 0
    for others.
    """
    if "waiting_requests" in user.__dict__:
        return sum(row.is_open for row in waiting_approvals(user))
    return ApprovalRequest.objects.visible_to(user).open().count()


def approvals_about(kind: str, subject_id: int) -> QuerySet[ApprovalRequest]:
    """Return all requests about one subject, the latest first."""
    rows = ApprovalRequest.objects.filter(kind=kind, subject_id=subject_id)
    return rows.select_related("submitted_by__person", "decided_by__person").order_by(
        "-submitted_at", "-pk"
    )


def approval_in_force(kind: str, subject_id: int) -> ApprovalRequest | None:
    """Return the latest request about a subject that is open or granted, or None: what a change
    lets lapse.
    """
    return approvals_about(kind, subject_id).filter(state__in=IN_FORCE).first()


def approval_to_compare(kind: str, subject_id: int) -> ApprovalRequest | None:
    """Return the request about a subject that a new one is compared with: the last decided one,
    else the last one.
    """
    rows = ApprovalRequest.objects.filter(kind=kind, subject_id=subject_id)
    return rows.order_by(F("decided_at").desc(nulls_last=True), "-submitted_at", "-pk").first()


def differences_since(
    kind: str, subject_id: int, snapshot: list[list[str]], options: Sequence[dict] = ()
) -> list[Change]:
    """Return how `snapshot` and `options` differ from what was last decided on; nothing the first
    time.
    """
    return _differences(approval_to_compare(kind, subject_id), snapshot, options)


def _differences(
    former: ApprovalRequest | None, snapshot: list[list[str]], options: Sequence[dict]
) -> list[Change]:
    """Return what changed since `former`: the dates asked about, then line by line what was shown."""
    if former is None:
        return []
    return option_changes(former.options, list(options)) + snapshot_changes(
        former.snapshot, snapshot
    )


def differences_of(approval: ApprovalRequest) -> list[Change]:
    """Return how what `approval` shows differs from its former one."""
    return _differences(approval.former, approval.snapshot, approval.options)


def conditions_to_meet(kind: str, subject_id: int) -> list[Condition]:
    """Return the conditions of a subject's approvals that are still to be met, in their order."""
    return list(
        Condition.objects.open()
        .filter(approval__kind=kind, approval__subject_id=subject_id)
        .order_by("pk")
    )


def _conditions_in_full() -> Prefetch:
    return Prefetch("conditions", Condition.objects.select_related("met_by__person").order_by("pk"))


def approvals_with_conditions(kind: str, subject_id: int) -> QuerySet[ApprovalRequest]:
    """Return all requests about one subject, the latest first, with their conditions and who let
    them lapse.
    """
    rows = approvals_about(kind, subject_id).select_related("lapsed_by__person")
    return rows.prefetch_related(_conditions_in_full())


def viewable_approvals(user) -> QuerySet[ApprovalRequest]:
    """Return the requests `user` may see with all that their page and documents say of them but
    attachments.
    """
    rows = ApprovalRequest.objects.visible_to(user).prefetch_related(
        _conditions_in_full(), "former__conditions"
    )
    return rows.select_related(
        "submitted_by__person",
        "decided_by__person",
        "lapsed_by__person",
        "withdrawn_by__person",
        "former__decided_by__person",
        "former__withdrawn_by__person",
    )


def refusal_reason_when_hidden(user, pk: int, today: dt.date) -> str:
    """Return why `user` does not see a request any more (`why_no_longer`); empty where there is or
    was nothing.
    """
    approval = ApprovalRequest.objects.filter(pk=pk).first()
    return refusal_reason_after_deputyship(user, approval, today) if approval else ""


def attachments_of(approval: ApprovalRequest) -> QuerySet[Attachment]:
    """Return the attachments of a request in the order they were handed in."""
    return approval.attachments.order_by("pk")


def approval_history(kind: str, subject_id: int) -> list[HistoryEntry]:
    """Return the lines that approvals add to a subject's *Verlauf*: submission, decision,
    conditions, lapse.
    """
    return [
        entry for row in approvals_with_conditions(kind, subject_id) for entry in _entries_of(row)
    ]


def _entries_of(row: ApprovalRequest) -> list[HistoryEntry]:
    entries = [
        HistoryEntry(row.submitted_at, str(row.submitted_by), _("Freigabe beantragt"), row.vote)
    ]
    if row.decided_at:
        entries.append(_decision_entry(row))
    entries += condition_history(row)
    if row.lapsed_at:
        reason = row.lapse_reason
        entries.append(
            HistoryEntry(row.lapsed_at, str(row.lapsed_by or ""), _("Freigabe erloschen"), reason)
        )
    return entries


def _decision_entry(row: ApprovalRequest) -> HistoryEntry:
    who = (
        _("%(who)s, in Vertretung") % {"who": row.decided_by}
        if row.by_deputy
        else str(row.decided_by)
    )
    # Only what was granted can lapse after a decision; the lapse itself was nobody's decision.
    state = _("freigegeben, später erloschen") if row.state == ApprovalState.LAPSED else row.outcome
    return HistoryEntry(
        row.decided_at, who, _("Freigabe: %(state)s") % {"state": state}, decision_note(row)
    )


def decision_note(row: ApprovalRequest) -> str:
    """Return what a decision adds to its line: conditions, dates proposed instead, comment.
    Prefetch conditions.
    """
    lines = [_("Auflage: %(text)s") % {"text": condition} for condition in row.conditions.all()]
    lines += [_("Gegenvorschlag: %(date)s") % {"date": date} for date in row.proposed_dates]
    return "\n".join([*lines, row.comment]) if row.comment else "\n".join(lines)


def former_lines(approval: ApprovalRequest) -> list[str]:
    """Return what was answered to the request before `approval`, for who has to see whether it was
    heeded.
    """
    if not (former := approval.former):
        return []
    lines = [
        _("Auflage: %(text)s") % {"text": text}
        for text in sorted(former.conditions.all(), key=lambda c: c.pk)
    ]
    lines += [_("Gegenvorschlag: %(date)s") % {"date": date} for date in former.proposed_dates]
    return (
        [*lines, _("Anmerkung: %(comment)s") % {"comment": former.comment}]
        if former.comment
        else lines
    )


def condition_history(row: ApprovalRequest) -> list[HistoryEntry]:
    """Return a line for each condition of `row` that was met, with the office's note. Prefetch
    conditions.
    """
    return [
        HistoryEntry(
            condition.met_at,
            str(condition.met_by),
            _("Auflage erfüllt: %(text)s") % {"text": condition},
            condition.note,
        )
        for condition in row.conditions.all()
        if condition.met_at
    ]


class Deciders(NamedTuple):
    """Who may decide on a day: the senator's office with those who act while it is away, and
    standing deputies.

    A deputyship with a last day says that somebody is away; one until further notice says that
    somebody could step in (`docs/adr/0014`). Nobody is in both.
    """

    first: list[Person]
    standing: list[Person]

    @property
    def everybody(self) -> list[Person]:
        return self.first + self.standing


def deciders_by_day_and_kind(
    days: Sequence[dt.date], kinds: Iterable[str]
) -> dict[tuple[dt.date, str], Deciders]:
    """Return for each of `days` and `kinds` who may decide on requests of the kind on the day, in
    two queries.
    """
    principals = list(people_with_role(SENATOR_OFFICE))
    rows = list(deputyships_between(principals, min(days), max(days)))
    found = {}
    for day, kind in product(days, kinds):
        acting = [row for row in rows if row.holds_on(day) and row.covers(kind)]
        first = _distinct([*principals, *(row.deputy for row in acting if row.ends_on)])
        standing = _distinct(row.deputy for row in acting if row.ends_on is None)
        found[day, kind] = Deciders(first, [person for person in standing if person not in first])
    return found


def deciders(today: dt.date, kind: str) -> list[Person]:
    """Return who is told about requests of `kind`: the senator's office and who acts for it in them
    on `today`.
    """
    return deciders_by_day_and_kind([today], [kind])[today, kind].everybody


def _distinct(people: Iterable[Person]) -> list[Person]:
    return list({person.pk: person for person in people}.values())
