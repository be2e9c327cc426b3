"""Who may do what with series, topics, dialogues and answers."""

from core.roles import OFFICE, PARTNER, has_role
from dialogues.enums import TopicState


def can_manage(user) -> bool:
    """The office runs series, dialogues, guest lists and mail."""
    return has_role(user, OFFICE)


def can_propose(user) -> bool:
    """Whoever speaks for an organisation as a partner proposes topics, and so does the office."""
    return has_role(user, OFFICE) or (has_role(user, PARTNER) and bool(user.organisation_ids))


EDITED_BY_THE_OFFICE = (
    TopicState.PROPOSED,
    TopicState.IN_PROGRESS,
    TopicState.RETURNED,
    TopicState.FOR_APPROVAL,
    TopicState.APPROVED,
)


def can_edit_topic(user, topic) -> bool:
    """The proposer edits a draft; from the proposal on the office does, at the price of an approval
    that lapses.
    """
    if topic.is_taken_over:
        return False
    if topic.state == TopicState.DRAFT:
        return topic.proposed_by_id == user.pk
    return can_manage(user) and topic.state in EDITED_BY_THE_OFFICE


def can_reply(user, invitation) -> bool:
    """The invited person with an account; the office enters answers through its own door."""
    return invitation.person_id == getattr(user, "person_id", None)
