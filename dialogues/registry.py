"""What the senator's office is shown of a series, a topic and dates, and which of it the approval
is bound to.

One table a kind. Spelling of an internal note, seats or programme stand in none of them. What
orders a topic (sectors, themes) and where on the host's premises a dialogue begins is shown, yet
may change. The dates asked about are the options of a request and compared as such
(`approvals.queries.differences_of`).
"""

from operator import attrgetter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.registry import Fact


def _names(rows) -> str:
    return ", ".join(str(row) for row in rows.order_by("name"))


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
        gettext_lazy("Teilnahme der Leitung"),
        lambda dialogue: _("ja") if dialogue.senator_attends else _("nein"),
    ),
)
