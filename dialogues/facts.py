"""The facts of series, topics and dates that the senator's office sees and approvals are bound to.

Internal notes, seats and programme are not shown. Sectors, themes and the place are shown, but can
change without a lapse of the approval (`binding=False`). The submitted dates are not facts: an
approval stores them as its options and compares them itself (`approvals.queries.differences_of`).
"""

from collections.abc import Iterable
from operator import attrgetter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind
from approvals.models import OPEN_CONDITIONS
from approvals.queries import conditions_to_meet
from approvals.registry import Fact
from dialogues.enums import SENATOR_ATTENDS, OptionState
from dialogues.models import DateOption, Dialogue


def _names(classification) -> str:
    return ", ".join(str(name) for name in classification.order_by("name"))


def open_conditions(dialogue: Dialogue) -> str:
    topic = dialogue.topic
    if topic is None:
        return ""
    subjects = [(ApprovalKind.TOPIC, topic.pk)]
    if topic.series_id:
        subjects.append((ApprovalKind.SERIES, topic.series_id))
    return "\n".join(map(str, conditions_to_meet(subjects)))


SERIES_FACTS = (
    Fact(gettext_lazy("Reihe"), attrgetter("title")),
    Fact(gettext_lazy("Zeitraum"), attrgetter("period")),
    Fact(gettext_lazy("Worum es geht"), attrgetter("description")),
)

TOPIC_FACTS = (
    Fact(gettext_lazy("Thema"), attrgetter("title")),
    Fact(gettext_lazy("Reihe"), lambda topic: str(topic.series or "")),
    Fact(
        gettext_lazy("Vorgeschlagen von"),
        lambda topic: str(topic.organisation or _("Geschäftsstelle")),
    ),
    Fact(gettext_lazy("Worum es geht"), attrgetter("description")),
    Fact(gettext_lazy("Was am Ende stehen soll"), attrgetter("wish")),
    Fact(gettext_lazy("Branchen"), lambda topic: _names(topic.sectors), binding=False),
    Fact(gettext_lazy("Querschnittsthemen"), lambda topic: _names(topic.themes), binding=False),
)

DATES_FACTS = (
    Fact(gettext_lazy("Gespräch"), attrgetter("title")),
    Fact(gettext_lazy("Thema"), lambda dialogue: str(dialogue.topic or "")),
    Fact(gettext_lazy("Gastgeber"), lambda dialogue: str(dialogue.host or "")),
    Fact(gettext_lazy("Ort"), attrgetter("address"), binding=False),
    Fact(gettext_lazy("Format"), lambda dialogue: dialogue.get_format_display()),
    Fact(
        SENATOR_ATTENDS,
        attrgetter("senator_attends_text"),
    ),
    # A date may break what the senator's office asked for when it approved the topic.
    Fact(OPEN_CONDITIONS, open_conditions, binding=False),
)


def options_to_tick(options: Iterable[DateOption]) -> list[dict]:
    """Return `options` as `ApprovalRequest.options` stores them, a fixed date marked as such."""
    return [_option_to_tick(option) for option in options]


def _option_to_tick(option: DateOption) -> dict:
    hint = option.get_host_preference_display()
    values = {"id": option.pk, "label": str(option), "hint": hint}
    if option.state != OptionState.FIXED:
        return values
    # The senator's office should know that guests may be invited already, and a no means
    # postponing.
    return values | {"hint": _("steht fest, %(hint)s") % {"hint": hint}, "is_fixed": True}
