"""The tone of the badge of each state."""

from dialogues.enums import (
    AnswerState,
    DialogueState,
    HostAnswer,
    OptionState,
    SeriesState,
    TopicState,
)

TONE_OF_SERIES = {
    SeriesState.PROPOSED: "neutral",
    SeriesState.AFFIRMED: "info",
    SeriesState.REQUESTED: "info",
    SeriesState.CONSENTED: "success",
    SeriesState.RETURNED: "warning",
    SeriesState.REFUSED: "danger",
}
TONE_OF_TOPIC = {
    TopicState.DRAFT: "muted",
    TopicState.PROPOSED: "neutral",
    TopicState.IN_PROGRESS: "info",
    TopicState.FOR_APPROVAL: "info",
    TopicState.APPROVED: "success",
    TopicState.RETURNED: "warning",
    TopicState.REFUSED: "danger",
    TopicState.NOT_TAKEN_UP: "muted",
}
TONE_OF_DIALOGUE = {
    DialogueState.PLANNING: "neutral",
    DialogueState.EXPLORING: "neutral",
    DialogueState.SCHEDULED: "info",
    DialogueState.INVITED: "info",
    DialogueState.HELD: "success",
    DialogueState.DOCUMENTED: "success",
    DialogueState.CLOSED: "muted",
    DialogueState.CANCELLED: "danger",
}
TONE_OF_HOST = {
    HostAnswer.OPEN: "neutral",
    HostAnswer.ACCEPTED: "success",
    HostAnswer.DECLINED: "danger",
}
TONE_OF_OPTION = {
    OptionState.PROPOSED: "neutral",
    OptionState.POSSIBLE: "success",
    OptionState.IMPOSSIBLE: "danger",
    OptionState.FIXED: "info",
    OptionState.DROPPED: "muted",
}
TONE_OF_ANSWER = {
    AnswerState.ACCEPTED: "success",
    AnswerState.REPRESENTED: "info",
    AnswerState.TENTATIVE: "warning",
    AnswerState.DECLINED: "danger",
    AnswerState.OPEN: "neutral",
}
