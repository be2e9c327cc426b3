"""The services of topics, called with values that only few tests care about."""

from approvals.enums import ApprovalKind, Verdict
from approvals.models import ApprovalRequest
from approvals.registry import Decision
from dialogues.services import change_topic, create_topic, decide_topic, submit_topic
from tests.approvals.builders import details_of
from tests.dialogues.builders import BRIEFING, DUE_ON, NOW


def approval_of(topic) -> ApprovalRequest:
    approvals = ApprovalRequest.objects.filter(kind=ApprovalKind.TOPIC, subject_id=topic.pk)
    return approvals.order_by("-pk").first() or ApprovalRequest(
        kind=ApprovalKind.TOPIC, subject_id=topic.pk
    )


def submit(topic, by):
    return submit_topic(topic=topic, briefing=BRIEFING, due_on=DUE_ON, by=by, now=NOW)


def decide(topic, by, verdict=Verdict.APPROVE, comment="Begründung", **given):
    details = details_of(verdict) | given
    return decide_topic(
        approval=approval_of(topic), decision=Decision(verdict, comment, **details), by=by, now=NOW
    )


def create(by, **values):
    values = {"title": "Energie", "description": "Kosten"} | values
    return create_topic(values=values, by=by, now=NOW)


def edit(topic, by, *, version=None, **values):
    return change_topic(topic=topic, values=values, version=version, by=by, now=NOW)


def rename(topic, by):
    return edit(topic, by, title="Neuer Titel")
