"""The facts of series, topics and dates that the senator's office sees and approvals are bound to.

Internal notes, seats and programme are not shown. Sectors, themes and the place are shown, but can
change without a lapse of the approval (`binding=False`). The submitted dates are not facts: an
approval stores them as its options and compares them itself (`approvals.queries.differences_of`).
"""

from collections.abc import Iterable, Mapping
from operator import attrgetter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind
from approvals.models import OPEN_CONDITIONS
from approvals.queries import conditions_to_meet
from approvals.registry import Briefing, Fact
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


# Labels of facts from which the draft of a Leitungsvorlage is written as well.
SERIES = gettext_lazy("Reihe")
TOPIC = gettext_lazy("Thema")
DESCRIPTION = gettext_lazy("Worum es geht")
WISH = gettext_lazy("Was am Ende stehen soll")
PROPOSED_BY = gettext_lazy("Vorgeschlagen von")
HOST = gettext_lazy("Gastgeber")
PLACE = gettext_lazy("Ort")

SERIES_FACTS = (
    Fact(SERIES, attrgetter("title")),
    Fact(gettext_lazy("Zeitraum"), attrgetter("period")),
    Fact(DESCRIPTION, attrgetter("description")),
)

TOPIC_FACTS = (
    Fact(TOPIC, attrgetter("title")),
    Fact(SERIES, lambda topic: str(topic.series or "")),
    Fact(
        PROPOSED_BY,
        lambda topic: str(topic.organisation or _("Geschäftsstelle")),
    ),
    Fact(DESCRIPTION, attrgetter("description")),
    Fact(WISH, attrgetter("wish")),
    Fact(gettext_lazy("Branchen"), lambda topic: _names(topic.sectors), binding=False),
    Fact(gettext_lazy("Querschnittsthemen"), lambda topic: _names(topic.themes), binding=False),
)

DATES_FACTS = (
    Fact(gettext_lazy("Gespräch"), attrgetter("title")),
    Fact(TOPIC, lambda dialogue: str(dialogue.topic or "")),
    Fact(HOST, lambda dialogue: str(dialogue.host or "")),
    Fact(PLACE, attrgetter("address"), binding=False),
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


# Drafts of a Leitungsvorlage, written from a snapshot of the facts (label → value), so that the
# form can write what the portal would have written last time too, and renew only that.


def suggest_series_briefing(shown: Mapping[str, str]) -> Briefing:
    vote = _("Zustimmung zur Reihe „%(title)s“") % {"title": shown.get(str(SERIES), "")}
    return Briefing("", shown.get(str(DESCRIPTION), ""), "", vote)


def suggest_topic_briefing(shown: Mapping[str, str]) -> Briefing:
    occasion = _("Themenvorschlag: %(who)s") % {"who": shown.get(str(PROPOSED_BY), "")}
    facts = [shown.get(str(DESCRIPTION), "")]
    if wish := shown.get(str(WISH)):
        facts.append(_("Gewünschtes Ergebnis: %(wish)s") % {"wish": wish})
    vote = _("Freigabe des Themas „%(title)s“") % {"title": shown.get(str(TOPIC), "")}
    return Briefing(occasion, "\n\n".join(filter(None, facts)), "", vote)


def suggest_dates_briefing(dialogue: Dialogue, shown: Mapping[str, str]) -> Briefing:
    facts = [
        _("%(host)s richtet das Gespräch zum Thema „%(topic)s“ aus.")
        % {"host": shown.get(str(HOST), ""), "topic": shown.get(str(TOPIC), "")}
    ]
    if place := shown.get(str(PLACE)):
        facts.append(_("Ort: %(place)s.") % {"place": place})
    if conditions := shown.get(str(OPEN_CONDITIONS)):
        facts.append(f"{OPEN_CONDITIONS}: {conditions}")
    # Whether the senator takes part binds the approval, so the vote asked for has to say so.
    vote = _("Zustimmung zu einem oder mehreren der Termine")
    if shown.get(str(SENATOR_ATTENDS)) == str(_("ja")):
        vote = f"{vote}, {SENATOR_ATTENDS}"
    series = dialogue.topic.series if dialogue.topic else ""
    occasion = _("Branchengespräch in der Reihe „%(series)s“") % {"series": series}
    # No assessment: it is the office's own judgement, and nothing on record could stand in for it.
    return Briefing(occasion, "\n\n".join(facts), "", vote)
