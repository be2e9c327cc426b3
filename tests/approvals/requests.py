"""Requests on the desk, each with the subject it is about."""

import datetime as dt

from approvals.models import ApprovalRequest
from dialogues.enums import DialogueState, TopicState
from tests.dialogues.builders import (
    DAY,
    END,
    make_dates_approval,
    make_dialogue,
    make_option,
    make_topic,
)


def make_topic_approval(*, due_on: dt.date = dt.date(2030, 5, 10)) -> ApprovalRequest:
    """Return the open request about a new topic, due on `due_on`."""
    topic = make_topic(TopicState.FOR_APPROVAL)
    ApprovalRequest.objects.open().filter(kind="topic", subject_id=topic.pk).update(due_on=due_on)
    return ApprovalRequest.objects.open().get(kind="topic", subject_id=topic.pk)


def make_two_dates_approval() -> ApprovalRequest:
    """Return the open request about two dates of a dialogue, a day apart."""
    dialogue = make_dialogue(DialogueState.EXPLORING)
    day = dt.timedelta(days=1)
    second = make_option(dialogue, starts_at=DAY + day, ends_at=END + day)
    return make_dates_approval(dialogue, make_option(dialogue), second)
