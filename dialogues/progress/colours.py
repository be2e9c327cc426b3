"""The tone of the badge of each state."""

from dialogues.enums import (
    DialogueState,
    HostReply,
    OptionState,
    RsvpState,
    SeriesState,
    TopicState,
)

COLOUR_OF_SERIES = {
    SeriesState.PROPOSED: "neutral",
    SeriesState.AFFIRMED: "info",
    SeriesState.REQUESTED: "info",
    SeriesState.CONSENTED: "success",
    SeriesState.RETURNED: "warning",
    SeriesState.REFUSED: "danger",
}
COLOUR_OF_TOPIC = {
    TopicState.DRAFT: "muted",
    TopicState.PROPOSED: "neutral",
    TopicState.IN_PROGRESS: "info",
    TopicState.FOR_APPROVAL: "info",
    TopicState.APPROVED: "success",
    TopicState.RETURNED: "warning",
    TopicState.REFUSED: "danger",
    TopicState.NOT_TAKEN_UP: "muted",
}
COLOUR_OF_DIALOGUE = {
    DialogueState.PLANNING: "neutral",
    DialogueState.EXPLORING: "neutral",
    DialogueState.SCHEDULED: "info",
    DialogueState.INVITED: "info",
    DialogueState.HELD: "success",
    DialogueState.DOCUMENTED: "success",
    DialogueState.CLOSED: "muted",
    DialogueState.CANCELLED: "danger",
}
COLOUR_OF_HOST = {
    HostReply.OPEN: "neutral",
    HostReply.ACCEPTED: "success",
    HostReply.DECLINED: "danger",
}
COLOUR_OF_OPTION = {
    OptionState.PROPOSED: "neutral",
    OptionState.POSSIBLE: "success",
    OptionState.IMPOSSIBLE: "danger",
    OptionState.FIXED: "info",
    OptionState.DROPPED: "muted",
}
COLOUR_OF_RSVP = {
    RsvpState.ACCEPTED: "success",
    RsvpState.REPRESENTED: "info",
    RsvpState.TENTATIVE: "warning",
    RsvpState.DECLINED: "danger",
    RsvpState.OPEN: "neutral",
}
