"""Mails about topics."""

from django.utils.text import capfirst

from core.roles import OFFICE
from dialogues.models import Topic
from outbox.drafts import MailDraft
from outbox.services import enqueue_mails
from partners.models import Person
from partners.queries import people_with_role, recipient_of


def _draft(topic: Topic, kind: str, person, **values) -> MailDraft:
    # A topic may come back to the same state; the history's id keeps a second notice apart from the
    # first.
    event = f"{topic.state}:{topic.history.values_list('history_id', flat=True).first()}"
    return MailDraft(
        kind=kind,
        subject_key=f"topic:{topic.pk}",
        event=event,
        to=recipient_of(person),
        values={"topic": topic.title} | values,
        path=topic.get_absolute_url(),
    )


def mail_topic_proposed(topic: Topic, *, by, now) -> None:
    """Tell the office about a new proposal."""
    values = {"organisation": str(topic.organisation or by), "description": topic.description}
    people = people_with_role(OFFICE).exclude(user=by)
    enqueue_mails(
        [_draft(topic, "topic_proposed", person, **values) for person in people], now=now, by=by
    )


def proposer_to_tell(topic: Topic, *, by) -> list[Person]:
    """Return the proposer, unless the account is closed or it was the actor or belongs to the
    office.
    """
    proposer = topic.proposed_by
    if (
        proposer is None
        or not proposer.is_active
        or proposer.pk == by.pk
        or OFFICE in proposer.own_roles
    ):
        return []
    return [proposer.person]


def mail_topic_to_proposer(topic: Topic, kind: str, *, by, now) -> None:
    """Tell the proposer, if there is one to tell, what became of the topic."""
    values = {
        "topic_declined": {"reason": topic.reason},
        "topic_decided": {"state": capfirst(topic.get_state_display()), "reason": topic.reason},
    }.get(kind, {})
    people = proposer_to_tell(topic, by=by)
    enqueue_mails([_draft(topic, kind, person, **values) for person in people], now=now, by=by)
