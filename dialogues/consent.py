"""Nothing goes on without consent: what of a dialogue lacks it now, since an approval can lapse
later on.
"""

from dialogues.enums import SeriesState, TopicState
from dialogues.models import Dialogue, DialogueSeries, Topic


def lacks_consent(dialogue: Dialogue) -> Topic | DialogueSeries | None:
    """Return the topic or the series of `dialogue` that is not approved, or None. Load
    `topic__series` before.

    DOMAIN: before the series has the consent no date is explored; and nothing goes out on a topic
    without approval.
    """
    topic = dialogue.topic
    if topic is None:
        return None
    if topic.state != TopicState.APPROVED:
        return topic
    return topic.series if topic.series and topic.series.state != SeriesState.CONSENTED else None
