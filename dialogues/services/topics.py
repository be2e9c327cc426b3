"""Topics: proposed by a partner, completed by the office, approved by the senator's office."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.enums import VERDICT_LABELS, ApprovalKind
from approvals.models import ApprovalRequest
from approvals.registry import (
    Briefing,
    Decision,
    Subject,
    binding_changes,
    lapse_reason_for,
    snapshot_of,
)
from approvals.services import (
    lapse_changed_approvals,
    record_decision,
    request_approval,
    withdraw_approval,
)
from core.errors import NotAllowed, Refused
from core.history import save_as
from core.states import target_of
from dialogues import mails
from dialogues.enums import TOPIC_MOVES, DialogueState, SeriesState, TopicState
from dialogues.models import Topic
from dialogues.permissions import can_edit_topic, can_manage, can_propose
from dialogues.registry import TOPIC_FACTS
from dialogues.services.editing import take_over_form


def lock_topic(pk: int) -> Topic:
    """Return the topic locked until the end of the transaction."""
    return (
        Topic.objects.select_for_update(of=("self",))
        .select_related("series", "organisation")
        .get(pk=pk)
    )


def _require_office(by):
    if not can_manage(by):
        raise NotAllowed(_("Das ist der Geschäftsstelle vorbehalten."))


def _move(topic: Topic, action: str, *, by, now: dt.datetime, reason: str) -> None:
    topic.state = target_of(TOPIC_MOVES, action, topic)
    save_as(topic, by=by, now=now, reason=reason)


def _organisation_of(partner) -> int:
    """Return for which organisation `partner` proposes: the own one, or else the one it speaks for
    as a deputy.
    """
    spoken_for = partner.organisation_ids
    return partner.organisation_id if partner.organisation_id in spoken_for else min(spoken_for)


@transaction.atomic
def save_topic(
    *,
    topic: Topic,
    sectors,
    themes,
    by,
    now: dt.datetime,
    version: str = "",
    fields: Iterable[str] = (),
) -> Topic:
    """Write a new or changed topic with its sectors and themes.

    A new one starts as the draft of `by`; a partner's belongs to its organisation. Before the
    senator's office or approved, a change of what matters lets the approval lapse and takes the
    topic back to work. Raises NotEntitled when `by` may not edit it as it stands, Outpaced when
    somebody else saved since the form showed `version`.
    """
    changes = []
    if topic.pk is None:
        if not can_propose(by):
            raise NotAllowed(_("Themen schlagen die Partner und die Geschäftsstelle vor."))
        topic.proposed_by = by
        if not can_manage(by):
            topic.organisation_id = _organisation_of(by)
            topic.series = None
        reason = _("Entwurf angelegt")
    else:
        present = lock_topic(topic.pk)
        if not can_edit_topic(by, present):
            raise NotAllowed(_("Dieses Thema kann jetzt nicht bearbeitet werden."))
        take_over_form(topic, present, version=version, fields=fields)
        reason = _("Angaben geändert")
        if present.state == TopicState.RETURNED:
            topic.state = target_of(TOPIC_MOVES, "rework", present)
            reason = _("Überarbeitung begonnen")
        if present.state in TOPIC_MOVES["lapse"].sources and (
            changes := binding_changes(TOPIC_FACTS, present, topic)
        ):
            topic.state = target_of(TOPIC_MOVES, "lapse", present)
            reason = _("Freigabe erloschen, %(why)s") % {"why": lapse_reason_for(changes)}
    save_as(topic, by=by, now=now, reason=reason)
    topic.sectors.set(sectors)
    topic.themes.set(themes)
    if changes:
        also = mails.proposer_to_tell(topic, by=by)
        lapse_changed_approvals(
            kind=ApprovalKind.TOPIC,
            subject_id=topic.pk,
            changes=changes,
            further_recipients=also,
            by=by,
            now=now,
        )
    return topic


@transaction.atomic
def propose_topic(*, topic: Topic, by, now: dt.datetime) -> Topic:
    """Hand a draft to the office, which is told by mail."""
    topic = lock_topic(topic.pk)
    if topic.proposed_by_id != by.pk:
        raise NotAllowed(_("Einen Entwurf schlägt die Person vor, die ihn angelegt hat."))
    topic.proposed_at = now
    _move(topic, "propose", by=by, now=now, reason=_("Thema vorgeschlagen"))
    mails.mail_topic_proposed(topic, by=by, now=now)
    return topic


@transaction.atomic
def take_up_topic(*, topic: Topic, by, now: dt.datetime) -> Topic:
    """Start working on a proposed topic; the proposer is told."""
    _require_office(by)
    topic = lock_topic(topic.pk)
    _move(topic, "take_up", by=by, now=now, reason=_("Thema aufgegriffen"))
    mails.mail_topic_to_proposer(topic, "topic_taken_up", by=by, now=now)
    return topic


@transaction.atomic
def decline_topic(*, topic: Topic, reason: str, by, now: dt.datetime) -> Topic:
    """Do not take a proposed topic up; the proposer is told why. Refused without a reason."""
    _require_office(by)
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
    """Send a topic to approval; the senator's office is told by mail.

    Raises Refused when the topic has no series or the series lacks the senator's consent: only then
    are topics and dates explored (the plan's own order of steps).
    """
    _require_office(by)
    topic = lock_topic(topic.pk)
    if topic.series is None:
        raise Refused(_("Bitte ordnen Sie das Thema zuerst einer Reihe zu."))
    if topic.series.state != SeriesState.CONSENTED:
        raise Refused(
            _(
                "Die Reihe „%(series)s“ ist im Stand „%(state)s“. Themen gehen erst zur Freigabe, "
                "wenn ihr "
                "zugestimmt wurde."
            )
            % {"series": topic.series, "state": topic.series.get_state_display()}
        )
    _move(topic, "submit", by=by, now=now, reason=_("Zur Freigabe vorgelegt"))
    subject = Subject(
        kind=ApprovalKind.TOPIC,
        pk=topic.pk,
        title=topic.title,
        path=topic.get_absolute_url(),
        snapshot=snapshot_of(TOPIC_FACTS, topic),
        origin=topic.origin,
    )
    return request_approval(subject=subject, briefing=briefing, due_on=due_on, by=by, now=now)


@transaction.atomic
def decide_topic(*, approval: ApprovalRequest, decision: Decision, by, now: dt.datetime) -> Topic:
    """Record the answer of the senator's office with its `details` and move the topic; office and
    proposer are told.

    A condition is between the office and the senator's office: the proposer learns of the approval.
    """
    topic = lock_topic(approval.subject_id)
    record_decision(approval=approval, decision=decision, by=by, now=now)
    topic.reason = "" if decision.is_granting else decision.comment
    _move(topic, decision.verdict, by=by, now=now, reason=str(VERDICT_LABELS[decision.verdict]))
    mails.mail_topic_to_proposer(topic, "topic_decided", by=by, now=now)
    return topic


@transaction.atomic
def withdraw_topic(*, topic: Topic, by, now: dt.datetime) -> Topic:
    """Take a topic back to work on it again: an open request is withdrawn and the senator's office
    told, a granted approval lapses, which all who are concerned are told. Refused once a dialogue
    is planned on the topic."""
    _require_office(by)
    topic = lock_topic(topic.pk)
    if topic.dialogues.exclude(state=DialogueState.CANCELLED).exists():
        raise Refused(_("Zu diesem Thema wird schon ein Gespräch geplant. Sagen Sie es zuerst ab."))
    reason = (
        _("Freigabe erloschen")
        if topic.state == TopicState.APPROVED
        else _("Freigabe zurückgezogen")
    )
    _move(topic, "rework", by=by, now=now, reason=reason)
    subject = {"kind": ApprovalKind.TOPIC, "subject_id": topic.pk, "by": by, "now": now}
    withdraw_approval(**subject)
    also = mails.proposer_to_tell(topic, by=by)
    lapse_changed_approvals(
        **subject, changes=[], reason=_("wieder in Bearbeitung"), further_recipients=also
    )
    return topic
