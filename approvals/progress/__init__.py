"""Next steps, tasks and conditions of what waits for a decision."""

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.enums import CONDITION_BADGE_COLOURS, ApprovalState, ConditionState
from approvals.models import ApprovalRequest, Condition
from approvals.permissions import (
    can_decide,
    can_see_approvals,
    can_submit,
)
from approvals.progress.documents import (
    briefing_texts,
    clash_notes,
    comment_cards,
    confirmation_lists,
    date_notes,
    earlier_decision,
    notified_notes,
    option_labels,
    outcome_lists,
    printed_notes,
    waiting_note,
)
from approvals.progress.views import (
    DecisionDurations,
    decision_durations,
    desk_empty_text,
    desk_subtitle,
    format_duration,
)
from approvals.queries import conditions_to_meet
from core.dates import format_moment
from core.progress import NextStep, OpenPoint, WaitingEntry
from core.roles import senator_office_name

__all__ = [
    "DecisionDurations",
    "briefing_texts",
    "clash_notes",
    "comment_cards",
    "condition_items",
    "condition_tasks",
    "confirmation_lists",
    "date_notes",
    "decision_durations",
    "decision_step",
    "decision_tasks",
    "desk_empty_text",
    "desk_subtitle",
    "earlier_decision",
    "format_duration",
    "notified_notes",
    "option_labels",
    "outcome_lists",
    "printed_notes",
    "waiting_note",
    "with_conditions",
]


def decision_step(text: str, approval: ApprovalRequest | None, user) -> NextStep:
    """Return the next step while `approval` waits; only users who may decide it get the button."""
    step = NextStep(text, senator_office_name(), approval.due_on if approval else None)
    if approval is None or not can_see_approvals(user, approval.kind):
        return step
    url = approval.get_absolute_url()
    if can_decide(user, approval):
        return step._replace(action=_("Entscheiden"), url=url)
    point = OpenPoint(_("Was vorgelegt ist, zeigt die Vorlage."), _("Vorlage ansehen"), url)
    return step._replace(points=(point,))


def decision_tasks(pks: Collection[int], now: dt.datetime) -> dict[int, WaitingEntry]:
    """Return what waits for the senator's office, by primary key of the approval. One query."""
    return {
        approval.pk: WaitingEntry(
            senator_office_name(),
            _("%(kind)s „%(title)s“ freigeben")
            % {"kind": approval.get_kind_display(), "title": approval.title},
            approval.get_absolute_url(),
            approval.due_on,
        )
        for approval in ApprovalRequest.objects.filter(pk__in=pks)
    }


def condition_tasks(pks: Collection[int], now: dt.datetime) -> dict[int, WaitingEntry]:
    """Return what the office still has to meet, by primary key of the condition. One query."""
    return {
        condition.pk: WaitingEntry(
            _("Geschäftsstelle"),
            _("Auflage zu „%(title)s“: %(text)s")
            % {"title": condition.approval.title, "text": condition},
            condition.get_absolute_url(),
        )
        for condition in Condition.objects.filter(pk__in=pks).select_related("approval")
    }


def with_conditions(
    next_step: NextStep | None, user, *subjects: tuple[str, int, str]
) -> NextStep | None:
    """Return `next_step` with the open conditions of `subjects`, each (kind, id, label of a
    condition), that `user` may see as its points. Without a next step, they become one.
    """
    labels = {kind: label for kind, _pk, label in subjects if can_see_approvals(user, kind)}
    # Conditions lapse with their approval, so only those of a valid approval count.
    found = conditions_to_meet([(kind, pk) for kind, pk, _label in subjects if kind in labels])
    points = tuple(_point(condition, labels[condition.approval.kind], user) for condition in found)
    if not points:
        return next_step
    if next_step is None:
        text = ngettext(
            "Eine Auflage ist noch zu erfüllen.", "Auflagen sind noch zu erfüllen.", len(points)
        )
        next_step = NextStep(text, _("Geschäftsstelle"))
    return next_step._replace(points=(*next_step.points, *points))


def _point(condition: Condition, label: str, user) -> OpenPoint:
    text = f"{label}: {condition}"
    if not can_submit(user):
        return OpenPoint(text)
    return OpenPoint(text, _("Als erfüllt vermerken"), condition.get_absolute_url())


class ConditionItem(NamedTuple):
    """One condition on its approval's page; `url` is empty for users who cannot meet it."""

    text: str
    note: str
    state: str
    colour: str
    url: str


def condition_items(approval: ApprovalRequest, user) -> list[ConditionItem]:
    """Return the conditions and how each was met. Prefetch `conditions` first."""
    can_meet = approval.state == ApprovalState.CONDITIONAL and can_submit(user)
    return [
        ConditionItem(
            condition.text,
            _met_note(condition),
            condition.get_state_display(),
            CONDITION_BADGE_COLOURS[ConditionState(condition.state)],
            condition.get_absolute_url() if can_meet and condition.is_open else "",
        )
        for condition in approval.conditions.all()
    ]


def _met_note(condition: Condition) -> str:
    if not condition.met_at:
        return ""
    parts = [format_moment(condition.met_at), str(condition.met_by), condition.note]
    return " · ".join(filter(None, parts))
