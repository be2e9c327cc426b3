from django.db.models import Prefetch, QuerySet

from dialogues.models import Dialogue, Topic
from partners.models import CrossCuttingTheme, Sector


def listed_topics(user) -> QuerySet[Topic]:
    """Return the topics `user` may see, unordered, with the values that the list shows."""
    topics = Topic.objects.visible_to(user).select_related("organisation", "series")
    topics = topics.defer("internal_notes", "description", "organisation__search")
    return topics.prefetch_related(*_classification())


def topics_in_full(user) -> QuerySet[Topic]:
    """Return the topics `user` may see with everything that the page of one shows."""
    topics = Topic.objects.visible_to(user).select_related(
        "organisation", "series", "proposed_by__person"
    )
    return topics.prefetch_related(*_classification())


def _classification() -> tuple[Prefetch, Prefetch]:
    sectors = Prefetch("sectors", Sector.objects.order_by("name", "pk"))
    return sectors, Prefetch("themes", CrossCuttingTheme.objects.order_by("name", "pk"))


def dialogues_on(topic: Topic, user) -> QuerySet[Dialogue]:
    """Return the dialogues on `topic` that `user` may see, newest first."""
    return Dialogue.objects.visible_to(user).filter(topic=topic).order_by("-pk")
