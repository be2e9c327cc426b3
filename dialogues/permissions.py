"""Who may do what with series, topics, dialogues and replies."""

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role, is_office
from dialogues.enums import TopicState

# From the proposal until a final answer, the office completes the topic. A change to an approved
# one makes the approval lapse.
EDITED_BY_OFFICE = (
    TopicState.PROPOSED,
    TopicState.IN_PROGRESS,
    TopicState.RETURNED,
    TopicState.FOR_APPROVAL,
    TopicState.APPROVED,
)


def can_manage(user) -> bool:
    """The office runs series, dialogues, guest lists and mail."""
    return is_office(user)


def can_propose(user) -> bool:
    """Partners propose for an organisation, so they need one, their own or their principal's."""
    return is_office(user) or (has_role(user, PARTNER) and bool(user.organisation_ids))


def can_edit_topic(user, topic) -> bool:
    """Nobody but the proposer edits a draft; later it is up to the office."""
    if topic.is_taken_over:
        return False
    if topic.state == TopicState.DRAFT:
        return topic.proposed_by_id == user.pk
    return can_manage(user) and topic.state in EDITED_BY_OFFICE


def can_see_rsvp_counts(user) -> bool:
    """Numbers of guests and seats are shown inside the administration, not to partners."""
    return has_role(user, OFFICE, SENATOR_OFFICE, OBSERVER)


def can_reply(user, invitation) -> bool:
    """Only the invited person; the office records replies for others (`RsvpChannel.OFFICE`)."""
    return invitation.person_id == getattr(user, "person_id", None)
