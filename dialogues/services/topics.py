"""Services for topics: partners propose, the office completes, the senator's office approves."""

import datetime as dt
from collections.abc import Mapping
from copy import copy
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from approvals.enums import VERDICT_LABELS, ApprovalKind
from approvals.models import ApprovalRequest
from approvals.registry import (
    Briefing,
    Decision,
    Subject,
    binding_changes,
    deadline_error,
    lapse_reason_for,
    snapshot_of,
)
from approvals.services import (
    lapse_changed_approvals,
    record_decision,
    request_approval,
    withdraw_approval,
)
from core.conflicts import apply_values
from core.dates import local_date
from core.errors import NotAllowed, Refused
from core.history import save_as
from core.roles import require_office
from core.states import target_of
from dialogues import mails
from dialogues.enums import (
    TOPIC_CORRECTED,
    TOPIC_LAPSED,
    TOPIC_MOVES,
    TOPIC_SUBMITTED,
    DialogueState,
    SeriesState,
    TopicState,
)
from dialogues.facts import TOPIC_FACTS
from dialogues.models import DialogueSeries, Topic
from dialogues.permissions import (
    PROPOSERS_ONLY,
    TOPIC_NOT_EDITABLE,
    can_edit_topic,
    can_manage,
    can_propose,
    can_propose_topic,
    replaces_proposer,
)
from dialogues.queries import first_fixed_start
from partners.queries import default_responsible

CLASSIFICATION = ("sectors", "themes")


def lock_topic(pk: int) -> Topic:
    # `of`: PostgreSQL cannot lock the nullable side of an outer join.
    return (
        Topic.objects.select_for_update(of=("self",))
        .select_related("series", "organisation", "proposed_by")
        .get(pk=pk)
    )


def _move(topic: Topic, action: str, *, by, now: dt.datetime, reason: str | Promise) -> None:
    topic.state = target_of(TOPIC_MOVES, action, topic)
    save_as(topic, by=by, now=now, reason=reason)


def _organisation_of(partner) -> int:
    """Return the partner's own organisation, or the one they represent as a deputy."""
    # Deputies speak only for their principal's organisation, so `organisation_ids` contains their
    # own one only if they hold the role of a partner themselves.
    spoken_for = partner.organisation_ids
    return partner.organisation_id if partner.organisation_id in spoken_for else min(spoken_for)


@transaction.atomic
def create_topic(*, values: Mapping[str, Any], by, now: dt.datetime) -> Topic:
    """Create a draft. A partner's draft belongs to their organisation and to no series yet."""
    if not can_propose(by):
        raise NotAllowed(PROPOSERS_ONLY)
    # Nobody in the office is in charge of a partner's proposal until somebody takes it up.
    topic = Topic(proposed_by=by, responsible=default_responsible(by))
    apply_values(topic, values)
    # Partners may choose neither of these, whatever the form sends.
    if not can_manage(by):
        topic.organisation_id = _organisation_of(by)
        topic.series = None
    save_as(topic, by=by, now=now, reason=_("Entwurf angelegt"))
    # Many-to-many values need the primary key of the saved topic.
    _set_classification(topic, values)
    return topic


@transaction.atomic
def change_topic(
    *, topic: Topic, values: Mapping[str, Any], by, now: dt.datetime, version: str | None = None
) -> Topic:
    """Update a topic; a change to a fact that an approval is bound to makes the approval lapse.

    A lapse puts the topic back in progress and is mailed to everyone concerned. Raises NotAllowed
    if `by` may not edit the topic in its present state, ChangedMeanwhile if somebody else saved
    after the form showed `version`.
    """
    topic = lock_topic(topic.pk)
    if not can_edit_topic(by, topic):
        raise NotAllowed(TOPIC_NOT_EDITABLE)
    # From now on they are told what becomes of the topic.
    if replaces_proposer(by, topic):
        topic.proposed_by = by
    before = copy(topic)
    # The copy does not preserve sectors and themes, but no approval is bound to them.
    apply_values(topic, values, version)
    changes = []
    if topic.state in TOPIC_MOVES["lapse"].sources:
        changes = binding_changes(TOPIC_FACTS, before, topic)
    if changes:
        reason = f"{TOPIC_LAPSED}, {lapse_reason_for(changes)}"
        _move(topic, "lapse", by=by, now=now, reason=reason)
    # Editing a returned topic starts its revision; the office takes no separate step.
    elif topic.state == TopicState.RETURNED:
        _move(topic, "rework", by=by, now=now, reason=_("Überarbeitung begonnen"))
    elif topic.state == TopicState.PROPOSED and not can_manage(by):
        save_as(
            topic, by=by, now=now, reason=_naming_classification(TOPIC_CORRECTED, topic, values)
        )
    else:
        changed = _naming_classification(_("Angaben geändert"), topic, values)
        save_as(topic, by=by, now=now, reason=changed)
    _set_classification(topic, values)
    if changes:
        also = mails.proposer_to_notify(topic, by=by)
        lapse_changed_approvals(
            kind=ApprovalKind.TOPIC,
            subject_id=topic.pk,
            changes=changes,
            further_recipients=also,
            by=by,
            now=now,
        )
    return topic


def _naming_classification(
    reason: str | Promise, topic: Topic, values: Mapping[str, Any]
) -> str | Promise:
    """Return `reason` with sectors and themes, if `values` change them: the history, which shows
    how the texts changed, holds neither.
    """
    changed = [
        str(topic._meta.get_field(name).verbose_name)
        for name in CLASSIFICATION
        if name in values and set(getattr(topic, name).all()) != set(values[name])
    ]
    return f"{reason}: {', '.join(changed)}" if changed else reason


def _set_classification(topic: Topic, values: Mapping[str, Any]) -> None:
    for name in CLASSIFICATION:
        if name in values:
            getattr(topic, name).set(values[name])


@transaction.atomic
def propose_topic(*, topic: Topic, by, now: dt.datetime) -> Topic:
    """Propose a draft or a retracted topic; mails the office. Raises NotAllowed unless `by` is its
    author, or takes over from a closed account; Refused without a description.
    """
    topic = lock_topic(topic.pk)
    if not can_propose_topic(by, topic):
        raise NotAllowed(_("Einen Entwurf schlägt die Person vor, die ihn angelegt hat."))
    if not topic.description.strip():
        raise Refused(_("Bitte beschreiben Sie noch, worum es geht, und schlagen Sie dann vor."))
    topic.proposed_by, topic.proposed_at = by, now
    _move(topic, "propose", by=by, now=now, reason=_("Thema vorgeschlagen"))
    mails.mail_topic_proposed(topic, by=by, now=now)
    return topic


@transaction.atomic
def retract_topic(*, topic: Topic, by, now: dt.datetime) -> Topic:
    """Retract a proposal that the office has not taken up. Raises NotAllowed unless `by` proposed
    it.

    Mails nobody; the page of the topic tells the office. Unsent mails about it are withdrawn.
    """
    topic = lock_topic(topic.pk)
    if topic.proposed_by_id != by.pk and not replaces_proposer(by, topic):
        raise NotAllowed(_("Einen Vorschlag zieht die Person zurück, die ihn gemacht hat."))
    _move(topic, "retract", by=by, now=now, reason=_("Vorschlag zurückgezogen"))
    mails.withdraw_proposal_mails(topic, by=by, now=now)
    return topic


@transaction.atomic
def take_up_topic(*, topic: Topic, by, now: dt.datetime) -> Topic:
    """Start working on a proposed topic; mails the proposer."""
    require_office(by)
    topic = lock_topic(topic.pk)
    # Who was put in charge before stays so.
    topic.responsible = topic.responsible or default_responsible(by)
    _move(topic, "take_up", by=by, now=now, reason=_("Thema aufgegriffen"))
    mails.mail_topic_to_proposer(topic, "topic_taken_up", by=by, now=now)
    return topic


@transaction.atomic
def decline_topic(*, topic: Topic, reason: str, by, now: dt.datetime) -> Topic:
    """Decline a proposed topic; mails the proposer why. Raises Refused without a reason."""
    require_office(by)
    if not reason.strip():
        raise Refused(_("Bitte begründen Sie, warum das Thema nicht aufgegriffen wird."))
    topic = lock_topic(topic.pk)
    topic.reason = reason.strip()
    _move(topic, "decline", by=by, now=now, reason=_("Nicht aufgegriffen"))
    mails.mail_topic_to_proposer(topic, "topic_declined", by=by, now=now)
    return topic


@transaction.atomic
def submit_topic(
    *, topic: Topic, briefing: Briefing, due_on: dt.date, by, now: dt.datetime
) -> ApprovalRequest:
    """Submit a topic for approval; mails the senator's office.

    Raises Refused unless the topic belongs to a series that has the senator's consent (the
    Masterplan prescribes this order) and `due_on` is before the first dialogue on it.
    """
    require_office(by)
    topic = lock_topic(topic.pk)
    if topic.series is None:
        raise Refused(_("Bitte ordnen Sie das Thema zuerst einer Reihe zu."))
    if sentence := why_without_consent(topic.series):
        raise Refused(sentence)
    today = local_date(now)
    first = first_fixed_start(topic.dialogues.all(), today)
    if sentence := deadline_error(due_on, first, today):
        raise Refused(sentence)
    _move(topic, "submit", by=by, now=now, reason=TOPIC_SUBMITTED)
    subject = Subject(
        kind=ApprovalKind.TOPIC,
        pk=topic.pk,
        title=topic.title,
        path=topic.get_absolute_url(),
        snapshot=snapshot_of(TOPIC_FACTS, topic),
        origin=topic.origin,
    )
    return request_approval(subject=subject, briefing=briefing, due_on=due_on, by=by, now=now)


def why_without_consent(series: DialogueSeries) -> str:
    """Return a sentence that says why topics of `series` wait for its consent, else empty."""
    if series.state == SeriesState.CONSENTED:
        return ""
    text = _(
        "Die Reihe „%(series)s“ ist im Stand „%(state)s“. Themen gehen erst zur Freigabe, wenn "
        "ihr zugestimmt wurde."
    )
    return text % {"series": series, "state": series.get_state_display()}


@transaction.atomic
def decide_topic(*, approval: ApprovalRequest, decision: Decision, by, now: dt.datetime) -> Topic:
    """Record the decision on a topic; mails the office and the proposer."""
    # Locked before the approval, in the same order as elsewhere, so that services cannot deadlock.
    topic = lock_topic(approval.subject_id)
    record_decision(approval=approval, decision=decision, by=by, now=now)
    # The proposer sees this reason. The comment and conditions of an approval are left out: they
    # stay between the office and the senator's office.
    topic.reason = "" if decision.is_granting else decision.comment
    _move(topic, decision.verdict, by=by, now=now, reason=VERDICT_LABELS[decision.verdict])
    conditions = len(decision.conditions)
    mails.mail_topic_to_proposer(topic, "topic_decided", conditions=conditions, by=by, now=now)
    return topic


@transaction.atomic
def withdraw_topic(*, topic: Topic, by, now: dt.datetime) -> Topic:
    """Put a topic back in progress: withdraws its open request or lets its approval lapse.

    Mails everyone concerned. Raises Refused while a dialogue is planned on the topic.
    """
    require_office(by)
    topic = lock_topic(topic.pk)
    # Guests may be invited already, so a dialogue must not lose its approved topic unnoticed.
    if topic.dialogues.exclude(state=DialogueState.CANCELLED).exists():
        raise Refused(_("Zu diesem Thema wird schon ein Gespräch geplant. Sagen Sie es zuerst ab."))
    was_approved = topic.state == TopicState.APPROVED
    reason = TOPIC_LAPSED if was_approved else _("Freigabe zurückgezogen")
    _move(topic, "rework", by=by, now=now, reason=reason)
    subject = {"kind": ApprovalKind.TOPIC, "subject_id": topic.pk, "by": by, "now": now}
    # Withdraws an open request, so that the call below finds only a granted approval.
    withdraw_approval(**subject)
    also = mails.proposer_to_notify(topic, by=by)
    lapse_changed_approvals(
        **subject, changes=[], reason=_("wieder in Bearbeitung"), further_recipients=also
    )
    return topic
