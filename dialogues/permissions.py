"""Who may do what with series, topics, dialogues and replies."""

from django.utils.translation import gettext_lazy as _

from core.roles import (
    OBSERVER,
    OFFICE,
    PARTNER,
    SENATOR_OFFICE,
    has_role,
    is_inside,
    is_office,
)
from dialogues.enums import BEFORE_THE_DAY, DATED, PAST, RECORDED, TopicState

# The office edits a topic from its proposal until it is finally rejected. A change to a fact that
# an approval is bound to makes the approval lapse.
EDITED_BY_OFFICE = (
    TopicState.PROPOSED,
    TopicState.IN_PROGRESS,
    TopicState.RETURNED,
    TopicState.FOR_APPROVAL,
    TopicState.APPROVED,
)

EDITED_BY_PROPOSER = (TopicState.DRAFT, TopicState.PROPOSED, TopicState.RETRACTED)

# Views show these sentences with a 403, services raise NotAllowed with them.
PROPOSERS_ONLY = _("Themen schlagen die Partner und die Geschäftsstelle vor.")
TOPIC_NOT_EDITABLE = _("Dieses Thema kann jetzt nicht bearbeitet werden.")
INVITED_PERSON_ONLY = _("Diese Einladung gilt einer anderen Person.")


def can_manage(user) -> bool:
    """The office runs series, dialogues, guest lists and mail."""
    return is_office(user)


def can_edit_dialogue(user, dialogue) -> bool:
    """Only the office, and only before the day; what took place stays on record."""
    return can_manage(user) and not dialogue.is_taken_over and dialogue.state in BEFORE_THE_DAY


def has_programme_tab(dialogue, user) -> bool:
    """Everybody who sees the dialogue reads its programme; the office also enters the first one."""
    return bool(dialogue.programme) or can_edit_dialogue(user, dialogue)


def can_propose(user) -> bool:
    """Partners propose on behalf of an organisation, so they must represent at least one."""
    return is_office(user) or (has_role(user, PARTNER) and bool(user.organisation_ids))


def replaces_proposer(user, topic) -> bool:
    """Whether the account of the proposer is closed and `user` speaks for the same organisation."""
    proposer = topic.proposed_by
    if proposer is None or proposer.is_active or not has_role(user, PARTNER):
        return False
    return topic.organisation_id in user.organisation_ids


def can_propose_topic(user, topic) -> bool:
    """The author proposes a draft; once their account is closed, their organisation or the office
    does.
    """
    if topic.proposed_by_id == user.pk or replaces_proposer(user, topic):
        return True
    return can_manage(user) and bool(topic.proposed_by and not topic.proposed_by.is_active)


def can_edit_topic(user, topic) -> bool:
    """The proposer edits a topic until the office takes it up, the office from its proposal on.

    Others continue it if they could propose it.
    """
    # Records taken over document the past and stay as they are.
    if topic.is_taken_over:
        return False
    if topic.state in EDITED_BY_PROPOSER and can_propose_topic(user, topic):
        return True
    return can_manage(user) and topic.state in EDITED_BY_OFFICE


def can_retract_topic(user, topic) -> bool:
    is_own = topic.proposed_by_id == getattr(user, "pk", None)
    is_own = is_own or replaces_proposer(user, topic)
    return is_own and topic.state == TopicState.PROPOSED and not topic.is_taken_over


def can_see_rsvp_counts(user) -> bool:
    """Partners and guests do not see how many people were invited and how they replied."""
    return has_role(user, OFFICE, SENATOR_OFFICE, OBSERVER)


def can_rsvp(user, invitation) -> bool:
    """Only the invited person; the office records replies for others (`RsvpChannel.OFFICE`)."""
    return invitation.person_id == getattr(user, "person_id", None)


def takes_contributions(dialogue) -> bool:
    """Companies announce contributions once there is a date, and the office adds to them later."""
    return not dialogue.is_taken_over and dialogue.state in (*DATED, *PAST)


def can_add_contributions(user, dialogue) -> bool:
    return can_manage(user) and takes_contributions(dialogue)


def can_see_contributions(user, dialogue) -> bool:
    """Whether `user`, who sees the dialogue, sees what was contributed
    (`ContributionQuerySet.visible_to` has the same rule for each of them).
    """
    if not takes_contributions(dialogue):
        return False
    if is_inside(user):
        return True
    if has_role(user, PARTNER) and dialogue.state in PAST:
        return True
    return has_role(user, OBSERVER) and dialogue.state in RECORDED


def can_answer_need(by, need) -> bool:
    """The office answers for everybody, partners for the organisation a need is addressed to."""
    if is_office(by):
        return True
    return has_role(by, PARTNER) and need.addressee_id in by.organisation_ids


def can_see_contact_of_need(user, need) -> bool:
    """Who raised it is for both offices and for the same organisation."""
    return is_inside(user) or need.raised_by_id in user.organisation_ids
