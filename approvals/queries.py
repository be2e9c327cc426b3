"""Queries about approvals for the desk, the overview and the subjects' pages."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from itertools import product
from typing import NamedTuple

from django.db.models import (
    DateField,
    F,
    IntegerField,
    Prefetch,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.enums import IN_FORCE, ApprovalState, ConditionState
from approvals.models import ApprovalRequest, Attachment, Condition
from approvals.permissions import can_decide_any, kinds_of_deputy, refusal_reason_after_deputyship
from approvals.registry import Change, option_changes, snapshot_changes
from core.dates import format_moment
from core.errors import Concern
from core.progress import HistoryEntry
from core.roles import SENATOR_OFFICE
from partners.models import Person, User
from partners.queries import deputyships_between, people_with_role
from partners.registry import Dependents, Section


def open_approvals(user) -> QuerySet[ApprovalRequest]:
    """Return the open approvals that `user` may see, earliest deadline first."""
    visible = ApprovalRequest.objects.visible_to(user).open()
    return visible.select_related("submitted_by__person").order_by("due_on", "pk")


def decidable_approvals(user) -> QuerySet[ApprovalRequest]:
    """Return the open approvals that `user` may decide, earliest deadline first.

    The same rule as `approvals.permissions.can_decide`, in SQL. A user who also belongs to the
    office sees more than these.
    """
    if not can_decide_any(user):
        return ApprovalRequest.objects.none()
    approvals, kinds = open_approvals(user).exclude(submitted_by=user), kinds_of_deputy(user)
    return approvals if kinds is None else approvals.filter(kind__in=kinds)


def decided_approvals(user) -> QuerySet[ApprovalRequest]:
    """Return the approvals that `user` may see and that are no longer open, latest change first."""
    # Ordered by what happened last: a lapse or withdrawal comes after any decision.
    visible = ApprovalRequest.objects.visible_to(user).exclude(state=ApprovalState.OPEN)
    visible = visible.select_related(
        "decided_by__person", "submitted_by__person", "withdrawn_by__person"
    )
    return visible.order_by(
        Coalesce("lapsed_at", "withdrawn_at", "decided_at", "submitted_at").desc(), "-pk"
    )


def count_decidable(user) -> int:
    """Return how many open approvals `user` may decide."""
    return decidable_approvals(user).count()


class QueuePlace(NamedTuple):
    """Where an approval is in the queue: its position (0 if it is not waiting), the length of the
    queue, and the primary key of the next one.
    """

    position: int
    count: int
    next_pk: int | None


def place_in_queue(user, approval: ApprovalRequest, kind: str = "") -> QueuePlace:
    """Return the place of `approval` among those that `user` may decide, of `kind` only if given.

    For users who decide nothing, the queue holds all open approvals that they see.
    """
    waiting = decidable_approvals(user) if can_decide_any(user) else open_approvals(user)
    if kind:
        waiting = waiting.filter(kind=kind)
    places, own = list(waiting.values_list("due_on", "pk")), (approval.due_on, approval.pk)
    others = [place for place in places if place != own]
    # The queue wraps around: a skipped approval comes back later instead of being forgotten.
    following = next((place for place in others if place > own), others[0] if others else None)
    return QueuePlace(
        places.index(own) + 1 if own in places else 0,
        len(places),
        following[1] if following else None,
    )


def decisions_awaited(user) -> QuerySet[ApprovalRequest]:
    """Return the open approvals that `user` may see, with `due_day` and `in_charge`."""
    approvals = ApprovalRequest.objects.visible_to(user).open()
    return approvals.annotate(
        due_day=F("due_on"), in_charge=Value(None, output_field=IntegerField())
    )


def conditions_awaited(user) -> QuerySet[Condition]:
    """Return the open conditions of approvals in force that `user` may see, with `due_day`."""
    conditions = Condition.objects.visible_to(user).filter(
        state=ConditionState.OPEN, approval__state=ApprovalState.CONDITIONAL
    )
    return conditions.annotate(due_day=Value(None, output_field=DateField()))


def approvals_about(kind: str, subject_id: int) -> QuerySet[ApprovalRequest]:
    """Return all approvals about one subject, latest first."""
    approvals = ApprovalRequest.objects.filter(kind=kind, subject_id=subject_id)
    return approvals.select_related("submitted_by__person", "decided_by__person").order_by(
        "-submitted_at", "-pk"
    )


def latest_approvals(kind: str, subject_ids: Iterable[int]) -> dict[int, ApprovalRequest]:
    """Return the latest approval of each subject that has one, by the key of the subject."""
    approvals = ApprovalRequest.objects.filter(kind=kind, subject_id__in=subject_ids)
    # Later ones overwrite earlier ones.
    return {approval.subject_id: approval for approval in approvals.order_by("submitted_at", "pk")}


def approvals_with_conditions(kind: str, subject_id: int) -> QuerySet[ApprovalRequest]:
    """Return all approvals about one subject, latest first, with everything their history needs."""
    approvals = approvals_about(kind, subject_id).select_related("lapsed_by__person")
    return approvals.prefetch_related(_prefetch_conditions())


def approval_in_force(kind: str, subject_id: int) -> ApprovalRequest | None:
    """Return the latest open or granted approval of a subject, which a change would make lapse."""
    return approvals_about(kind, subject_id).filter(state__in=IN_FORCE).first()


def approval_to_compare(kind: str, subject_id: int) -> ApprovalRequest | None:
    """Return the approval to compare a new one with: the subject's last decided one, or else its
    last one.
    """
    # Decided ones first: the senator's office compares with what it last decided on.
    approvals = ApprovalRequest.objects.filter(kind=kind, subject_id=subject_id)
    return approvals.order_by(F("decided_at").desc(nulls_last=True), "-submitted_at", "-pk").first()


def differences_since(
    kind: str, subject_id: int, snapshot: list[list[str]], options: Sequence[dict] = ()
) -> list[Change]:
    """Return how `snapshot` and `options` differ from the approval they are compared with."""
    return _differences(approval_to_compare(kind, subject_id), snapshot, options)


def differences_of(approval: ApprovalRequest) -> list[Change]:
    """Return how `approval` differs from its former one."""
    return _differences(approval.former, approval.snapshot, approval.options)


def _differences(
    former: ApprovalRequest | None, snapshot: list[list[str]], options: Sequence[dict]
) -> list[Change]:
    if former is None:
        return []
    return option_changes(former.options, list(options)) + snapshot_changes(
        former.snapshot, snapshot
    )


def conditions_to_meet(subjects: Sequence[tuple[str, int]]) -> list[Condition]:
    """Return the open conditions of the approvals of `subjects`, each (kind, id), those of the
    first one first, in the order they were given.
    """
    of_subjects = Q(pk__in=[])
    for kind, pk in subjects:
        of_subjects |= Q(approval__kind=kind, approval__subject_id=pk)
    found = Condition.objects.open().filter(of_subjects).select_related("approval").order_by("pk")
    kinds = [kind for kind, _pk in subjects]
    return sorted(found, key=lambda condition: kinds.index(condition.approval.kind))


def _prefetch_conditions() -> Prefetch:
    return Prefetch("conditions", Condition.objects.select_related("met_by__person").order_by("pk"))


def viewable_approvals(user) -> QuerySet[ApprovalRequest]:
    """Return the approvals that `user` may see, with everything that their page and documents show
    except attachments.
    """
    # Join everything here, so that the number of queries does not depend on what the page shows.
    approvals = ApprovalRequest.objects.visible_to(user).prefetch_related(
        _prefetch_conditions(), "former__conditions"
    )
    return approvals.select_related(
        "submitted_by__person",
        "decided_by__person",
        "lapsed_by__person",
        "withdrawn_by__person",
        "former__decided_by__person",
        "former__withdrawn_by__person",
    )


def refusal_reason_when_hidden(user, pk: int, today: dt.date) -> str:
    """Return why `user` can no longer see an approval; empty when they never could."""
    # Not `visible_to`: the user no longer sees the approval, and learns nothing but the reason.
    approval = ApprovalRequest.objects.filter(pk=pk).first()
    return refusal_reason_after_deputyship(user, approval, today) if approval else ""


def attachments_of(approval: ApprovalRequest) -> QuerySet[Attachment]:
    """Return the attachments in the order they were uploaded."""
    return approval.attachments.order_by("pk")


def approval_history(kind: str, subject_id: int) -> list[HistoryEntry]:
    """Return submission, decision, met conditions and lapse for the *Verlauf* of a subject."""
    return [
        entry
        for approval in approvals_with_conditions(kind, subject_id)
        for entry in _history_of(approval)
    ]


def _history_of(approval: ApprovalRequest) -> list[HistoryEntry]:
    submitted = HistoryEntry(
        approval.submitted_at,
        str(approval.submitted_by),
        _("Freigabe beantragt"),
        approval.vote,
    )
    entries = [submitted]
    if approval.decided_at:
        entries.append(_decision_entry(approval))
    entries += condition_history(approval)
    if approval.lapsed_at:
        lapsed_by, reason = str(approval.lapsed_by or ""), approval.lapse_reason
        entries.append(HistoryEntry(approval.lapsed_at, lapsed_by, _("Freigabe erloschen"), reason))
    return entries


def _decision_entry(approval: ApprovalRequest) -> HistoryEntry:
    return HistoryEntry(
        approval.decided_at,
        approval.decider_name,
        _("Freigabe: %(state)s") % {"state": approval.decided_outcome},
        decision_note(approval),
    )


def decision_note(approval: ApprovalRequest) -> str:
    """Return conditions, alternative dates and comment as lines. Prefetch `conditions` first."""
    lines = [
        *_condition_lines(approval.conditions.all()),
        *_counter_date_lines(approval),
        approval.comment,
    ]
    return "\n".join(filter(None, lines))


def former_lines(approval: ApprovalRequest) -> list[str]:
    """Return what the former decision demanded, so that deciders can check whether it was done."""
    if not (former := approval.former):
        return []
    # Sorted here: the prefetch of `former__conditions` has no order.
    conditions = sorted(former.conditions.all(), key=lambda condition: condition.pk)
    lines = [*_condition_lines(conditions), *_counter_date_lines(former)]
    if former.comment:
        lines.append(_("Anmerkung: %(comment)s") % {"comment": former.comment})
    return lines


def decision_lines(approval: ApprovalRequest) -> list[str]:
    """Return the parts of a decision besides its comment: granted dates, alternative dates,
    conditions.
    """
    granted = [
        _("möglich: %(date)s") % {"date": option["label"]} for option in approval.chosen_options
    ]
    conditions = _condition_lines(approval.conditions.order_by("pk"))
    return [*granted, *_counter_date_lines(approval), *conditions]


def _condition_lines(conditions: Iterable[Condition]) -> list[str]:
    return [_("Auflage: %(text)s") % {"text": condition} for condition in conditions]


def _counter_date_lines(approval: ApprovalRequest) -> list[str]:
    return [_("Gegenvorschlag: %(date)s") % {"date": date} for date in approval.counter_date_list]


def condition_history(approval: ApprovalRequest) -> list[HistoryEntry]:
    """Return an entry per met condition, with the office's note. Prefetch `conditions` first."""
    return [
        HistoryEntry(
            condition.met_at,
            str(condition.met_by),
            _("Auflage erfüllt: %(text)s") % {"text": condition},
            condition.note,
        )
        for condition in approval.conditions.all()
        if condition.met_at
    ]


class Deciders(NamedTuple):
    """Who may decide on a day: `acting` is the senator's office with those who act in its absence.
    Nobody is in both lists.
    """

    acting: list[Person]
    standing_deputies: list[Person]

    @property
    def everybody(self) -> list[Person]:
        return self.acting + self.standing_deputies


def deciders_by_day_and_kind(
    days: Sequence[dt.date], kinds: Iterable[str]
) -> dict[tuple[dt.date, str], Deciders]:
    """Return who may decide approvals of each kind on each day, in two queries."""
    principals = list(people_with_role(SENATOR_OFFICE))
    deputyships = list(deputyships_between(principals, min(days), max(days)))
    found = {}
    for day, kind in product(days, kinds):
        valid = [entry for entry in deputyships if entry.holds_on(day) and entry.covers(kind)]
        # A deputyship with a last day means that somebody is away; one until further notice means
        # that somebody could step in (docs/adr/0014).
        acting = _distinct([*principals, *(entry.deputy for entry in valid if entry.ends_on)])
        standing = _distinct(entry.deputy for entry in valid if entry.ends_on is None)
        found[day, kind] = Deciders(acting, [person for person in standing if person not in acting])
    return found


def deciders(today: dt.date, kind: str) -> list[Person]:
    """Return everybody who may decide approvals of `kind` on `today`."""
    return deciders_by_day_and_kind([today], [kind])[today, kind].everybody


def _distinct(people: Iterable[Person]) -> list[Person]:
    return list({person.pk: person for person in people}.values())


def _decisions_of(account: User) -> list[Concern]:
    """Return a concern if approvals wait for the office of `account`, with who else decides."""
    count = ApprovalRequest.objects.open().count()
    if not count or SENATOR_OFFICE not in account.own_roles:
        return []
    others = [str(person) for person in people_with_role(SENATOR_OFFICE).exclude(user=account)]
    text = ngettext(
        "%(count)d Freigabe wartet auf eine Entscheidung; danach entscheidet: %(who)s",
        "%(count)d Freigaben warten auf eine Entscheidung; danach entscheidet: %(who)s",
        count,
    )
    return [
        Concern(
            key=f"approvals-{account.pk}",
            label=_("Freigaben"),
            url=reverse("approvals_desk"),
            text=text % {"count": count, "who": ", ".join(others) or _("niemand")},
        )
    ]


def export_person(person: Person, addresses: Collection[str]) -> Iterable[Section]:
    """Return the decisions that `person` made (`partners.registry.ExportPerson`)."""
    decided = ApprovalRequest.objects.filter(decided_by__person=person)
    rows = [
        [
            (_("Art"), approval.get_kind_display()),
            (_("Gegenstand"), approval.title),
            (_("entschieden am"), format_moment(approval.decided_at)),
            (_("Entscheidung"), str(approval.outcome)),
            (_("in Vertretung"), _("ja") if approval.by_deputy else _("nein")),
            (_("Anmerkung"), approval.comment),
        ]
        for approval in decided.order_by("decided_at", "pk")
    ]
    yield Section(_("Entschiedene Freigaben"), rows)


DEPENDENTS = Dependents(of_account=_decisions_of)
