import datetime as dt

from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet

from core.models import Origin
from dialogues.enums import PAST, TOPIC_CORRECTED, TOPIC_OVER, DialogueState, TopicState
from dialogues.models import Dialogue, Topic
from partners.models import CrossCuttingTheme, Sector


def listed_topics(user) -> QuerySet[Topic]:
    """Return the topics `user` may see, unordered, with the values that the list shows."""
    topics = Topic.objects.visible_to(user).select_related(
        "organisation", "series", "responsible__person"
    )
    # A description may have thousands of characters, and the list shows none of these columns.
    topics = topics.defer("internal_notes", "description", "organisation__search")
    return topics.prefetch_related(*_classification())


def open_topics() -> QuerySet[Topic]:
    """Return the topics that somebody in the office still has to watch, by title.

    That ends when a topic is refused, declined or retracted, or when a dialogue on it is closed.
    Drafts are their author's own business.
    """
    closed = Dialogue.objects.filter(topic=OuterRef("pk"), state=DialogueState.CLOSED)
    topics = Topic.objects.exclude(origin=Origin.TAKEN_OVER).exclude(state__in=TOPIC_OVER)
    return topics.exclude(Q(state=TopicState.APPROVED) & Exists(closed)).order_by("search", "pk")


def topics_in_full(user) -> QuerySet[Topic]:
    """Return the topics `user` may see with everything that the page of one shows."""
    topics = Topic.objects.visible_to(user).select_related(
        "organisation", "series", "proposed_by__person", "responsible__person"
    )
    return topics.prefetch_related(*_classification())


def _classification() -> tuple[Prefetch, Prefetch]:
    sectors = Prefetch("sectors", Sector.objects.order_by("name", "pk"))
    return sectors, Prefetch("themes", CrossCuttingTheme.objects.order_by("name", "pk"))


def dialogues_on(topic: Topic, user) -> QuerySet[Dialogue]:
    """Return the dialogues on `topic` that `user` may see, newest first."""
    return Dialogue.objects.visible_to(user).filter(topic=topic).order_by("-pk")


def last_held_start(topic: Topic) -> dt.datetime | None:
    """Return when the last dialogue on `topic` began that took place, whoever may see it."""
    held = topic.dialogues.filter(state__in=PAST)
    return held.aggregate(last=Max("starts_at"))["last"]


def corrected_proposal_at(topic: Topic) -> dt.datetime | None:
    """Return when the proposer last changed the topic since proposing it, if they did."""
    corrections = topic.history.filter(history_change_reason__startswith=str(TOPIC_CORRECTED))
    if topic.proposed_at:
        corrections = corrections.filter(history_date__gte=topic.proposed_at)
    latest = corrections.order_by("-history_date").values_list("history_date", flat=True)
    return latest.first()
